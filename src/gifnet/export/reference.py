"""What exported files are compared with: the network itself, or else the engine."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gifnet.checkpoints import make_network
from gifnet.engine import Runtime, compute, make_plan, make_runtime
from gifnet.engine.engine import Read, Write
from gifnet.engine.processors import usable_processors
from gifnet.engine.whole_pair import fuse_whole_pair
from gifnet.errors import MissingDependencyError
from gifnet.export.models import Source
from gifnet.model.needs_torch import require_torch
from gifnet.tasks import Task

FloatArray = NDArray[np.float32]
Fuse = Callable[[FloatArray, float], FloatArray]
"""Takes a pair (1, 2, height, width) and the auxiliary's influence, gives the fused luma."""

NETWORK = "GIFNet.forward"

_INFLUENCE = f"cross_fusion.blocks.0.auxiliary_weight.{Task.DIGITAL_PHOTOGRAPHY.value}"


def make_reference(source: Source) -> tuple[str, Fuse]:
    """Choose what to compare with.

    Returns:
        What it is, ``NETWORK`` where PyTorch is installed; and the reference.
    """
    try:
        require_torch("the reference")
    except MissingDependencyError:
        return _engine(source)
    return NETWORK, _network(source)


def fuse_in_tiles(
    runtime: Runtime, pair: FloatArray, auxiliary_weight: float, *, tile: int, budget: float
) -> FloatArray:
    """Fuse a pair by the engine.

    Args:
        runtime: computes the stages.
        pair: both sources, (1, 2, height, width) in [0, 1].
        auxiliary_weight: the auxiliary's influence.
        tile: longest side of a tile.
        budget: bytes for tiles and what is kept between the passes.

    Returns:
        The fused luma, (height, width).
    """

    def fuse(height: int, width: int, read: Read, write: Write) -> None:
        plan = make_plan(
            height,
            width,
            budget=budget,
            bytes_per_feature=runtime.bytes_per_feature,
            working_bytes=1,
            best_tile=runtime.best_tile,
            tile=tile,
        )
        compute(runtime, plan, read, write, auxiliary_weight)

    return fuse_whole_pair(pair, fuse)


def _network(source: Source) -> Fuse:
    import torch

    network = make_network(source.weights)

    def fuse(pair: FloatArray, auxiliary_weight: float) -> FloatArray:
        both = torch.from_numpy(pair)
        with torch.inference_mode():
            network.get_parameter(_INFLUENCE).fill_(auxiliary_weight)
            fused: FloatArray = network(both[:, :1], both[:, 1:])[0, 0].numpy()
        return fused

    return fuse


def _engine(source: Source) -> tuple[str, Fuse]:
    runtime = make_runtime(
        "auto",
        source.folded,
        precision="float32",
        device="cpu",
        threads=usable_processors(),
    )

    def fuse(pair: FloatArray, auxiliary_weight: float) -> FloatArray:
        side = max(pair.shape[-2:]) + 8
        return fuse_in_tiles(runtime, pair, auxiliary_weight, tile=side, budget=np.inf)

    return f"gifnet's engine on {runtime.name}", fuse
