"""Checkpoints: our safetensors format, the published file's conversion, and the one way in."""

from gifnet.checkpoints.bundled import bundled_names, load_model
from gifnet.checkpoints.convert import convert_published
from gifnet.checkpoints.describe import WeightsDescription, describe_weights
from gifnet.checkpoints.format import (
    CheckpointHeader,
    load_checkpoint,
    read_header,
    save_checkpoint,
)

__all__ = [
    "CheckpointHeader",
    "WeightsDescription",
    "bundled_names",
    "convert_published",
    "describe_weights",
    "load_checkpoint",
    "load_model",
    "read_header",
    "save_checkpoint",
]
