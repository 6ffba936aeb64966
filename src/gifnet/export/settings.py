"""What a network can be exported as."""

from enum import StrEnum
from typing import TypeVar

from gifnet.errors import ExportError


class Format(StrEnum):
    """The format of the files."""

    ONNX = "onnx"
    """One file a graph, for ONNX Runtime and most other programs."""

    OPENVINO = "openvino"
    """OpenVINO's own: a .xml and a .bin file a graph."""

    @property
    def suffix(self) -> str:
        """Of the file that is loaded."""
        return ".onnx" if self is Format.ONNX else ".xml"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of all files of a graph, the one that is loaded last."""
        return (".onnx",) if self is Format.ONNX else (".bin", ".xml")


class Precision(StrEnum):
    """The numbers that files hold; programs may compute with others."""

    FLOAT32 = "float32"

    INT8 = "int8"
    """Of the weights of the encoder and of what reads it; the others stay in float32."""


_Choice = TypeVar("_Choice", bound=StrEnum)


def parse(kind: type[_Choice], value: str) -> _Choice:
    """Find the member of an enumeration that a user named.

    Raises:
        ExportError: no member has this text.
    """
    try:
        return kind(value)
    except ValueError:
        raise ExportError(
            f"expected {', '.join(kind)} as the {kind.__name__.lower()}, got {value!r}"
        ) from None
