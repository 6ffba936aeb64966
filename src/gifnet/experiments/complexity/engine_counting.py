"""The folded form as ``gifnet fuse`` computes it: stage by stage and tile by tile, with margins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from gifnet.engine import compute, make_plan, make_runtime
from gifnet.engine.folding import CHANNELS, MARGIN, FoldedWeights
from gifnet.engine.graph_bytes import STAGES, graph, with_weights
from gifnet.engine.regions import Region
from gifnet.engine.runtime import Embedded, FloatArray, Padding, Runtime, Sums
from gifnet.engine.runtimes.numpy_features import allocate, assemble
from gifnet.experiments.complexity.count import Count
from gifnet.experiments.complexity.graph_counting import count_graph, read_graph

_MULTIPLE = 4
_AMPLE = 1e12
"""Bytes: so much that everything is kept, as it is for usual pictures."""


class CountingRuntime:
    """Counts in place of computing: each stage's graph at the size that it is called with.

    Args:
        weights: folded weights.
        like: the runtime whose tiles are taken.
    """

    name = "counting"
    precision = "float32"
    pool: Executor | None = None

    def __init__(self, weights: FoldedWeights, like: Runtime) -> None:
        self.bytes_per_feature = like.bytes_per_feature
        self.working_bytes = like.working_bytes
        self.fixed_bytes = like.fixed_bytes
        self.best_tile = like.best_tile
        self.calls = 0
        self._counted: Counter[str] = Counter()
        self._known: dict[Any, Count] = {}
        self._graphs = {stage: with_weights(graph(stage), weights) for stage in STAGES}

    @property
    def count(self) -> Count:
        """What was counted so far."""
        return Count(dict(self._counted))

    def embed(self, pair: FloatArray) -> Embedded:
        """See ``Runtime.embed``."""
        self._call("embed", {"pair": pair.shape})
        height, width = (-(-side // _MULTIPLE) * _MULTIPLE for side in pair.shape[2:])
        features = np.zeros((1, height, width, CHANNELS), np.float32)
        return Embedded(features, features, _sums(features), _sums(features))

    def interact(
        self, dp: FloatArray, mm: FloatArray, moments: FloatArray, auxiliary_weight: FloatArray
    ) -> tuple[FloatArray, Sums]:
        """See ``Runtime.interact``."""
        shapes = {
            "dp": dp.shape,
            "mm": mm.shape,
            "moments": moments.shape,
            "auxiliary_weight": auxiliary_weight.shape,
        }
        self._call("interact", shapes)
        features = dp[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
        return features, _sums(features)

    def shift(self, features: FloatArray, moments: FloatArray) -> FloatArray:
        """See ``Runtime.shift``."""
        self._call("shift", {"features": features.shape, "moments": moments.shape})
        return features[:, MARGIN:-MARGIN, MARGIN:-MARGIN]

    def decode(self, pair: FloatArray, shifted: FloatArray) -> FloatArray:
        """See ``Runtime.decode``."""
        self._call("decode", {"pair": pair.shape, "shifted": shifted.shape})
        return pair[:, :1]

    def allocate(self, rows: int, columns: int) -> Any:
        """See ``Runtime.allocate``."""
        return allocate(rows, columns, np.float32)

    def assemble(self, parts: Sequence[Any], padding: Padding) -> Any:
        """See ``Runtime.assemble``."""
        return assemble(parts, padding)

    def expect(self, stage: str, times: int) -> None:
        """See ``Runtime.expect``."""

    def release(self) -> None:
        """See ``Runtime.release``."""

    def _call(self, stage: str, shapes: Mapping[str, tuple[int, ...]]) -> None:
        key = stage, *shapes.values()
        if key not in self._known:
            model = read_graph(self._graphs[stage], stage)
            self._known[key] = count_graph(model, shapes, stage)
        self._counted.update(self._known[key].by_operator)
        self.calls += 1


def count_engine(weights: FoldedWeights, height: int, width: int) -> Count:
    """Count what the engine computes for one pair.

    The tiles are those of the runtime that ``auto`` takes on a CPU, where memory is not short.

    Args:
        weights: folded.
        height: of the pair, in pixels.
        width: of the pair, in pixels.

    Returns:
        All stages of all tiles, with what tiles see around them and what is computed twice.
    """
    weights = dict(weights)
    auxiliary_weight = float(weights.pop("auxiliary_weight")[0])
    like = make_runtime("auto", weights, precision="float32", device="cpu", threads=1)
    runtime = CountingRuntime(weights, like)
    plan = make_plan(
        height,
        width,
        budget=_AMPLE,
        bytes_per_feature=runtime.bytes_per_feature,
        working_bytes=runtime.working_bytes,
        best_tile=runtime.best_tile,
    )

    def read(region: Region) -> FloatArray:
        return np.zeros((1, 2, region.height, region.width), np.float32)

    def write(region: Region, luma: FloatArray) -> None:
        """Nobody wants the result."""

    compute(runtime, plan, read, write, auxiliary_weight)
    return runtime.count


def _sums(features: FloatArray) -> Sums:
    zeros = np.zeros(features.shape[:3], np.float32)
    return Sums(zeros, zeros)
