"""How an untrained network's weights start."""

from enum import StrEnum

import torch
from torch import Tensor, nn

from gifnet.errors import ConfigError
from gifnet.model.cross_fusion_block import CrossFusionBlock, CrossFusionBranch
from gifnet.model.gate import Gate
from gifnet.model.network import GIFNet


class Initialisation(StrEnum):
    """Ways to initialise the network."""

    PAPER = "paper"
    """As the published code: PyTorch's default but for attention, MLP and norm."""

    MEAN = "mean"
    """As ``PAPER``, but the gate and the global decoder hand on the mean of the sources (D9)."""


def initialise(network: GIFNet, initialisation: Initialisation) -> None:
    """Initialise a freshly built network in place, from torch's global generator.

    Args:
        network: A network whose layers have PyTorch's default initialisation.
        initialisation: The way to do it.

    Raises:
        ConfigError: ``MEAN`` of a network without a gate, through which the sources would pass.
    """
    for block in network.cross_fusion.blocks:
        _initialise_block(block, depth=len(network.cross_fusion.blocks))
    if initialisation is Initialisation.MEAN:
        gate: nn.Module = network.gating
        if not isinstance(gate, Gate):
            raise ConfigError(
                'expected a network with a gate for initialisation = "mean", got one without '
                '(gated = false): start it as the paper does, initialisation = "paper"'
            )
        _hand_on_the_mean(network, gate)


def _initialise_block(block: nn.Module, *, depth: int) -> None:
    if not isinstance(block, CrossFusionBlock):
        raise TypeError(f"expected a CrossFusionBlock, got {type(block).__name__}")
    gain = (8 * depth) ** -0.25
    for branch in block.branches.values():
        if not isinstance(branch, CrossFusionBranch):
            raise TypeError(f"expected a CrossFusionBranch, got {type(branch).__name__}")
        attention = branch.attention
        _truncated_normal(attention.query_key, gain=1.0)
        mlp = [layer for layer in branch.mlp if isinstance(layer, nn.Conv2d)]
        for layer in (attention.value, attention.depthwise, attention.projection, *mlp):
            _truncated_normal(layer, gain=gain)
        nn.init.normal_(branch.norm.rescale_weight, std=0.02)
        nn.init.normal_(branch.norm.rebias_weight, std=0.02)


def _truncated_normal(layer: nn.Conv2d, *, gain: float) -> None:
    """Glorot's deviation times ``gain``, cut at +-2; the bias is zero."""
    receptive = layer.weight[0, 0].numel()
    fan_in = layer.weight.shape[1] * receptive
    fan_out = layer.weight.shape[0] * receptive
    deviation = gain * (2.0 / (fan_in + fan_out)) ** 0.5
    nn.init.trunc_normal_(layer.weight, std=deviation, a=-2.0, b=2.0)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


@torch.no_grad()
def _hand_on_the_mean(network: GIFNet, gate: Gate) -> None:
    """Set gate and global decoder so that the untrained network returns (a + b) / 2.

    The sources are channels 0 and 1 of the shared features. They pass the gate unchanged, the
    decoder's first layer averages them into its channel 0, the second cuts that mean m at knots
    around 1/2, the third adds the pieces up to the positive and the negative part of
    atanh(2m - 1), and tanh undoes it. Only these rows are set, everything else keeps its random
    start, so that the rest of the network can learn a correction to the mean.
    """
    reduce, expand = gate.reduce.weight, gate.expand.weight
    for source in (0, 1):
        reduce[source] = 0
        reduce[source, source] = 1
        expand[source] = 0
        expand[source, source] = 1
    first, second, third, last = (
        layer for layer in network.global_decoder.stack if isinstance(layer, nn.Conv2d)
    )
    _clear(first, [0])
    first.weight[0, :2, 1, 1] = 0.5

    knots, slopes = _inverse_tanh_pieces(second.out_channels // 3)
    count = len(knots)
    _clear(second, range(2 * count))
    second.weight[:count, 0, 1, 1] = 1.0
    second.weight[count : 2 * count, 0, 1, 1] = -1.0
    offsets = torch.cat([-knots - 0.5, 0.5 - knots])
    _bias(second)[: 2 * count] = offsets

    _clear(third, [0, 1])
    third.weight[0, :count, 1, 1] = slopes
    third.weight[1, count : 2 * count, 1, 1] = slopes

    _clear(last, [0])
    last.weight[0, 0, 1, 1] = 1.0
    last.weight[0, 1, 1, 1] = -1.0


def _inverse_tanh_pieces(count: int, limit: float = 3.4) -> tuple[Tensor, Tensor]:
    """Approximate atanh(2m - 1) for m in [1/2, 1] by a sum of ``slope * relu(m - 1/2 - knot)``.

    Args:
        count: Number of pieces.
        limit: Value at m = 1, where the function itself is infinite; tanh(3.4) is 0.998.

    Returns:
        Knots in [0, 1/2) and slopes, (count,) each. All slopes are positive, so that nothing
        cancels in reduced precision.
    """
    values = torch.linspace(0.0, 1.0, count + 1, dtype=torch.float64).pow(0.9) * limit
    positions = torch.tanh(values) / 2
    positions[-1] = 0.5
    gradients = values.diff() / positions.diff()
    slopes = torch.cat([gradients[:1], gradients.diff()])
    return positions[:-1].float(), slopes.float()


def _clear(layer: nn.Conv2d, rows: list[int] | range) -> None:
    for row in rows:
        layer.weight[row] = 0
        _bias(layer)[row] = 0


def _bias(layer: nn.Conv2d) -> Tensor:
    if layer.bias is None:
        raise TypeError("expected a convolution with a bias")
    return layer.bias
