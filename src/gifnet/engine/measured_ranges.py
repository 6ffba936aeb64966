"""Ranges for int8 of weights, where OpenVINO is installed."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.folding import fold
from gifnet.engine.processors import usable_processors
from gifnet.engine.quantising import Ranges
from gifnet.errors import MissingDependencyError

FloatArray = NDArray[np.float32]


def measure_ranges(
    arrays: Mapping[str, FloatArray],
    pairs: Iterable[FloatArray],
    advance: Callable[[], None] = lambda: None,
) -> Ranges:
    """Measure the ranges of the activations that int8 quantises.

    Args:
        arrays: a network's weights, as trained.
        pairs: pictures, (1, 2, height, width) each, in [0, 1], at least one.
        advance: is called after each pair.

    Returns:
        What ``quantise`` asks for.

    Raises:
        MissingDependencyError: OpenVINO, which measures, is not installed.
    """
    try:
        from gifnet.engine.calibration import calibrate
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "openvino", extra="openvino", purpose="calibrating for int8"
        ) from error
    return calibrate(fold(arrays), pairs, usable_processors(), advance)
