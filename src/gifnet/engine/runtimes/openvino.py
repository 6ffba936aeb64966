"""The stages on OpenVINO: the fastest on CPUs, in float32, bfloat16 and int8."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import openvino

from gifnet.engine.graph_bytes import STAGES, AnyArray, graph, with_weights
from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Sums
from gifnet.engine.runtimes.numpy_features import allocate, assemble
from gifnet.engine.runtimes.openvino_core import openvino_core
from gifnet.engine.runtimes.openvino_stage import Stage

# What int8 graphs do not compute with integers is computed as for bfloat16.
_HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "bf16"}
_FEATURES = ("dp", "mm", "features", "shifted")
# From here on the decoder is computed in float32 whatever is asked for: its last layers, a
# thirtieth of the work, would otherwise cost bfloat16 4 dB. Beside integers one layer less does.
_EXACT_FROM = {"bfloat16": "decoded0", "int8": "decoded1"}


class OpenVinoRuntime:
    """Four compiled graphs, with shapes that may change from call to call.

    Args:
        weights: folded weights.
        precision: ``float32``, ``bfloat16`` or ``int8``.
        threads: how many to compute with.
    """

    name = "openvino"

    def __init__(
        self,
        weights: Mapping[str, AnyArray],
        precision: str,
        threads: int,
    ) -> None:
        self.precision = precision
        self._reduced = precision != "float32"
        self.bytes_per_feature = 2 if self._reduced else 4
        self.working_bytes = 4_200 if self._reduced else 7_000
        self.fixed_bytes = 9e7
        self.best_tile = 112 if self._reduced else 80
        self._stages = _load(weights, precision, threads)

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
        out = self._run("decode", {"pair": pair, "shifted": shifted})
        if self._reduced:
            (maps,) = out.values()
            out = self._run("finish", {"maps": maps})
        fused: FloatArray = out["fused"]
        return fused

    def allocate(self, rows: int, columns: int) -> Features:
        """See ``Runtime.allocate``."""
        # bfloat16, which NumPy lacks, as OpenVINO hands it over: two bytes that are only copied.
        return allocate(rows, columns, np.float16 if self._reduced else np.float32)

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """See ``Runtime.assemble``."""
        return assemble(parts, padding)

    def release(self) -> None:
        """See ``Runtime.release``."""
        for stage in self._stages.values():
            stage.release()

    def expect(self, stage: str, times: int) -> None:
        """See ``Runtime.expect``."""
        for name in (stage, "finish") if stage == "decode" and self._reduced else (stage,):
            self._stages[name].expect(times)

    def _run(self, stage: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return self._stages[stage].run(inputs)


def _load(weights: Mapping[str, AnyArray], precision: str, threads: int) -> dict[str, Stage]:
    """Read all stages; they are compiled when it is known for which sizes."""
    core = openvino_core()
    hint, quantised = _HINTS[precision], precision == "int8"
    stages = {}
    for name in STAGES:
        read = core.read_model(with_weights(graph(name, quantised=quantised), weights))
        models = {name: read}
        if hint != "f32":
            if name == "decode":
                models[name], models["finish"] = _split(read, _EXACT_FROM[precision])
            models = {key: _in_bfloat16(model) for key, model in models.items()}
            if name != "decode":
                _round_all(models[name])
        for key, model in models.items():
            configuration = {
                "INFERENCE_PRECISION_HINT": "f32" if key == "finish" else hint,
                "INFERENCE_NUM_THREADS": threads,
                "PERFORMANCE_HINT": "LATENCY",
                # Pinned threads of processes side by side would share the first processors.
                "ENABLE_CPU_PINNING": False,
            }
            stages[key] = Stage(core, model, configuration)
    return stages


def _split(model: Any, name: str) -> tuple[Any, Any]:
    """Cut a model in two where a value of that name flows; between them its channels are last."""
    opset = openvino.opset13
    cut = next(output for op in model.get_ops() for output in op.outputs() if name in output.names)
    users = list(cut.get_target_inputs())
    handed_over = opset.transpose(cut, np.array([0, 2, 3, 1]))
    maps = opset.parameter(handed_over.output(0).partial_shape, np.float32)
    maps.output(0).set_names({"maps"})
    for user in users:
        user.replace_source_output(opset.transpose(maps, np.array([0, 3, 1, 2])).output(0))
    first = openvino.Model([handed_over], model.get_parameters())
    return first, openvino.Model([model.output("fused")], [maps])


def _in_bfloat16(model: Any) -> Any:
    """Let features come and go in bfloat16."""
    steps = openvino.preprocess.PrePostProcessor(model)
    for port in model.inputs:
        if port.any_name in _FEATURES:
            steps.input(port.any_name).tensor().set_element_type(openvino.Type.bf16)
    for port in model.outputs:
        if port.any_name in _FEATURES:
            steps.output(port.any_name).tensor().set_element_type(openvino.Type.bf16)
    return steps.build()


def _round_all(model: Any) -> None:
    """Compute in bfloat16 up to the end.

    The plugin would compute what follows the last layer with weights in float32, unasked:
    converting there and back costs a fifth. A version that does not know this is only slower.
    """
    for op in model.get_ops():
        op.get_rt_info()["enforceBF16evenForGraphTail"] = "true"
