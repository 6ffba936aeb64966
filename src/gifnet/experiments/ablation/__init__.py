"""Ablations: the network trained without one of its ideas at a time, with several seeds."""

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
