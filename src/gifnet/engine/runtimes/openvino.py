"""The stages on OpenVINO: the fastest on CPUs, in float32, bfloat16 and int8."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from gifnet.engine.folding import CHANNELS
from gifnet.engine.graph_bytes import STAGES, graph, with_weights
from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Sums
from gifnet.engine.runtimes.numpy_features import assemble

_HINTS = {"float32": "f32", "bfloat16": "bf16"}
_FEATURES = ("dp", "mm", "features", "shifted")
# From here on the decoder is computed in float32 whatever is asked for: its last layers, a
# thirtieth of the work, would otherwise cost 4 dB.
_EXACT_FROM = "decoded0"


class OpenVinoRuntime:
    """Four compiled graphs, with shapes that may change from call to call.

    Args:
        weights: folded weights.
        precision: ``float32`` or ``bfloat16``.
        threads: how many to compute with.
    """

    name = "openvino"

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], precision: str, threads: int
    ) -> None:
        self.precision = precision
        self._reduced = precision != "float32"
        self.bytes_per_feature = 2 if self._reduced else 4
        self.working_bytes = 8_500 if self._reduced else 12_000
        self.best_tile = 160 if self._reduced else 96
        self._compiled = _compile(weights, _HINTS[precision], threads)
        self._requests = {
            name: model.create_infer_request() for name, model in self._compiled.items()
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
        out = self._run("decode", {"pair": pair, "shifted": shifted})
        if self._reduced:
            out = self._run("finish", {f"{_EXACT_FROM}_in": out[_EXACT_FROM]})
        fused: FloatArray = out["fused"]
        return fused

    def allocate(self, rows: int, columns: int) -> Features:
        """See ``Runtime.allocate``."""
        # bfloat16, which NumPy lacks, as OpenVINO hands it over: two bytes that are only copied.
        return np.empty((1, rows, columns, CHANNELS), np.float16 if self._reduced else np.float32)

    def assemble(self, parts: Sequence[Features], padding: Padding) -> Features:
        """See ``Runtime.assemble``."""
        return assemble(parts, padding)

    def release(self) -> None:
        """See ``Runtime.release``."""
        for model in self._compiled.values():
            model.release_memory()

    def _run(self, stage: str, inputs: dict[str, Any]) -> dict[str, Any]:
        request = self._requests[stage]
        # Tensors share the arrays' memory: these must live until the request is done.
        arrays = {name: np.ascontiguousarray(values) for name, values in inputs.items()}
        for name, array in arrays.items():
            if array.dtype == np.float16:
                tensor = openvino.Tensor(array, array.shape, openvino.Type.bf16)
            else:
                tensor = openvino.Tensor(array, shared_memory=True)
            request.set_tensor(name, tensor)
        request.infer()
        outputs = request.model_outputs
        return {
            name: request.get_tensor(output).data for output in outputs for name in output.names
        }


def _compile(weights: Mapping[str, NDArray[np.float32]], hint: str, threads: int) -> dict[str, Any]:
    """Compile all stages, side by side: that is half of what loading takes."""
    core = openvino.Core()

    def stage(name: str) -> dict[str, Any]:
        models = {name: core.read_model(with_weights(graph(name), weights))}
        if hint != "f32":
            if name == "decode":
                models[name], models["finish"] = _split(models[name], _EXACT_FROM)
            models = {key: _in_bfloat16(model) for key, model in models.items()}
        return {
            key: core.compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "f32" if key == "finish" else hint,
                    "INFERENCE_NUM_THREADS": threads,
                    "PERFORMANCE_HINT": "LATENCY",
                },
            )
            for key, model in models.items()
        }

    with ThreadPoolExecutor(len(STAGES)) as pool:
        return {key: model for made in pool.map(stage, STAGES) for key, model in made.items()}


def _split(model: Any, name: str) -> tuple[Any, Any]:
    """Cut a model in two where a value of that name flows."""
    cut = next(output for op in model.get_ops() for output in op.outputs() if name in output.names)
    users = list(cut.get_target_inputs())
    parameter = openvino.opset13.parameter(cut.partial_shape, np.float32)
    parameter.output(0).set_names({f"{name}_in"})
    first = openvino.Model([cut], model.get_parameters())
    for user in users:
        user.replace_source_output(parameter.output(0))
    return first, openvino.Model([model.output("fused")], [parameter])


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
