"""Nabf: edges in the fused picture that no source has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.metrics.arguments import Grey, grey_pictures
from gifnet.metrics.sobel import fine_levels, magnitude, sobel

# Q(x) = gain / (1 + exp(steepness (x - middle)))
_STRENGTH_GAIN, _STRENGTH_STEEPNESS = 0.9999, -19
_ANGLE_GAIN, _ANGLE_STEEPNESS = 0.9995, -22
_MIDDLE = 0.5
_LEAST_STRENGTH = 2
"""Edges weaker than this many levels are next to none."""
_LEAST_WEIGHT = 0.001


@dataclass(frozen=True)
class _Edges:
    """Strength in 8-bit levels and angle from -pi/2 to pi/2 of the edges, (H, W) each."""

    strength: Grey
    angle: Grey


def nabf(sources: Sequence[NDArray[Any]], fused: NDArray[Any], *, data_range: float = 255) -> float:
    """Measure sum_S sum w_S (1 - Q_SF) / sum_S sum w_S, above over the artefacts' pixels only.

    An artefact is an edge that is stronger in the fused picture than in every source S. Its
    strength g is the length of Sobel's gradient divided by 8 (mirrored beyond the picture), its
    angle a = atan(gy / gx), or pi/2 where gx is 0. Q = sqrt(Qg Qa), from
    Qg = 0.9999 / (1 + exp(-19 (G - 0.5))) of the smaller strength over the greater one (0 if one
    is 0) and Qa = 0.9995 / (1 + exp(-22 (A - 0.5))) of A = | |a_S - a_F| - pi/2 | / (pi/2).
    The weight w is g^1.5, or 0.001 where g is below 2 levels. As the angle is pi/2 in flat areas,
    too, transposing the pictures changes the value a little.

    Args:
        sources: (H, W) each, any number (two in the literature); their order does not matter.
        fused: (H, W).
        data_range: Largest possible value. Values are rounded to 1/1024 of an 8-bit level.

    Returns:
        0 to 1, lower is better: a share of the edges. Blur has none; constant sources, which
        have no edges, give the share of pixels where the fused picture has one.

    Raises:
        ImageValueError, ImageSizeError: The pictures cannot be measured.

    Source: Kumar 2013 (the modified measure of Petrovic and Xydeas 2005). Tang's toolbox calls
    this with its arguments in the wrong order, so that values of papers may be far too low.
    """
    references, picture = grey_pictures(
        sources, fused, data_range=data_range, least_sources=1, least_side=2
    )
    of_fused = _edges(fine_levels(picture, data_range))
    of_sources = [_edges(fine_levels(each, data_range)) for each in references]
    strongest = of_sources[0].strength
    for each in of_sources[1:]:
        strongest = np.maximum(strongest, each.strength)
    artefact = of_fused.strength > strongest
    lost = total = 0.0
    for each in of_sources:
        weights = _weights(each.strength)
        total += float(weights.sum())
        weights *= artefact
        loss = 1 - _preservation(each, of_fused)
        lost += float(np.vdot(weights, loss))
    return lost / total


def _edges(levels: Grey) -> _Edges:
    down, right = sobel(levels, "mirror")
    # an eighth is a power of two: equal strengths stay equal
    strength = magnitude(down, right)
    strength /= 8
    angle = np.full_like(right, np.pi / 2)
    np.divide(down, right, out=angle, where=right != 0)
    np.arctan(angle, out=angle, where=right != 0)
    return _Edges(strength, angle)


def _weights(strength: Grey) -> Grey:
    weights = np.sqrt(strength)
    weights *= strength
    weights[strength < _LEAST_STRENGTH] = _LEAST_WEIGHT
    return weights


def _preservation(of_source: _Edges, of_fused: _Edges) -> Grey:
    smaller = np.minimum(of_source.strength, of_fused.strength)
    greater = np.maximum(of_source.strength, of_fused.strength)
    # where both are 0, so is the smaller one, and stays
    ratio = np.divide(smaller, greater, out=smaller, where=greater > 0)
    likeness = of_source.angle - of_fused.angle
    np.abs(likeness, out=likeness)
    likeness -= np.pi / 2
    np.abs(likeness, out=likeness)
    likeness /= np.pi / 2
    falloffs = _falloff(ratio, _STRENGTH_STEEPNESS) * _falloff(likeness, _ANGLE_STEEPNESS)
    return np.asarray(np.sqrt(_STRENGTH_GAIN * _ANGLE_GAIN / falloffs), np.float64)


def _falloff(values: Grey, steepness: float) -> Grey:
    """1 + exp(steepness (values - middle)), in place of the values."""
    values -= _MIDDLE
    values *= steepness
    np.exp(values, out=values)
    values += 1
    return values
