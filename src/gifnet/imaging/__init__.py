"""Pictures without the network: files, arrays, colour."""

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
from gifnet.imaging.depth import Depth, convert_depth
from gifnet.imaging.files import check_output, read_image, write_image
from gifnet.imaging.image import Image
from gifnet.imaging.metadata.metadata import Metadata

__all__ = [
    "Depth",
    "Image",
    "Metadata",
    "Picture",
    "check_output",
    "convert_depth",
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
