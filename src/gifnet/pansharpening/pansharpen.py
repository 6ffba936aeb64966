"""Pansharpening, from two pictures to a sink."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gifnet.engine import Region
from gifnet.errors import ImageValueError
from gifnet.imaging.arrays import require_minimum_size
from gifnet.inference import Fuser
from gifnet.inference.fuser import Progress
from gifnet.inference.settings import parse_setting
from gifnet.model.config import MINIMUM_SIZE
from gifnet.pansharpening.grids import Grid, grid_by_size
from gifnet.pansharpening.injection import measured_injection
from gifnet.pansharpening.methods import by_network, by_paper, by_spectra
from gifnet.pansharpening.rasters import ArrayRaster, Raster
from gifnet.pansharpening.relation import Relation
from gifnet.pansharpening.scene import Scene, blocks
from gifnet.pansharpening.settings import Alignment, Method
from gifnet.pansharpening.sinks import ArraySink, Sink, nodata_of
from gifnet.pansharpening.statistics import Statistics, statistics


@dataclass(frozen=True)
class Provenance:
    """What made a result.

    Attributes:
        method: where the detail came from.
        weights_sha256: of the network's weights; empty where no network was used.
        relation: the measured blur and place; None for the method ``paper``, which has none.
    """

    method: Method
    weights_sha256: str
    relation: Relation | None


def pansharpen(
    panchromatic: NDArray[Any],
    multispectral: NDArray[Any],
    *,
    method: str | Method = Method.SPECTRA,
    alignment: str | Alignment = Alignment.AUTO,
    nodata: float | None = None,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> NDArray[Any]:
    """Give a multispectral picture the resolution of a panchromatic one.

    Args:
        panchromatic: (H, W), uint8, uint16, int16 or float32.
        multispectral: (h, w, C) of one of these types, of the same place, H >= h and W >= w.
        method: where the detail comes from, see ``Method``.
        alignment: whether the panchromatic picture is moved by a fraction of a multispectral
            pixel where it does not lie on the bands.
        nodata: the value that means no data, in both.
        make_fuser: gives the fuser; called for the methods that need the network.
        progress: is told the share of the work that is done.

    Returns:
        (H, W, C) of the multispectral picture's type.

    Raises:
        ImageValueError: a type or a shape is none of those, or there is no data.
        ImageSizeError: the sizes do not fit.
        SettingError: there is no such method.
        CheckpointError: the weights cannot be loaded.
    """
    method, alignment = parse_setting(Method, method), parse_setting(Alignment, alignment)
    fine = ArrayRaster(panchromatic, name="the panchromatic picture", nodata=nodata)
    bands = ArrayRaster(multispectral, name="the multispectral picture", nodata=nodata)
    grid = grid_by_size((fine.height, fine.width), (bands.height, bands.width))
    scene = measured(fine, bands, grid)
    sink = ArraySink(fine.height, fine.width, bands.bands, bands.dtype, nodata_of(scene))
    sharpen(
        scene,
        sink,
        method=method,
        alignment=alignment,
        make_fuser=make_fuser,
        progress=progress,
    )
    return sink.pixels


def measured(panchromatic: Raster, multispectral: Raster, grid: Grid) -> Scene:
    """Make a scene of two pictures: check them and measure the ranges of their values.

    Args:
        panchromatic: one band.
        multispectral: any number of bands.
        grid: how their pixels lie.

    Returns:
        The scene.

    Raises:
        ImageValueError: the first picture has several bands, or one has no data.
        ImageSizeError: the panchromatic picture is too small.
    """
    if panchromatic.bands != 1:
        raise ImageValueError(
            f"{panchromatic.name}: expected a panchromatic picture, of one band, got "
            f"{panchromatic.bands} bands; it comes first, the multispectral one second. If one of "
            "its bands is meant, take it out:  gdal_translate -b 1"
        )
    size = panchromatic.height, panchromatic.width
    require_minimum_size(size, minimum=MINIMUM_SIZE, name=panchromatic.name)
    fine = _statistics(panchromatic, 0)
    bands = tuple(_statistics(multispectral, band) for band in range(multispectral.bands))
    for raster, count in (
        (panchromatic, fine.count),
        (multispectral, max((known.count for known in bands), default=0)),
    ):
        if not count:
            raise ImageValueError(
                f"{raster.name}: expected a picture, got no data in all of its pixels; check its "
                "value of no data"
            )
    return Scene(panchromatic, multispectral, grid, fine, bands)


def sharpen(
    scene: Scene,
    sink: Sink,
    *,
    method: Method,
    alignment: Alignment,
    make_fuser: Callable[[], Fuser],
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Provenance:
    """Sharpen block by block.

    Args:
        scene: the pictures.
        sink: takes the result.
        method: where the detail comes from.
        alignment: whether the panchromatic picture may be moved.
        make_fuser: gives the fuser; called for the methods that need the network.
        progress: is told the share of the work that is done.
        folder: for temporary files; the system's own place if None.

    Returns:
        What was done.

    Raises:
        CheckpointError: the weights cannot be loaded.
    """
    advance = progress or (lambda _: None)
    if method is Method.PAPER:
        fuser = make_fuser()
        by_paper(scene, fuser, sink, advance, folder)
        return Provenance(method, fuser.weights_digest or "", None)
    injection = measured_injection(scene, alignment)
    if method is Method.SPECTRA:
        by_spectra(injection, sink, advance)
        return Provenance(method, "", injection.relation)
    fuser = make_fuser()
    by_network(injection, fuser, sink, advance, folder)
    return Provenance(method, fuser.weights_digest or "", injection.relation)


def _statistics(raster: Raster, band: int) -> Statistics:
    whole = Region(0, 0, raster.height, raster.width)
    return statistics(raster.read(band, region) for region in blocks(whole))
