"""Pictures of files on their way into the network, and its result on the way into a file.

The network takes floats in [0, 1] and knows neither masks nor profiles: here sources get one colour
profile, one range of values, and something sensible in pixels that they do not show.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageValueError, SettingError
from gifnet.imaging.alpha import fuse_alpha
from gifnet.imaging.arrays import Picture, convert, widest_dtype
from gifnet.imaging.colour import is_coloured, rgb_to_ycbcr
from gifnet.imaging.image import Image
from gifnet.imaging.luts import Lut, show_in_colour
from gifnet.imaging.masks import fill_hidden
from gifnet.imaging.metadata.icc import colour_space
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.profiles import UnfitProfileError, convert_profile
from gifnet.imaging.value_range import ValueRange, find_range

logger = logging.getLogger(__name__)

_STRIP = 2**20
_COLOUR_CHUNKS = {b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI"}


@dataclass(frozen=True)
class Prepared:
    """Sources as the network takes them, and what the result is to be given.

    Attributes:
        pictures: of the sources, in their order: uint8, uint16, or float32 in [0, 1]; those of a
            stack are read when they are asked for.
        shape: height and width.
        alpha: of the result, or None.
        nodata: where no source has a measured value, (H, W); None if there is no such pixel.
        value_range: what the floats were before; [0, 1] if they were in it.
        metadata: of the result, if it is in colour (or if no source is).
        coloured: whether a source has colour.
        keeps_channels: whether a grey result stays RGB, since the profile is for RGB.
        dtype: the widest of the sources.
        reference: the place of the source that the metadata come from.
    """

    pictures: Sequence[Picture]
    shape: tuple[int, ...]
    alpha: Picture | None
    nodata: NDArray[np.bool_] | None
    value_range: ValueRange
    metadata: Metadata
    coloured: bool
    keeps_channels: bool
    dtype: np.dtype[Any]
    reference: int


def prepare(
    sources: Sequence[Image], *, reference: int | None = None, lut: Lut | None = None
) -> Prepared:
    """Make sources ready for the network.

    Sources in another colour profile are converted to the reference's. If floats leave [0, 1],
    one line takes the range of all float sources together to it. Pixels that a source does not
    show are filled with what the others show there, or else with its own next to them.

    Args:
        sources: pictures of one size, at least one.
        reference: the place of the source that metadata come from; found if None: the only one
            with colour, else the first.
        lut: shows the reference, or else the first source, in these colours.

    Returns:
        What the network takes, and what the result is to be given.

    Raises:
        SettingError: there is no such source.
        ImageValueError: a source with colour is to be shown in others.
    """
    coloured = [has_colour(source) for source in sources]
    if lut is not None and reference is None:
        reference = 0
    reference = choose_reference(coloured, reference)
    if lut is not None and coloured[reference]:
        raise ImageValueError(
            f"{sources[reference].path}: expected a grey picture to show in the colours of "
            f"{str(lut)!r}, got one with colour; name the grey source with --reference"
        )
    leading = choose_leading(coloured, reference)
    masks = [source.nodata for source in sources]
    pictures = [
        source.pixels if number == leading else in_profile(source, sources[leading])
        for number, source in enumerate(sources)
    ]
    value_range = _common_range(pictures, masks)
    pictures = [
        in_unit_range(picture, mask, value_range)
        for picture, mask in zip(pictures, masks, strict=True)
    ]
    if lut is not None:
        # Before hidden pixels are filled: what the other source shows there has no colour.
        pictures[reference] = show_in_colour(pictures[reference], lut)
    alphas = [source.alpha for source in sources]
    filled = fill_hidden(pictures, alphas, masks)
    metadata = metadata_of(sources, reference, leading)
    return Prepared(
        pictures=tuple(filled),
        shape=sources[0].pixels.shape[:2],
        alpha=fuse_alpha(alphas),
        nodata=_fused_nodata(sources),
        value_range=value_range,
        metadata=metadata,
        coloured=any(coloured) or lut is not None,
        keeps_channels=sources[leading].pixels.ndim == 3 and colour_space(metadata.icc) == "RGB",
        dtype=widest_dtype(*(source.pixels for source in sources)),
        reference=reference,
    )


def choose_reference(coloured: Sequence[bool], wish: int | None) -> int:
    """Choose the source that metadata come from.

    Args:
        coloured: for each source whether it has colour.
        wish: a place, from 0 on, or None.

    Returns:
        The wish; else the place of the only source with colour; else 0.

    Raises:
        SettingError: there is no such source.
    """
    if wish is None:
        return list(coloured).index(True) if sum(coloured) == 1 else 0
    if not 0 <= wish < len(coloured):
        raise SettingError(
            f"reference must be the number of a source, 1 to {len(coloured)}; got {wish + 1}"
        )
    return wish


def choose_leading(coloured: Sequence[bool], reference: int) -> int:
    """Choose the source whose colour leads: the reference, if another one has not the only colour.

    Args:
        coloured: for each source whether it has colour.
        reference: the place of the reference.

    Returns:
        The reference's place if it has colour, or if none has; else that of the first with colour.
    """
    return reference if coloured[reference] or not any(coloured) else list(coloured).index(True)


def has_colour(source: Image) -> bool:
    """Tell whether a pixel of a source that is seen has colour."""
    pixels = source.pixels
    if pixels.ndim == 2:
        return False
    value_range = _common_range([pixels], [source.nodata])
    rows = max(_STRIP // max(pixels[:1].size, 1), 1)
    for top in range(0, len(pixels), rows):
        part = slice(top, top + rows)
        strip = pixels[part]
        shown = np.ones(strip.shape[:2], np.bool_)
        if source.alpha is not None:
            shown &= source.alpha[part] > 0
        if source.nodata is not None:
            shown &= ~source.nodata[part]
        values = value_range.to_unit(convert(strip))
        # Only pixels that are seen count.
        if is_coloured(rgb_to_ycbcr(values)[1][shown]):
            return True
    return False


def in_profile(source: Image, leading: Image) -> Picture:
    """Give a source's pixels in the colour profile of the source that leads the colour."""
    if leading.pixels.ndim == 2:
        return source.pixels
    try:
        converted = convert_profile(source.pixels, source.metadata.icc, leading.metadata.icc)
    except UnfitProfileError as error:
        logger.warning(
            "%s: its colours are not converted to the profile of %s: %s; convert them before",
            source.path,
            leading.path,
            error,
        )
        return source.pixels
    if converted is not source.pixels:
        logger.info("%s: converted to the colour profile of %s", source.path, leading.path)
    return converted


