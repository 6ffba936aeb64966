"""Exported files, loaded again as their users will load them."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import MissingDependencyError
from gifnet.export.settings import Format

FloatArray = NDArray[np.float32]
Run = Callable[[Mapping[str, FloatArray]], dict[str, FloatArray]]
"""Takes all inputs of a graph and gives all outputs, by their names."""


def library_for(form: Format) -> str:
    """Name the library that files of a format are run on: ``onnxruntime`` or ``openvino``.

    Raises:
        MissingDependencyError: none is installed.
    """
    candidates = ("onnxruntime", "openvino") if form is Format.ONNX else ("openvino",)
    found = next((name for name in candidates if find_spec(name) is not None), None)
    if found is None:
        raise MissingDependencyError(
            candidates[0],
            extra="onnx" if form is Format.ONNX else "openvino",
            purpose="verifying what was exported",
        )
    return found


def load(file: Path, library: str) -> Run:
    """Load an exported graph, to be computed in float32.

    Args:
        file: a .onnx or .xml file.
        library: ``onnxruntime`` or ``openvino``, which reads both.
    """
    return _load_onnxruntime(file) if library == "onnxruntime" else _load_openvino(file)


def _load_onnxruntime(file: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Threads that wait shall leave the processor to the reference.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        return dict(zip(names, session.run(names, dict(inputs)), strict=True))

    return run


def _load_openvino(file: Path) -> Run:
    from gifnet.engine.runtimes.openvino_core import openvino_core

    compiled = openvino_core().compile_model(str(file), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        results = compiled(dict(inputs))
        return {name: results[output] for output in compiled.outputs for name in output.names}

    return run
