"""Models written to files of the two formats."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from gifnet.errors import ExportError, MissingDependencyError
from gifnet.export.settings import Format


def require_library(form: Format) -> None:
    """Make sure that files of a format can be written: ONNX files always can.

    Raises:
        MissingDependencyError: what writes the format is not installed.
    """
    if form is Format.OPENVINO and find_spec("openvino") is None:
        raise MissingDependencyError(
            "openvino", extra="openvino", purpose="exporting to OpenVINO's format"
        )


def write_model(model: bytes, file: Path, form: Format, metadata: Mapping[str, str]) -> None:
    """Write a model.

    Args:
        model: a serialised ``ModelProto``.
        file: where to, with the suffix of the format; OpenVINO's .bin is written beside it.
        form: the format.
        metadata: what the model says of itself; OpenVINO's files keep it in ``rt_info``.

    Raises:
        ExportError: the model is not what the format demands.
        OSError: the file cannot be written.
    """
    if form is Format.ONNX:
        _check(model)
        file.write_bytes(model)
    else:
        _save_for_openvino(model, file, metadata)


def _check(model: bytes) -> None:
    """Let the judge of the format look at a model, where it is installed."""
    if find_spec("onnx") is None:
        return
    import onnx

    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        raise ExportError(
            f"expected a model that onnx {onnx.__version__} accepts, got: {error}; this is a "
            "mistake of gifnet, please report it"
        ) from error


def _save_for_openvino(model: bytes, file: Path, metadata: Mapping[str, str]) -> None:
    import openvino

    from gifnet.engine.runtimes.openvino_core import openvino_core

    network = openvino_core().read_model(model)
    for key, value in metadata.items():
        network.set_rt_info(value, ["gifnet", *key.removeprefix("gifnet.").split(".")])
    try:
        # Weights in half precision, which this function makes unasked, would cost exactness.
        openvino.save_model(network, file, compress_to_fp16=False)
    except RuntimeError as error:  # OpenVINO's errors have no types
        raise ExportError(
            f"{file.name}: OpenVINO {openvino.__version__} could not write it ({error}); check the "
            "free space, or choose another place"
        ) from error
