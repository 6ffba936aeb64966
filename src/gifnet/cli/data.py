"""``gifnet data``: look at training data, and make it for others."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gifnet.cli.messages import print_error
from gifnet.cli.options import OutputOption
from gifnet.imaging import check_output, write_image

app = typer.Typer(no_args_is_help=True, help="Look at and make training data.")

_InfraredOption = Annotated[
    str, typer.Option("--infrared", metavar="NAME", help="Subfolder of the infrared pictures.")
]
_VisibleOption = Annotated[
    str, typer.Option("--visible", metavar="NAME", help="Subfolder of the visible pictures.")
]
_SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]


def _parse_size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text)
    if match is None:
        raise typer.BadParameter(
            f"expected WIDTHxHEIGHT, for example 640x480, got {text!r}", param_hint="--size"
        )
    width, height = int(match[1]), int(match[2])
    if min(width, height) < 8:
        raise typer.BadParameter(f"expected at least 8x8 pixels, got {text!r}", param_hint="--size")
    return width, height


@app.command(
    epilog="\b\nExample:\n  gifnet data preview train/msrs train/sharp -o sheet.png --count 12",
)
def preview(
    roots: Annotated[
        list[Path],
        typer.Argument(
            metavar="ROOT...",
            help="Folders of pairs (subfolders of infrared and visible pictures with equal file "
            "names) or of single sharp pictures.",
        ),
    ],
    output: OutputOption,
    infrared: _InfraredOption = "ir",
    visible: _VisibleOption = "vi",
    count: Annotated[int, typer.Option("--count", min=1, max=64, help="Patches to show.")] = 8,
    patch: Annotated[
        int, typer.Option("--patch", min=8, max=1024, help="Side of a patch, in pixels.")
    ] = 128,
    seed: _SeedOption = 0,
) -> None:
    """Draw a contact sheet of training patches.

    Each row shows the visible and the infrared patch, the near- and the far-focused picture made
    from the visible one, and the region that is near.
    """
    from gifnet.data.preview import draw_preview

    check_output(output, width=1, height=1)
    sheet = draw_preview(
        roots, infrared=infrared, visible=visible, count=count, patch=patch, seed=seed
    )
    write_image(output, sheet)
    typer.echo(str(output))


@app.command(
    "make-joint", epilog="\b\nExample:\n  gifnet data make-joint train/msrs -o joint/msrs --seed 1"
)
def make_joint(
    root: Annotated[
        Path,
        typer.Argument(
            metavar="ROOT",
            help="Folder of pairs: subfolders of infrared and visible pictures with equal names.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="OUT_DIR", help="Folder to write to; made if need be."
        ),
    ],
    infrared: _InfraredOption = "ir",
    visible: _VisibleOption = "vi",
    seed: _SeedOption = 0,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            metavar="WxH",
            help="Cut the middle of each picture to this shape and reduce it to this size.  "
            "[default: keep its own size]",
        ),
    ] = None,
) -> None:
    """Write the joint data set: visible, infrared, near- and far-focused pictures.

    Writes OUT_DIR/{visible,infrared,near,far}/STEM.png, 8-bit grey, and joint.json, which says how
    they were made. Started again with the same options, it goes on where it was stopped. A bad
    pair is left out and listed at the end; the exit code is then 1.
    """
    from gifnet.data.joint_set import write_joint_set

    width_and_height = _parse_size(size)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("pairs", total=None)
        report = write_joint_set(
            root,
            output,
            infrared=infrared,
            visible=visible,
            seed=seed,
            size=width_and_height,
            on_pair=lambda done, total: bar.update(task, completed=done, total=total),
        )
    typer.echo(
        f"{output}: {len(report.written)} written, {len(report.skipped)} there already, "
        f"{len(report.failed)} left out"
    )
    for stem, message in report.failed.items():
        print_error(f"{stem}: {message}")
    if report.failed:
        raise typer.Exit(1)
