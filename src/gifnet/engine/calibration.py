"""Ranges of the activations that int8 quantises, measured on pictures in float32 on OpenVINO."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.graph_bytes import graph, with_weights
from gifnet.engine.quantising import ACTIVATIONS
from gifnet.engine.runtimes.openvino_core import openvino_core

FloatArray = NDArray[np.float32]

_TILE = 256
_PIXELS = 4000
"""Of each activation, for each tile."""


def calibrate(
    weights: Mapping[str, FloatArray],
    pairs: Iterable[FloatArray],
    threads: int,
    advance: Callable[[], None] = lambda: None,
) -> dict[str, FloatArray]:
    """Measure the activations' ranges.

    Args:
        weights: folded weights.
        pairs: pictures, (1, 2, height, width) each, in [0, 1], at least one.
        threads: how many to compute with.
        advance: is called after each pair.

    Returns:
        What ``quantise`` asks for.
    """
    core = openvino_core()
    model = core.read_model(with_weights(graph("embed"), weights))
    model.add_outputs(list(ACTIVATIONS))
    configuration = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    compiled = core.compile_model(model, "CPU", configuration)
    generator = np.random.default_rng(0)
    found = {name: _Range(channels) for name, channels in ACTIVATIONS.items()}
    for pair in pairs:
        for tile in _tiles(pair):
            outputs = compiled({"pair": np.ascontiguousarray(tile)})
            for name, channels in ACTIVATIONS.items():
                # (1, channels, rows, columns) -> (pixels, channels)
                pixels = outputs[name].reshape(channels, -1).T
                chosen = generator.integers(0, len(pixels), min(_PIXELS, len(pixels)))
                found[name].add(pixels[chosen])
        advance()
    return {name: seen.as_array() for name, seen in found.items()}


def _tiles(pair: FloatArray) -> Iterable[FloatArray]:
    """Parts of about equal size: borders between them do no harm, as only ranges are wanted."""
    height, width = pair.shape[-2:]
    for rows in np.array_split(np.arange(height), -(-height // _TILE)):
        for columns in np.array_split(np.arange(width), -(-width // _TILE)):
            yield pair[..., rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


class _Range:
    """Lowest, highest and mean of each channel of an activation, gathered part by part.

    Nothing that was drawn is cut off: leaving out the outermost 0.01 % costs 3 dB on average.
    """

    def __init__(self, channels: int) -> None:
        self._lowest = np.full(channels, np.inf, np.float32)
        self._highest = np.full(channels, -np.inf, np.float32)
        self._sum = np.zeros(channels, np.float64)
        self._count = 0

    def add(self, pixels: FloatArray) -> None:
        """Add pixels, (pixels, channels)."""
        self._lowest = np.minimum(self._lowest, pixels.min(axis=0))
        self._highest = np.maximum(self._highest, pixels.max(axis=0))
        self._sum += pixels.sum(axis=0, dtype=np.float64)
        self._count += len(pixels)

    def as_array(self) -> FloatArray:
        """(3, channels): lowest, highest, mean."""
        mean = (self._sum / self._count).astype(np.float32)
        return np.stack([self._lowest, self._highest, mean])
