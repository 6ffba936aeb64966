"""The network's result on its way into a file: depth, range, masks and metadata."""

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging.arrays import Picture
from gifnet.imaging.depth import Depth, convert_depth, opaque_value
from gifnet.imaging.metadata.icc import colour_space
from gifnet.imaging.metadata.metadata import Metadata
from gifnet.inference.prepare import Prepared

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finished:
    """A result as ``write_image`` takes it: pixels, alpha, mask and metadata."""

    pixels: Picture
    alpha: Picture | None
    nodata: NDArray[np.bool_] | None
    metadata: Metadata


def finish(fused: Picture, prepared: Prepared, *, depth: Depth | None = None) -> Finished:
    """Make the network's result ready to be written.

    Args:
        fused: (H, W) or (H, W, 3), of the widest of the sources' dtypes.
        prepared: what it was made of.
        depth: of the result; as it is if None.

    Returns:
        The result: in the sources' range if it is of floats, else with that range spread over
        the whole one; grey if no pixel has colour.
    """
    dtype = fused.dtype if depth is None else depth.dtype
    pixels = convert_depth(fused, dtype)
    if pixels.ndim == 3 and not prepared.keeps_channels and (pixels == pixels[..., :1]).all():
        pixels = pixels[..., 0].copy()
    if pixels.dtype.kind == "f":
        pixels = prepared.value_range.from_unit(pixels)  # type: ignore[arg-type]
    alpha = None if prepared.alpha is None else convert_depth(prepared.alpha, dtype)
    metadata = fitting_metadata(prepared, dtype, dimensions=pixels.ndim)
    if prepared.nodata is not None or metadata.nodata is not None:
        pixels = _with_nodata(pixels, prepared.nodata, metadata.nodata)
    return Finished(pixels, alpha, prepared.nodata, metadata)


def fitting_metadata(prepared: Prepared, dtype: np.dtype[Any], *, dimensions: int) -> Metadata:
    """Say what a result's file shall say beside the pixels.

    Args:
        prepared: what it is made of.
        dtype: of the result.
        dimensions: 3 for a result in colour, 2 for a grey one.

    Returns:
        The metadata, without a profile for other colours, and without a nodata value that the
        dtype cannot hold.
    """
    metadata = prepared.metadata
    wanted = "RGB" if dimensions == 3 else "GRAY"
    if metadata.icc is not None and colour_space(metadata.icc) != wanted:
        logger.info("a colour profile for other colours than %s is left out", wanted)
        metadata = replace(metadata, icc=None)
    if metadata.nodata is not None and not _holds(dtype, metadata.nodata):
        metadata = replace(metadata, nodata=None)
    return metadata


def _with_nodata(pixels: Picture, nodata: NDArray[np.bool_] | None, value: float | None) -> Picture:
    """Write the nodata value where nothing is known, and nowhere else."""
    is_float = pixels.dtype.kind == "f"
    if value is None and not is_float:
        return pixels
    stored = pixels.dtype.type(np.nan if value is None else value)
    same = pixels == stored
    same = same if same.ndim == 2 else same.all(axis=2)
    if same.any():
        pixels = pixels.copy()
        pixels[same] = _next_to(stored, pixels.dtype)
    if nodata is not None:
        pixels = pixels.copy()
        pixels[nodata] = stored
    return pixels


def _next_to(value: Any, dtype: np.dtype[Any]) -> float:
    """A value beside the nodata value, for pixels that have it by chance."""
    if dtype.kind == "f":
        return float(np.nextafter(value, np.inf, dtype=np.float32))
    number = int(value)
    return number + 1 if number < opaque_value(dtype) else number - 1


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    return dtype.kind == "f" or (
        np.isfinite(value) and value == int(value) and 0 <= value <= opaque_value(dtype)
    )
