"""``gifnet complexity``: parameters, multiply-accumulates, memory and time."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import VerboseOption, WeightsOption
from gifnet.cli.progress import progress_bar
from gifnet.experiments.complexity.complexity import ROUNDS
from gifnet.experiments.complexity.table import as_text
from gifnet.experiments.complexity.writing import write_complexity

EXAMPLE = "gifnet complexity --size 480x640 -o complexity.md"


@dataclass(frozen=True)
class _Size:
    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.height}x{self.width}"


def _size(text: str) -> _Size:
    """Read HEIGHTxWIDTH."""
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", str(text))
    if not match:
        raise typer.BadParameter(f"expected HEIGHTxWIDTH in pixels, such as 480x640, got {text!r}")
    return _Size(int(match[1]), int(match[2]))


def command(
    size: Annotated[
        _Size,
        typer.Option(
            "--size", metavar="HxW", parser=_size, help="Height x width of the pair, in pixels."
        ),
    ] = _Size(480, 640),
    onnx: Annotated[
        list[Path] | None,
        typer.Option(
            "--onnx",
            metavar="FILE",
            help="Another network to compare with, in an ONNX file; may be given again. It is fed "
            "with random pictures of the size, and run on OpenVINO in float32.",
        ),
    ] = None,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, help="How often each is timed; the median counts.")
    ] = ROUNDS,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write the table, too: .md, .csv or .json. A picture of the same name, "
            ".png, is written beside it (extra eval).",
        ),
    ] = None,
    weights: WeightsOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Say what the network costs: parameters, multiply-accumulates (MACs), peak memory and time.

    Counted and measured are the network as it was trained, and folded as gifnet fuse and exported
    files compute it. MACs are counted by running a counter: PyTorch's own, and one over the shapes
    of every operator of a graph. Memory and time are those of this machine, each form in a fresh
    process. Needs the extra torch.
    """
    with progress_bar("measuring") as progress:
        found, files = write_complexity(
            output,
            (size.height, size.width),
            weights=weights,
            onnx=onnx or (),
            rounds=rounds,
            progress=progress,
        )
    typer.echo(as_text(found))
    for file in files:
        typer.echo(str(file))
