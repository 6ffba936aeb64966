"""From folded weights to those of the int8 graphs: NumPy alone.

Quantised are the layers that read the pair or the encoder's features, where integers are faster
than bfloat16 and nearly as true; the others compute as for bfloat16. An activation x of a channel
is stored as q = x / scale + zero, rounded, 0 to 255; scale and zero are the channel's own. A layer
that reads it multiplies q, and its weights, which are quantised for each channel of the output,
contain the scales, its bias what the zeros and the rounding of weights shift the mean by.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.folding import FoldedWeights

STEP = 1 / 255
"""What the integers of an activation are multiplied with in the graph."""

ACTIVATIONS = {"encoded_pair": 2, "encoded0": 32, "encoded1": 32, "encoded2": 32}
"""The activations that are quantised, and how many channels they have."""

_ENCODED = tuple(ACTIVATIONS)

LAYERS: dict[str, tuple[str, ...]] = {
    "encoder1": _ENCODED[:2],
    "encoder2": _ENCODED[:3],
    "embed_dp": _ENCODED,
    "embed_mm": _ENCODED,
    "gate_shared": _ENCODED,
}
"""The layers that are quantised, each with the activations that it reads, along the channels."""

Ranges = Mapping[str, NDArray[np.float32]]
"""For each of ``ACTIVATIONS`` (3, channels): lowest value that is kept, highest one, mean."""


def quantise(folded: FoldedWeights, ranges: Ranges) -> dict[str, NDArray[Any]]:
    """Quantise folded weights.

    Args:
        folded: what ``fold`` returned.
        ranges: of the activations, measured on pictures.

    Returns:
        All that the int8 graphs name: ``X.scale`` and ``X.zero`` for activations, ``X.kernel_int8``
        with ``X.kernel_scale`` for layers, biases, and what is not quantised.
    """
    quantised: dict[str, NDArray[Any]] = dict(folded)
    steps: dict[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]] = {}
    for name in ACTIVATIONS:
        low, high, mean = ranges[name].astype(np.float64)
        # Zero is kept exactly, as a zero point must be one of the integers.
        low, high = np.minimum(low, 0), np.maximum(high, 0)
        scale = np.maximum(high - low, 1e-6) / 255
        zero = np.rint(-low / scale)
        steps[name] = scale, zero, mean
        quantised[f"{name}.scale"] = scale.astype(np.float32)
        quantised[f"{name}.zero"] = zero.astype(np.uint8)
    for layer, names in LAYERS.items():
        scale, zero, mean = (
            np.concatenate(parts) for parts in zip(*(steps[name] for name in names), strict=True)
        )
        weight = quantised.pop(f"{layer}.kernel").astype(np.float64)
        # (out, in, rows * columns)
        wanted = weight.reshape(*weight.shape[:2], -1) * (scale / STEP)[:, None]
        step = np.maximum(np.abs(wanted).max(axis=(1, 2)), 1e-12) / 127
        integers = np.rint(wanted / step[:, None, None])
        got = integers * step[:, None, None]
        shift = -(got.sum(-1) * (STEP * zero)).sum(-1)
        shift += ((wanted - got).sum(-1) * (STEP * mean / scale)).sum(-1)
        # The gate adds both its halves; one of them has the bias.
        bias = "gate_main.bias" if layer == "gate_shared" else f"{layer}.bias"
        quantised[bias] = (quantised[bias].astype(np.float64) + shift).astype(np.float32)
        quantised[f"{layer}.kernel_int8"] = integers.astype(np.int8).reshape(weight.shape)
        quantised[f"{layer}.kernel_scale"] = step.astype(np.float32)
    return quantised
