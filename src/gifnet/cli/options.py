"""Options that several commands share, so that they read alike everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.messages import show_log
from gifnet.inference.settings import Device, Precision


def _set_verbosity(verbose: bool) -> bool:
    show_log(verbose=verbose)
    return verbose


OutputOption = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where to write the picture: .png, .jpg, .tif, .bmp or .webp. "
        "A file that is there already is replaced.",
    ),
]
WeightsOption = Annotated[
    str | None,  # not a path, which would take ./paper for paper
    typer.Option(
        "--weights",
        metavar="NAME|FILE",
        help="Weights of the network: default or paper, those of the package, or a file (./paper "
        "if it is called so).  [default: default]",
    ),
]
DeviceOption = Annotated[
    Device, typer.Option("--device", help="Where to compute; auto takes a GPU if there is one.")
]
PrecisionOption = Annotated[
    Precision,
    typer.Option(
        "--precision",
        help="bfloat16 is two to three times as fast on processors that have it, and less exact; "
        "int8 a little faster and less exact still.",
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Say more on stderr.", callback=_set_verbosity),
]