def _common_range(
    pictures: Sequence[Picture], masks: Sequence[NDArray[np.bool_] | None]
) -> ValueRange:
    floats = [number for number, picture in enumerate(pictures) if picture.dtype.kind == "f"]
    return find_range(
        [pictures[number] for number in floats],  # type: ignore[misc]
        [masks[number] for number in floats],
    )


def in_unit_range(
    picture: Picture, mask: NDArray[np.bool_] | None, value_range: ValueRange
) -> Picture:
    """Bring a float picture into [0, 1], with 0 where nothing is measured; others stay."""
    if picture.dtype.kind != "f" or (mask is None and value_range.is_unit):
        return picture
    values = picture if value_range.is_unit else value_range.to_unit(picture)  # type: ignore[arg-type]
    if mask is not None:
        values = values.copy() if values is picture else values
        values[mask] = 0.0
    return values


def _fused_nodata(sources: Sequence[Image]) -> NDArray[np.bool_] | None:
    """Where no source has a measured value that is seen."""
    if all(source.nodata is None for source in sources):
        return None
    nowhere = np.ones(sources[0].pixels.shape[:2], np.bool_)
    for source in sources:
        nowhere &= hidden_in(source)
    return nowhere if nowhere.any() else None


def hidden_in(source: Image) -> NDArray[np.bool_]:
    """Tell where a source has no measured value that is seen, (H, W)."""
    shape = source.pixels.shape[:2]
    hidden = np.zeros(shape, np.bool_) if source.nodata is None else source.nodata
    return hidden if source.alpha is None else hidden | (source.alpha == 0)


def metadata_of(sources: Sequence[Image], reference: int, leading: int) -> Metadata:
    """Give the reference's, with the colour description of the source that leads the colour.

    The place on the ground is the same for all sources, so any of them may tell it.
    """
    metadata = sources[reference].metadata
    if leading != reference:
        others = sources[leading].metadata
        texts = [chunk for chunk in metadata.chunks if chunk[0] not in _COLOUR_CHUNKS]
        colours = [chunk for chunk in others.chunks if chunk[0] in _COLOUR_CHUNKS]
        metadata = replace(metadata, icc=others.icc, chunks=(*colours, *texts))
    elif colour_space(metadata.icc) not in {None, "RGB", "GRAY"}:
        metadata = replace(metadata, icc=None)
    if not metadata.geo:
        metadata = replace(
            metadata, geo=next((s.metadata.geo for s in sources if s.metadata.geo), ())
        )
    if metadata.nodata is None:
        values = (source.metadata.nodata for source in sources)
        metadata = replace(metadata, nodata=next((v for v in values if v is not None), None))
    return metadata
