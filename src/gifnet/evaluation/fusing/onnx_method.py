"""Methods in ONNX files."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation.fusing.checked_output import OutputCheck
from gifnet.evaluation.fusing.luma_fusion import luma_of, with_colour
from gifnet.imaging.arrays import FloatArray, describe_size

_WANTED = (
    "expected two inputs (1, 1, H, W) or (1, 3, H, W), or one input (1, 2, H, W), float32 in "
    "[0, 1], and one such output"
)


class OnnxPair:
    """Fuses two pictures with a network in an ONNX file, on the CPU.

    A network for one channel sees the luma; the colour is made as for every grey method. One for
    three channels sees RGB, grey pictures three times; its result counts as it is.

    Args:
        file: the ONNX file. Two inputs (1, 1, H, W) or (1, 3, H, W), or one (1, 2, H, W),
            float32 in [0, 1]; one output of 1 or, for RGB, 3 channels. Sizes may be fixed.
        name: what errors call the method.

    Raises:
        MissingDependencyError: onnxruntime is not installed.
        EvaluationError: the file is missing, damaged, or of a network with other inputs.
    """

    def __init__(self, file: Path, name: str) -> None:
        self._name = name
        self._check = OutputCheck(name)
        self._session = _open(file, name)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        self._inputs = [item.name for item in inputs]
        shapes = [tuple(item.shape) for item in inputs]
        kinds = {item.type for item in (*inputs, *outputs)}
        if (
            len(outputs) != 1
            or kinds != {"tensor(float)"}
            or any(len(shape) != 4 or not _fits(shape[0], 1) for shape in shapes)
        ):
            raise EvaluationError(_unfit(name, inputs, outputs))
        counts = {_channels(shape, len(shapes)) for shape in shapes}
        if len(counts) != 1 or (len(shapes), *counts) not in {(1, 2), (2, 1), (2, 3)}:
            raise EvaluationError(_unfit(name, inputs, outputs))
        self._coloured = counts == {3}
        self._sizes = [shape[2:] for shape in shapes]

    def __call__(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Fuse two pictures of one size, (H, W) or (H, W, 3), float32 in [0, 1].

        Raises:
            EvaluationError: the network takes another size, or fails at this picture.
        """
        height, width = first.shape[:2]
        self._require_size(height, width)
        pair = [self._planes(picture) for picture in (first, second)]
        given = [np.concatenate(pair, axis=1)] if len(self._inputs) == 1 else pair
        try:
            (output,) = self._session.run(None, dict(zip(self._inputs, given, strict=True)))
        except Exception as error:  # onnxruntime's errors share no parent but this one
            raise EvaluationError(f"{self._name}: the network failed: {error}") from error
        shapes = [(1, 1, height, width)]
        if self._coloured:
            shapes.append((1, 3, height, width))
        planes = self._check(output, *shapes)[0]
        if planes.shape[0] == 1:
            return with_colour(planes[0], (first, second))
        fused: FloatArray = np.ascontiguousarray(np.moveaxis(planes, 0, -1))
        # A grey pair stays grey, whatever the network makes of three equal channels.
        return luma_of(fused) if first.ndim == second.ndim == 2 else fused

    def _planes(self, picture: FloatArray) -> NDArray[np.float32]:
        """(H, W) or (H, W, 3) -> (1, 1, H, W) or (1, 3, H, W), as the network wants it."""
        if not self._coloured:
            return np.ascontiguousarray(luma_of(picture)[None, None])
        if picture.ndim == 2:
            picture = np.stack([picture] * 3, axis=-1)
        return np.ascontiguousarray(np.moveaxis(picture, -1, 0)[None])

    def _require_size(self, height: int, width: int) -> None:
        for size in self._sizes:
            if not (_fits(size[0], height) and _fits(size[1], width)):
                wanted = " x ".join(str(side) for side in reversed(size))
                raise EvaluationError(
                    f"{self._name}: expected pictures of {wanted} pixels, the size that the "
                    f"network was exported for, got {describe_size((height, width))}; export it "
                    "with dynamic height and width"
                )


def onnx_digest(file: Path) -> str:
    """Digest of an ONNX file and of the weights beside it (``FILE.data``), if there are any.

    Raises:
        EvaluationError: there is no such file.
    """
    digest = hashlib.sha256()
    external = file.with_name(file.name + ".data")
    try:
        for part in (file, external) if external.exists() else (file,):
            digest.update(part.read_bytes())
    except OSError as error:
        raise EvaluationError(
            f"expected an ONNX file at {file}, cannot read it ({error.strerror}); check the path"
        ) from error
    return digest.hexdigest()


def _open(file: Path, name: str) -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "onnxruntime", extra="onnx", purpose="fusing with an ONNX file"
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only: they come as exceptions, too
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no parent but this one
        raise EvaluationError(
            f"{name}: expected a network in ONNX format in {file}, got a file that onnxruntime "
            f"cannot load: {error}"
        ) from error


def _is_fixed(side: Any) -> bool:
    """Whether a dimension is a number; dynamic ones are a name, None or not positive."""
    return isinstance(side, int) and side > 0


def _fits(side: Any, number: int) -> bool:
    return not _is_fixed(side) or side == number


def _channels(shape: tuple[Any, ...], inputs: int) -> int:
    """Channels of an input; where it says nothing, the plainest that will do."""
    if _is_fixed(shape[1]):
        return int(shape[1])
    return 2 if inputs == 1 else 1


def _unfit(name: str, inputs: Any, outputs: Any) -> str:
    came = ", ".join(f"{item.name} {item.shape} {item.type}" for item in inputs)
    gone = ", ".join(f"{item.name} {item.shape} {item.type}" for item in outputs)
    return f"{name}: {_WANTED}; the network has the inputs {came} and the outputs {gone}"
