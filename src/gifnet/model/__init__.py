"""The network, one file for each box of the paper's Fig. 3. Imports torch and nothing else."""

from gifnet.model.build import ModelConfig, build_gifnet
from gifnet.model.cross_fusion_block import Freezing
from gifnet.model.initialisation import Initialisation
from gifnet.model.network import MINIMUM_SIZE, GIFNet
from gifnet.model.revised_layer_norm import Moments

__all__ = [
    "MINIMUM_SIZE",
    "Freezing",
    "GIFNet",
    "Initialisation",
    "ModelConfig",
    "Moments",
    "build_gifnet",
]
