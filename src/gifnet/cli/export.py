"""``gifnet export``: the network as files for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import VerboseOption, WeightsOption
from gifnet.cli.progress import progress_bar
from gifnet.export import Format, Precision, export_network

EXAMPLE = "gifnet export --format onnx --whole -o gifnet.onnx"


def command(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="With --whole the file to write: .onnx, or .xml for OpenVINO, whose .bin is "
            "written beside it. Else a folder for the stages; made if need be. An earlier export "
            "is replaced.",
        ),
    ],
    form: Annotated[
        Format,
        typer.Option("--format", help="onnx for ONNX Runtime and most others; openvino."),
    ],
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="One graph of the whole network, for pictures of any size that fit into memory. "
            "Without it four stages, which compute pictures tile by tile.",
        ),
    ] = False,
    weights: WeightsOption = None,
    precision: Annotated[
        Precision, typer.Option("--precision", help="Of the numbers in the files.")
    ] = Precision.FLOAT32,
    pictures: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--pictures",
            metavar="FOLDER FOLDER",
            help="For int8: two folders of pictures of equal name to calibrate on, like those that "
            "are to be fused; twice the same for single pictures.",
        ),
    ] = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Write the network to files that other programs run without gifnet.

    The files are run and compared with the network on pictures of several sizes before they get
    their names; a difference above 1e-4 is an error. int8 is calibrated on pictures of yours, and
    how far it is from float32 is said. docs/export.md shows how to use the files.
    """
    folders = () if pictures is None else tuple(dict.fromkeys(pictures))
    with progress_bar("exporting") as progress:
        exported = export_network(
            output,
            form,
            whole=whole,
            weights=weights,
            precision=precision,
            pictures=folders,
            progress=progress,
        )
    for file in exported.files:
        typer.echo(f"wrote {file} ({file.stat().st_size / 1e6:.2f} MB)")
    typer.echo(str(exported.verification))
    if not exported.verification.against_network:
        typer.echo("to verify against the network itself:  pip install 'gifnet[torch]'")
