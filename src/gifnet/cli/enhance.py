"""``gifnet enhance``: one picture file to a better one."""

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
from gifnet.cli.knob_options import DetailOption, LumaRangeOption
from gifnet.cli.options import (
    DepthOption,
    DeviceOption,
    OutputOption,
    PrecisionOption,
    StrictOption,
    VerboseOption,
    WeightsOption,
)
from gifnet.cli.progress import progress_bar
from gifnet.inference import Device, Precision, Runtime, enhance_file
from gifnet.inference.knobs import LumaRange, make_knobs

EXAMPLE = "gifnet enhance photo.jpg -o enhanced.png"


def command(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", readable=False, help="The picture.")],
    output: OutputOption,
    detail: DetailOption = None,
    luma_range: LumaRangeOption = LumaRange.KEEP,
    depth: DepthOption = None,
    strict: StrictOption = False,
    weights: WeightsOption = None,
    device: DeviceOption = Device.AUTO,
    precision: PrecisionOption = Precision.FLOAT32,
    runtime: RuntimeOption = Runtime.AUTO,
    threads: ThreadsOption = None,
    tile: TileOption = None,
    max_memory: MaxMemoryOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Enhance a single picture: the network fuses it with itself.

    The result has the size, the colours and the depth of the picture, and all that it says beside
    its pixels.
    """
    knobs = make_knobs(detail=detail, luma_range=luma_range)
    with progress_bar("enhancing") as progress:
        written = enhance_file(
            image,
            output,
            knobs=knobs,
            depth=depth,
            strict=strict,
            progress=progress,
            make_fuser=fuser_maker(weights, device, precision, runtime, threads, tile, max_memory),
        )
    typer.echo(str(written))
