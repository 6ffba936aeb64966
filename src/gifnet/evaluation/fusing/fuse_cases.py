"""Fusing all cases with all methods: in several processes, and going on after a stop."""

import logging
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from gifnet.errors import EvaluationError
from gifnet.evaluation.fusing.job import (
    Cause,
    Job,
    Outcome,
    prepare_worker,
    run_job,
    run_named_job,
)
from gifnet.evaluation.fusing.method import Method
from gifnet.evaluation.fusing.record import Digests, FusingRecord
from gifnet.evaluation.measuring.applicability import panchromatic_index
from gifnet.evaluation.measuring.pictures import picture_shape
from gifnet.evaluation.results import Case, MethodOutputs, Problem

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the pictures that are done and the number of all."""


def fuse_cases(
    cases: Sequence[Case],
    methods: Sequence[Method],
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[tuple[MethodOutputs, ...], tuple[Problem, ...]]:
    """Fuse cases with methods and write the pictures to ``folder/METHOD/CASE.png``.

    Pictures that an earlier run made of the same sources with the same method are kept. A case of
    a panchromatic source and a smaller one with bands is sharpened, and its result written as
    ``.npy``, (H, W, C), like that of sources deeper than 8 bits; uint8 if all sources are, else
    float32 in [0, 1].

    Args:
        cases: what to fuse.
        methods: what to fuse with. Those that allow it run in worker processes; a network runs in
            this one, since it uses all cores alone.
        folder: where the folders of the methods go; made if it is not there.
        workers: processes; as many as there are cores if None.
        progress: told after every picture.

    Returns:
        The outputs of each method, in order, and what could not be fused: with the method's name
        where it failed, and without where a source is the cause. One does not stop the others.

    Raises:
        EvaluationError: two methods or cases would have one name as files, a method cannot fuse
            what the cases show, nothing can be written, or a picture that no earlier run made
            would be replaced.
    """
    _require_able(cases, methods)
    folders = _safe_names([method.name for method in methods], "methods")
    stems = _safe_names([case.name for case in cases], "cases")
    places = {name: folder / safe for name, safe in folders.items()}
    records = {name: FusingRecord(place) for name, place in places.items()}
    jobs = _jobs(cases, methods, places, stems)

    files: dict[str, dict[str, Path]] = {method.name: {} for method in methods}
    problems: dict[Problem, None] = {}  # in order, each once
    left: list[Job] = []
    for job in jobs:
        known = job.made_from and records[job.method].find(job.case, job.made_from)
        if known:
            files[job.method][job.case] = known
        else:
            left.append(job)
    _claim(left, records, places)
    done, total = len(jobs) - len(left), len(jobs)
    _tell(progress, done, total)
    for job, outcome in _run(left, {m.name: m for m in methods}, workers or os.cpu_count() or 1):
        if outcome.cause is Cause.EVERYTHING:
            raise EvaluationError(f"{job.method}: {outcome.message}")
        if outcome.file is None:
            method_at_fault = job.method if outcome.cause is Cause.METHOD else None
            problems[Problem(job.case, method_at_fault, None, outcome.message)] = None
        else:
            files[job.method][job.case] = outcome.file
            if job.made_from:
                records[job.method].add(job.case, job.made_from, outcome.file)
        done += 1
        _tell(progress, done, total)
    outputs = tuple(
        MethodOutputs(
            method.name,
            {
                case.name: files[method.name][case.name]
                for case in cases
                if case.name in files[method.name]
            },
        )
        for method in methods
    )
    return outputs, tuple(problems)


def safe_file_name(name: str) -> str:
    """Make a name that every file system takes of one that a user chose."""
    safe = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "-", name).strip(" .")
    return safe or "unnamed"


def _jobs(
    cases: Sequence[Case],
    methods: Sequence[Method],
    folders: Mapping[str, Path],
    stems: Mapping[str, str],
) -> list[Job]:
    digests = Digests()
    return [
        Job(
            case.name,
            method.name,
            digests.of_case(method.digest, case.sources),
            case.sources,
            folders[method.name] / stems[case.name],
        )
        for method in methods
        for case in cases
    ]


def _claim(
    jobs: Sequence[Job], records: Mapping[str, FusingRecord], places: Mapping[str, Path]
) -> None:
    """Refuse to replace what is not ours, in any folder; then note what is going to be."""
    stems = {name: [job.stem.name for job in jobs if job.method == name] for name in records}
    for name, record in records.items():
        record.require_ours(stems[name])
    for name, record in records.items():
        _make_folder(places[name])
        record.claim(stems[name])


def _run(
    jobs: Sequence[Job], methods: Mapping[str, Method], workers: int
) -> Iterator[tuple[Job, Outcome]]:
    elsewhere = [job for job in jobs if methods[job.method].parallel]
    if workers < 2 or len(elsewhere) < 2:
        elsewhere = []
    ids = {id(job) for job in elsewhere}
    here = [job for job in jobs if id(job) not in ids]
    if not elsewhere:
        for job in here:
            yield job, run_job(methods[job.method], job)
        return
    # Not fork: threads of PyTorch or OpenCV in this process would leave the children locked.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(workers, len(elsewhere)), mp_context=context, initializer=prepare_worker
    )
    try:
        futures: dict[Future[Outcome], Job] = {
            pool.submit(run_named_job, methods[job.method].text, job): job for job in elsewhere
        }
        for job in here:
            yield job, run_job(methods[job.method], job)
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise EvaluationError(
            "expected the worker processes to finish, but one ended early: for want of memory, or "
            'because a script without `if __name__ == "__main__":` was begun again in it; run '
            "again with fewer workers (1 for none), what is done is kept"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _require_able(cases: Sequence[Case], methods: Sequence[Method]) -> None:
    sharpeners = [method.name for method in methods if method.operation is None]
    if not sharpeners:
        return
    for case in cases:
        shapes = [picture_shape(file) for file in case.sources]
        known = [shape for shape in shapes if shape is not None]
        if len(known) == len(shapes) and panchromatic_index(known) is None:
            raise EvaluationError(
                f"{', '.join(sharpeners)} can only sharpen the bands of satellite pictures, and "
                f"{case.name} is not of a panchromatic source and a smaller one with bands; "
                "leave it out here"
            )


def _safe_names(names: Sequence[str], what: str) -> dict[str, str]:
    safe = {name: safe_file_name(name) for name in names}
    folded = [safe[name].casefold() for name in names]
    twice = sorted(
        {name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1}
    )
    if twice:
        raise EvaluationError(
            f"expected {what} whose names differ as file names, too, got {', '.join(twice)}; "
            "rename one"
        )
    return safe


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationError(
            f"cannot make the folder {folder} ({error.strerror}); choose another place"
        ) from error


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)
