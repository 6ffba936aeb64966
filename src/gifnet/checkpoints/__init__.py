"""Checkpoints: our safetensors format, the published file's conversion, and the one way in."""

from gifnet.checkpoints.bundled import load_model
from gifnet.checkpoints.format import (
    CheckpointHeader,
    load_checkpoint,
    read_header,
    save_checkpoint,
)

__all__ = ["CheckpointHeader", "load_checkpoint", "load_model", "read_header", "save_checkpoint"]
