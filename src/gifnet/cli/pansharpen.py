"""``gifnet pansharpen``: a multispectral file at a panchromatic one's resolution."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.engine_options import (
    MaxMemoryOption,
    RuntimeOption,
    ThreadsOption,
    TileOption,
    fuser_maker,
)
from gifnet.cli.options import DeviceOption, PrecisionOption, VerboseOption, WeightsOption
from gifnet.cli.progress import progress_bar
from gifnet.inference import Device, Precision, Runtime
from gifnet.pansharpening import Alignment, Method, pansharpen_files

EXAMPLE = "gifnet pansharpen panchromatic.tif multispectral.tif -o sharp.tif"


def command(
    panchromatic: Annotated[
        Path,
        typer.Argument(metavar="PAN", readable=False, help="The fine picture, of one band."),
    ],
    multispectral: Annotated[
        Path,
        typer.Argument(
            metavar="MS", readable=False, help="The picture of any number of bands, not finer."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The GeoTIFF to write. A file that is there already is replaced.",
        ),
    ],
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="spectra adds PAN's own detail to the bands by local gains: nearest to the true "
            "spectra, fast, without the network. network adds the network's detail by the same "
            "gains. paper fuses band by band as published, which changes spectra most.",
        ),
    ] = Method.SPECTRA,
    alignment: Annotated[
        Alignment,
        typer.Option(
            "--align",
            help="auto moves PAN by a fraction of an MS pixel to where the bands show the same; "
            "none takes the georeferences as exact, as paper always does.",
        ),
    ] = Alignment.AUTO,
    cog: Annotated[
        bool, typer.Option("--cog", help="Write a cloud optimised GeoTIFF, with overviews.")
    ] = False,
    weights: WeightsOption = None,
    device: DeviceOption = Device.AUTO,
    precision: PrecisionOption = Precision.FLOAT32,
    runtime: RuntimeOption = Runtime.AUTO,
    threads: ThreadsOption = None,
    tile: TileOption = None,
    max_memory: MaxMemoryOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Give a multispectral picture the resolution of a panchromatic one.

    The pictures are laid over each other by their georeferences, or by size where one has none.
    The result has PAN's grid, and MS's bands, type, descriptions and nodata.
    """
    with progress_bar("sharpening") as progress:
        written = pansharpen_files(
            panchromatic,
            multispectral,
            output,
            method=method,
            alignment=alignment,
            cloud_optimised=cog,
            progress=progress,
            make_fuser=fuser_maker(weights, device, precision, runtime, threads, tile, max_memory),
        )
    typer.echo(str(written))
