"""Adding detail to the bands so that their spectra stay."""

from dataclasses import dataclass

import numpy as np

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.relation import Relation, measure_relation
from gifnet.pansharpening.resampling import reach, smoothed
from gifnet.pansharpening.scene import FinePicture, Scene
from gifnet.pansharpening.settings import Alignment
from gifnet.pansharpening.statistics import Statistics, statistics

# The panchromatic picture is not divided by less than this share of its mean.
_DARK = 0.01
# Less contrast than this share of its values is none: float32 rounds so.
_ROUNDING = 1e-5
_FULL_WIDTH = 2.355  # of a Gaussian at half its height, in standard deviations


@dataclass(frozen=True)
class Injection:
    """What of the whole picture decides how much detail a band gets.

    Attributes:
        scene: the pictures.
        relation: their blur and place.
        seen: statistics of the panchromatic picture as the multispectral sensor sees it.
        local_variance: mean of its variance around each pixel; 0 if it has none but rounding.
        slopes: of each band by it, over the whole picture.
        sigma: of the Gaussian that says what is around a pixel, in multispectral pixels.
    """

    scene: Scene
    relation: Relation
    seen: Statistics
    local_variance: float
    slopes: tuple[float, ...]
    sigma: float

    @property
    def panchromatic(self) -> FinePicture:
        """The panchromatic picture, moved to where the bands show the same."""
        return self.scene.fine.moved(self.relation.down, self.relation.right)

    def contrast(self, band: int) -> float:
        """How much more contrast a band has than the panchromatic picture at its resolution."""
        return self.scene.band_statistics[band].deviation / (self.seen.deviation or 1.0)

    def bands(self, region: Region, details: FinePicture | None = None) -> "Prepared":
        """Prepare what all bands of a region share."""
        return Prepared(self, region, details)


def measured_injection(scene: Scene, alignment: Alignment) -> Injection:
    """Measure how the bands follow the panchromatic picture, in two passes over both.

    Args:
        scene: the pictures.
        alignment: whether the panchromatic picture may be moved.

    Returns:
        What was found.
    """
    relation = measure_relation(scene, alignment)
    ratio = scene.grid.ratio
    # A pixel of what the bands resolve, which is more than one of theirs if they were enlarged.
    sigma = max(1.0, _FULL_WIDTH * relation.sigma / ratio)
    picture = scene.fine.moved(relation.down, relation.right)
    margin = reach(sigma)
    covariances = np.zeros(scene.multispectral.bands)
    variance, variances, pixels = 0.0, 0.0, 0
    for region in scene.coarse_blocks():
        around = region.grown(margin)
        seen, valid = picture.coarse(scene.grid, around, relation.sigma)
        seen = seen - np.float32(scene.fine_statistics.mean)
        inner = region.within(around).slices
        there = valid[inner]
        spread = _local(seen, seen, valid.astype(np.float32), sigma)[there]
        variances, pixels = variances + float(spread.sum(dtype=np.float64)), pixels + spread.size
        for band, known in enumerate(scene.band_statistics):
            values, of_band = scene.band(band, region)
            both = there & of_band
            covariances[band] += np.dot(
                (values[both] - known.mean).astype(np.float64), seen[inner][both].astype(np.float64)
            )
        variance += float(np.square(seen[inner][there], dtype=np.float64).sum())
    seen_statistics = statistics(
        picture.coarse(scene.grid, region, relation.sigma) for region in scene.coarse_blocks()
    )
    # The means may differ a little where one picture has no data.
    variance -= pixels * (seen_statistics.mean - scene.fine_statistics.mean) ** 2
    size = max(abs(scene.fine_statistics.least), abs(scene.fine_statistics.largest))
    flat = variances <= pixels * (_ROUNDING * size) ** 2
    slopes = covariances / variance if variance > 0 and not flat else np.zeros_like(covariances)
    return Injection(
        scene=scene,
        relation=relation,
        seen=seen_statistics,
        local_variance=0.0 if flat else variances / max(pixels, 1),
        slopes=tuple(slopes.tolist()),
        sigma=sigma,
    )


class Prepared:
    """A region of the panchromatic grid, ready to take the bands.

    Args:
        injection: what decides the gains.
        region: in panchromatic pixels.
        details: where details come from; the panchromatic picture if None.
    """

    def __init__(
        self, injection: Injection, region: Region, details: FinePicture | None = None
    ) -> None:
        self._injection, self._region = injection, region
        scene = injection.scene
        self._coarse = scene.coarse_region(region)
        self._around = self._coarse.grown(reach(injection.sigma))
        picture = injection.panchromatic
        sigma = injection.relation.sigma
        self._seen, self._valid = picture.coarse(scene.grid, self._around, sigma)
        inner = self._coarse.within(self._around).slices
        self._low = scene.enlarged(self._seen[inner], region)
        if details is None:
            self._detail = picture.at(region) - self._low
        else:
            low = details.coarse(scene.grid, self._coarse, sigma).values
            self._detail = details.at(region) - scene.enlarged(low, region)

    def sharpened(self, band: int) -> FloatArray:
        """Add the detail to a band.

        The gain is the local slope of the band by the panchromatic picture where that one varies
        much, and the ratio of both, which keeps the spectrum's direction, where it does not.

        Args:
            band: counted from 0.

        Returns:
            The region's values, of any sign and size.
        """
        injection, scene = self._injection, self._injection.scene
        values, valid = scene.band(band, self._around)
        known = scene.band_statistics[band]
        inner = self._coarse.within(self._around).slices
        enlarged = scene.enlarged(values[inner], self._region)
        if not injection.local_variance:
            return enlarged
        weight = (valid & self._valid).astype(np.float32)
        seen = self._seen - np.float32(injection.seen.mean)
        centred = values - np.float32(known.mean)
        covariance = _local(centred, seen, weight, injection.sigma)
        total = _local(seen, seen, weight, injection.sigma) + np.float32(injection.local_variance)
        slope = scene.enlarged(covariance / total, self._region)
        share = scene.enlarged(injection.local_variance / total, self._region)
        gain = slope + share * self._usual(band, enlarged)
        return np.asarray(enlarged + gain * self._detail)

    def _usual(self, band: int, enlarged: FloatArray) -> FloatArray | np.float32:
        scene = self._injection.scene
        if min(scene.band_statistics[band].least, scene.fine_statistics.least) < 0:
            # Values without a zero to be relative to.
            return np.float32(self._injection.slopes[band])
        least = np.float32(_DARK * scene.fine_statistics.mean or 1.0)
        return np.asarray(enlarged / np.maximum(self._low, least), np.float32)


def _local(first: FloatArray, second: FloatArray, weight: FloatArray, sigma: float) -> FloatArray:
    """The covariance of two pictures around each pixel but those of the border."""
    total = smoothed(weight, sigma)
    there = total > 1e-3
    total = np.where(there, total, np.float32(1))
    means = [smoothed(weight * picture, sigma) / total for picture in (first, second)]
    covariance = smoothed(weight * first * second, sigma) / total - means[0] * means[1]
    return np.asarray(np.where(there, covariance, np.float32(0)), np.float32)
