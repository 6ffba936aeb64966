"""Colour tables, to show a grey picture in colour."""

from enum import StrEnum

import numpy as np

from gifnet.imaging.arrays import FloatArray, Picture, convert, from_float
from gifnet.imaging.colour import rgb_to_ycbcr

# Pixels that are looked up in one go.
_STRIP = 2**20


class Lut(StrEnum):
    """A colour table, from the smallest value to the largest."""

    HOT = "hot"
    """Black, red, yellow, white: brightness grows all the way."""

    RAINBOW = "rainbow"
    """Black, violet, blue, green, yellow, red, white: as workstations show PET."""

    JET = "jet"
    """Dark blue, cyan, yellow, dark red; zero is not black."""

    VIRIDIS = "viridis"
    """Dark violet, green, yellow: even steps for the eye; zero is not black."""

    INFERNO = "inferno"
    """Black, violet, orange, pale yellow: even steps for the eye."""


# Values at equal distances, in hexadecimal digits.
_NODES = {
    Lut.RAINBOW: "000000 7800b4 0000ff 00a0ff 00d200 c8f000 ffdc00 ff6400 ff0000 ffffff",
    Lut.JET: "000080 0000ff 0080ff 00ffff 80ff80 ffff00 ff8000 ff0000 800000",
    # By van der Walt and Smith, released under CC0 (https://bids.github.io/colormap).
    Lut.VIRIDIS: (
        "440154 470d60 48186a 482374 472d7b 453681 424086 3f4989 3b528b 375a8d 33638d "
        "2f6a8e 2c728e 297a8e 26818e 23898e 21908c 1f988b 1f9f88 21a685 28ae80 31b57b "
        "3ebc74 4cc26c 5dc963 6ece58 82d34c 96d83f abdc32 c0df24 d5e21a eae51a fde725"
    ),
    Lut.INFERNO: (
        "000004 040312 0b0724 150b37 210c4a 2e0a5a 3c0965 4a0c6b 57106d 63146e 70196e "
        "7d1e6d 89226a 962766 a32b61 af315c bb3755 c63e4d d14644 db4f3b e35932 eb6528 "
        "f1711e f67f14 f98d0a fb9c06 fcab0f fbba1f f9ca32 f5d949 f2e865 f3f586 fcffa4"
    ),
}


def look_up(lut: Lut, values: FloatArray) -> FloatArray:
    """Show values in colour.

    Args:
        lut: the table.
        values: any shape, in [0, 1].

    Returns:
        (..., 3), RGB in [0, 1], float32; between the nodes of the table in straight lines, so that
        nothing is rounded to its steps.
    """
    table = _table(lut)
    places = np.linspace(0.0, 1.0, len(table))
    channels = [np.interp(values, places, table[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def show_in_colour(picture: Picture, lut: Lut) -> Picture:
    """Show a grey picture in colour.

    Args:
        picture: (H, W), or (H, W, 3) without colour; uint8, uint16 or float32 in [0, 1].
        lut: the table.

    Returns:
        (H, W, 3), of the same dtype.
    """
    shown: Picture = np.empty((*picture.shape[:2], 3), picture.dtype.newbyteorder("="))
    rows = max(_STRIP // max(picture.shape[1], 1), 1)
    for top in range(0, len(picture), rows):
        part = slice(top, top + rows)
        values = convert(picture[part])
        values = values if values.ndim == 2 else rgb_to_ycbcr(values)[0]
        shown[part] = from_float(look_up(lut, values), shown.dtype)
    return shown


def _table(lut: Lut) -> FloatArray:
    if lut is Lut.HOT:
        # Red, then green, then blue; 3/8 of the way each for the first two.
        steps = np.linspace(0.0, 8.0, 9)[:, None]
        table: FloatArray = np.clip((steps - [[0, 3, 6]]) / [[3, 3, 2]], 0.0, 1.0).astype(
            np.float32
        )
        return table
    rows = [list(bytes.fromhex(node)) for node in _NODES[lut].split()]
    return np.array(rows, np.float32) / np.float32(255)
