"""Pansharpening files: read, check, sharpen, write, block by block."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gifnet.imaging.arrays import describe_size
from gifnet.inference import Fuser
from gifnet.inference.fuser import Progress
from gifnet.inference.settings import parse_setting
from gifnet.pansharpening.geotiff import GeoTiff, gdal, grid_of
from gifnet.pansharpening.output import check_output, written
from gifnet.pansharpening.pansharpen import Provenance, measured, sharpen
from gifnet.pansharpening.settings import Alignment, Method
from gifnet.pansharpening.sinks import nodata_of
from gifnet.version import __version__


@dataclass(frozen=True)
class SharpenedFile:
    """A picture that was sharpened and written.

    Attributes:
        path: the file.
        width: in pixels.
        height: in pixels.
        bands: how many.
        dtype: of the pixels.
        seconds: from the first byte read to the last one written.
    """

    path: Path
    width: int
    height: int
    bands: int
    dtype: str
    seconds: float

    def __str__(self) -> str:
        """One line for people."""
        bands = "1 band" if self.bands == 1 else f"{self.bands} bands"
        size = describe_size((self.height, self.width))
        return f"wrote {self.path} ({size}, {bands} of {self.dtype}) in {self.seconds:.1f} s"


def pansharpen_files(
    panchromatic: str | Path,
    multispectral: str | Path,
    output: str | Path,
    *,
    method: str | Method = Method.SPECTRA,
    alignment: str | Alignment = Alignment.AUTO,
    cloud_optimised: bool = False,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> SharpenedFile:
    """Give a multispectral file the resolution of a panchromatic one.

    Args:
        panchromatic: a file of one band; uint8, uint16, int16 or float32.
        multispectral: a file of any number of bands, of one of these types, on a grid that is not
            finer. An alpha band is a mask.
        output: the GeoTIFF file to write.
        method: where the detail comes from, see ``Method``.
        alignment: whether the panchromatic picture may be moved by a fraction of a pixel.
        cloud_optimised: whether to write a cloud optimised GeoTIFF with overviews.
        make_fuser: gives the fuser; called once the files have been found good, for the methods
            that need the network.
        progress: is told the share of the work that is done.

    Returns:
        What was written: the panchromatic picture's grid and georeference; the multispectral
        picture's bands, type, descriptions, tags and value of no data.

    Raises:
        ImageFileError: a file cannot be read or written, or the georeferences do not go together.
        ImageValueError: a type cannot be sharpened, or there is no data.
        ImageSizeError: the pictures do not overlap, or the first one is not the finer one.
        MissingDependencyError: rasterio is not installed.
        SettingError: there is no such method.
    """
    started = time.perf_counter()
    method, alignment = parse_setting(Method, method), parse_setting(Alignment, alignment)
    output = Path(output)
    with (
        gdal() as rasterio,
        closing(GeoTiff(rasterio, Path(panchromatic))) as fine,
        closing(GeoTiff(rasterio, Path(multispectral))) as coarse,
    ):
        check_output(output, fine.path, coarse.path)
        scene = measured(fine, coarse, grid_of(fine, coarse))
        with written(
            rasterio,
            output,
            fine,
            coarse,
            nodata=nodata_of(scene),
            gaps=scene.has_gaps,
            cloud_optimised=cloud_optimised,
        ) as sink:
            provenance = sharpen(
                scene,
                sink,
                method=method,
                alignment=alignment,
                make_fuser=make_fuser,
                progress=progress,
                folder=output.resolve().parent,
            )
            sink.tag(_tags(provenance, fine, coarse))
        return SharpenedFile(
            path=output,
            width=fine.width,
            height=fine.height,
            bands=coarse.bands,
            dtype=coarse.dtype.name,
            seconds=time.perf_counter() - started,
        )


def _tags(provenance: Provenance, fine: GeoTiff, coarse: GeoTiff) -> dict[str, str]:
    tags = {
        "software": f"gifnet {__version__}",
        "method": str(provenance.method),
        "panchromatic": fine.path.name,
        "multispectral": coarse.path.name,
    }
    if provenance.weights_sha256:
        tags["weights_sha256"] = provenance.weights_sha256
    if provenance.relation:
        tags["moved_down"] = f"{provenance.relation.down:.4f}"
        tags["moved_right"] = f"{provenance.relation.right:.4f}"
        tags["blur"] = f"{provenance.relation.sigma:.2f}"
    return tags
