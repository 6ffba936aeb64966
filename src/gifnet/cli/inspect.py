"""``gifnet inspect``: what the network's branches see of a pair."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import OutputOption, VerboseOption, WeightsOption
from gifnet.cli.progress import progress_bar
from gifnet.experiments.inspection.inspect import CHANNELS, LONGEST, inspect_files
from gifnet.experiments.inspection.pair import Point
from gifnet.tasks import Application

EXAMPLE = "gifnet inspect infrared.png visible.png -o features.png --at 320,200"


def _pixel(text: str) -> Point:
    """Read X,Y."""
    words = text.split(",")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise typer.BadParameter(f"expected X,Y in pixels, such as 320,200, got {text!r}")
    return Point(int(words[0]), int(words[1]))


def command(
    source_a: Annotated[
        Path, typer.Argument(metavar="A", readable=False, help="The first picture.")
    ],
    source_b: Annotated[
        Path, typer.Argument(metavar="B", readable=False, help="The second, of the same size.")
    ],
    output: OutputOption,
    at: Annotated[
        Point | None,
        typer.Option(
            "--at",
            metavar="X,Y",
            parser=_pixel,
            help="A pixel of the pictures, counted from 0 at the left and the top, whose attention "
            "is shown too.",
        ),
    ] = None,
    channels: Annotated[
        int, typer.Option("--channels", min=1, help="How many maps a row shows.")
    ] = CHANNELS,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            min=5,
            metavar="SIDE",
            help="Longest side in pixels; larger pictures are reduced to it. 640 x 480 pixels take "
            "some 2 GB.",
        ),
    ] = LONGEST,
    application: Annotated[
        Application,
        typer.Option(
            "--application",
            help="What the pair shows; sets the order of the sources as in gifnet fuse.",
        ),
    ] = Application.AUTO,
    weights: WeightsOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Show feature maps of the shared encoder and of both branches, before and after they interact.

    The maps shown are those of most energy (variance over the picture); both rows of a branch show
    the same ones. FILE gets the figure, and FILE.json beside it all energies and, with --at, the
    attention of that pixel in both heads and blocks, with either branch as main. Needs the extra
    torch.
    """
    with progress_bar("looking") as progress:
        written = inspect_files(
            source_a,
            source_b,
            output,
            weights=weights,
            application=application,
            channels=channels,
            at=at,
            longest=limit,
            progress=progress,
        )
    for place, numbers in written.channels.items():
        typer.echo(f"{place}: channels {', '.join(map(str, numbers))}")
    typer.echo(f"{written.figure} and {written.numbers.name} ({written.seconds:.1f} s)")
