"""The training configuration: one TOML file, validated with clear errors."""

import json
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from gifnet.data.layouts import Layout
from gifnet.errors import ConfigError, MissingDependencyError
from gifnet.training.recipe_digest import recipe_digest
from gifnet.training.recipe_paths import resolve_paths

try:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
except ModuleNotFoundError as error:
    if error.name != "pydantic":  # installed, but something that it needs is not
        raise
    raise MissingDependencyError("pydantic", extra="train", purpose="training") from error

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]

LEAST_DENSENET_PATCH = 64
"""Pixels; in smaller patches nothing is left of the deepest features."""


class _Section(BaseModel):
    """A table of the file: unknown names are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PairFolder(_Section):
    """A folder of aligned infrared and visible pictures, matched by stem."""

    root: Path
    layout: Layout = "plain"
    """How the pictures lie; the names below count for a plain folder only."""
    infrared: str = "ir"
    visible: str = "vi"
    weight: Annotated[float, Field(gt=0)] = 1.0
    """How often the folder is drawn, relative to the others."""


class SharpFolder(_Section):
    """A folder of single sharp pictures, for the focus task."""

    root: Path
    weight: Annotated[float, Field(gt=0)] = 1.0


class PanelPair(_Section):
    """A pair shown in the validation panel."""

    name: str
    source_a: Path
    source_b: Path


class DataConfig(_Section):
    """What to train on."""

    pairs: Annotated[list[PairFolder], Field(min_length=1)]
    sharp: list[SharpFolder] = []
    patch: Annotated[int, Field(ge=16, multiple_of=16)] = 128
    scales: Annotated[list[Positive], Field(min_length=1)] = [1]
    augment: bool = False
    focus: Literal["lens", "masked"] = "lens"
    """How near- and far-focused pictures of a quadruple are made: as a lens blurs, or with regions
    blurred strongly, as the published run seems to have had them (D18). Those of
    ``[kinds]`` are as a lens blurs."""
    workers: Annotated[int, Field(ge=0)] = 0
    """Processes that make patches; 0 makes them in the training process."""
    memory: Annotated[float, Field(gt=0)] = 8.0
    """GiB of decoded pictures that a process keeps; more are read from a file in ``cache``."""
    cache: Path | None = None
    """Folder for decoded pictures that do not fit into the memory."""


class LossConfig(_Section):
    """What the updates minimise."""

    densenet: str | None = None
    """File of DenseNet-121 ImageNet weights in torchvision's key layout, or "torchvision"; none
    measures the information on the picture itself."""
    calibration_batches: Annotated[int, Field(ge=20)] = 200
    multi_modal: Literal["information", "contrast"] = "information"
    """What holds updates on infrared and visible pictures: both, by their information weights, or
    a picture made of both that has lost none of their contrast."""
    held: Literal["squared", "absolute"] = "squared"
    """The error of updates whose result is known."""
    gradient: Annotated[float, Field(ge=0)] = 0.0
    """Weight of the derivatives' error, beside an absolute one."""


class KindsConfig(_Section):
    """How often each kind of pair is drawn for DP updates that go as inference does, relative."""

    focus: Annotated[float, Field(ge=0)] = 1.0
    """Focus pairs."""
    single: Annotated[float, Field(ge=0)] = 0.0
    """One picture twice: a sharp one is to stay, a slightly blurred one to become sharp."""
    drawn: Annotated[float, Field(ge=0)] = 0.0
    """Drawn flat areas with edges, twice or as a focus pair."""
    modal: Annotated[float, Field(ge=0)] = 0.0
    """Infrared and visible."""
    mixed: Annotated[float, Field(ge=0)] = 0.0
    """A picture and what another sensor might make of it or of another scene."""
    exposure: Annotated[float, Field(ge=0)] = 0.0
    """Over- and under-exposed."""


class StepConfig(_Section):
    """What the updates of a step see."""

    freezing: Literal["paper", "published"] = "paper"
    multi_modal: Share = 1.0
    """Share of steps with an MM update."""
    inference: Share = 0.0
    """Share of steps whose DP update goes as inference does, with one pair on both branches; the
    pairs are of the kinds that ``[kinds]`` names."""
    exchange: Share = 0.0
    """Share of updates whose main pair is given in exchanged order; above 0, the order within each
    pair of ``[kinds]`` is random besides."""


class OptimiserConfig(_Section):
    """How the weights move."""

    steps: Positive
    batch: Positive = 8
    """Patches of an update, over all processes that train together."""
    accumulate: Positive = 1
    """Parts in which a process works through its share of a batch, to need less memory."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    schedule: Literal["constant", "cosine"] = "constant"
    warmup: Annotated[int, Field(ge=0)] = 0
    average: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decay of the running average of the weights that is saved; 0 saves the weights."""
    clip: Annotated[float, Field(ge=0)] = 0.0
    """Largest norm of an update's gradient; 0 for no limit."""
    precision: Literal["float32", "bfloat16"] = "float32"
    channels_last: bool = True
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    compile: bool | Literal["auto"] = "auto"
    """Whether the passes through the network are compiled; "auto" does so on CUDA."""


