"""Names and shapes of all weights of a network, told without building it and without PyTorch."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from gifnet.model.config import ModelConfig
from gifnet.tasks import Task

Shape = tuple[int, ...]
Named = Iterator[tuple[str, Shape]]

_POSITION_HIDDEN = 256
_NORM = ("weight", "bias", "rescale_weight", "rescale_bias", "rebias_weight", "rebias_bias")


def weight_shapes(config: ModelConfig) -> dict[str, Shape]:
    """Tell what a network's state dict holds.

    Args:
        config: Hyper-parameters of the network.

    Returns:
        The shape of each weight by its name, in the order of the state dict of
        ``build_gifnet(config)``; a test compares the two.
    """
    return dict(_network(config))


def _network(config: ModelConfig) -> Named:
    width = config.encoder_width
    channels = 2 + config.encoder_depth * width
    for index in range(config.encoder_depth):
        yield from _convolution(
            f"shared_encoder.convolutions.{index}", 2 + index * width, width, size=3
        )
    yield from _stack("reconstruction_decoder.stack", [channels, *config.decoder_widths, 1])
    for task in Task:
        yield from _convolution(f"embedding.{task}", channels, channels, size=3)
    for index in range(config.blocks):
        yield from _block(f"cross_fusion.blocks.{index}", channels, heads=config.heads)
    yield from _convolution("unembedding", channels, channels, size=3)
    decoded = channels
    if config.gated:
        decoded = config.gate_channels
        yield "gating.reduce.weight", (channels, 2 * channels, 1, 1)
        yield "gating.expand.weight", (decoded, channels, 1, 1)
    yield from _stack("global_decoder.stack", [decoded, *config.decoder_widths, 1])


def _block(name: str, channels: int, *, heads: int) -> Named:
    for task in Task:
        yield from _branch(f"{name}.branches.{task}", channels)
    yield from _layer(f"{name}.position_bias.hidden", (_POSITION_HIDDEN, 2))
    yield from _layer(f"{name}.position_bias.output", (heads, _POSITION_HIDDEN))
    for task in sorted(Task):  # the order of a ParameterDict
        yield f"{name}.auxiliary_weight.{task}", (1,)


def _branch(name: str, channels: int) -> Named:
    for item in _NORM:
        yield f"{name}.norm.{item}", (channels,)
    yield from _convolution(f"{name}.attention.query_key", channels, 2 * channels)
    yield from _convolution(f"{name}.attention.value", channels, channels)
    yield from _layer(f"{name}.attention.depthwise", (channels, 1, 5, 5))
    yield from _convolution(f"{name}.attention.projection", channels, channels)
    yield from _convolution(f"{name}.mlp.0", channels, 2 * channels)
    yield from _convolution(f"{name}.mlp.2", 2 * channels, channels)


def _stack(name: str, widths: Sequence[int]) -> Named:
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        # An activation follows each convolution and counts, too.
        yield from _convolution(f"{name}.{2 * index}", inputs, outputs, size=3)


def _convolution(name: str, inputs: int, outputs: int, *, size: int = 1) -> Named:
    yield from _layer(name, (outputs, inputs, size, size))


def _layer(name: str, weight: Shape) -> Named:
    """A weight and its bias, one number for each output."""
    yield f"{name}.weight", weight
    yield f"{name}.bias", weight[:1]
