"""``gifnet enhance``: one picture file to a better one."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import (
    DeviceOption,
    OutputOption,
    PrecisionOption,
    VerboseOption,
    WeightsOption,
)
from gifnet.inference import Device, Fuser, Precision, enhance_file

EXAMPLE = "gifnet enhance photo.jpg -o enhanced.png"


def command(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", readable=False, help="The picture.")],
    output: OutputOption,
    weights: WeightsOption = None,
    device: DeviceOption = Device.AUTO,
    precision: PrecisionOption = Precision.FLOAT32,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Enhance a single picture: the network fuses it with itself.

    The result has the size and the colours of the picture.
    """
    written = enhance_file(
        image, output, make_fuser=lambda: Fuser(weights, device=device, precision=precision)
    )
    typer.echo(str(written))
