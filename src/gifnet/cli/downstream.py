"""``gifnet downstream``: edges and keypoints of fused pictures against one source alone."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import VerboseOption
from gifnet.cli.stage_progress import stage_progress
from gifnet.experiments.downstream.downstream import check_downstream
from gifnet.experiments.downstream.report import as_markdown

EXAMPLE = "gifnet downstream --set tno=ir,vi --method gifnet --method average -o downstream"


def command(
    sets: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="NAME=A,B[,TRUTH]",
            help="A set: the folders of both sources, matched by stem, and of the truth, if it is "
            "known. May be given again.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Where table, figure and fused pictures go. What an earlier run fused there is "
            "used.",
        ),
    ],
    methods: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="METHOD",
            help="A method to fuse with, as in gifnet evaluate: gifnet, gifnet:WEIGHTS, a "
            "baseline, onnx:FILE or module:function, NAME= before it to rename it. May be given "
            "again.  [default: gifnet]",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes.  [default: one a processor core]"),
    ] = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Compare edges and keypoints of fused pictures with those of one source alone.

    Canny's edges and ORB keypoints: how many of both sources' are in the picture, how many of the
    picture's are in a source, how well keypoints are found and matched in another view with noise,
    and how true edges are where the truth is known. FOLDER gets downstream.csv, .md and .png.
    """
    with stage_progress() as progress:
        found = check_downstream(
            sets, methods or ["gifnet"], output, workers=workers, progress=progress
        )
    typer.echo(as_markdown(found))
    for file in found.files:
        typer.echo(str(file))
