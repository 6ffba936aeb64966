"""Pictures without the network: files, arrays, colour. Needs NumPy and Pillow only."""

from gifnet.imaging.alpha import fuse_alpha
from gifnet.imaging.arrays import (
    Picture,
    describe_size,
    from_float,
    require_minimum_size,
    require_same_size,
    to_float,
    widest_dtype,
)
from gifnet.imaging.colour import fuse_chroma, is_coloured, rgb_to_ycbcr, ycbcr_to_rgb
from gifnet.imaging.files import Image, check_output, read_image, write_image

__all__ = [
    "Image",
    "Picture",
    "check_output",
    "describe_size",
    "from_float",
    "fuse_alpha",
    "fuse_chroma",
    "is_coloured",
    "read_image",
    "require_minimum_size",
    "require_same_size",
    "rgb_to_ycbcr",
    "to_float",
    "widest_dtype",
    "write_image",
    "ycbcr_to_rgb",
]
