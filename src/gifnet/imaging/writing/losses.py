"""What of a picture a file format cannot hold."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gifnet.imaging.formats import FORMATS, Format
from gifnet.imaging.metadata.metadata import Metadata

# A JPEG segment holds 65,533 bytes, of which names take some.
_LARGEST_IN_JPEG = {"exif": 65_533 - 6, "xmp": 65_533 - 29, "iptc": 65_533 - 28}
_BITS = {"uint8": "8 bits", "uint16": "16 bits", "float32": "32-bit floating point"}
_QUIET_TEXTS = (b"Software\0", b"date:", b"Creation Time\0")


@dataclass(frozen=True)
class Contents:
    """What a picture that is to be written consists of.

    Attributes:
        dtype: of its samples.
        alpha: whether it has an alpha channel.
        nodata: whether some of its pixels hold no measured value.
        unbounded: whether it has float values outside [0, 1].
        metadata: what shall be said beside the pixels.
    """

    dtype: np.dtype[np.generic]
    alpha: bool = False
    nodata: bool = False
    unbounded: bool = False
    metadata: Metadata = field(default_factory=Metadata)


def find_losses(path: Path, chosen: Format, contents: Contents) -> list[str]:
    """Say what a file will lack.

    Args:
        path: the file to be written.
        chosen: its format.
        contents: what shall be written.

    Returns:
        A sentence for each loss, with the file's name and what keeps it; none if nothing is lost.
    """
    metadata = contents.metadata
    there = {
        "alpha": contents.alpha,
        "nodata": contents.nodata and "alpha" not in chosen.holds,
        "exif": metadata.exif is not None,
        "xmp": metadata.xmp is not None,
        "icc": metadata.icc is not None,
        "iptc": metadata.iptc is not None,
        "dpi": metadata.dpi is not None,
        "geo": bool(metadata.geo),
    }
    names = {
        "alpha": "the alpha channel, which is",
        "nodata": "the mask of pixels without data, which is",
        "exif": "EXIF, which is",
        "xmp": "XMP, which is",
        "icc": "the colour profile, which is",
        "iptc": "IPTC, which is",
        "dpi": "the resolution (DPI), which is",
        "geo": "the place on the ground (GeoTIFF), which is",
    }
    losses = [
        f"{path}: {chosen.name} cannot hold {names[key]} lost; write {_that_hold(key)} to keep it"
        for key, present in there.items()
        if present and key not in chosen.holds
    ]
    losses += _too_long_for_jpeg(path, chosen, metadata)
    if metadata.chunks and chosen.name != "PNG" and _texts(metadata):
        losses.append(
            f"{path}: {chosen.name} cannot hold the texts of a PNG file ({_texts(metadata)}), "
            "which are lost; write PNG to keep them"
        )
    return losses + _depth_losses(path, chosen, contents)


def _depth_losses(path: Path, chosen: Format, contents: Contents) -> list[str]:
    name = contents.dtype.name
    if name in chosen.dtypes:
        return []
    widest = chosen.dtypes[-1]
    if widest == "float32":  # which holds all that is narrower
        return []
    keeping = " or ".join(item.name for item in FORMATS if name in item.dtypes)
    spread = ", spread from the least to the largest," if contents.unbounded else ""
    return [
        f"{path}: {chosen.name} holds {_BITS[widest]} a sample, so that those of "
        f"{_BITS[name]}{spread} are rounded; write {keeping} to keep them, or ask for --depth "
        f"{8 if widest == 'uint8' else 16}"
    ]


def _too_long_for_jpeg(path: Path, chosen: Format, metadata: Metadata) -> list[str]:
    if chosen.name != "JPEG":
        return []
    return [
        f"{path}: JPEG cannot hold {name.upper()} of {len(content)} bytes, which is lost; write "
        f"{_that_hold(name).replace('JPEG, ', '').replace('JPEG or ', '')} to keep it"
        for name, largest in _LARGEST_IN_JPEG.items()
        if (content := getattr(metadata, name)) is not None and len(content) > largest
    ]


def fitting_jpeg(metadata: Metadata) -> Metadata:
    """Leave out what is too long for a segment of a JPEG file.

    Args:
        metadata: what shall be written.

    Returns:
        What of it can be.
    """
    for name, largest in _LARGEST_IN_JPEG.items():
        content = getattr(metadata, name)
        if content is not None and len(content) > largest:
            without: dict[str, Any] = {name: None}
            metadata = replace(metadata, **without)
    return metadata


def _that_hold(key: str) -> str:
    names = [item.name for item in FORMATS if key in item.holds and item.name != "EXR"]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _texts(metadata: Metadata) -> str:
    texts = [content for kind, content in metadata.chunks if kind in {b"tEXt", b"zTXt", b"iTXt"}]
    keywords = [
        content.partition(b"\0")[0].decode("latin-1")
        for content in texts
        if not content.startswith(_QUIET_TEXTS)
    ]
    return ", ".join(sorted(set(keywords)))
