"""The trained form, counted by PyTorch's own counter while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from gifnet.experiments.complexity.count import Count
from gifnet.model.window_attention import WindowGrid
from gifnet.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifnet.model import GIFNet
    from gifnet.model.cross_fusion_block import CrossFusionBlock, CrossFusionBranch

_AUXILIARY = Task.MULTI_MODAL


def count_forward(network: "GIFNet", height: int, width: int) -> tuple[Count, Count]:
    """Count ``GIFNet.forward`` on one pair, while it runs.

    Args:
        network: float32 on the CPU; it is not changed.
        height: of the pair, in pixels.
        width: of the pair, in pixels.

    Returns:
        Convolutions and products of matrices, those of the attention included: of what
        ``GIFNet.forward`` computes, and together with what it leaves out because nothing reads it
        (D16): the auxiliary branch in blocks after the last interaction, and its own query before.
    """
    pair = torch.zeros(2, 1, 1, height, width)
    auxiliary: list[Tensor] = []

    def note(module: Any, arguments: Any, output: "tuple[Tensor, Tensor]") -> None:  # noqa: ARG001
        auxiliary.append(output[1])

    handles = [block.register_forward_hook(note) for block in network.cross_fusion.blocks]
    try:
        with _counting() as counter:
            network(pair[0], pair[1])
            forward = _count_of(counter)
            _run_left_out(network, auxiliary)
            return forward, _count_of(counter)
    finally:
        for handle in handles:
            handle.remove()


def count_module(module: "nn.Module", *arguments: "Tensor") -> Count:
    """Count any module.

    Args:
        module: to be called.
        arguments: what with.
    """
    with _counting() as counter:
        module(*arguments)
        return _count_of(counter)


@contextmanager
def _counting() -> Iterator[FlopCounterMode]:
    # The attention as two products: of the fused kernels the counter knows some only.
    with (
        torch.inference_mode(),
        sdpa_kernel(SDPBackend.MATH),
        FlopCounterMode(display=False) as counter,
    ):
        yield counter


def _count_of(counter: FlopCounterMode) -> Count:
    flops = counter.get_flop_counts().get("Global", {})
    # The counter takes a multiply-accumulate for two operations.
    return Count({str(kind).removeprefix("aten."): number // 2 for kind, number in flops.items()})


def _run_left_out(network: "GIFNet", auxiliary: list["Tensor"]) -> None:
    for number, module in enumerate(network.cross_fusion.blocks):
        block = cast("CrossFusionBlock", module)
        branch = cast("CrossFusionBranch", block.branches[_AUXILIARY.value])
        if number < len(auxiliary):
            if block.interacts:
                layer = branch.attention.query_key
                channels = auxiliary[number].shape[1]
                torch.nn.functional.conv2d(auxiliary[number], layer.weight[:channels])
            continue
        height, width = auxiliary[-1].shape[-2:]
        grid = WindowGrid.of(height, width, window=block.window, shifted=block.shifted)
        # The bias of positions is shared with the main branch, and counted there.
        pixels = block.window**2
        bias = torch.zeros(1, branch.attention.heads, pixels, pixels)
        branch(auxiliary[-1], bias, grid)
