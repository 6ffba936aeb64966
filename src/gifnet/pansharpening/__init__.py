"""Pansharpening: the bands of a multispectral picture at a panchromatic one's resolution.

``pansharpen`` takes arrays, ``pansharpen_files`` GeoTIFF files, for which the extra ``geo`` is
needed. Pictures are worked through block by block.
"""

from gifnet.pansharpening.files import SharpenedFile, pansharpen_files
from gifnet.pansharpening.pansharpen import pansharpen
from gifnet.pansharpening.settings import Alignment, Method

__all__ = ["Alignment", "Method", "SharpenedFile", "pansharpen", "pansharpen_files"]
