"""The feature maps of a pair, taken out of the network while it fuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from gifnet.imaging.arrays import FloatArray
from gifnet.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from gifnet.model import GIFNet
    from gifnet.model.cross_fusion_block import CrossFusionBlock


class Place(StrEnum):
    """Where in the network maps are taken from, in the order of the figure."""

    SHARED = "shared_encoder"
    """What the shared encoder gives to both branches."""

    MM_BEFORE = "multi_modal_before"
    """The MM branch's embedding, before the first block."""

    MM_AFTER = "multi_modal_after"
    """The same after its cross attention, which takes the DP branch's query."""

    DP_BEFORE = "digital_photography_before"
    """The DP branch's embedding, before the first block."""

    DP_AFTER = "digital_photography_after"
    """The same after its attention and with lambda times the MM branch added (Eq. 4)."""


@dataclass(frozen=True, eq=False)
class Features:
    """What the network made of a pair, digital photography being main as it is when fusing.

    Attributes:
        fused: the fused luma, (H, W) in [0, 1].
        maps: by their place, (C, H, W).
    """

    fused: FloatArray
    maps: dict[Place, FloatArray]


def take_features(network: "GIFNet", source_a: FloatArray, source_b: FloatArray) -> Features:
    """Fuse a pair and keep the features on the way.

    Args:
        network: in evaluation mode, float32 on the CPU; it is not changed.
        source_a: luma of the first source, (H, W) in [0, 1].
        source_b: luma of the second, same size.

    Returns:
        The features. Source: Sec. 4.3 and Fig. 7, with the roles of Fig. 4.
    """
    height, width = source_a.shape
    taken: dict[Place, Tensor] = {}
    block = cast("CrossFusionBlock", network.cross_fusion.blocks[0])
    main = Task.DIGITAL_PHOTOGRAPHY

    def embedded(place: Place) -> Any:
        def take(module: Any, arguments: Any, output: "Tensor") -> None:  # noqa: ARG001
            taken[place] = output

        return take

    def interacted(module: Any, arguments: Any, output: tuple["Tensor", "Tensor"]) -> None:  # noqa: ARG001
        main_features, auxiliary_features = output
        taken[Place.MM_AFTER] = auxiliary_features
        taken[Place.DP_AFTER] = block.interact(main_features, auxiliary_features, main)

    hooks = [
        (network.embedding[Task.MULTI_MODAL.value], embedded(Place.MM_BEFORE)),
        (network.embedding[main.value], embedded(Place.DP_BEFORE)),
        (block, interacted),
    ]
    with torch.inference_mode(), hooked(hooks):
        shared = network.encode(as_tensor(source_a), as_tensor(source_b))
        taken[Place.SHARED] = shared
        gated = network.gate(shared, shared, main=main)
        fused = network.decode(gated)[0, 0].numpy()
    return Features(
        fused=np.clip(fused, 0.0, 1.0),
        # The branches work on maps that are padded to multiples of 4.
        maps={place: taken[place][0, :, :height, :width].numpy() for place in Place},
    )


def as_tensor(luma: FloatArray) -> "Tensor":
    """A picture (H, W) as the network takes it, (1, 1, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(luma))[None, None]


@contextmanager
def hooked(hooks: list[tuple[Any, Any]]) -> Iterator[None]:
    """Have functions called with what modules compute, for as long as the context lasts.

    Args:
        hooks: modules, and what is called with the module, its arguments and its output.
    """
    handles = [module.register_forward_hook(function) for module, function in hooks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
