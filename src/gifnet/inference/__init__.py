"""Fusing with a trained network: arrays with ``Fuser``, files with ``fuse_files``.

What computes is imported when a ``Fuser`` is made; PyTorch only where a GPU is used or asked for.
"""

from gifnet.inference.files import enhance_file, fuse_files, fuse_stack_files
from gifnet.inference.fuser import Fuser
from gifnet.inference.settings import Device, Precision, Runtime
from gifnet.inference.written_file import WrittenFile

__all__ = [
    "Device",
    "Fuser",
    "Precision",
    "Runtime",
    "WrittenFile",
    "enhance_file",
    "fuse_files",
    "fuse_stack_files",
]
