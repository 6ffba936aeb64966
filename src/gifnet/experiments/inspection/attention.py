"""Where the query of one pixel looks: its attention over the pixels of its window."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn import functional

from gifnet.experiments.inspection.features import as_tensor, hooked
from gifnet.experiments.inspection.pair import Point
from gifnet.imaging.arrays import FloatArray
from gifnet.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from gifnet.model import GIFNet
    from gifnet.model.cross_fusion_block import CrossFusionBlock, CrossFusionBranch
    from gifnet.model.window_attention import BranchAttention, WindowGrid


@dataclass(frozen=True, eq=False)
class Attention:
    """One head's attention of one pixel.

    Attributes:
        main: the task whose branch is main.
        branch: the task whose keys are looked at.
        query: the task whose query looks: another one's in the auxiliary's cross attention.
        block: number of the block, from 0.
        shifted: whether its windows start half a window before the picture.
        head: number of the head, from 0.
        left: column of the window's first pixel in the picture; negative where it is reflected.
        top: row of the window's first pixel.
        shares: (rows, columns) of the window, not negative, 1 in sum.
    """

    main: Task
    branch: Task
    query: Task
    block: int
    shifted: bool
    head: int
    left: int
    top: int
    shares: FloatArray


def take_attention(
    network: "GIFNet", source_a: FloatArray, source_b: FloatArray, point: Point
) -> list[Attention]:
    """Compute a pixel's attention in every block, with either task as main.

    Both branches see the same pair. With digital photography as main this is what fusing computes.

    Args:
        network: in evaluation mode, float32 on the CPU; it is not changed.
        source_a: luma of the first source, (H, W) in [0, 1].
        source_b: luma of the second, same size.
        point: a pixel of them.

    Returns:
        By main task (digital photography first), block, branch and head; branches that nothing
        reads (D16) are not computed and not there.
    """
    found: list[Attention] = []
    mains = Task.DIGITAL_PHOTOGRAPHY, Task.MULTI_MODAL
    with torch.inference_mode():
        shared = network.encode(as_tensor(source_a), as_tensor(source_b))
        for main in mains:
            with hooked(list(_hooks(network, main, point, found))):
                network.gate(shared, shared, main=main)
    return sorted(found, key=lambda one: (mains.index(one.main), one.block))


def _hooks(
    network: "GIFNet", main: Task, point: Point, found: list[Attention]
) -> list[tuple[Any, Callable[..., None]]]:
    hooks: list[tuple[Any, Callable[..., None]]] = []
    for number, module in enumerate(network.cross_fusion.blocks):
        block = cast("CrossFusionBlock", module)
        for task in (main, main.other):
            branch = cast("CrossFusionBranch", block.branches[task.value])
            hooks.append(
                (branch.attention, _noting(number, block.shifted, main, task, point, found))
            )
    return hooks


def _noting(
    block: int, shifted: bool, main: Task, branch: Task, point: Point, found: list[Attention]
) -> Callable[..., None]:
    def note(
        module: "BranchAttention",
        arguments: "tuple[Tensor, Tensor, WindowGrid, Tensor | None]",
        output: "tuple[Tensor, Tensor]",
    ) -> None:
        features, position_bias, grid, given = arguments
        weights = _of_pixel(module, features, position_bias, grid, output[1], point)
        start = grid.left_top
        for head, shares in enumerate(weights.numpy()):
            found.append(
                Attention(
                    main=main,
                    branch=branch,
                    query=branch if given is None else main,
                    block=block,
                    shifted=shifted,
                    head=head,
                    left=_window_start(point.x, start, grid.window),
                    top=_window_start(point.y, start, grid.window),
                    shares=shares,
                )
            )

    return note


def _window_start(place: int, start: int, window: int) -> int:
    return (place + start) // window * window - start


def _of_pixel(
    attention: "BranchAttention",
    features: "Tensor",
    position_bias: "Tensor",
    grid: "WindowGrid",
    query: "Tensor",
    point: Point,
) -> "Tensor":
    """The attention of one pixel, (M, rows, columns): what the fused kernel does not hand out."""
    window, start = grid.window, grid.left_top
    row, column = point.y + start, point.x + start
    across = (grid.width + start + grid.right) // window
    number = row // window * across + column // window
    pixel = row % window * window + column % window
    channels = features.shape[1]
    layer = attention.query_key
    bias = None if layer.bias is None else layer.bias[channels:]
    key = grid.cut(functional.conv2d(features, layer.weight[channels:], bias), attention.heads)
    # (B*N, M, P, D) -> (M, P, D) of the pixel's window, as the batch is of one
    keys, one = key[number], query[number, :, pixel]
    logits = torch.einsum("mpd,md->mp", keys, one) / math.sqrt(one.shape[-1])
    shares = torch.softmax(logits + position_bias[0, :, pixel], dim=-1)
    # (M, P) -> (M, rows, columns)
    return shares.reshape(-1, window, window)
