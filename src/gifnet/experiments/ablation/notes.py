"""What is done of an ablation: a line for each run, which a kill cannot undo."""

import json
from pathlib import Path
from typing import Any

from gifnet.batch.json_lines import LineWriter, read_lines
from gifnet.errors import ConfigError
from gifnet.experiments.ablation.config import AblationConfig
from gifnet.experiments.ablation.one_run import Outcome, Run, recipe_of
from gifnet.imaging.atomic import write_atomically

NOTES = "runs.jsonl"
SETTINGS = "ablation.json"


def require_same_recipe(config: AblationConfig, folder: Path) -> None:
    """Refuse to mix runs of two recipes; the first call notes the recipe.

    Variants, seeds and what is measured may change: what is missing is done.

    Args:
        config: The ablation.
        folder: Its folder, which is there.

    Raises:
        ConfigError: The folder's runs have another recipe, or it holds other files.
    """
    file = folder / SETTINGS
    digest = config.training.model_copy(update={"seed": 0}).digest
    if not file.is_file():
        others = sorted(entry.name for entry in folder.iterdir() if entry.suffix != ".lock")
        if others:
            raise ConfigError(
                f"expected a new or empty folder, or that of an ablation, got {folder} with "
                f"{others[0]}: name another one"
            )
        write_atomically(file, json.dumps({"recipe": digest}).encode())
    try:
        found = json.loads(file.read_bytes())["recipe"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{file} is damaged: name another folder") from error
    if found != digest:
        raise ConfigError(
            f"the runs in {folder} have another recipe ({found[:12]}, this one {digest[:12]}): "
            "go on with the configuration that they were started with, or name another folder"
        )


class Notes:
    """The outcomes of an ablation's runs.

    Args:
        config: The ablation; outcomes of other recipes or other measuring do not count.
        folder: Its folder.
    """

    def __init__(self, config: AblationConfig, folder: Path) -> None:
        self._config = config
        self._file = folder / NOTES
        self.outcomes: dict[Run, Outcome] = {}
        keys = {self._key(run)["recipe"]: run for run in all_runs(config)}
        for line in read_lines(self._file):
            run = keys.get(line.get("recipe", ""))
            if run is not None and line.get("evaluation") == config.evaluation.digest:
                self.outcomes[run] = Outcome(
                    line["values"], line["training_seconds"], line["seconds"]
                )

    def add(self, run: Run, outcome: Outcome) -> None:
        """Note that a run is done.

        Raises:
            OSError: The file cannot be written.
        """
        self.outcomes[run] = outcome
        with LineWriter(self._file) as writer:
            writer.append({**self._key(run), **vars(run), **vars(outcome)})

    def _key(self, run: Run) -> dict[str, Any]:
        return {
            "recipe": recipe_of(self._config, run).digest,
            "evaluation": self._config.evaluation.digest,
        }


def all_runs(config: AblationConfig) -> list[Run]:
    """List the runs, all variants of a seed before those of the next.

    So an ablation that is stopped early has all variants, with fewer seeds.
    """
    return [Run(variant, seed) for seed in config.seeds for variant in config.variants]
