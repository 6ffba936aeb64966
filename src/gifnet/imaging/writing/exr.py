"""OpenEXR files, written by the library of the format's makers (extra ``exr``)."""

from pathlib import Path
from typing import Any

import numpy as np

from gifnet.imaging.arrays import Picture
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.reading.exr import require_openexr


def write_exr(path: Path, pixels: Picture, alpha: Picture | None, metadata: Metadata) -> None:
    """Write an OpenEXR file of floats, losslessly compressed.

    Args:
        path: the file.
        pixels: (H, W) or (H, W, 3), float32; the values are written as they are.
        alpha: (H, W), float32 in [0, 1], or None. Colours are multiplied with it, as the format
            has it; invisible ones stay.
        metadata: XMP is written as the attribute ``xmp``, the resolution as ``xDensity``.
    """
    library = require_openexr(path)
    header: dict[str, Any] = {
        "compression": library.ZIP_COMPRESSION,
        "type": library.scanlineimage,
    }
    if metadata.xmp is not None:
        header["xmp"] = metadata.xmp.decode("utf-8", "replace")
    if metadata.dpi is not None:
        header["xDensity"] = float(metadata.dpi[0])
    names = ["Y"] if pixels.ndim == 2 else ["R", "G", "B"]
    planes: dict[str, Any] = dict(zip(names, np.moveaxis(np.atleast_3d(pixels), 2, 0), strict=True))
    if alpha is not None:
        shown = np.where(alpha > 0.0, alpha, np.float32(1.0))
        planes = {name: plane * shown for name, plane in planes.items()} | {"A": alpha}
    channels = {
        name: library.Channel(np.ascontiguousarray(plane, np.float32))
        for name, plane in planes.items()
    }
    with library.File(header, channels) as file:
        file.write(str(path))
