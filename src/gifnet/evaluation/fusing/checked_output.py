"""What a method may give as its result."""

import logging
from typing import Any

import numpy as np

from gifnet.errors import EvaluationError
from gifnet.imaging.arrays import FloatArray

logger = logging.getLogger(__name__)

# A network's last layer may leave [0, 1] by a rounding; more than this deserves a word.
_TOLERANCE = 1e-3


def checked_output(name: str, values: Any, *shapes: tuple[int, ...]) -> FloatArray:
    """Check what a method made.

    Args:
        name: of the method.
        values: whatever it gave.
        shapes: those that will do.

    Returns:
        float32, clipped to [0, 1].

    Raises:
        EvaluationError: it is no array of floats, of another shape, or not finite.
    """
    return np.clip(_finite_array(name, values, shapes), 0.0, 1.0).astype(np.float32, copy=False)


class OutputCheck:
    """``checked_output`` for a method that others wrote; warns once of values outside [0, 1].

    Args:
        name: of the method.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._warned = False

    def __call__(self, values: Any, *shapes: tuple[int, ...]) -> FloatArray:
        """Check a result; see ``checked_output``."""
        array = _finite_array(self._name, values, shapes)
        low, high = float(array.min()), float(array.max())
        if not self._warned and (low < -_TOLERANCE or high > 1 + _TOLERANCE):
            self._warned = True
            logger.warning(
                "%s: expected values in [0, 1], got %.3g to %.3g; they are clipped, and those of "
                "other pictures will be without a word",
                self._name,
                low,
                high,
            )
        return checked_output(self._name, array, *shapes)


def _finite_array(name: str, values: Any, shapes: tuple[tuple[int, ...], ...]) -> FloatArray:
    try:
        array = np.asarray(values)
    except Exception as error:  # other libraries' arrays refuse for reasons of their own
        raise EvaluationError(f"{name}: expected an array, got {type(values).__name__}") from error
    if array.shape not in shapes:
        wanted = " or ".join(str(shape) for shape in shapes)
        raise EvaluationError(f"{name}: expected a picture of shape {wanted}, got {array.shape}")
    if array.dtype.kind != "f":
        raise EvaluationError(
            f"{name}: expected floating-point values in [0, 1], got {array.dtype}; "
            "divide by the largest value"
        )
    broken = int(array.size - np.count_nonzero(np.isfinite(array)))
    if broken:
        raise EvaluationError(
            f"{name}: expected finite values, got {broken} that are NaN or infinite"
        )
    return array
