"""Steerable pyramid: horizontal and vertical detail of a picture, octave by octave.

The coefficients are those of the filters `sp5` of matlabPyrTools and pyrtools (Karasaridis and
Simoncelli 1996), taken from pyrtools, which is under the MIT licence:

    Copyright (c) 2016 LabForComputationalVision

    Permission is hereby granted, free of charge, to any person obtaining a copy of this software
    and associated documentation files (the "Software"), to deal in the Software without
    restriction, including without limitation the rights to use, copy, modify, merge, publish,
    distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
    Software is furnished to do so, subject to the following conditions:

    The above copyright notice and this permission notice shall be included in all copies or
    substantial portions of the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
    BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
    NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
    DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
    OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

The filtering is this project's.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey
from gifnet.metrics.filters import opencv


def _unfold(quarter: list[list[float]], sign: int = 1) -> NDArray[np.float64]:
    """Give the whole filter: even in the rows, even (1) or odd (-1) in the columns."""
    rows = np.array(quarter)
    rows = np.vstack([rows, rows[-2::-1]])
    return np.hstack([rows, sign * rows[:, -2::-1]])


# upper left quarters, the middle row and column included
_FIRST_LOW_PASS = _unfold(
    [
        [0.00341614, -0.01551246, -0.03848215],
        [-0.01551246, 0.05586982, 0.15925570],
        [-0.03848215, 0.15925570, 0.40304148],
    ]
)
_LOW_PASS = 2 * _unfold(
    [
        [0.00085404, -0.00244917, -0.00387812, -0.00944432, -0.00962054],
        [-0.00244917, -0.00523281, -0.00661117, 0.00410600, 0.01002988],
        [-0.00387812, -0.00661117, 0.01396746, 0.03277038, 0.03981393],
        [-0.00944432, 0.00410600, 0.03277038, 0.06426333, 0.08169618],
        [-0.00962054, 0.01002988, 0.03981393, 0.08169618, 0.10096540],
    ]
)
_HORIZONTAL = _unfold(
    [
        [0.00277643, -0.00986904, -0.01021852, 0],
        [0.00496194, -0.00893064, -0.03075356, 0],
        [0.01026699, 0.01189859, -0.08226445, 0],
        [0.01455399, 0.02755155, -0.11732297, 0],
    ],
    sign=-1,
)


def straight_bands(picture: Grey, levels: int) -> Iterator[tuple[Grey, Grey]]:
    """Take the horizontal and the vertical detail out of a picture, from fine to coarse.

    These are two of the six orientations of the pyramid.

    Args:
        picture: (H, W), at least 5 pixels a side at the coarsest level.
        levels: How many.

    Yields:
        For each level the answers to horizontal and to vertical change, (h, w) each. A level has
        half the rows and columns of the one before it, rounded up.

    Raises:
        MissingDependencyError: OpenCV is not installed.
    """
    low = _filtered(picture, _FIRST_LOW_PASS)
    for level in range(levels):
        yield _filtered(low, _HORIZONTAL), _filtered(low, _HORIZONTAL.T)
        if level + 1 < levels:
            low = _filtered(low, _LOW_PASS)[::2, ::2]


def _filtered(picture: Grey, weights: NDArray[np.float64]) -> Grey:
    """Correlate, the picture being mirrored at the middle of its outermost pixels."""
    cv2 = opencv()  # SciPy takes ten times as long for filters that are not separable
    result = cv2.filter2D(
        np.ascontiguousarray(picture), cv2.CV_64F, weights, borderType=cv2.BORDER_REFLECT_101
    )
    return np.asarray(result, np.float64)
