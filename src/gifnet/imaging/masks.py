"""Pixels that are not to be looked at, filled so that they do no harm."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import FloatArray, Picture, convert, from_float
from gifnet.imaging.colour import rgb_to_ycbcr

_STRIP = 2**20
"""Pixels that are mixed in one go."""


def fill_hidden(
    pictures: Sequence[Picture],
    alphas: Sequence[Picture | None],
    hidden: Sequence[NDArray[np.bool_] | None],
) -> list[Picture]:
    """Fill what a picture does not show with what the others show there.

    A pixel that one picture shows less than another is mixed with the others' mean, weighted by
    how much each shows; where no picture shows anything, each extends its own pixels.

    Args:
        pictures: of one scene, (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; what
            hidden pixels hold plays no part, but must be finite.
        alphas: (H, W) for each, of its dtype, or None if it is opaque.
        hidden: (H, W) for each, True where it holds no measured value; None if there is no such
            pixel.

    Returns:
        The pictures, in their own dtypes and shapes; those with nothing to fill as they are.
    """
    if all(alpha is None for alpha in alphas) and all(mask is None for mask in hidden):
        return list(pictures)
    height, width = pictures[0].shape[:2]
    filled = list(pictures)
    nowhere = np.zeros((height, width), np.bool_)
    rows = max(_STRIP // width, 1)
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        strips = [picture[part] for picture in pictures]
        shown = [
            shown_share(
                None if alpha is None else alpha[part],
                None if mask is None else mask[part],
                strips[0].shape[:2],
            )
            for alpha, mask in zip(alphas, hidden, strict=True)
        ]
        most = np.max(shown, axis=0)
        nowhere[part] = most == 0.0
        for number, picture in enumerate(pictures):
            places = shown[number] < most
            if not places.any():
                continue
            if filled[number] is picture:
                filled[number] = picture.copy()
            filled[number][part][places] = _mixed(strips, shown, number, places, most)
    if nowhere.any():
        # One after the other, so that no more than one more picture is held.
        for number, picture in enumerate(filled):
            filled[number] = fill_from_neighbours(picture, nowhere)
    return filled


def shown_share(
    alpha: Picture | None, mask: NDArray[np.bool_] | None, shape: tuple[int, ...]
) -> FloatArray:
    """Tell how much of each pixel a picture shows.

    Args:
        alpha: (H, W), or None if it is opaque.
        mask: (H, W), True where it holds no measured value, or None.
        shape: height and width.

    Returns:
        (H, W) in [0, 1].
    """
    shown = np.ones(shape, np.float32) if alpha is None else convert(alpha)
    if mask is not None:
        shown[mask] = 0.0
    return shown


def _mixed(
    pictures: Sequence[Picture],
    shown: Sequence[FloatArray],
    number: int,
    places: NDArray[np.bool_],
    most: FloatArray,
) -> Picture:
    """The pixels of one picture at some places, mixed with the others'."""
    picture = pictures[number]
    total = np.zeros(int(places.sum()), np.float32)
    others: FloatArray = np.zeros((len(total), *picture.shape[2:]), np.float32)
    for other, values in enumerate(pictures):
        if other != number:
            weight = shown[other][places]
            total += weight
            others += in_channels(
                convert(values[places]), present=values.ndim == 3, wanted=picture.ndim == 3
            ) * spread(weight, others)
    share: FloatArray = shown[number][places] / most[places]
    own = convert(picture[places])
    means: FloatArray = others / spread(total, others)
    mixed = own * spread(share, own) + means * spread(1 - share, own)
    return from_float(mixed.astype(np.float32), picture.dtype)


def in_channels(values: FloatArray, *, present: bool, wanted: bool) -> FloatArray:
    """Make values of pixels grey or coloured.

    Args:
        values: of pixels, the last axis being the three channels if they have some.
        present: whether they have channels.
        wanted: whether they shall have some.

    Returns:
        The values as they are, or as luma, or thrice.
    """
    if present == wanted:
        return values
    return np.stack([values] * 3, axis=-1) if wanted else rgb_to_ycbcr(values)[0]


def spread(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Give weights of pixels an axis for the channels, where values of these pixels have one."""
    return weights if values.ndim == weights.ndim else weights[..., None]


def fill_from_neighbours(picture: Picture, hidden: NDArray[np.bool_]) -> Picture:
    """Extend the visible pixels of a picture into its hidden ones, smoothly.

    Every hidden pixel takes what lies between the means of the smallest square blocks around it, of
    sides 2, 4, 8, ..., that have visible pixels; what hidden pixels hold plays no part.

    Args:
        picture: (H, W) or (H, W, 3), uint8, uint16 or float32, finite where it is visible.
        hidden: (H, W), True where a pixel is to be filled.

    Returns:
        A copy with filled pixels; zero everywhere if all are hidden.
    """
    filled = picture.copy()
    planes = [filled] if filled.ndim == 2 else [filled[..., band] for band in range(3)]
    for plane in planes:
        values = np.where(hidden, np.float32(0), plane.astype(np.float32))
        guess = _guess(values, (~hidden).astype(np.float32))
        plane[hidden] = _as(guess[hidden], plane.dtype)
    return filled


def _guess(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Means over growing blocks: values where there are some, from coarser blocks elsewhere."""
    height, width = values.shape
    if weights.all() or (height == 1 and width == 1):
        return values
    smaller_values, smaller_weights = _halved(values * weights), _halved(weights)
    known = smaller_weights > 0.0
    means = np.divide(
        smaller_values, smaller_weights, out=np.zeros_like(smaller_values), where=known
    )
    coarse = _guess(means, known.astype(np.float32))
    spread = _doubled(_doubled(coarse).T).T[:height, :width]
    chosen: FloatArray = np.where(weights > 0.0, values, spread)
    return chosen


def _doubled(values: FloatArray) -> FloatArray:
    """Twice as many rows, each between those that it lies next to, so that no edge appears."""
    edged = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    doubled: FloatArray = np.empty((2 * values.shape[0], values.shape[1]), np.float32)
    nearer = np.float32(0.75) * values
    doubled[::2] = nearer + np.float32(0.25) * edged[:-2]
    doubled[1::2] = nearer + np.float32(0.25) * edged[2:]
    return doubled


def _halved(values: FloatArray) -> FloatArray:
    """Sums over blocks of 2 x 2 pixels; of fewer at an odd edge."""
    height, width = values.shape
    even = np.pad(values, ((0, height % 2), (0, width % 2)))
    summed: FloatArray = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return summed


def _as(values: FloatArray, dtype: np.dtype[Any]) -> Picture:
    converted: Picture = (values if dtype.kind == "f" else np.rint(values)).astype(dtype)
    return converted
