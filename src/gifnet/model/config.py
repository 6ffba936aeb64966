"""What is known of the network without PyTorch: its hyper-parameters and its least size."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

MINIMUM_SIZE = 5
"""Least height and width, in pixels: smaller pictures cannot be reflected into a window."""


Interaction = Literal["unshifted", "every", "none"]
"""In which blocks the branches meet: the unshifted ones, as published, every one, or none, which
is the same as a lambda of 0."""


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Hyper-parameters of the network; the defaults are the published ones (822,780 weights).

    The last three choose a variant for ablations (D21).
    """

    encoder_width: int = 32
    encoder_depth: int = 3
    heads: int = 2
    window: int = 8
    blocks: int = 2
    gate_channels: int = 128
    decoder_widths: tuple[int, ...] = (64, 32, 16)
    interaction: Interaction = "unshifted"
    cross_attention: bool = True
    """Whether the auxiliary branch attends with the main one's query, or with its own."""
    gated: bool = True
    """Whether the decoder sees gated features, or the main branch's alone."""

    @property
    def is_variant(self) -> bool:
        """Whether the parts are joined otherwise than published, whatever their sizes are."""
        return any(getattr(self, name) != default for name, default in _AS_PUBLISHED.items())

    def entries(self) -> dict[str, Any]:
        """Name the values: all sizes, and of the choices those that are not as published.

        So files of the published network say what they said before there were variants.
        """
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in _AS_PUBLISHED or value != _AS_PUBLISHED[name]
        }


_AS_PUBLISHED = {
    item.name: item.default
    for item in fields(ModelConfig)
    if item.name in {"interaction", "cross_attention", "gated"}
}
