"""A runtime for the engine's tiling, made of exported files."""

from collections.abc import Mapping, Sequence

import numpy as np

from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Sums
from gifnet.engine.runtimes.numpy_features import allocate, assemble
from gifnet.export.loaded import Run


class FileStages:
    """The four stages as somebody computes them who has nothing but the files.

    Args:
        stages: what computes each stage, by its name.
    """

    name = "exported files"
    precision = "float32"
    bytes_per_feature = 4
    working_bytes = 13_000
    fixed_bytes = 0.0
    best_tile = 96

    def __init__(self, stages: Mapping[str, Run]) -> None:
        self._stages = stages

    def embed(self, pair: FloatArray) -> Embedded:
        """See ``Runtime.embed``."""
        out = self._run("embed", pair=pair)
        return Embedded(
            out["dp"],
            out["mm"],
            Sums(out["dp_sums"], out["dp_norms"]),
            Sums(out["mm_sums"], out["mm_norms"]),
        )

    def interact(
        self, dp: Features, mm: Features, moments: FloatArray, auxiliary_weight: FloatArray
    ) -> tuple[Features, Sums]:
        """See ``Runtime.interact``."""
        out = self._run(
            "interact", dp=dp, mm=mm, moments=moments, auxiliary_weight=auxiliary_weight
        )
        return out["features"], Sums(out["features_sums"], out["features_norms"])

    def shift(self, features: Features, moments: FloatArray) -> Features:
        """See ``Runtime.shift``."""
        return self._run("shift", features=features, moments=moments)["shifted"]

    def decode(self, pair: FloatArray, shifted: Features) -> FloatArray:
        """See ``Runtime.decode``."""
        return self._run("decode", pair=pair, shifted=shifted)["fused"]

    def allocate(self, rows: int, columns: int) -> Features:
        """See ``Runtime.allocate``."""
        return allocate(rows, columns, np.float32)

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """See ``Runtime.assemble``."""
        return assemble(parts, padding)

    def expect(self, stage: str, times: int) -> None:
        """See ``Runtime.expect``."""

    def release(self) -> None:
        """See ``Runtime.release``."""

    def _run(self, stage: str, **inputs: FloatArray) -> dict[str, FloatArray]:
        return self._stages[stage](
            {name: np.ascontiguousarray(array) for name, array in inputs.items()}
        )