class ModelSection(_Section):
    """How the weights start."""

    initialisation: Literal["paper", "mean"] = "paper"
    weights: str | Path | None = None
    """Weights to start from instead: a name of the package's, or a .safetensors file."""


class ValidationConfig(_Section):
    """What is looked at during the run."""

    every: Positive = 500
    holdout: Annotated[int, Field(ge=1)] = 8
    """Pictures of each folder kept out of training, for the validation focus pairs."""
    panel: list[PanelPair] = []
    panel_side: Annotated[int, Field(ge=16)] = 256
    """Panel pairs are cut to this side around their middle, in pixels, to cost little."""


class TrainingConfig(_Section):
    """A whole training run."""

    name: Annotated[str, Field(pattern=r"^[\w-][\w. -]*$")] = "gifnet"
    """Names the folder of the run where none is given."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    data_licence: str = "unknown"
    """A line on the licence of the data and weights, kept in the checkpoint."""
    checkpoint_every: Positive = 200
    data: DataConfig
    model: ModelSection = ModelSection()
    loss: LossConfig = LossConfig()
    step: StepConfig = StepConfig()
    kinds: KindsConfig = KindsConfig()
    optimiser: OptimiserConfig
    validation: ValidationConfig = ValidationConfig()

    @model_validator(mode="after")
    def _values_fit_together(self) -> "TrainingConfig":
        if not any(self.kinds.model_dump().values()):
            raise ValueError("kinds: expected at least one share above 0, got none")
        if self.kinds != KindsConfig() and not self.step.inference:
            raise ValueError(
                "kinds: goes with updates as at inference only, got step.inference = 0, and so "
                "none: set it above 0, or leave [kinds] out"
            )
        if self.loss.gradient and self.loss.held == "squared":
            raise ValueError(
                f'loss.gradient: goes with held = "absolute" only, got {self.loss.gradient} with '
                '"squared"'
            )
        if self.loss.densenet is not None and self.data.patch < LEAST_DENSENET_PATCH:
            raise ValueError(
                f"data.patch: loss.densenet needs patches of at least {LEAST_DENSENET_PATCH} "
                f"pixels, got {self.data.patch}"
            )
        names = [pair.name for pair in self.validation.panel]
        if len(set(names)) < len(names):
            raise ValueError(
                f"validation.panel: expected a name of its own for each pair, got {names}"
            )
        return self

    @property
    def uses_information(self) -> bool:
        """Whether any update weighs its sources by their information."""
        return self.loss.multi_modal == "information" and self.step.multi_modal > 0

    @property
    def digest(self) -> str:
        """SHA-256 of the recipe: everything that decides the weights; see ``recipe_digest``.

        Raises:
            CheckpointError: The weights to start from cannot be read.
        """
        return recipe_digest(self)


def load_config(file: Path, *, data: Path | None = None) -> TrainingConfig:
    """Read a training configuration.

    Args:
        file: TOML file. Relative paths in it are relative to the file.
        data: Folder that the roots of the training folders are relative to instead.

    Raises:
        ConfigError: The file is missing, is not TOML, or a value makes no sense; the message
            names each value.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read the training configuration {file}: {error.strerror}"
        ) from error
    config = parse_config(content, source=str(file))
    return resolve_paths(config, file.parent, data=data or file.parent)


def parse_config(text: bytes, *, source: str) -> TrainingConfig:
    """Read a training configuration, with its paths as they stand there.

    Args:
        text: TOML in UTF-8.
        source: What to call it in errors.

    Raises:
        ConfigError: As ``load_config``.
    """
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"expected TOML in {source}: {error}") from error
    try:
        # By way of JSON, whose strict mode takes no text for a number, but text for a path.
        return TrainingConfig.model_validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        raise ConfigError(f"{source}: {_describe(error)}") from error


def validate_config(values: dict[str, Any], *, source: str) -> TrainingConfig:
    """Check the values of a configuration.

    Args:
        values: As ``TrainingConfig.model_dump`` gives them.
        source: What to call it in errors.

    Raises:
        ConfigError: A value makes no sense.
    """
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{source}: {_describe(error)}") from error


def _describe(error: ValidationError) -> str:
    """Name each wrong value, what came, and for an unknown name the one that may be meant."""
    problems = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            *sections, name = map(str, item["loc"])
            near = get_close_matches(name, _names(sections), n=1)
            problems.append(f"{place}: unknown name" + (f"; meant is {near[0]}?" if near else ""))
        elif item["type"] == "missing":
            problems.append(f"{place}: is missing")
        elif item["type"] == "value_error":
            problems.append(item["msg"].removeprefix("Value error, "))
        else:
            problems.append(f"{place}: {item['msg']}, got {item['input']!r}")
    return "; ".join(problems)


def _names(place: list[str]) -> list[str]:
    """The names that the section at a place has."""
    section: type[BaseModel] = TrainingConfig
    for part in place:
        if part in section.model_fields:  # and not a number in a list
            annotation = section.model_fields[part].annotation
            kinds = [k for k in (annotation, *get_args(annotation)) if isinstance(k, type)]
            section = next(kind for kind in kinds if issubclass(kind, BaseModel))
    return list(section.model_fields)
