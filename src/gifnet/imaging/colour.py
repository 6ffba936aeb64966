"""Luma and chroma: BT.601, full range, and how the chroma of two sources becomes one.

Chroma is kept centred: Cb and Cr lie in [-0.5, 0.5], and 0 is neutral.
"""

import numpy as np

from gifnet.imaging.arrays import FloatArray

# Luma weights of red and blue (ITU-R BT.601); those of the three channels sum to one.
_RED = 0.299
_BLUE = 0.114
_GREEN = 1.0 - _RED - _BLUE
_CB_SPAN = 2.0 * (1.0 - _BLUE)
_CR_SPAN = 2.0 * (1.0 - _RED)

# One level of eight bits. The margin keeps a difference of exactly one level, as float32 sees
# it, on the grey side.
_ONE_LEVEL = 1.0001 / 255.0


def rgb_to_ycbcr(rgb: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split a colour picture into luma and chroma.

    Args:
        rgb: (H, W, 3), float32 in [0, 1].

    Returns:
        Luma (H, W) in [0, 1], and chroma (H, W, 2), Cb and Cr in [-0.5, 0.5]; float32.
        Source: ITU-R BT.601, full range as in JPEG (ITU-T T.871).
    """
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = np.float32(_RED) * red + np.float32(_GREEN) * green + np.float32(_BLUE) * blue
    chroma = np.stack(
        [(blue - luma) / np.float32(_CB_SPAN), (red - luma) / np.float32(_CR_SPAN)], axis=-1
    )
    return luma, chroma


def ycbcr_to_rgb(luma: FloatArray, chroma: FloatArray) -> FloatArray:
    """Put luma and chroma together; the exact inverse of ``rgb_to_ycbcr``.

    Args:
        luma: (H, W), float32 in [0, 1].
        chroma: (H, W, 2), Cb and Cr in [-0.5, 0.5], float32.

    Returns:
        (H, W, 3), float32; outside [0, 1] where no colour has this luma and chroma.
    """
    blue = luma + np.float32(_CB_SPAN) * chroma[..., 0]
    red = luma + np.float32(_CR_SPAN) * chroma[..., 1]
    green = (luma - np.float32(_RED) * red - np.float32(_BLUE) * blue) / np.float32(_GREEN)
    return np.stack([red, green, blue], axis=-1)


def is_coloured(chroma: FloatArray) -> bool:
    """Tell whether a picture has colour, by its pixels and not by its channel count.

    Args:
        chroma: (H, W, 2), Cb and Cr in [-0.5, 0.5], float32.

    Returns:
        True if some Cb or Cr is more than one 8-bit level away from neutral.
    """
    return bool(chroma.size and max(chroma.max(), -chroma.min()) > _ONE_LEVEL)


def fuse_chroma(first: FloatArray | None, second: FloatArray | None) -> FloatArray | None:
    """Make one chroma of two: the stronger colour counts more, per pixel and channel.

    Args:
        first: (H, W, 2), Cb and Cr in [-0.5, 0.5], float32; None if the source has no colour.
        second: likewise.

    Returns:
        The same; the only chroma there is, or None if there is none. Of two, the mean weighted by
        distance from neutral, (c1 |c1| + c2 |c2|) / (|c1| + |c2|), and 0 where both are neutral.
        Source: DeepFuse (Prabhakar et al., ICCV 2017).
    """
    if first is None or second is None:
        return second if first is None else first
    first_weight, second_weight = np.abs(first), np.abs(second)
    total = first_weight + second_weight
    weighted = first * first_weight + second * second_weight
    fused: FloatArray = np.divide(weighted, total, out=np.zeros_like(weighted), where=total > 0.0)
    return fused
