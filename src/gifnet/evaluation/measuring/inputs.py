"""What a metric is given: the pictures of a case in the form that the metric needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.evaluation.measuring.applicability import (
    Layout,
    layout_of,
    obstacle,
    panchromatic_index,
)
from gifnet.evaluation.measuring.pictures import Pixels, band_count, luma
from gifnet.imaging import describe_size
from gifnet.metrics import Needs

Call = tuple[Sequence[Pixels], Pixels]
"""The first two arguments of a metric."""

_RGB = 3


@dataclass(frozen=True)
class Pictures:
    """The pictures of one case and one method.

    Attributes:
        sources: (H, W) or (H, W, C) each, as ``read_picture`` gives them.
        fused: likewise.
        truth: likewise; None if there is none.
    """

    sources: tuple[Pixels, ...]
    fused: Pixels
    truth: Pixels | None

    @property
    def layout(self) -> Layout:
        """What the pictures are like."""
        truth = None if self.truth is None else self.truth.shape
        return layout_of([source.shape for source in self.sources], [self.fused.shape], truth)


def check_scene(sources: Sequence[Pixels], truth: Pixels | None) -> tuple[int, ...]:
    """Check that sources and truth show one field of view.

    Args:
        sources: At least one picture (H, W) or (H, W, C); for pansharpening one of two is
            smaller.
        truth: Likewise, or None.

    Returns:
        Height and width that the result must have.

    Raises:
        ImageSizeError: The sizes differ.
        ImageValueError: Pictures of bands other than RGB have different numbers of them.
    """
    panchromatic = panchromatic_index([source.shape for source in sources])
    size = sources[panchromatic or 0].shape[:2]
    others = [] if panchromatic is not None else [source.shape for source in sources[1:]]
    for shape in others:
        if shape[:2] != size:
            raise ImageSizeError(
                f"expected sources of one size, got {describe_size(size)} and "
                f"{describe_size(shape)}; crop or resize them to one field of view"
            )
    if truth is not None and truth.shape[:2] != size:
        raise ImageSizeError(
            f"expected a truth of the size of the sources, {describe_size(size)}, got "
            f"{describe_size(truth.shape)}"
        )
    _require_like_bands([*sources, *([] if truth is None else [truth])])
    return size


def check_fused(pictures: Pictures, size: tuple[int, ...]) -> None:
    """Check that a result shows the field of view of its sources.

    Args:
        pictures: Sources, truth and result.
        size: What ``check_scene`` said.

    Raises:
        ImageSizeError: The result has another size.
        ImageValueError: It has another number of bands.
    """
    if pictures.fused.shape[:2] != size:
        raise ImageSizeError(
            f"expected a result of the size of its sources, {describe_size(size)}, got "
            f"{describe_size(pictures.fused.shape)}"
        )
    truth = [] if pictures.truth is None else [pictures.truth]
    _require_like_bands([*pictures.sources, *truth, pictures.fused])


def calls_of(needs: Needs, pictures: Pictures) -> list[Call]:
    """Arrange pictures as a metric needs them.

    Args:
        needs: What the metric is given.
        pictures: Checked by ``check_scene`` and ``check_fused``.

    Returns:
        Sources and result for each time that the metric is to be called: once; for a metric of
        grey pictures and pictures of bands other than RGB once a band.

    Raises:
        ImageValueError: The pictures do not have what the metric needs.
    """
    reason = obstacle(needs, pictures.layout)
    if reason is not None:
        raise ImageValueError(f"cannot be measured: it {reason}")
    sources, fused, truth = pictures.sources, pictures.fused, pictures.truth
    references = [] if truth is None else [truth]
    calls: list[Call]
    if needs is Needs.SOURCES:
        calls = _grey_calls([*sources, fused])
    elif needs is Needs.TRUTH:
        calls = _grey_calls([*references, fused])
    elif needs is Needs.FUSED:
        calls = _grey_calls([fused])
    elif needs is Needs.COLOUR:
        calls = [([_rgb(source) for source in sources], fused)]
    elif needs is Needs.FUSED_COLOUR:
        calls = [([], fused)]
    elif needs is Needs.TRUTH_BANDS:
        calls = [(references, fused)]
    else:
        index = panchromatic_index([source.shape for source in sources]) or 0
        calls = [([sources[1 - index], sources[index]], fused)]
    return calls


def _grey_calls(pictures: Sequence[Pixels]) -> list[Call]:
    """The last of the pictures is the result."""
    bands = {band_count(picture.shape) for picture in pictures} - {1, _RGB}
    if bands:
        planes = [
            [picture if picture.ndim == 2 else picture[..., band] for picture in pictures]
            for band in range(max(bands))
        ]
    else:
        planes = [[luma(picture) for picture in pictures]]
    return [(plane[:-1], plane[-1]) for plane in planes]


def _rgb(picture: Pixels) -> Pixels:
    return np.stack([picture] * _RGB, axis=-1) if picture.ndim == 2 else picture


def _require_like_bands(pictures: Sequence[Pixels]) -> None:
    counts = {band_count(picture.shape) for picture in pictures} - {1}
    if counts - {_RGB} and len(counts) > 1:
        found = " and ".join(map(str, sorted(counts)))
        raise ImageValueError(f"expected pictures of as many bands each, got {found}")
