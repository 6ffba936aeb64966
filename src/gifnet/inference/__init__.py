"""Fusing with a trained network: arrays with ``Fuser``, files with ``fuse_files``.

PyTorch is imported when a ``Fuser`` is made, not before.
"""

from gifnet.inference.files import WrittenFile, enhance_file, fuse_files
from gifnet.inference.fuser import Fuser
from gifnet.inference.settings import Device, Precision

__all__ = [
    "Device",
    "Fuser",
    "Precision",
    "WrittenFile",
    "enhance_file",
    "fuse_files",
]
