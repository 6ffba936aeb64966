"""A band and the panchromatic picture through the network."""

from dataclasses import dataclass

import numpy as np

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.inference import Fuser
from gifnet.inference.fuser import Progress
from gifnet.pansharpening.rasters import Raster
from gifnet.pansharpening.scene import FinePicture, Scene
from gifnet.pansharpening.scratch import Scratch


@dataclass(frozen=True)
class Scale:
    """The range of values that is 0 to 1 for the network.

    Attributes:
        least: becomes 0.
        largest: becomes 1.
    """

    least: float
    largest: float

    def to_unit(self, values: FloatArray) -> FloatArray:
        """Bring values to [0, 1]; what interpolation swings beyond is cut off."""
        return np.asarray(np.clip((values - self.least) / self._length, 0, 1), np.float32)

    def from_unit(self, values: FloatArray) -> FloatArray:
        """The way back."""
        return np.asarray(values * np.float32(self._length) + np.float32(self.least), np.float32)

    @property
    def _length(self) -> float:
        return (self.largest - self.least) or 1.0


def common_scale(scene: Scene) -> tuple[Scale, Scale]:
    """Choose the scales of the panchromatic picture and the bands as the paper has them.

    Args:
        scene: the pictures.

    Returns:
        For 8 bits 0 to 255. Else from 0, or the smallest value if that is negative, to the largest
        value, of both pictures together if they are of one type: pictures of 11 bits in 16 are
        not seen as nearly black ones. Of each by itself if the types differ.
    """
    of_bands = [known for known in scene.band_statistics if known.count]
    least = min((known.least for known in of_bands), default=0.0)
    largest = max((known.largest for known in of_bands), default=0.0)
    fine = _scale(scene.panchromatic, scene.fine_statistics.least, scene.fine_statistics.largest)
    bands = _scale(scene.multispectral, least, largest)
    if scene.panchromatic.dtype == scene.multispectral.dtype:
        both = Scale(min(fine.least, bands.least), max(fine.largest, bands.largest))
        return both, both
    return fine, bands


def fuse_band(
    fuser: Fuser,
    scene: Scene,
    band: int,
    panchromatic: FinePicture,
    scales: tuple[Scale, Scale],
    result: Scratch,
    progress: Progress,
) -> None:
    """Fuse a band with the panchromatic picture.

    Args:
        fuser: has the network.
        scene: the pictures.
        band: counted from 0; the first source, as published.
        panchromatic: the second source.
        scales: of the panchromatic picture and of the band.
        result: takes the fused band, in [0, 1].
        progress: is told the share of the work that is done.
    """

    def read(region: Region) -> FloatArray:
        samples = scene.band(band, scene.coarse_region(region)).values
        first = scales[1].to_unit(scene.enlarged(samples, region))
        second = scales[0].to_unit(panchromatic.at(region))
        return np.stack([first, second])[None]

    height, width = scene.panchromatic.height, scene.panchromatic.width
    fuser.fuse_luma(height, width, read, result.write, progress)


def _scale(raster: Raster, least: float, largest: float) -> Scale:
    if raster.dtype == np.uint8:
        return Scale(0.0, 255.0)
    return Scale(min(least, 0.0), largest)
