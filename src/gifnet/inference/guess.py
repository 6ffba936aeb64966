"""Guessing what a pair of sources shows; where it is not clear, nothing is guessed."""

import logging
from typing import NamedTuple

import numpy as np

from gifnet.imaging.arrays import FloatArray
from gifnet.inference.sketch import Sketch, sketch
from gifnet.inference.sources import Source
from gifnet.tasks import Application

logger = logging.getLogger(__name__)

# Each bound lies well away from what the pairs of docs/colour.md show on its other side.
# A picture whose luma varies less shows nothing to guess from.
_LEAST_CONTRAST = 0.02
# Medical: both nearly black over so much of the picture and of its border; and there, where nothing
# is measured, one of them is below one 8-bit level on average. Dark scenes have noise.
_BACKGROUND, _BORDER, _NOTHING = 0.3, 0.75, 1.0 / 255.0
# One in colour and one grey, yet of the same light: a band and a colour picture of one camera.
_SAME_LIGHT = 0.9
# Structures of near-infrared lie where those of the visible picture lie; heat's do not.
_SAME_STRUCTURE = 0.75
# Focus: nearly the same luma, and each picture sharper than the other somewhere (factor of 2).
_FOCUS_DIFFERENCE, _FOCUS_LIKENESS, _FOCUS_SHARPER = 0.1, 0.8, 1.0
# Exposure: one brighter than the other, and hardly anywhere darker.
_BRIGHTER, _EVERYWHERE = 0.15, 0.95
# Grey pictures of one scene may be anything; exposures have the same order of brightness.
_EXPOSURE_LIKENESS_COLOUR, _EXPOSURE_LIKENESS_GREY = 0.2, 0.6
# Steps to the next pixel that count as structure, and half of that for noise.
_STRUCTURE = 4.0 / 255.0


class Guess(NamedTuple):
    """An application and the reason for it, in words."""

    application: Application
    reason: str


def settle_application(
    application: Application, first: Source, second: Source, *, lut: bool = False
) -> Application:
    """Guess the application where the user leaves it open, and log the guess with its reason.

    Args:
        application: the user's.
        first: the source given first.
        second: the source given second.
        lut: whether a source is shown in the colours of a table.

    Returns:
        The user's, or the guess if it is ``auto``; never ``auto``.
    """
    if application is not Application.AUTO:
        return application
    if lut:
        guess = Guess(Application.MEDICAL, "a colour table is asked for")
    else:
        guess = guess_application(sketch(first), sketch(second))
    logger.info("application: %s, since %s", guess.application, guess.reason)
    return guess.application


def guess_application(first: Sketch, second: Sketch) -> Guess:
    """Guess what two sources of one size show.

    Args:
        first: sketch of one.
        second: of the other.

    Returns:
        The application, or ``general`` where the evidence is not clear, and why.
    """
    if min(first.luma.std(), second.luma.std()) < _LEAST_CONTRAST:
        return Guess(Application.GENERAL, "a source shows hardly anything")
    background = _background(first, second)
    alike = likeness(first.luma, second.luma)
    if first.coloured != second.coloured:
        if background is not None:
            return Guess(
                Application.MEDICAL, f"one source has colour, and both lie on {background}"
            )
        return _of_two_kinds(first, second, alike)
    return _of_one_kind(first, second, alike, background)


def _background(first: Sketch, second: Sketch) -> str | None:
    """The empty surroundings of a body, in words, if both sources show some."""
    dark = np.minimum(first.dark, second.dark)
    border = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    wholly = dark == 1.0
    if dark.mean() < _BACKGROUND or border.mean() < _BORDER or not wholly.any():
        return None
    if min(float(source.luma[wholly].mean()) for source in (first, second)) >= _NOTHING:
        return None
    return (
        "a black background where nothing is measured "
        f"({dark.mean():.0%} of the picture, {border.mean():.0%} of its border)"
    )


def _of_two_kinds(first: Sketch, second: Sketch, alike: float) -> Guess:
    if alike >= _SAME_LIGHT:
        return Guess(
            Application.GENERAL,
            f"one source has colour, but both show the same light (likeness {alike:.2f})",
        )
    structure = likeness(first.sharpness, second.sharpness)
    near = structure >= _SAME_STRUCTURE
    return Guess(
        Application.NIR_VIS if near else Application.IVIF,
        "one source has colour and the other shows another light "
        f"(likeness of brightness {alike:.2f}, of structure {structure:.2f})",
    )


def _of_one_kind(first: Sketch, second: Sketch, alike: float, background: str | None) -> Guess:
    kind = "both sources have colour" if first.coloured else "both sources are grey"
    if not first.coloured and background is not None:
        return Guess(Application.MEDICAL, f"{kind} and lie on {background}")
    difference = first.luma - second.luma
    mean = float(difference.mean())
    one_sided = float(np.mean(difference * np.sign(mean) > -_STRUCTURE / 2))
    least = _EXPOSURE_LIKENESS_COLOUR if first.coloured else _EXPOSURE_LIKENESS_GREY
    if abs(mean) >= _BRIGHTER and one_sided >= _EVERYWHERE and alike >= least:
        return Guess(
            Application.MEIF,
            f"{kind}, and one is brighter by {abs(mean):.2f}, in {one_sided:.0%} of the picture",
        )
    distance = float(np.sqrt(np.mean(difference**2)))
    lowest, highest = _sharpness_ratios(first, second)
    sharper = min(-lowest, highest)
    if distance <= _FOCUS_DIFFERENCE and alike >= _FOCUS_LIKENESS and sharper >= _FOCUS_SHARPER:
        return Guess(
            Application.MFIF,
            f"{kind} and are equally bright (difference {distance:.2f}), and each is at least "
            f"{2**sharper:.1f} times as sharp as the other somewhere",
        )
    return Guess(
        Application.GENERAL,
        f"{kind}, and nothing else is clear (likeness {alike:.2f}, difference {distance:.2f})",
    )


def likeness(first: FloatArray, second: FloatArray) -> float:
    """Rank correlation of two sketches' values (Spearman's).

    Args:
        first: any shape.
        second: the same shape.

    Returns:
        In [-1, 1]; 0 if one of them is constant.
    """
    ranks = [_ranks(values) for values in (first, second)]
    spread = float(ranks[0].std() * ranks[1].std())
    return 0.0 if spread == 0.0 else float(np.mean(ranks[0] * ranks[1]) / spread)


def _ranks(values: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Ranks about 0; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = ends - counts / 2.0
    chosen = ranks[places.ravel()]
    return np.asarray(chosen - chosen.mean(), np.float64)


def _sharpness_ratios(first: Sketch, second: Sketch) -> tuple[float, float]:
    """Logarithm to base 2 of the sources' ratio of sharpness: lowest and highest 5 %."""
    structured = np.maximum(first.sharpness, second.sharpness) > _STRUCTURE
    if not structured.any():
        return 0.0, 0.0
    noise = _STRUCTURE / 4
    ratios = np.log2((first.sharpness[structured] + noise) / (second.sharpness[structured] + noise))
    lowest, highest = np.percentile(ratios, [5, 95])
    return float(lowest), float(highest)
