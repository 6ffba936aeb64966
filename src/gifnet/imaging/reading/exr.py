"""OpenEXR files, read by the library of the format's makers (extra ``exr``)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import MissingDependencyError
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.imaging.reading.decoded import Decoded, RefusedError, require_few_pixels
from gifnet.imaging.reading.eight_bit import valid_dpi
from gifnet.imaging.reading.exr_lines import require_all_lines

SIGNATURE = b"v/1\x01"
_GREY, _COLOUR, _ALPHA = ("Y",), ("R", "G", "B"), "A"


def require_openexr(path: Path) -> Any:
    """Import the library.

    Args:
        path: the file that needs it, for the message.

    Returns:
        The module.

    Raises:
        MissingDependencyError: it is not installed.
    """
    if find_spec("OpenEXR") is None:
        raise MissingDependencyError(
            "OpenEXR", extra="exr", purpose=f"{path} is an OpenEXR file, which"
        )
    import OpenEXR

    return OpenEXR


def read_exr(path: Path) -> Decoded:
    """Read an OpenEXR file of one part with the channels R, G, B or Y, and A if there is one.

    Args:
        path: the file.

    Returns:
        The picture, float32, with colours that are not multiplied with alpha.

    Raises:
        MissingDependencyError: OpenEXR is not installed.
        RefusedError: it has several parts, other channels, or is too large.
        Exception: nearly any other, if the file is damaged.
    """
    library = require_openexr(path)
    require_all_lines(path)
    with library.File(str(path), header_only=True) as file:
        if len(file.parts) > 1:
            raise RefusedError(
                f"expected one picture, got a file of {len(file.parts)} parts; "
                "export the one you want to a file of its own"
            )
        header = dict(file.header())
        low, high = header["dataWindow"]
        require_few_pixels(int(high[0]) - int(low[0]) + 1, int(high[1]) - int(low[1]) + 1)
    with library.File(str(path), separate_channels=True) as file:
        channels = {
            name: channel for name, channel in file.channels().items() if channel.pixels is not None
        }
        return _decode(channels, header)


def _decode(channels: dict[str, Any], header: dict[str, Any]) -> Decoded:
    names: tuple[str, ...] = _COLOUR if all(name in channels for name in _COLOUR) else _GREY
    if names == _GREY and len(channels) == 1:
        names = tuple(channels)
    if not all(name in channels for name in names) or {"RY", "BY"} & set(channels):
        raise RefusedError(
            f"expected the channels R, G, B or Y, got {', '.join(sorted(channels)) or 'none'}; "
            "export the picture in one of these ways"
        )
    others = sorted(set(channels) - {*names, _ALPHA})
    planes = [np.asarray(channels[name].pixels) for name in names]
    if any(plane.dtype.kind != "f" or plane.shape != planes[0].shape for plane in planes):
        raise RefusedError(
            "expected float or half samples of one size, got others; export it as float"
        )
    pixels: NDArray[np.float32] = (
        planes[0].astype(np.float32) if len(planes) == 1 else np.stack(planes, axis=-1, dtype="f4")
    )
    alpha = None
    if _ALPHA in channels and _ALPHA not in names:
        alpha = np.clip(np.asarray(channels[_ALPHA].pixels, np.float32), 0.0, 1.0)
        pixels = without_alpha(pixels, alpha)
    half = all(plane.dtype == np.float16 for plane in planes)
    density = header.get("xDensity")
    return Decoded(
        pixels,
        alpha,
        "EXR",
        metadata=Metadata(
            xmp=_text(header.get("xmp")),
            dpi=valid_dpi((density, density)) if density else None,
        ),
        samples="16-bit float" if half else "32-bit float",
        lost=f"its channels {', '.join(others)} are not read; export them to files of their own"
        if others
        else None,
    )


def without_alpha(pixels: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide colours by the alpha that they were multiplied with; invisible ones stay.

    Args:
        pixels: (H, W) or (H, W, 3), float32.
        alpha: (H, W), float32 in [0, 1].

    Returns:
        The colours as they would be opaque.
    """
    divisor = np.where(alpha > 0.0, alpha, np.float32(1.0)).astype(np.float32)
    divided: NDArray[np.float32] = pixels / (divisor if pixels.ndim == 2 else divisor[..., None])
    return divided


def _text(value: Any) -> bytes | None:
    return value.encode("utf-8") if isinstance(value, str) and value else None
