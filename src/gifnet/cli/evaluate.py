"""``gifnet evaluate``: measure and compare the results of fusion methods."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES
from gifnet.cli.many_words import ManyWordsCommand
from gifnet.cli.options import VerboseOption
from gifnet.cli.stage_progress import stage_progress
from gifnet.errors import EvaluationError
from gifnet.evaluation.evaluate import Report, Request, evaluate
from gifnet.evaluation.scenes.datasets import DATASETS
from gifnet.metrics import METRICS

EXAMPLE = "gifnet evaluate --sources ir vi --fused ours theirs -o report"
_INTERRUPTED = (
    "interrupted: what was fused and measured is kept, and running the same command again goes on"
)


class Command(ManyWordsCommand):
    """Its lists are words up to the next option."""

    many = ("--sources", "--fused", "--metrics", "--methods", "--method")


def command(
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            "--sources",
            metavar="DIR...",
            help="The folders of the sources, in their order; pictures are matched by stem.",
        ),
    ] = None,
    fused: Annotated[
        list[str] | None,
        typer.Option("--fused", metavar="DIR...", help="A method's results, each DIR or NAME=DIR."),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", metavar="DIR", help="What a perfect method would make."),
    ] = None,
    methods: Annotated[
        list[str] | None,
        typer.Option(
            "--methods",
            "--method",
            metavar="METHOD...",
            help="Methods to fuse with: gifnet, gifnet:WEIGHTS (paper, or a file), a baseline (see "
            "--list), onnx:FILE "
            "or module:function, NAME= before it to rename it.",
        ),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics",
            metavar="METRIC...",
            help="Names (see --list), or small, default, all.",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", metavar="NAME", help="A public data set (see --list)."),
    ] = None,
    root: Annotated[
        Path | None, typer.Option("--root", metavar="DIR", help="Where the data set lies.")
    ] = None,
    compare_with: Annotated[
        str | None,
        typer.Option("--from", metavar="table2", help="Print the paper's figures next to these."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Heading of the report.")] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes.  [default: one a processor core]"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="REPORT_DIR",
            help="Folder of the report. What an earlier, interrupted run measured there is used.",
        ),
    ] = None,
    names: Annotated[
        bool, typer.Option("--list", help="List metrics, methods and data sets, and leave.")
    ] = False,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Measure fused pictures with every metric that applies, and compare methods.

    Give sources and results of any methods, or methods to fuse the sources with, or both. The
    folder of the report gets index.html, tables (CSV, Markdown, LaTeX, JSON), plots, and the
    pictures that were fused. A picture that cannot be measured for one method is left out for
    all of them, and listed.
    """
    if names:
        typer.echo(_names())
        return
    if output is None:
        raise typer.BadParameter("expected a folder for the report: say -o REPORT_DIR")
    request = Request(
        sources=tuple(sources or ()),
        fused=tuple(fused or ()),
        truth=truth,
        methods=_words(methods),
        metrics=_words(metrics),
        dataset=dataset,
        root=root,
        compare_with=compare_with,
        title=title,
        workers=workers,
    )
    try:
        with stage_progress() as report:
            made = evaluate(request, output, progress=report)
    except KeyboardInterrupt:
        typer.echo(_INTERRUPTED, err=True)
        raise
    _print(made)
    if not made.summary.counts or not any(made.summary.counts.values()):
        raise EvaluationError("no picture could be measured for all methods: see the list above")


def _names() -> str:
    """Every metric, method and data set, a line each."""
    lines = ["metrics (--metrics; or small, default, all)"]
    for metric in METRICS.values():
        caution = f"; {metric.caution}" if metric.caution else ""
        lines.append(f"  {metric.name:<20} {metric.label}, {metric.direction} is better{caution}")
    lines.append("\nmethods (--methods; or gifnet:WEIGHTS, onnx:FILE, module:function)")
    lines.append("  gifnet               this project's network")
    for baseline in {**BASELINES, **PANSHARPENING_BASELINES}.values():
        lines.append(f"  {baseline.name:<20} {baseline.purpose}")
    lines.append("\ndata sets (--dataset)")
    for dataset in DATASETS.values():
        lines.append(f"  {dataset.name:<20} {dataset.title}: {dataset.page}")
    return "\n".join(lines)


def _words(values: list[str] | None) -> tuple[str, ...]:
    return tuple(word for value in values or () for word in value.split(",") if word)


def _print(made: Report) -> None:
    """The overview on stdout, what was left out on stderr, then where the report is."""
    typer.echo(made.overview)
    for note in made.notes:
        typer.echo(note)
    for line in made.problem_lines:
        typer.echo(f"left out: {line}", err=True)
    typer.echo(str(made.page))
