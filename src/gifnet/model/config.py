"""What is known of the network without PyTorch: its hyper-parameters and its least size."""

from dataclasses import dataclass

MINIMUM_SIZE = 5
"""Least height and width, in pixels: smaller pictures cannot be reflected into a window."""


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Hyper-parameters of the network; the defaults are the published ones (822,780 weights)."""

    encoder_width: int = 32
    encoder_depth: int = 3
    heads: int = 2
    window: int = 8
    blocks: int = 2
    gate_channels: int = 128
    decoder_widths: tuple[int, ...] = (64, 32, 16)
