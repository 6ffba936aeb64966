"""One run: a variant with a seed is trained, or gone on with, and measured."""

import time
from dataclasses import dataclass
from pathlib import Path

from gifnet.batch.workers import Failure
from gifnet.checkpoints import load_checkpoint
from gifnet.errors import GIFNetError
from gifnet.experiments.ablation.config import AblationConfig
from gifnet.experiments.ablation.measure import Values, measure_network
from gifnet.experiments.ablation.pairs import load_pairs
from gifnet.experiments.ablation.variants import VARIANTS
from gifnet.training.config import TrainingConfig
from gifnet.training.machine import on_this_machine
from gifnet.training.run_state import STATE_FILE
from gifnet.training.trainer import Trainer

_IN_MEMORY = 0.01
"""GiB of decoded pictures; more are read from a file, which all runs share."""


@dataclass(frozen=True)
class Run:
    """A variant with a seed."""

    variant: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        values: group -> metric -> mean over its pairs.
        training_seconds: how long it was trained, in this attempt.
        seconds: how long all of it took, in this attempt.
    """

    values: Values
    training_seconds: float
    seconds: float


def recipe_of(config: AblationConfig, run: Run) -> TrainingConfig:
    """Make the recipe of a run.

    Raises:
        ConfigError: The variant and the base recipe do not go together.
    """
    return VARIANTS[run.variant].of(config.training, seed=run.seed)


def do_run(run: Run, *, config: AblationConfig, folder: Path) -> Outcome | Failure:
    """Train what is still to be trained of a run, and measure its network.

    Args:
        run: Which one.
        config: The ablation.
        folder: That of the ablation; the run's is in it.

    Returns:
        What came of it; where it failed, as by diverging, why.
    """
    started = time.perf_counter()
    try:
        recipe = _with_shared_pictures(recipe_of(config, run), folder)
        # Another definition of a variant is another run.
        place = folder / "runs" / run.variant / f"seed-{run.seed}-{recipe.digest[:8]}"
        weights = _trained(recipe, place)
        trained = time.perf_counter()
        network, _ = load_checkpoint(weights)
        values = measure_network(
            network,
            recipe.step.main_when_fusing,
            load_pairs(config.evaluation),
            config.evaluation.metrics,
        )
    except GIFNetError as error:
        return Failure(str(error))
    return Outcome(values, trained - started, time.perf_counter() - started)


def _trained(recipe: TrainingConfig, place: Path) -> Path:
    """Train from where an earlier attempt got to."""
    resume = (place / STATE_FILE).is_file()
    return Trainer(recipe, place, resume=resume).train()


def _with_shared_pictures(recipe: TrainingConfig, folder: Path) -> TrainingConfig:
    """Have pictures decoded once for all runs, unless the recipe names a place for them.

    Runs are side by side in processes that may not have any of their own.
    """
    recipe = on_this_machine(recipe, workers=0)
    if recipe.data.cache is not None:
        return recipe
    return on_this_machine(recipe, memory=_IN_MEMORY, cache=folder / "pictures")
