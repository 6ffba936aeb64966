"""Ablations: the network trained without one of its ideas at a time, with several seeds."""

from importlib.util import find_spec

from gifnet.errors import MissingDependencyError
from gifnet.model.needs_torch import require_torch

require_torch("an ablation", extra="train")
for _package in ("pydantic", "filelock"):
    if find_spec(_package) is None:
        raise MissingDependencyError(_package, extra="train", purpose="an ablation")

# What follows needs them.
# ruff: noqa: E402
from gifnet.experiments.ablation.ablate import Ablation, Advance, ablate
from gifnet.experiments.ablation.config import AblationConfig, load_ablation
from gifnet.experiments.ablation.variants import VARIANTS, Variant

__all__ = [
    "VARIANTS",
    "Ablation",
    "AblationConfig",
    "Advance",
    "Variant",
    "ablate",
    "load_ablation",
]
