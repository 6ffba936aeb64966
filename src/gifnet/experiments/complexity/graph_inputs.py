"""What a graph is fed with: a random picture of the size that is asked for into every input."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError

_MOST_CHANNELS = 4
_WHOLE_NUMBERS = ("i", "u")


@dataclass(frozen=True)
class GraphInputs:
    """The inputs of a graph.

    Attributes:
        shapes: by name.
        kinds: OpenVINO's names of their types, such as ``f32``.
        height: of the pictures that it computes, in pixels.
        width: likewise.
        notes: what differs from what was asked for.
    """

    shapes: dict[str, tuple[int, ...]]
    kinds: dict[str, str]
    height: int
    width: int
    notes: tuple[str, ...] = ()


def graph_inputs(model: Any, height: int, width: int, name: str) -> GraphInputs:
    """Find the shapes that a graph is to be fed with.

    Args:
        model: OpenVINO's.
        height: wanted, in pixels.
        width: wanted, in pixels.
        name: what errors call it.

    Returns:
        Inputs of two dimensions or more are pictures: (H, W), (C, H, W), (N, C, H, W), or with
        channels last where the last dimension alone is small. A graph of fixed size keeps it, and a
        note says so; open numbers of pictures and channels become 1.

    Raises:
        EvaluationError: no input is a picture, or they are of different sizes.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    sizes: set[tuple[int, int]] = set()
    for port in model.inputs:
        sides = [None if side.is_dynamic else int(side.get_length()) for side in _sides(port, name)]
        if len(sides) < 2:
            shapes[port.any_name] = tuple(side or 1 for side in sides)
            continue
        rows, columns = _picture_axes(sides)
        sides[rows] = sides[rows] or height
        sides[columns] = sides[columns] or width
        shape = tuple(side or 1 for side in sides)
        shapes[port.any_name] = shape
        sizes.add((shape[rows], shape[columns]))
    if len(sizes) != 1:
        described = ", ".join(f"{port.any_name} {port.partial_shape}" for port in model.inputs)
        found = "none" if not sizes else f"{len(sizes)} sizes"
        raise EvaluationError(
            f"{name}: expected inputs that are pictures of one size, got {found} ({described}); "
            "export it with pictures of one size, or with open height and width, as inputs"
        )
    ((own_height, own_width),) = sizes
    notes: tuple[str, ...] = ()
    if (own_height, own_width) != (height, width):
        notes = (
            f"{name} is made for {own_height}x{own_width} (height x width) and measured at that "
            f"size, not at {height}x{width}",
        )
    kinds = {port.any_name: port.element_type.get_type_name() for port in model.inputs}
    return GraphInputs(shapes, kinds, own_height, own_width, notes)


def random_inputs(
    shapes: dict[str, tuple[int, ...]], kinds: dict[str, str], *, seed: int = 0
) -> dict[str, NDArray[Any]]:
    """Make random pictures.

    Args:
        shapes: by name.
        kinds: OpenVINO's names of types, by name.
        seed: of the random numbers.

    Returns:
        In [0, 1], or 0 to 255 where whole numbers are wanted.
    """
    random = np.random.default_rng(seed)
    made: dict[str, NDArray[Any]] = {}
    for name, shape in shapes.items():
        kind = kinds[name]
        if kind.startswith(_WHOLE_NUMBERS):
            made[name] = random.integers(0, 127 if kind == "i8" else 255, shape).astype(
                f"{'int' if kind[0] == 'i' else 'uint'}{kind[1:]}"
            )
        else:
            values = random.random(shape, np.float32)
            made[name] = values.astype({"f16": np.float16, "f64": np.float64}.get(kind, np.float32))
    return made


def _sides(port: Any, name: str) -> list[Any]:
    shape = port.partial_shape
    if shape.rank.is_dynamic:
        raise EvaluationError(
            f"{name}: expected inputs with a known number of dimensions, got {port.any_name} "
            "with any; export it again with shapes"
        )
    return list(shape)


def _picture_axes(sides: list[int | None]) -> tuple[int, int]:
    """Which dimensions are height and width."""
    last, before = sides[-1], sides[-3] if len(sides) > 2 else 1
    channels_last = (
        len(sides) > 2
        and last is not None
        and last <= _MOST_CHANNELS
        and (before is None or before > _MOST_CHANNELS)
    )
    count = len(sides)
    return (count - 3, count - 2) if channels_last else (count - 2, count - 1)
