"""The configuration of an ablation: one TOML file, whose ``[training]`` is a recipe."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gifnet.errors import ConfigError
from gifnet.experiments.ablation.variants import FULL, VARIANTS
from gifnet.metrics import METRICS, Needs
from gifnet.tasks import Application
from gifnet.training.config import TrainingConfig
from gifnet.training.config_errors import describe
from gifnet.training.recipe_paths import resolve_paths

_MEASURABLE = {Needs.FUSED, Needs.SOURCES, Needs.TRUTH}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PairSet(_Section):
    """A development set: two folders of pictures, matched by stem."""

    root: Path
    sources: tuple[str, str]
    """Names of the two folders in ``root``, in the published order."""
    application: Application

    @property
    def group(self) -> str:
        """What its values are reported under."""
        return str(self.application)


class MadeSet(_Section):
    """Pairs made of single sharp pictures, so that their truth is known."""

    root: Path
    """Folder in that of the training folders; it must not be one that is trained on."""
    made: Literal["focus", "exposure"]

    @property
    def group(self) -> str:
        """What its values are reported under."""
        return f"{'mfif' if self.made == 'focus' else 'meif'}, made"


class EvaluationConfig(_Section):
    """What the trained networks are measured on."""

    sets: list[PairSet] = []
    made: list[MadeSet] = []
    metrics: Annotated[list[str], Field(min_length=1)]
    pictures: Annotated[int, Field(ge=1)] = 4
    """Pairs of each set, spread evenly over it."""
    longest_side: Annotated[int, Field(ge=64)] = 192
    """Larger pictures are reduced to it, in pixels."""

    @model_validator(mode="after")
    def _can_be_measured(self) -> "EvaluationConfig":
        if not self.sets and not self.made:
            raise ValueError("evaluation: expected at least one set, in sets or made, got none")
        fitting = [name for name, metric in METRICS.items() if metric.needs in _MEASURABLE]
        for name in self.metrics:
            if name not in fitting:
                raise ValueError(
                    f"evaluation.metrics: expected metrics of grey pictures "
                    f"({', '.join(fitting)}), got {name!r}"
                )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the values, and not of where the pictures lie."""
        values = self.model_dump(mode="json")
        for item in values["sets"] + values["made"]:
            item["root"] = Path(item["root"]).name
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class AblationConfig(_Section):
    """A whole ablation."""

    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**28)]], Field(min_length=1)]
    variants: list[str] = list(VARIANTS)
    evaluation: EvaluationConfig
    training: TrainingConfig

    @model_validator(mode="after")
    def _values_fit_together(self) -> "AblationConfig":
        unknown = [name for name in self.variants if name not in VARIANTS]
        if unknown:
            raise ValueError(
                f"variants: expected some of {', '.join(VARIANTS)}, got {', '.join(unknown)}"
            )
        if FULL not in self.variants:
            raise ValueError(
                f"variants: expected {FULL!r} among them, which all others are compared with, "
                f"got {', '.join(self.variants)}"
            )
        for name, values in (("seeds", self.seeds), ("variants", self.variants)):
            if len(set(values)) < len(values):
                raise ValueError(f"{name}: expected each once, got {values}")
        trained = {folder.root.name for folder in self.training.data.sharp}
        used = [item.root.name for item in self.evaluation.made if item.root.name in trained]
        if used:
            raise ValueError(f"evaluation.made: {used[0]} is trained on: name other pictures")
        return self


def load_ablation(
    file: Path, *, data: Path | None = None, sets: Path | None = None
) -> AblationConfig:
    """Read the configuration of an ablation.

    Args:
        file: TOML file. Relative paths in it are relative to the file.
        data: Folder that the training folders, and those that pairs are made of, are in instead.
        sets: Folder that the development sets are in instead.

    Returns:
        The configuration, its paths absolute.

    Raises:
        ConfigError: The file is missing, is not TOML, or a value makes no sense.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read the ablation's configuration {file}: {error.strerror}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"expected TOML in {file}: {error}") from error
    try:
        text = json.dumps(content, default=str)
        config = AblationConfig.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise ConfigError(f"{file}: {describe(error, AblationConfig)}") from error
    return _placed(config, file.parent, data or file.parent, sets or file.parent)


def _placed(config: AblationConfig, base: Path, data: Path, sets: Path) -> AblationConfig:
    def within(items: list[Any], folder: Path) -> list[Any]:
        return [
            item.model_copy(update={"root": (folder / item.root.expanduser()).absolute()})
            for item in items
        ]

    evaluation = config.evaluation
    placed = evaluation.model_copy(
        update={"sets": within(evaluation.sets, sets), "made": within(evaluation.made, data)}
    )
    return config.model_copy(
        update={
            "evaluation": placed,
            "training": resolve_paths(config.training, base, data=data),
        }
    )
