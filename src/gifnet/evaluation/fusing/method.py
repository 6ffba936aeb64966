"""One method of any kind: pictures in, fused picture out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.checked_output import checked_output
from gifnet.evaluation.fusing.luma_fusion import Operation
from gifnet.imaging.arrays import FloatArray, Picture, from_float, require_same_size, to_float

Sharpening = Callable[[FloatArray, FloatArray], FloatArray]
"""Multispectral (h, w, C) and panchromatic (H, W), float32 in [0, 1], to (H, W, C)."""


@dataclass(frozen=True)
class Method:
    """Something that fuses.

    Attributes:
        name: what reports call it.
        text: what ``make_method`` made it of; another process makes the same of it.
        digest: changes with all that its results depend on, as far as that can be told.
        parallel: whether several processes may run it side by side.
        operation: how it fuses pictures; None if it only sharpens bands.
        sharpening: how it sharpens all bands at once; None if it takes them one by one.
    """

    name: str
    text: str
    digest: str
    parallel: bool
    operation: Operation | None
    sharpening: Sharpening | None = None

    def fuse(self, sources: Sequence[Picture]) -> NDArray[np.uint8]:
        """Fuse two or more aligned pictures.

        Args:
            sources: (H, W) or (H, W, 3) each, uint8 (uint16 and float32 in [0, 1] do, too), of
                one height and width.

        Returns:
            uint8, (H, W, 3) if a source has three channels, else (H, W).

        Raises:
            EvaluationError: the method fuses no pictures, or its result is none.
            ImageError: the sources cannot be fused.
        """
        values = [to_float(source, name=f"source {i}") for i, source in enumerate(sources, 1)]
        return from_float(self.fuse_values(values), np.dtype(np.uint8)).astype(np.uint8)

    def sharpen(self, multispectral: FloatArray, panchromatic: FloatArray) -> FloatArray:
        """Put the detail of a panchromatic picture into the bands of a coarser one.

        Args:
            multispectral: (h, w, C), float32 in [0, 1].
            panchromatic: (H, W), float32 in [0, 1].

        Returns:
            (H, W, C), float32 in [0, 1]. A method for pictures fuses each band, enlarged by
            bicubic interpolation, with the panchromatic picture.

        Raises:
            EvaluationError: the result is no picture.
        """
        height, width = panchromatic.shape
        if self.sharpening is not None:
            sharpened = self.sharpening(multispectral, panchromatic)
            return checked_output(self.name, sharpened, (height, width, multispectral.shape[2]))
        bands = enlarge(multispectral, height=height, width=width)
        fused = [self.fuse_values([band, panchromatic]) for band in np.moveaxis(bands, -1, 0)]
        return np.stack(fused, axis=-1)

    def fuse_values(self, values: Sequence[FloatArray]) -> FloatArray:
        """Do what ``fuse`` does, with float32 in [0, 1] in and out."""
        if self.operation is None:
            raise EvaluationError(
                f"{self.name} sharpens the bands of satellite pictures and fuses no other "
                "pictures; leave it out here"
            )
        if len(values) < 2:
            raise EvaluationError(f"expected at least two sources to fuse, got {len(values)}")
        size = values[0].shape[:2]
        for number, value in enumerate(values[1:], 2):
            require_same_size(size, value.shape, names=("source 1", f"source {number}"))
        coloured = any(value.ndim == 3 for value in values)
        return checked_output(self.name, self.operation(values), (*size, 3) if coloured else size)


def enlarge(bands: FloatArray, *, height: int, width: int) -> FloatArray:
    """Enlarge every band by bicubic interpolation; the outer edges of the pictures coincide.

    Args:
        bands: (h, w, C), float32 in [0, 1].
        height: of the result.
        width: of the result.

    Returns:
        (height, width, C), float32, clipped to [0, 1].
    """
    from PIL import Image

    enlarged = [
        Image.fromarray(np.ascontiguousarray(band)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        for band in np.moveaxis(bands, -1, 0)
    ]
    stacked: FloatArray = np.stack([np.asarray(band, np.float32) for band in enlarged], axis=-1)
    return np.clip(stacked, 0.0, 1.0)
