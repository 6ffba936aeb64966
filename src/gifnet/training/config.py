"""The training configuration: one TOML file, validated with clear errors."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from gifnet.data.layouts import Layout
from gifnet.errors import ConfigError, MissingDependencyError
from gifnet.model.config import Interaction, ModelConfig
from gifnet.tasks import Task
from gifnet.training.recipe_digest import recipe_digest
from gifnet.training.recipe_paths import resolve_paths
from gifnet.training.variants import require_variants_fit

try:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
except ModuleNotFoundError as error:
    if error.name != "pydantic":  # installed, but something that it needs is not
        raise
    raise MissingDependencyError("pydantic", extra="train", purpose="training") from error

from gifnet.training.config_errors import describe  # needs pydantic, too

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
    photography: Literal["focus", "exposure", "both"] = "focus"
    """What the two pictures of a quadruple's DP task are, all made of its visible picture: near-
    and far-focused ones, over- and under-exposed ones, or the one or the other by chance (D21)."""
    joint: bool = True
    """Whether they are of the scene of the quadruple's infrared and visible pictures; if not, each
    task draws from scenes of its own, every other one (D21)."""
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
    reconstruction: bool = True
    """Whether the public loss holds the reconstruction branch to a picture (D21)."""
    similarity: Literal["ms-ssim", "ssim"] = "ms-ssim"
    """The similarity of the public loss (D6)."""


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

    tasks: Literal["both", "multi_modal", "digital_photography"] = "both"
    """What is trained. Of one task alone, neither the updates nor the pictures of the other are
    there: the auxiliary branch sees the main task's own pair (D21)."""
    freezing: Literal["paper", "published"] = "paper"
    multi_modal: Share = 1.0
    """Share of steps with an MM update."""
    inference: Share = 0.0
    """Share of steps whose DP update goes as inference does, with one pair on both branches; the
    pairs are of the kinds that ``[kinds]`` names."""
    exchange: Share = 0.0
    """Share of updates whose main pair is given in exchanged order; above 0, the order within each
    pair of ``[kinds]`` is random besides."""

    @property
    def main_when_fusing(self) -> Task:
        """The task whose branch fuses: DP as always (Fig. 4), unless MM alone was trained."""
        return Task.MULTI_MODAL if self.tasks == "multi_modal" else Task.DIGITAL_PHOTOGRAPHY

    @property
    def share_of_multi_modal(self) -> float:
        """Share of steps that have an MM update."""
        return 0.0 if self.tasks == "digital_photography" else self.multi_modal


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
    interaction: Interaction = "unshifted"
    """In which blocks the branches meet; "none" holds lambda at 0 (D21)."""
    cross_attention: bool = True
    """Whether the auxiliary branch attends with the main one's query, or with its own (D21)."""
    gated: bool = True
    """Whether the decoder sees gated features, or the main branch's alone (D21)."""

    @property
    def network(self) -> ModelConfig:
        """The hyper-parameters of the network that is trained."""
        return ModelConfig(
            interaction=self.interaction, cross_attention=self.cross_attention, gated=self.gated
        )


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
        require_variants_fit(self)
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
        return self.loss.multi_modal == "information" and self.step.share_of_multi_modal > 0

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
        raise ConfigError(f"{source}: {describe(error, TrainingConfig)}") from error


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
        raise ConfigError(f"{source}: {describe(error, TrainingConfig)}") from error
