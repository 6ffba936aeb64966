"""From trained weights to the folded ones that the graphs compute with: NumPy alone.

Left out are the MM side of the shifted block, the MM query and the reconstruction decoder; folded
are the norm's affine part into query, key and value, the un-embedding with the gate's first
convolution, and the gate's second one with the decoder's first; the position bias is computed once.
Sums are made in float64 and rounded once.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import CheckpointError

Arrays = Mapping[str, NDArray[np.float32]]
FoldedWeights = dict[str, NDArray[np.float32]]

CHANNELS = 98
"""Of the features between the network's parts."""
HEADS = 2
WINDOW = 8
"""Side of an attention window, in pixels."""
MARGIN = 2
"""Pixels around windows that the depthwise convolution sees."""

_DP, _MM = "digital_photography", "multi_modal"

BRANCHES = {"dp0": (0, _DP), "mm0": (0, _MM), "dp1": (1, _DP)}
"""The branches that are computed: block and task. Nothing reads the shifted MM side (D16)."""

_SHAPES = {
    "shared_encoder.convolutions.0.weight": (32, 2, 3, 3),
    "shared_encoder.convolutions.2.weight": (32, 66, 3, 3),
    "gating.expand.weight": (128, CHANNELS, 1, 1),
    "global_decoder.stack.0.weight": (64, 128, 3, 3),
    "global_decoder.stack.6.weight": (1, 16, 3, 3),
}


def fold(arrays: Arrays) -> FoldedWeights:
    """Fold a network's weights.

    Args:
        arrays: All weights by the names of ``GIFNet.state_dict``, float32.

    Returns:
        The folded weights, by the names that the graphs use. Kernels of 3x3 and 5x5 are (out, in,
        rows, columns); those of 1x1 are matrices (in, out), which multiply pixels from the right.

    Raises:
        CheckpointError: the network is not of the published size.
    """
    _require_published_size(arrays)
    double = {name: array.astype(np.float64) for name, array in arrays.items()}
    folded: dict[str, NDArray[np.float64]] = {}
    for index in range(3):
        source = f"shared_encoder.convolutions.{index}"
        folded[f"encoder{index}.kernel"] = double[f"{source}.weight"]
        folded[f"encoder{index}.bias"] = double[f"{source}.bias"]
    for name, task in (("dp", _DP), ("mm", _MM)):
        folded[f"embed_{name}.kernel"] = double[f"embedding.{task}.weight"]
        folded[f"embed_{name}.bias"] = double[f"embedding.{task}.bias"]
    for block in range(2):
        folded[f"position_bias{block}"] = _position_bias(double, block)
    for name in BRANCHES:
        folded |= _branch(double, name)
    # Of the main task; of the unshifted block, the only one that reads it (D5).
    folded["auxiliary_weight"] = double[f"cross_fusion.blocks.0.auxiliary_weight.{_DP}"]
    folded |= _gate_and_decoder(double)
    return {name: np.ascontiguousarray(array, np.float32) for name, array in folded.items()}


def _require_published_size(arrays: Arrays) -> None:
    for name, shape in _SHAPES.items():
        found = arrays[name].shape if name in arrays else None
        if found != shape:
            raise CheckpointError(
                f"expected weights of the published size, {name!r} with {shape}, got {found}: "
                "networks of other sizes train, but are not fused with"
            )


def _position_bias(weights: Mapping[str, NDArray[np.float64]], block: int) -> NDArray[np.float64]:
    """(1, heads, pixels, pixels): added to the logits of every window."""
    axis = np.arange(WINDOW)
    # (pixels, 2), row-major
    positions = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    difference = (positions[:, None] - positions[None]).astype(np.float64)
    relative = np.sign(difference) * np.log1p(np.abs(difference))
    source = f"cross_fusion.blocks.{block}.position_bias"
    hidden = relative @ weights[f"{source}.hidden.weight"].T + weights[f"{source}.hidden.bias"]
    bias = np.maximum(hidden, 0) @ weights[f"{source}.output.weight"].T
    return (bias + weights[f"{source}.output.bias"]).transpose(2, 0, 1)[None]


def _branch(
    weights: Mapping[str, NDArray[np.float64]], name: str
) -> dict[str, NDArray[np.float64]]:
    block, task = BRANCHES[name]
    source = f"cross_fusion.blocks.{block}.branches.{task}"
    scale, shift = weights[f"{source}.norm.weight"], weights[f"{source}.norm.bias"]
    query_key = weights[f"{source}.attention.query_key.weight"][..., 0, 0]
    query_key_bias = weights[f"{source}.attention.query_key.bias"]
    linear = {
        "query": (query_key[:CHANNELS], query_key_bias[:CHANNELS]),
        "key": (query_key[CHANNELS:], query_key_bias[CHANNELS:]),
        "value": (
            weights[f"{source}.attention.value.weight"][..., 0, 0],
            weights[f"{source}.attention.value.bias"],
        ),
    }
    folded: dict[str, NDArray[np.float64]] = {}
    if name == "mm0":
        # The auxiliary branch takes the main one's query (D1).
        del linear["query"]
    for part, (matrix, bias) in linear.items():
        # W (scale * x + shift) + b = (W * scale) x + (W shift + b)
        divisor = np.sqrt(CHANNELS // HEADS) if part == "query" else 1.0
        folded[f"{name}.{part}.matrix"] = (matrix * scale).T / divisor
        folded[f"{name}.{part}.bias"] = (matrix @ shift + bias) / divisor
    folded[f"{name}.depthwise.kernel"] = weights[f"{source}.attention.depthwise.weight"]
    folded[f"{name}.depthwise.bias"] = weights[f"{source}.attention.depthwise.bias"]
    for part, layer in (
        ("projection", "attention.projection"),
        ("expand", "mlp.0"),
        ("reduce", "mlp.2"),
    ):
        folded[f"{name}.{part}.matrix"] = weights[f"{source}.{layer}.weight"][..., 0, 0].T
        folded[f"{name}.{part}.bias"] = weights[f"{source}.{layer}.bias"]
    for part in ("rescale_weight", "rescale_bias", "rebias_weight", "rebias_bias"):
        folded[f"{name}.{part}"] = weights[f"{source}.norm.{part}"]
    return folded


def _gate_and_decoder(
    weights: Mapping[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    reduce = weights["gating.reduce.weight"][..., 0, 0]
    of_shared, of_main = reduce[:, :CHANNELS], reduce[:, CHANNELS:]
    expand = weights["gating.expand.weight"][..., 0, 0]
    folded = {
        "gate_shared.kernel": of_shared[..., None, None],
        "gate_main.kernel": np.einsum("og,girc->oirc", of_main, weights["unembedding.weight"]),
        "gate_main.bias": of_main @ weights["unembedding.bias"],
        "decoder0.kernel": np.einsum(
            "ogrc,gi->oirc", weights["global_decoder.stack.0.weight"], expand
        ),
        "decoder0.bias": weights["global_decoder.stack.0.bias"],
    }
    for index in range(1, 4):
        folded[f"decoder{index}.kernel"] = weights[f"global_decoder.stack.{2 * index}.weight"]
        folded[f"decoder{index}.bias"] = weights[f"global_decoder.stack.{2 * index}.bias"]
    return folded
