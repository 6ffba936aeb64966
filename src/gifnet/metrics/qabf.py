"""Qabf: how well the fused picture keeps the edges of the sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.sobel import fine_levels, magnitude, sobel

# Q(x) = gain / (1 + exp(steepness (x - middle)))
_STRENGTH_GAIN, _STRENGTH_STEEPNESS, _STRENGTH_MIDDLE = 0.9994, -15, 0.5
_ANGLE_GAIN, _ANGLE_STEEPNESS, _ANGLE_MIDDLE = 0.9879, -22, 0.8


@dataclass(frozen=True)
class _Edges:
    """Strength in 8-bit levels and angle from -pi/2 to pi/2 of the edges, (H, W) each."""

    strength: Grey
    angle: Grey


def qabf(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure sum_S sum g_S Qg_SF Qa_SF / sum_S sum g_S over the sources S and all pixels.

    g is the strength of the edge (the length of Sobel's gradient, zeros beyond the picture) and
    a = atan(gy / gx) its angle. Qg and Qa are sigmoids of how well the fused picture keeps them:
    Qg = 0.9994 / (1 + exp(-15 (G - 0.5))) of the smaller strength over the greater one, and
    Qa = 0.9879 / (1 + exp(-22 (A - 0.8))) of A = 1 - |a_S - a_F| / (pi / 2).

    The odd rules of the published code belong to it: where both strengths are equal, G is that
    strength in 8-bit levels instead of 1; the angle is pi/2 where gx is 0, and -pi/2 and pi/2,
    though one direction, count as opposite. So flips and transposes change the value a little.

    Args:
        sources: (H, W) each, any number (two in the literature); their order does not matter.
        fused: (H, W).
        data_range: Largest possible value. Values are rounded to 1/1024 of an 8-bit level.

    Returns:
        0 to 0.9754, as the sigmoids do not reach 1; higher is better. Edges that the
        fused picture adds where no source has one are not counted against it.

    Raises:
        ImageValueError: All sources are 0 everywhere, so that there is no edge to keep.
        ImageSizeError: The pictures cannot be measured.

    Source: Xydeas and Petrovic 2000, with the constants of Hong's code, as in VIFB and Tang's
    toolbox; other codes have other constants.
    """
    references, picture = grey_pictures(sources, fused, data_range=data_range, least_sources=1)
    of_fused = _edges(fine_levels(picture, data_range))
    kept = present = 0.0
    for reference in references:
        of_source = _edges(fine_levels(reference, data_range))
        kept += float(np.vdot(of_source.strength, _preservation(of_source, of_fused)))
        present += float(of_source.strength.sum())
    if present == 0:
        raise ImageValueError(
            "expected a source with edges, but all sources are 0 everywhere: "
            "how well edges are kept is undefined"
        )
    return kept / present


def _edges(levels: Grey) -> _Edges:
    down, right = sobel(levels, "constant")
    angle = np.full_like(right, np.pi / 2)
    slope = np.divide(-down, right, out=angle, where=right != 0)
    np.arctan(slope, out=angle, where=right != 0)
    return _Edges(magnitude(down, right), angle)


def _preservation(of_source: _Edges, of_fused: _Edges) -> Grey:
    smaller = np.minimum(of_source.strength, of_fused.strength)
    greater = np.maximum(of_source.strength, of_fused.strength)
    equal = smaller == greater
    ratio = np.divide(smaller, greater, out=smaller, where=~equal)
    difference = of_source.angle - of_fused.angle
    likeness = 1 - np.abs(difference, out=difference) / (np.pi / 2)
    strength = _falloff(ratio, _STRENGTH_STEEPNESS, _STRENGTH_MIDDLE)
    angle = _falloff(likeness, _ANGLE_STEEPNESS, _ANGLE_MIDDLE)
    return np.asarray(_STRENGTH_GAIN * _ANGLE_GAIN / (strength * angle), np.float64)


def _falloff(values: Grey, steepness: float, middle: float) -> Grey:
    """1 + exp(steepness (values - middle)), in place of the values."""
    values -= middle
    values *= steepness
    np.exp(values, out=values)
    values += 1
    return values
