"""The three methods, each from measured pictures to a sink."""

from pathlib import Path

from gifnet.engine import Region
from gifnet.inference import Fuser
from gifnet.inference.fuser import Progress
from gifnet.pansharpening.injection import Injection
from gifnet.pansharpening.network_bands import Scale, common_scale, fuse_band
from gifnet.pansharpening.published import match_base
from gifnet.pansharpening.rasters import Window
from gifnet.pansharpening.scene import FinePicture, Scene, blocks
from gifnet.pansharpening.scratch import Scratch
from gifnet.pansharpening.sinks import Sink

# Of the time that a band takes.
_NETWORK_SHARE = 0.95


def by_spectra(injection: Injection, sink: Sink, progress: Progress) -> None:
    """Add the panchromatic picture's own detail to the bands.

    Args:
        injection: decides how much of it.
        sink: takes the result.
        progress: is told the share of the work that is done.
    """
    scene, done = injection.scene, 0
    for region in blocks(scene.grid.fine):
        prepared = injection.bands(region)
        for band in range(scene.multispectral.bands):
            sink.write(band, region, prepared.sharpened(band), scene.valid(band, region))
        done += region.height * region.width
        progress(done / (scene.panchromatic.height * scene.panchromatic.width))


def by_network(
    injection: Injection, fuser: Fuser, sink: Sink, progress: Progress, folder: Path | None
) -> None:
    """Add the network's detail to the bands, with the same gains.

    Args:
        injection: decides how much of it.
        fuser: has the network.
        sink: takes the result.
        progress: is told the share of the work that is done.
        folder: for temporary files.
    """
    scene = injection.scene
    for band in range(scene.multispectral.bands):
        scales = _matched_scales(injection, band)
        part = _part(progress, band, scene.multispectral.bands)
        with Scratch(scene.panchromatic.height, scene.panchromatic.width, folder) as fused:
            fuse_band(fuser, scene, band, injection.panchromatic, scales, fused, part)
            details = _as_panchromatic(fused, scales[0])
            for region in blocks(scene.grid.fine):
                values = injection.bands(region, details).sharpened(band)
                sink.write(band, region, values, scene.valid(band, region))
        progress((band + 1) / scene.multispectral.bands)


def by_paper(
    scene: Scene, fuser: Fuser, sink: Sink, progress: Progress, folder: Path | None
) -> None:
    """Take the network's bands, with the histograms of the bands themselves.

    Args:
        scene: the pictures.
        fuser: has the network.
        sink: takes the result.
        progress: is told the share of the work that is done.
        folder: for temporary files.
    """
    scales = common_scale(scene)
    for band in range(scene.multispectral.bands):
        part = _part(progress, band, scene.multispectral.bands)
        with Scratch(scene.panchromatic.height, scene.panchromatic.width, folder) as fused:
            fuse_band(fuser, scene, band, scene.fine, scales, fused, part)
            for region, values in match_base(scene, band, fused, scales[1]):
                sink.write(band, region, values, scene.valid(band, region))
        progress((band + 1) / scene.multispectral.bands)


def _matched_scales(injection: Injection, band: int) -> tuple[Scale, Scale]:
    """Scales that give both pictures one mean and one contrast, and cut off neither."""
    known, fine = injection.scene.band_statistics[band], injection.scene.fine_statistics
    mean, contrast = injection.seen.mean, injection.contrast(band) or 1.0
    least = min(known.least, known.mean + (fine.least - mean) * contrast)
    largest = max(known.largest, known.mean + (fine.largest - mean) * contrast)
    ends = (mean + (value - known.mean) / contrast for value in (least, largest))
    return Scale(*ends), Scale(least, largest)


def _as_panchromatic(fused: Scratch, scale: Scale) -> FinePicture:
    """The network's result with the contrast of the panchromatic picture."""

    def read(region: Region) -> Window:
        values, valid = fused.read(region)
        return Window(scale.from_unit(values), valid)

    return FinePicture(read)


def _part(progress: Progress, band: int, count: int) -> Progress:
    return lambda share: progress((band + share * _NETWORK_SHARE) / count)
