"""The whole check: find the sets, fuse, measure, write."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import EvaluationError, GIFNetError
from gifnet.evaluation.fusing.fuse_cases import fuse_cases, safe_file_name
from gifnet.evaluation.fusing.methods import make_methods
from gifnet.evaluation.measuring.inputs import check_scene
from gifnet.evaluation.measuring.pictures import luma, read_picture
from gifnet.evaluation.packages import require_packages
from gifnet.evaluation.report_folder import make_folder, require_own_folder
from gifnet.evaluation.results import Case, MethodOutputs, Problem
from gifnet.evaluation.scenes.cases import find_cases
from gifnet.experiments.downstream.edges import Levels
from gifnet.experiments.downstream.measures import MEASURES, measure_scene
from gifnet.experiments.downstream.report import write_report
from gifnet.experiments.downstream.results import FIRST, SECOND, Downstream, SetResult
from gifnet.experiments.downstream.sets import PairSet, parse_sets

_LEAST = 80
"""Side in pixels below which ORB, which leaves 31 pixels at each border, finds hardly anything."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""


def check_downstream(
    sets: Sequence[str],
    methods: Sequence[str],
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress = lambda *_: None,
) -> Downstream:
    """Compare edges and keypoints of fused pictures with those of one source alone.

    Args:
        sets: as for ``parse_set``.
        methods: what to fuse with, as for ``make_method``.
        folder: where table, figure and fused pictures go; made if it is not there.
        workers: processes to fuse in; as many as there are cores if None.
        progress: told how far each stage is.

    Returns:
        What was found and written. Source: the paper's introduction, which says that fusing helps
        what comes after it.

    Raises:
        EvaluationError: a set or a method makes no sense, no picture could be measured, or the
            folder has files that are not of an earlier run.
        MissingDependencyError: a package of the extra ``eval`` is not installed.
    """
    require_packages(methods)
    pair_sets = parse_sets(tuple(sets))
    chosen = make_methods(methods)
    names = [method.name for method in chosen]
    taken = sorted(set(names) & {FIRST, SECOND})
    if taken:
        raise EvaluationError(
            f"expected other names of methods than {taken[0]!r}; write NAME=... before it"
        )
    cases = {one.name: find_cases(one.sources, one.truth) for one in pair_sets}
    given = {place for one in pair_sets for place in (*one.sources, one.truth) if place}
    places = {one.name: folder / "fused" / safe_file_name(one.name) for one in pair_sets}
    written = [place / safe_file_name(name) for place in places.values() for name in names]
    require_own_folder(folder, given, written=written)
    make_folder(folder)
    results, problems = [], []
    for one in pair_sets:
        outputs, failures = fuse_cases(
            cases[one.name],
            chosen,
            places[one.name],
            workers=workers,
            progress=_stage(progress, f"fusing {one.name}"),
        )
        result, left_out = _measure(
            one, cases[one.name], outputs, failures, _stage(progress, f"measuring {one.name}")
        )
        results.append(result)
        problems += left_out
    if not any(len(result.cases) for result in results):
        raise EvaluationError(f"no picture could be measured: {'; '.join(problems[:3])}")
    found = Downstream((FIRST, SECOND, *names), tuple(results), tuple(problems))
    return write_report(found, folder)


def _measure(
    pair_set: PairSet,
    cases: Sequence[Case],
    outputs: Sequence[MethodOutputs],
    failures: Sequence[Problem],
    progress: Callable[[int, int], None],
) -> tuple[SetResult, list[str]]:
    """Measure a set; a case that lacks one picture, or has a bad one, is left out for all."""
    counted: list[str] = []
    values: list[NDArray[np.float64]] = []
    problems = [_line(pair_set, problem.case, problem.message) for problem in failures]
    known = {problem.case for problem in failures}
    for number, case in enumerate(cases):
        progress(number, len(cases))
        if case.name in known:
            continue
        try:
            sources, fused, truth = _read(case, outputs)
        except GIFNetError as error:
            problems.append(_line(pair_set, case.name, str(error)))
            continue
        # The set is a part of the name: many sets call their first picture 1.
        values.append(measure_scene(f"{pair_set.name}/{case.name}", sources, fused, truth))
        counted.append(case.name)
    progress(len(cases), len(cases))
    empty = np.zeros((0, 2 + len(outputs), len(MEASURES)))
    return SetResult(pair_set.name, tuple(counted), np.stack(values) if values else empty), problems


def _read(
    case: Case, outputs: Sequence[MethodOutputs]
) -> tuple[list[Levels], list[Levels], Levels | None]:
    pictures = [read_picture(file) for file in case.sources]
    truth = None if case.truth is None else read_picture(case.truth)
    height, width = check_scene(pictures, truth)[:2]
    if min(height, width) < _LEAST:
        raise EvaluationError(
            f"expected pictures of at least {_LEAST} x {_LEAST} pixels, got {width} x {height}"
        )
    fused = [_levels(read_picture(one.files[case.name])) for one in outputs]
    return (
        [_levels(picture) for picture in pictures],
        fused,
        None if truth is None else _levels(truth),
    )


def _levels(picture: NDArray[np.generic]) -> Levels:
    return np.clip(np.rint(luma(picture)), 0, 255).astype(np.uint8)


def _line(pair_set: PairSet, case: str, message: str) -> str:
    return f"{pair_set.name}/{case}: {message}"


def _stage(progress: Progress, name: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(name, done, total)
