"""The whole evaluation: find the pictures, fuse what is to be fused, measure, report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.fuse_cases import fuse_cases, safe_file_name
from gifnet.evaluation.fusing.methods import make_methods
from gifnet.evaluation.measuring.applicability import choose_metrics
from gifnet.evaluation.measuring.measure import measure
from gifnet.evaluation.packages import require_packages
from gifnet.evaluation.page.plots import write_plots
from gifnet.evaluation.page.report import write_report
from gifnet.evaluation.report_folder import MEASUREMENTS, make_folder, require_own_folder
from gifnet.evaluation.reporting.overview import overview
from gifnet.evaluation.reporting.problems import grouped_problems
from gifnet.evaluation.reporting.table2 import comparison_lines
from gifnet.evaluation.reporting.tables import write_tables
from gifnet.evaluation.results import Case, MethodOutputs, Problem, Summary
from gifnet.evaluation.scenes.cases import find_cases, find_outputs, method_names
from gifnet.evaluation.scenes.datasets import DATASETS, dataset_cases
from gifnet.evaluation.statistics import summarise
from gifnet.tasks import Application

StageProgress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to evaluate.

    Attributes:
        sources: folders of the sources, in their order; or none with a data set.
        fused: folders with a method's results, each ``DIR`` or ``NAME=DIR``.
        truth: folder of what a perfect method would make.
        methods: what to fuse with, as ``make_method`` takes it.
        metrics: names, or the name of a set of them; the default set if empty.
        dataset: name of a public data set in place of ``sources`` and ``truth``.
        root: where the data set lies.
        compare_with: "table2" for the paper's figures.
        title: heading of the report.
        workers: processes; as many as there are cores if None.
    """

    sources: tuple[Path, ...] = ()
    fused: tuple[str, ...] = ()
    truth: Path | None = None
    methods: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    dataset: str | None = None
    root: Path | None = None
    compare_with: str | None = None
    title: str | None = None
    workers: int | None = None


@dataclass(frozen=True)
class Report:
    """What came of it.

    Attributes:
        summary: the numbers.
        page: the HTML report; the tables and plots lie beside it.
        overview: the means as text, metrics down and methods across.
        notes: what is to be said about them, in Markdown.
    """

    summary: Summary
    page: Path
    overview: str
    notes: tuple[str, ...] = ()

    @property
    def problem_lines(self) -> list[str]:
        """What was left out and why, each reason once."""
        evaluation = self.summary.evaluation
        return grouped_problems(evaluation.problems, methods=evaluation.method_names)


@dataclass
class _Found:
    """The scenes to evaluate on, and what is known of them."""

    cases: tuple[Case, ...]
    application: Application = Application.AUTO
    notes: list[str] = field(default_factory=list)


def evaluate(request: Request, folder: Path, *, progress: StageProgress | None = None) -> Report:
    """Evaluate methods on pictures, and write tables, plots and an HTML page.

    Args:
        request: what to evaluate.
        folder: where the report goes; made if it is not there. Values and fused pictures of an
            earlier run in it are used where their sources are still the same.
        progress: told how far each stage is.

    Raises:
        EvaluationError: The request makes no sense, no pictures fit it, or the folder has files
            that are not of an earlier evaluation.
        MissingDependencyError: A package of the extra ``eval`` or ``onnx`` is not installed.
    """
    _check(request)
    require_packages(request.methods)
    found = _find(request)
    methods = (
        make_methods(request.methods, application=found.application) if request.methods else ()
    )
    names = method_names(request.fused)
    _require_different([*(method.name for method in methods), *names])
    there = {name: find_outputs(name, place, found.cases) for name, place in names.items()}
    # Once more below: what is fused may be grey or coloured.
    given = [outputs for outputs, _ in there.values()]
    choose_metrics(request.metrics, found.cases, given, to_fuse=bool(methods))
    require_own_folder(
        folder,
        [*_given(request, found.cases), *names.values()],
        written=[folder / "fused" / safe_file_name(method.name) for method in methods],
    )
    make_folder(folder)

    outputs: list[MethodOutputs] = []
    problems: list[Problem] = []
    if methods:
        fused, failures = fuse_cases(
            found.cases,
            methods,
            folder / "fused",
            workers=request.workers,
            progress=_stage(progress, "fusing"),
        )
        outputs += fused
        problems += failures
    outputs += given
    problems += [problem for _, missing in there.values() for problem in missing]
    evaluation = measure(
        found.cases,
        outputs,
        choose_metrics(request.metrics, found.cases, outputs),
        workers=request.workers,
        cache=folder / MEASUREMENTS,
        progress=_stage(progress, "measuring"),
        title=request.title or _title(request),
        known=problems,
    )
    summary = summarise(evaluation)
    if request.compare_with:
        found.notes += comparison_lines(summary, request.dataset)
    write_tables(summary, folder, notes=found.notes)
    drawing = _stage(progress, "drawing")
    drawing(0, 2)
    plots = write_plots(evaluation, summary, folder / "plots")
    drawing(1, 2)
    page = write_report(evaluation, summary, folder, notes=found.notes, plots=plots)
    drawing(2, 2)
    return Report(summary, page, overview(summary), tuple(found.notes))


def _check(request: Request) -> None:
    if bool(request.sources) == bool(request.dataset):
        raise EvaluationError(
            "expected the folders of the sources (--sources DIR DIR) or a data set (--dataset "
            f"NAME --root DIR), got {'both' if request.dataset else 'neither'}"
        )
    if request.dataset and request.root is None:
        raise EvaluationError(
            f"expected the folder of the data set {request.dataset}: say --root DIR"
        )
    if request.root is not None and not request.dataset:
        raise EvaluationError("expected --dataset NAME with --root DIR, got --root alone")
    if request.dataset and request.truth is not None:
        raise EvaluationError(
            "expected --truth with --sources only: a data set has its own truth, or none"
        )
    if not request.fused and not request.methods:
        raise EvaluationError(
            "expected something to evaluate: results of a method (--fused DIR) or methods to fuse "
            "with (--methods gifnet laplacian)"
        )
    if request.compare_with not in {None, "table2"}:
        raise EvaluationError(f"expected --from table2, got --from {request.compare_with}")


def _find(request: Request) -> _Found:
    if request.dataset and request.root is not None:
        found = dataset_cases(request.dataset, request.root)
        return _Found(found.cases, found.dataset.application, list(found.notes))
    return _Found(find_cases(request.sources, request.truth))


def _title(request: Request) -> str:
    if request.dataset:
        return DATASETS[request.dataset].title
    return " + ".join(folder.resolve().name or str(folder) for folder in request.sources)


def _require_different(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(
            f"expected methods of different names, got {', '.join(twice)} more than once; write "
            "NAME=... before one of them"
        )


def _given(request: Request, cases: Sequence[Case]) -> set[Path]:
    """The folders of the sources and the truth."""
    folders = {file.parent for case in cases for file in case.sources}
    folders |= {case.truth.parent for case in cases if case.truth is not None}
    return folders | {place for place in (request.truth, request.root) if place is not None}


def _stage(progress: StageProgress | None, name: str) -> Callable[[int, int], None]:
    return (lambda done, total: progress(name, done, total)) if progress else (lambda *_: None)
