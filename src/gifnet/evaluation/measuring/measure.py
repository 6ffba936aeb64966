"""Measuring: every case, method and metric, in parallel processes, resumable."""

import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from gifnet.batch.workers import Failure, default_workers, run_in_processes
from gifnet.errors import EvaluationError
from gifnet.evaluation.measuring.applicability import (
    choose_metrics,
    default_metrics,
    require_applicable,
)
from gifnet.evaluation.measuring.cache import FileDigests, MeasurementCache
from gifnet.evaluation.measuring.unit import Outcome, Unit, measure_unit
from gifnet.evaluation.results import Case, Evaluation, MethodOutputs, Problem
from gifnet.evaluation.scenes.cases import missing_output, missing_source

__all__ = ["choose_metrics", "default_metrics", "measure"]

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the number of pictures that are measured, and of all."""


def measure(
    cases: Sequence[Case],
    methods: Sequence[MethodOutputs],
    metrics: Sequence[str],
    *,
    workers: int | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
    title: str = "Evaluation",
    known: Sequence[Problem] = (),
) -> Evaluation:
    """Measure the results of methods.

    Args:
        cases: The scenes.
        methods: Their results. A case that one of them lacks is left out for all.
        metrics: Names in METRICS.
        workers: Number of processes; 1 measures in this process, None takes one for each core.
        cache: File of JSON lines that keeps every value as soon as it is there. What it holds for
            the same pictures, metrics and version is not measured again.
        progress: Told of each picture that is done.
        title: Heading of the reports.
        known: Problems that were met before, such as why a method lacks a result. They come first
            among the problems, and no second one says that the result is missing.

    Returns:
        The values. A case is NaN for all methods where one of its pictures cannot be measured,
        and a metric of a case is where it fails for one of them; problems say why.

    Raises:
        EvaluationError: There is nothing to measure, names are there twice, a metric is unknown or
            applies to none of the cases, or the cache cannot be written.
    """
    _require_names(cases, methods, metrics)
    require_applicable(metrics, cases, methods)
    if workers is not None and workers < 1:
        raise EvaluationError(f"expected at least one worker, got {workers}")
    sourceless = {case.name: problem for case in cases if (problem := missing_source(case))}
    # That a source is missing was met by fusing, too, in other words.
    problems = [p for p in known if p.case not in sourceless or p.method or p.metric]
    problems += sourceless.values()
    problems += _lacking([c for c in cases if c.name not in sourceless], methods, known)
    units = [
        Unit(case, method.name, method.files[case.name], tuple(metrics))
        for case in cases
        for method in methods
        if case.name not in sourceless and all(case.name in other.files for other in methods)
    ]
    outcomes: dict[tuple[str, str], Outcome] = {}
    tell = progress or (lambda *_: None)
    with MeasurementCache(cache) as store:
        work = _measure_units(units, store, workers or default_workers())
        with closing(work):
            for unit, outcome in work:
                if outcome.missing:
                    raise EvaluationError(outcome.missing)
                outcomes[unit.case.name, unit.method] = outcome
                tell(len(outcomes), len(units))
    problems += _in_order(cases, methods, outcomes)
    if problems:
        logger.info("%d problems while measuring", len(problems))
    return Evaluation(
        title,
        tuple(cases),
        tuple(methods),
        tuple(metrics),
        _table(cases, methods, metrics, outcomes),
        tuple(problems),
    )


def _measure_units(
    units: Sequence[Unit], store: MeasurementCache, workers: int
) -> Generator[tuple[Unit, Outcome], None, None]:
    digests = FileDigests()
    held: dict[tuple[str, str], dict[str, float]] = {}
    done: list[tuple[Unit, Outcome]] = []

    def to_measure() -> Iterator[Unit]:
        for unit in units:
            there: dict[str, float] = {}
            for part in unit.parts():
                known = store.get(digests.key(part.files))
                there |= {name: known[name] for name in part.metrics if name in known}
            wanted = tuple(name for name in unit.metrics if name not in there)
            if wanted:
                held[unit.case.name, unit.method] = there
                yield replace(unit, metrics=wanted)
            else:
                done.append((unit, Outcome(there)))

    with closing(_answers(to_measure(), min(workers, len(units)))) as answers:
        for unit, answer in answers:
            if isinstance(answer, Failure):
                problem = Problem(unit.case.name, unit.method, None, answer.message)
                outcome = Outcome(problems=(problem,))
            else:
                for part in unit.parts():
                    values = {n: v for n, v in answer.values.items() if n in part.metrics}
                    store.add(digests.key(part.files), values)
                outcome = replace(answer, values=held[unit.case.name, unit.method] | answer.values)
            yield unit, outcome
            while done:
                yield done.pop()
    yield from done


def _answers(
    units: Iterable[Unit], workers: int
) -> Generator[tuple[Unit, Outcome | Failure], None, None]:
    if workers > 1:
        yield from run_in_processes(measure_unit, units, workers=workers)
        return
    for unit in units:
        yield unit, measure_unit(unit)


def _table(
    cases: Sequence[Case],
    methods: Sequence[MethodOutputs],
    metrics: Sequence[str],
    outcomes: dict[tuple[str, str], Outcome],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = np.full((len(cases), len(methods), len(metrics)), np.nan)
    for row, case in enumerate(cases):
        for column, method in enumerate(methods):
            outcome = outcomes.get((case.name, method.name), Outcome())
            for index, metric in enumerate(metrics):
                values[row, column, index] = outcome.values.get(metric, np.nan)
            if any(problem.metric is None for problem in outcome.problems):
                values[row] = np.nan
                break
    incomplete = np.isnan(values).any(axis=1, keepdims=True)
    return np.where(incomplete, np.nan, values)


def _in_order(
    cases: Sequence[Case],
    methods: Sequence[MethodOutputs],
    outcomes: dict[tuple[str, str], Outcome],
) -> list[Problem]:
    """Each problem once: a broken source is met with every method."""
    return list(
        dict.fromkeys(
            problem
            for case in cases
            for method in methods
            for problem in outcomes.get((case.name, method.name), Outcome()).problems
        )
    )


def _lacking(
    cases: Sequence[Case], methods: Sequence[MethodOutputs], known: Sequence[Problem]
) -> Iterator[Problem]:
    said = {(problem.case, problem.method) for problem in known}
    for case in cases:
        if (case.name, None) in said:  # a broken source: no method could fuse it
            continue
        for method in methods:
            if case.name not in method.files and (case.name, method.name) not in said:
                yield Problem(case.name, method.name, None, missing_output(case.name))


def _require_names(
    cases: Sequence[Case], methods: Sequence[MethodOutputs], metrics: Sequence[str]
) -> None:
    named = {
        "case": [case.name for case in cases],
        "method": [method.name for method in methods],
        "metric": list(metrics),
    }
    for kind, names in named.items():
        if not names:
            raise EvaluationError(f"expected at least one {kind}, got none")
        name, times = Counter(names).most_common(1)[0]
        if times > 1:
            raise EvaluationError(f"expected every {kind} once, got {name!r} {times} times")
    for case in cases:
        if not case.sources:
            raise EvaluationError(f"expected sources of the case {case.name!r}, got none")
