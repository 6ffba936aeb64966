"""Options that several commands share, so that they read alike everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.messages import show_log
from gifnet.imaging.depth import Depth
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
        help="Where to write the picture: .png, .jpg, .tif, .bmp, .webp or .exr. "
        "A file that is there already is replaced.",
    ),
]
DepthOption = Annotated[
    Depth | None,
    typer.Option("--depth", help="Bits a sample of the result.  [default: the deepest source's]"),
]
ReferenceOption = Annotated[
    int | None,
    typer.Option(
        "--reference",
        metavar="NUMBER",
        min=1,
        help="The source, 1, 2, ..., whose EXIF, XMP, colour profile, resolution and place on the "
        "ground the result gets.  [default: the only one with colour, else the first]",
    ),
]
StrictOption = Annotated[
    bool,
    typer.Option(
        "--strict", help="Refuse, instead of warning, where the output's format loses something."
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
