"""CIFAR's pickles read without running anything that is in them."""

import io
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import DataError

_ITEM_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")


def read_pickle(content: bytes, *, name: str) -> Any:
    """Read a pickle of dictionaries, lists, numbers, texts and arrays of numbers.

    Nothing is imported or called that the pickle names: the few names that arrays need are answered
    by stand-ins of this file, and an array is made here of its type, its shape and its bytes.

    Args:
        content: of the file; written by Python 2 or 3.
        name: what errors call the file.

    Returns:
        The object. Texts that Python 2 wrote are bytes.

    Raises:
        DataError: the pickle names anything else, or is damaged.
    """
    try:
        return _made(_Reader(io.BytesIO(content), encoding="bytes").load(), name)
    except _RefusedError as error:
        raise DataError(
            f"{name}: expected a pickle of plain arrays, lists and texts, got one that {error}; "
            "it may be meant to run a program, and nothing of it was run: download it again from "
            "where it was published"
        ) from None
    except DataError:
        raise
    except Exception as error:  # pickle raises nearly anything at damaged files
        reason = str(error) or type(error).__name__
        raise DataError(
            f"{name}: expected a pickle, got a damaged or other file ({reason}); download it again"
        ) from error


class _RefusedError(Exception):
    """The pickle wants more than data."""


class _Sealed:
    """What a pickle may name but not change."""

    def __setstate__(self, state: Any) -> None:
        raise _RefusedError("changes what it was given")


class _ArrayType(_Sealed):
    """Stands for numpy.ndarray, which pickles of arrays only name."""

    def __call__(self, *_: Any) -> Any:
        raise _RefusedError("calls numpy.ndarray")


class _Latin1(_Sealed):
    """Stands for _codecs.encode, by which Python 3 writes bytes in old protocols."""

    def __call__(self, text: Any, encoding: Any) -> bytes:
        if not isinstance(text, str) or _text(encoding) != "latin1":
            raise _RefusedError("calls _codecs.encode with something unusual")
        return text.encode("latin1")


class _ItemType:
    """Stands for numpy.dtype."""

    def __init__(self, text: Any, *_: Any) -> None:
        self.text = _text(text).lstrip("<|=")
        if self.text not in _ITEM_TYPES:
            raise _RefusedError(f"has an array of {self.text!r}")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # (version, byte order, ...): nothing else matters for numbers.
        if _text(state[1]) not in {"<", "|", "="}:
            raise _RefusedError("has an array in another byte order")


class _Array:
    """Stands for an array until its state has come."""

    def __init__(self, *_: Any) -> None:
        self.values: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, item, column_major, content = state
        if not isinstance(item, _ItemType):
            raise _RefusedError("has an array of no known type")
        raw = content.encode("latin1") if isinstance(content, str) else bytes(content)
        order: Any = "F" if column_major else "C"
        self.values = np.frombuffer(raw, np.dtype(item.text)).reshape(shape, order=order)


_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _ArrayType(),
    ("numpy", "dtype"): _ItemType,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("_codecs", "encode"): _Latin1(),
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows stand-ins and nothing else."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return _STAND_INS[module_name, global_name]
        except KeyError:
            raise _RefusedError(f"asks for {module_name}.{global_name}") from None

    def persistent_load(self, _pid: Any) -> Any:
        raise _RefusedError("refers to something outside of it")


def _text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _made(value: Any, name: str) -> Any:
    """Put arrays in place of their stand-ins."""
    if isinstance(value, _Array):
        if value.values is None:
            raise DataError(f"{name}: expected an array with its values, got one without")
        return value.values
    if isinstance(value, dict):
        return {key: _made(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_made(item, name) for item in value]
    return value
