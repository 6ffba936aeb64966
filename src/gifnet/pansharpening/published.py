"""The paper's pansharpening: the network's bands with the bands' own histograms."""

from collections.abc import Iterator

import numpy as np

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.histogram_matching import Histogram, Matching
from gifnet.pansharpening.network_bands import Scale
from gifnet.pansharpening.scene import Scene, blocks
from gifnet.pansharpening.scratch import Scratch

_SIGMA = 0.5
# The published filter is 3x3: what lies further out of the Gaussian is cut off.
_REACH = 1


def match_base(
    scene: Scene, band: int, fused: Scratch, scale: Scale
) -> Iterator[tuple[Region, FloatArray]]:
    """Match the base layer of a fused band to the band's histogram and add its detail back (D19).

    Two passes: the first one counts, the second one changes.

    Args:
        scene: the pictures.
        band: counted from 0.
        fused: the network's result, in [0, 1].
        scale: of the band.

    Yields:
        Regions and their values.
    """
    base_histogram, band_histogram = Histogram(), Histogram()
    for region in blocks(scene.grid.fine):
        valid = scene.valid(band, region)
        samples = scene.band(band, scene.coarse_region(region)).values
        band_histogram.add(scale.to_unit(scene.enlarged(samples, region))[valid])
        base_histogram.add(base_layer(fused.read(region.grown(_REACH)).values)[valid])
    matching = Matching(base_histogram, band_histogram)
    for region in blocks(scene.grid.fine):
        around = fused.read(region.grown(_REACH)).values
        base = base_layer(around)
        detail = around[_REACH:-_REACH, _REACH:-_REACH] - base
        yield region, scale.from_unit(matching(base) + detail)


def base_layer(picture: FloatArray) -> FloatArray:
    """Smooth by a Gaussian of 3x3 pixels, sigma 0.5.

    Args:
        picture: with a border of one pixel, which is lost.

    Returns:
        The base layer.
    """
    side = np.float32(np.exp(-0.5 / _SIGMA**2))
    total = 1 + 2 * side
    rows = (side * (picture[:-2] + picture[2:]) + picture[1:-1]) / total
    return np.asarray((side * (rows[:, :-2] + rows[:, 2:]) + rows[:, 1:-1]) / total, np.float32)
