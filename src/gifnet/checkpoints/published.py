"""The published checkpoint's keys, mapped to ours by one table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gifnet.checkpoints.strict import (
    require_no_others,
    require_none_broken,
    require_same_keys,
)
from gifnet.errors import CheckpointError

if TYPE_CHECKING:
    from torch import Tensor

_SWIN = "extractor_multask.SwinTransformerSpecific."

# (published suffix, our task): the published names of the branches are their training tasks.
_TASKS = (("", "multi_modal"), ("_mfif", "digital_photography"))


def _table() -> dict[str, str]:
    """Build the table from published to our key, layer by layer."""
    layers = {
        **{
            f"getSharedFeatures.conv_{n}.conv2d": f"shared_encoder.convolutions.{n - 1}"
            for n in (1, 2, 3)
        },
        f"{_SWIN}patch_embed_ivif.proj": "embedding.multi_modal",
        f"{_SWIN}patch_embed_mfif.proj": "embedding.digital_photography",
        f"{_SWIN}patch_unembed.proj.0": "unembedding",
    }
    # The published stacks count padding, convolution and activation: 1, 4, 7, 10.
    for index in range(4):
        layers[f"decoder_rec.decoder.{3 * index + 1}"] = f"reconstruction_decoder.stack.{2 * index}"
        layers[f"cnnDecoder.decoder.{3 * index + 1}"] = f"global_decoder.stack.{2 * index}"
    plain = {
        "cnnDecoder.fuseComplementFeatures.mlp.0.weight": "gating.reduce.weight",
        "cnnDecoder.fuseComplementFeatures.mlp.2.weight": "gating.expand.weight",
    }
    for block in (0, 1):
        theirs, ours = f"{_SWIN}layer1.blocks.{block}.", f"cross_fusion.blocks.{block}."
        layers[f"{theirs}attn.attn.meta.0"] = f"{ours}position_bias.hidden"
        layers[f"{theirs}attn.attn.meta.2"] = f"{ours}position_bias.output"
        for suffix, task in _TASKS:
            branch = f"{ours}branches.{task}."
            norm = f"{theirs}norm1{suffix}."
            layers |= {
                f"{theirs}attn.QK{suffix}": f"{branch}attention.query_key",
                f"{theirs}attn.V{suffix}": f"{branch}attention.value",
                f"{theirs}attn.conv{suffix}": f"{branch}attention.depthwise",
                f"{theirs}attn.proj{suffix}": f"{branch}attention.projection",
                f"{theirs}mlp{suffix}.mlp.0": f"{branch}mlp.0",
                f"{theirs}mlp{suffix}.mlp.2": f"{branch}mlp.2",
            }
            plain |= {
                f"{norm}weight": f"{branch}norm.weight",
                f"{norm}bias": f"{branch}norm.bias",
                f"{norm}meta1.weight": f"{branch}norm.rescale_weight",
                f"{norm}meta1.bias": f"{branch}norm.rescale_bias",
                f"{norm}meta2.weight": f"{branch}norm.rebias_weight",
                f"{norm}meta2.bias": f"{branch}norm.rebias_bias",
                f"{_SWIN}layer1.weights{suffix}.{block}": f"{ours}auxiliary_weight.{task}",
            }
    for theirs, ours in layers.items():
        plain[f"{theirs}.weight"] = f"{ours}.weight"
        plain[f"{theirs}.bias"] = f"{ours}.bias"
    return plain


PUBLISHED_KEYS = _table()
"""From the published checkpoint's key to ours. Every weight of the network is in it once."""

DERIVABLE_KEYS = frozenset(
    f"{_SWIN}layer1.blocks.{block}.attn.attn.relative_positions" for block in (0, 1)
)
"""Published entries that are no weights: our network computes them."""


def from_published(
    state: "Mapping[str, Tensor]", shapes: "Mapping[str, Tensor]"
) -> "dict[str, Tensor]":
    """Map a published state dict to ours.

    Args:
        state: The published state dict.
        shapes: Our network's state dict, for the shapes: the norm's vectors come with more
            dimensions.

    Returns:
        Our state dict.

    Raises:
        CheckpointError: Keys are missing or unknown, or a tensor has another shape or no plain,
            finite numbers.
    """
    weights = {key: tensor for key, tensor in state.items() if key not in DERIVABLE_KEYS}
    what = "the published GIFNet checkpoint"
    require_same_keys(expected=PUBLISHED_KEYS, found=weights, what=what)
    _require_plain_numbers(weights, what=what)
    converted = {}
    for theirs, ours in PUBLISHED_KEYS.items():
        tensor, target = weights[theirs], shapes[ours]
        expected = _published_shape(ours, target)
        if tuple(tensor.shape) != expected:
            raise CheckpointError(
                f"expected {theirs!r} with {expected}, got {tuple(tensor.shape)}: "
                "this is a network of another size"
            )
        converted[ours] = tensor.reshape(target.shape).contiguous()
    return converted


def to_published(state: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """Map our state dict to the published keys: the inverse of ``from_published``.

    Args:
        state: Our state dict.

    Returns:
        The published state dict, without the entries that are no weights.

    Raises:
        CheckpointError: Keys are missing or unknown.
    """
    require_same_keys(expected=PUBLISHED_KEYS.values(), found=state, what="a GIFNet")
    return {
        theirs: state[ours].reshape(_published_shape(ours, state[ours]))
        for theirs, ours in PUBLISHED_KEYS.items()
    }


def _require_plain_numbers(weights: "Mapping[str, Tensor]", *, what: str) -> None:
    others = [
        key
        for key, tensor in weights.items()
        if not tensor.is_floating_point() or not tensor.is_cpu or tensor.is_sparse
    ]
    require_no_others(others, what=what)
    broken = [key for key, tensor in weights.items() if not bool(tensor.isfinite().all())]
    require_none_broken(broken, what=what)


def _published_shape(key: str, ours: "Tensor") -> tuple[int, ...]:
    """Shape of one of our weights in the published file."""
    shape = tuple(ours.shape)
    if key.endswith((".norm.weight", ".norm.bias")):
        return (1, *shape, 1, 1)
    if key.endswith((".norm.rescale_weight", ".norm.rebias_weight")):
        return (*shape, 1, 1, 1)  # 1x1 convolutions from one channel
    return shape
