"""Contact sheets: rows of labelled pictures of any size on one white page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gifnet.imaging.arrays import Picture, from_float, to_float

_MARGIN = 12
_TITLE_SIZE = 20
_LABEL_SIZE = 16
_LINE = 1.4
"""Height of a line of text, in letter sizes."""
_PAPER = (255, 255, 255)
_INK = (32, 32, 32)
_FAINT_INK = (96, 96, 96)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Row:
    """One line of a contact sheet.

    Args:
        title: written above the row; may be empty.
        pictures: label and picture of each cell from left to right; (H, W) or (H, W, 3), uint8,
            uint16 or float32 in [0, 1]. The pictures of a row may differ in size and dtype.
    """

    title: str
    pictures: Sequence[tuple[str, Picture]]


def contact_sheet(rows: Sequence[Row], *, cell: int = 320) -> NDArray[np.uint8]:
    """Draw rows of pictures, each scaled into its cell and labelled below.

    Args:
        rows: from top to bottom; they may differ in length.
        cell: side in pixels of the square that every picture is fitted into. A row is only as
            high as its highest picture.

    Returns:
        (H, W, 3), uint8.

    Raises:
        ValueError: there is no picture at all, or ``cell`` is below 16.
        ImageValueError: a picture has a wrong dtype, shape or value range.
    """
    columns = max((len(row.pictures) for row in rows), default=0)
    if columns == 0:
        raise ValueError("expected at least one picture for the contact sheet, got none")
    if cell < 16:
        raise ValueError(f"expected cells of at least 16 pixels, got cell={cell}")
    width = _MARGIN + columns * (cell + _MARGIN)
    drawn = [_draw_row(row, cell, width) for row in rows]
    page = Image.new("RGB", (width, _MARGIN + sum(strip.height for strip in drawn)), _PAPER)
    top = _MARGIN
    for strip in drawn:
        page.paste(strip, (0, top))
        top += strip.height
    return np.array(page)


def _draw_row(row: Row, cell: int, width: int) -> Image.Image:
    """The title, the pictures and their labels, as wide as the page."""
    title_font, label_font = _font(_TITLE_SIZE), _font(_LABEL_SIZE)
    scaled = [_fit(picture, f"{row.title}/{label}", cell) for label, picture in row.pictures]
    title_height = round(_LINE * _TITLE_SIZE) if row.title else 0
    label_height = round(_LINE * _LABEL_SIZE) if any(label for label, _ in row.pictures) else 0
    picture_height = max((picture.height for picture in scaled), default=0)
    height = title_height + picture_height + label_height + _MARGIN

    strip = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(strip)
    title = _shorten(row.title, title_font, width - 2 * _MARGIN)
    draw.text((_MARGIN, 0), title, font=title_font, fill=_INK)
    left = _MARGIN
    for (label, _), picture in zip(row.pictures, scaled, strict=True):
        strip.paste(picture, (left, title_height))
        baseline = title_height + picture_height + 3
        draw.text((left, baseline), _shorten(label, label_font, cell), _FAINT_INK, label_font)
        left += cell + _MARGIN
    return strip


def _fit(picture: Picture, name: str, cell: int) -> Image.Image:
    """The picture as 8-bit RGB, scaled so that its longer side fills the cell."""
    pixels = from_float(to_float(picture, name=name), np.dtype(np.uint8))
    height, width = pixels.shape[:2]
    scale = cell / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(pixels).convert("RGB")
    # Patches of few pixels are shown as the pixels they are.
    filtered = Image.Resampling.NEAREST if scale >= 4 else Image.Resampling.LANCZOS
    return image.resize(size, filtered)


def _font(size: int) -> _Font:
    """The font that comes with Pillow, so that a sheet looks the same everywhere."""
    return ImageFont.load_default(size)


def _shorten(text: str, font: _Font, width: int) -> str:
    """The text, cut with an ellipsis where it is wider than its place."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}...") > width:
        text = text[:-1]
    return f"{text}..." if text else ""
