"""The stages on ONNX Runtime: float32, on every processor that it knows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gifnet.engine.graph_bytes import STAGES, graph, with_weights
from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Sums
from gifnet.engine.runtimes.numpy_features import allocate, assemble


class OnnxRuntime:
    """Four sessions.

    Args:
        weights: folded weights.
        precision: ``float32``.
        threads: how many to compute with.
    """

    name = "onnxruntime"
    bytes_per_feature = 4
    working_bytes = 13_000
    fixed_bytes = 0.0
    best_tile = 96

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], precision: str, threads: int
    ) -> None:
        self.precision = precision
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait shall leave the processor to other processes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._sessions = {
            name: onnxruntime.InferenceSession(
                with_weights(graph(name), weights), options, providers=["CPUExecutionProvider"]
            )
            for name in STAGES
        }

    def embed(self, pair: FloatArray) -> Embedded:
        """See ``Runtime.embed``."""
        out = self._run("embed", {"pair": pair})
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
        inputs = {"dp": dp, "mm": mm, "moments": moments, "auxiliary_weight": auxiliary_weight}
        out = self._run("interact", inputs)
        return out["features"], Sums(out["features_sums"], out["features_norms"])

    def shift(self, features: Features, moments: FloatArray) -> Features:
        """See ``Runtime.shift``."""
        return self._run("shift", {"features": features, "moments": moments})["shifted"]

    def decode(self, pair: FloatArray, shifted: Features) -> FloatArray:
        """See ``Runtime.decode``."""
        fused: FloatArray = self._run("decode", {"pair": pair, "shifted": shifted})["fused"]
        return fused

    def allocate(self, rows: int, columns: int) -> Features:
        """See ``Runtime.allocate``."""
        return allocate(rows, columns, np.float32)

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """See ``Runtime.assemble``."""
        return assemble(parts, padding)

    def expect(self, stage: str, times: int) -> None:
        """See ``Runtime.expect``: one size is as good as another."""

    def release(self) -> None:
        """See ``Runtime.release``: what sessions hold is used again."""

    def _run(self, stage: str, inputs: dict[str, Any]) -> dict[str, Any]:
        session = self._sessions[stage]
        arrays = {name: np.ascontiguousarray(values) for name, values in inputs.items()}
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, arrays), strict=True))
