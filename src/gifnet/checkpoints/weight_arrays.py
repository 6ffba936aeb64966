"""Weights as arrays, checked to the last one, without PyTorch."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize

from gifnet.checkpoints.bundled import DEFAULT, weights_file
from gifnet.checkpoints.format import CheckpointHeader, damaged_file, header_from, read_header
from gifnet.checkpoints.strict import (
    require_no_others,
    require_none_broken,
    require_same_keys,
)
from gifnet.errors import CheckpointError
from gifnet.model.config import ModelConfig
from gifnet.model.weight_shapes import weight_shapes

_STORED = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
"""The floating-point formats that are read; NumPy has no bfloat16, whose bits come as they are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightArrays:
    """All weights of a file, as arrays."""

    name: str
    """What they were asked for by, for messages: a name of the package's weights, or a path."""
    sha256: str
    """Of the file, in hexadecimal digits."""
    header: CheckpointHeader
    arrays: dict[str, NDArray[np.float32]]
    """By name, in the order of the network's state dict: C-contiguous, finite."""

    @property
    def foldable(self) -> dict[str, NDArray[np.float32]]:
        """The same arrays, where the engine's graphs compute what the network does.

        Raises:
            CheckpointError: The network is a variant, whose weights may have the published shapes
                and mean something else.
        """
        model = self.header.model
        if model.is_variant:
            choices = model.entries().keys() - ModelConfig().entries().keys()
            names = ", ".join(f"{name} = {getattr(model, name)}" for name in sorted(choices))
            raise CheckpointError(
                f"expected a network as published in {self.name}, got a variant ({names}): the "
                "engine does not compute it, nor can it be exported or quantised; only PyTorch "
                "fuses with it"
            )
        return self.arrays


def load_arrays(weights: str | Path | None = None) -> WeightArrays:
    """Read the weights of a network as arrays.

    Args:
        weights: ``"default"`` or ``"paper"``, weights of the package, or a .safetensors file in
            our format; the package's default ones if None. A text that is one of the names never
            means a file: ``"./paper"`` does, and so does every ``Path``.

    Returns:
        The weights, known to be all that the network of their header needs, and no others.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network, or the package has
            no weights of that name.
    """
    name = DEFAULT if weights is None else str(weights)
    with weights_file(weights) as file:
        # A look at the header first: another program's file may not fit into the memory.
        read_header(file)
        # Everything else from one reading, so that weights, header and digest belong together
        # even where a training run writes the file anew at this moment.
        try:
            content = file.read_bytes()
            stored: dict[str, dict[str, Any]] = dict(
                deserialize(content)  # type: ignore[no-untyped-call]
            )
        except (SafetensorError, OSError) as error:
            raise damaged_file(file, error) from error
    header = header_from(_metadata(content), file=file)
    return WeightArrays(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        header=header,
        arrays=_checked(stored, weight_shapes(header.model), file=file),
    )


def _metadata(content: bytes) -> dict[str, str] | None:
    """The metadata of a file that is known to be safetensors: a length, JSON, then the weights."""
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] | None = json.loads(content[8 : 8 + length]).get("__metadata__")
    return metadata


def _checked(
    stored: dict[str, dict[str, Any]], shapes: dict[str, tuple[int, ...]], *, file: Path
) -> dict[str, NDArray[np.float32]]:
    """Compare what is stored with what the network needs, and convert it to float32."""
    require_same_keys(expected=shapes, found=stored, what=f"a GIFNet in {file}")
    for key, shape in shapes.items():
        if tuple(stored[key]["shape"]) != shape:
            raise CheckpointError(
                f"{file}: expected {key!r} with {shape}, got {tuple(stored[key]['shape'])}: "
                "this is a network of another size"
            )
    others = [key for key in shapes if stored[key]["dtype"] not in _STORED]
    require_no_others(others, what=str(file))
    arrays = {
        key: _values(stored[key]["data"], stored[key]["dtype"]).reshape(shape)
        for key, shape in shapes.items()
    }
    broken = [key for key, array in arrays.items() if not np.isfinite(array).all()]
    require_none_broken(broken, what=str(file))
    return arrays


def _values(data: bytearray, dtype: str) -> NDArray[np.float32]:
    """The numbers as a new, flat float32 array."""
    values = np.frombuffer(data, _STORED[dtype])
    if dtype == "BF16":  # the upper half of a float32
        return (values.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # too large for float32: infinity, and refused as such
        return values.astype(np.float32)
