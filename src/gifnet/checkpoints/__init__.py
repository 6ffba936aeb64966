"""Checkpoints: our safetensors format, the published file's conversion, and the ways in.

``load_arrays`` gives weights as arrays, ``load_model`` the network. PyTorch is imported when a
network is made, not before.
"""

from gifnet.checkpoints.bundled import bundled_names
from gifnet.checkpoints.convert import convert_published
from gifnet.checkpoints.describe import WeightsDescription, describe_weights
from gifnet.checkpoints.format import CheckpointHeader, read_header
from gifnet.checkpoints.networks import (
    load_checkpoint,
    load_model,
    make_network,
    save_checkpoint,
)
from gifnet.checkpoints.weight_arrays import WeightArrays, load_arrays

__all__ = [
    "CheckpointHeader",
    "WeightArrays",
    "WeightsDescription",
    "bundled_names",
    "convert_published",
    "describe_weights",
    "load_arrays",
    "load_checkpoint",
    "load_model",
    "make_network",
    "read_header",
    "save_checkpoint",
]
