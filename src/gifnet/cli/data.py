"""``gifnet data``: look at training data, and make it for others."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from gifnet.data.layouts import PAIR_SETS, Split
from gifnet.imaging import check_output, write_image

if TYPE_CHECKING:
    from gifnet.data.prepare import PrepareReport

app = typer.Typer(no_args_is_help=True, help="Look at and make training data.")

_USUAL_PATCHES = (64, 128)
"""Sides in pixels: those of the package's recipes, and of the paper."""

_InfraredOption = Annotated[
    str, typer.Option("--infrared", metavar="NAME", help="Subfolder of the infrared pictures.")
]
_VisibleOption = Annotated[
    str, typer.Option("--visible", metavar="NAME", help="Subfolder of the visible pictures.")
]
_SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal; it is told the numbers done and of all."""
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
        yield lambda done, total: bar.update(task, completed=done, total=total)


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
    with _progress() as on_pair:
        report = write_joint_set(
            root,
            output,
            infrared=infrared,
            visible=visible,
            seed=seed,
            size=width_and_height,
            on_pair=on_pair,
        )
    typer.echo(
        f"{output}: {len(report.written)} written, {len(report.skipped)} there already, "
        f"{len(report.failed)} left out"
    )
    for stem, message in report.failed.items():
        print_error(f"{stem}: {message}")
    if report.failed:
        raise typer.Exit(1)


@app.command(epilog="\b\nExample:\n  gifnet data prepare llvip --root LLVIP -o train/llvip")
def prepare(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="plain (pairs in two subfolders), sharp (single pictures), "
            f"{', '.join(PAIR_SETS)}.",
        ),
    ],
    root: Annotated[
        Path, typer.Option("--root", metavar="DIR", help="Where the set was unpacked to.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT_DIR",
            help="Write a plain copy to this folder; made if need be.",
        ),
    ] = None,
    split: Annotated[
        Split, typer.Option("--split", help="Which part of a set that comes in parts.")
    ] = Split.TRAIN,
    longest_side: Annotated[
        int | None,
        typer.Option(
            "--longest-side",
            metavar="N",
            min=16,
            help="Reduce the copies to at most N pixels a side and write grey PNG.  "
            "[default: copy the files as they are]",
        ),
    ] = None,
    infrared: _InfraredOption = "ir",
    visible: _VisibleOption = "vi",
) -> None:
    """Check a training set, say how to train on it, and write a plain copy if wanted.

    Decodes every picture. A copy is OUT_DIR/{ir,vi}/STEM.* (OUT_DIR/STEM.* for single pictures),
    with a preview to look at; started again with the same options, it goes on where it was
    stopped. What cannot be used is left out and listed at the end; the exit code is then 1.
    """
    if longest_side is not None and output is None:
        raise typer.BadParameter(
            "expected a folder for the smaller copies: say -o OUT_DIR", param_hint="--longest-side"
        )
    from gifnet.data.prepare import prepare as prepare_set

    with _progress() as on_scene:
        report = prepare_set(
            name,
            root,
            output,
            split=split,
            infrared=infrared,
            visible=visible,
            longest_side=longest_side,
            on_scene=on_scene,
        )
    for line in _describe(report, name, output):
        typer.echo(line)
    for stem, message in report.failed.items():
        print_error(f"{stem}: {message}")
    for file in report.lonely:
        print_error(f"{file}: has no partner of the same name")
    if report.failed or report.lonely:
        raise typer.Exit(1)


def _describe(report: "PrepareReport", name: str, output: Path | None) -> Iterator[str]:
    """What there is, on what terms, and what to write into a recipe."""
    kind = "pictures" if name == "sharp" else "pairs"
    for infrared, visible in report.folders:
        yield f"{infrared} with {visible}"
    counts = [f"{report.pairs} {kind}"]
    if report.failed:
        counts.append(f"{len(report.failed)} left out")
    if report.lonely:
        counts.append(f"{len(report.lonely)} pictures without a partner")
    yield ", ".join(counts)
    yield f"sizes: {_describe_sizes(report)}"
    yield from _describe_demands(report, pictures=1 if name == "sharp" else 2)
    if output is not None:
        yield f"{output}: {report.written} {kind} written, {report.skipped} there already"
    if report.preview is not None:
        yield f"look at {report.preview}"
    if name in PAIR_SETS:
        known = PAIR_SETS[name]
        yield f"{known.title}: {known.page}, {known.size}"
        yield f"licence: {known.licence}"
        if known.remark:
            yield f"note: {known.remark}"
    if not report.pairs:
        return
    if report.recipe:
        yield f"\nIn a recipe (docs/training.md):\n[data]\n{report.recipe}"
    else:
        yield "\nA recipe takes the part for training: make a copy with -o to train on this one."
    if output is None and report.failed:
        yield "Training stops at what is left out: remove it, or make a copy with -o."


def _describe_demands(report: "PrepareReport", *, pictures: int) -> Iterator[str]:
    """What training takes: memory, and pictures that are large enough for its patches."""
    pixels = sum(width * height * count for (width, height), count in report.sizes.items())
    yield f"decoded, as training keeps them: {pictures * pixels / 2**30:.2g} GiB of memory"
    for patch in _USUAL_PATCHES:
        small = sum(count for size, count in report.sizes.items() if min(size) < patch)
        if small:
            yield f"too small for patches of {patch} x {patch} pixels, and left out there: {small}"


def _describe_sizes(report: "PrepareReport") -> str:
    """The sizes with their counts, or how far they reach where there are many."""
    common = report.sizes.most_common()
    if not common:
        return "none"
    if len(common) <= 4:
        return ", ".join(f"{width} x {height} ({count})" for (width, height), count in common)
    (width, height), count = common[0]
    widths, heights = zip(*report.sizes, strict=True)
    return (
        f"{min(widths)} to {max(widths)} x {min(heights)} to {max(heights)}, "
        f"most often {width} x {height} ({count})"
    )
