"""Fusing what belongs together in folders: in worker processes, resumable, to one folder."""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gifnet.batch.json_lines import LineWriter
from gifnet.batch.workers import Failure, default_workers, run_in_processes
from gifnet.checkpoints import load_arrays
from gifnet.errors import FolderError, GIFNetError
from gifnet.folders.group_work import FuserSettings, GroupWork, Job, Outcome, failed
from gifnet.folders.grouping import Group
from gifnet.folders.leftovers import remove_leftovers
from gifnet.folders.lock import only_run
from gifnet.folders.manifest import Done, manifest_of
from gifnet.folders.memory import MemoryShare, share_memory
from gifnet.folders.shard import Shard
from gifnet.imaging.formats import format_for_writing
from gifnet.inference.knobs import require_pair_for_lut
from gifnet.inference.settings import resolve_device
from gifnet.version import __version__

__all__ = ["FolderRun", "FuserSettings", "fuse_folders"]

logger = logging.getLogger(__name__)

# One reads and writes while the other computes.
_WORKERS_OF_A_GPU = 2

Progress = Callable[[int, int], None]
"""Called with the number of groups that are done in this run, and of all that it has to do."""


@dataclass
class FolderRun:
    """What came of a run.

    Attributes:
        written: how many pictures.
        skipped: how many were done before and unchanged.
        failed: names of those that could not be made, and why.
        seconds: what it took.
    """

    written: int = 0
    skipped: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0


def fuse_folders(
    groups: Sequence[Group],
    output: Path,
    *,
    fuser: FuserSettings | None = None,
    how: Mapping[str, Any] | None = None,
    suffix: str | None = None,
    workers: int | None = None,
    threads: int | None = None,
    max_memory: float | None = None,
    shard: Shard | None = None,
    progress: Progress | None = None,
) -> FolderRun:
    """Fuse groups of files to pictures in a folder, and note each in its manifest.

    What an earlier run did is skipped if sources, options and result are the same.

    Args:
        groups: what belongs together.
        output: the folder, made if it is not there.
        fuser: how to make the fusers; threads and memory are shared out here.
        how: options of ``fuse_files``: application, depth, reference, strict, knobs.
        suffix: of the results, such as ``.png``; that of the reference source if None.
        workers: how many processes at most; one a thread if None, two where a GPU computes.
        threads: of all workers together; all that the process may use if None.
        max_memory: bytes of all workers together; most of what is free if None.
        shard: which share of the groups; all if None.
        progress: is told of each group that is done.

    Returns:
        What was written, skipped, and what failed; one bad file does not stop the others.

    Raises:
        FolderError: the folder is one of the sources', another run has it, or it cannot be made.
        GIFNetError: the settings or the weights are such that nothing can be fused.
    """
    started = time.perf_counter()
    fuser, how, shard = fuser or FuserSettings(), dict(how or {}), shard or Shard()
    if groups and "knobs" in how:
        require_pair_for_lut(how["knobs"], max(len(group.sources) for group in groups))
    weights = load_arrays(fuser.weights).sha256
    jobs = _jobs(groups, output, how.get("reference"), suffix)
    mine = shard.of(jobs)
    options = _options(fuser, how, weights)
    _make(output, groups)
    manifest = manifest_of(output, shard)
    run = FolderRun()
    names = {job.output.name for job in mine}
    with only_run(manifest), LineWriter(manifest) as lines:
        remove_leftovers(output, names)
        done = Done(output)
        waiting = [job for job in mine if not done.has(job.output.name, job.group.sources, options)]
        run.skipped = len(mine) - len(waiting)
        share, each = _share(len(waiting), fuser, workers, threads, max_memory)
        work = GroupWork(each, how, options, logger.getEffectiveLevel())
        try:
            _run(work, waiting, share, lines, run, progress or (lambda *_: None))
        finally:
            # Of workers that died or were stopped in the middle.
            remove_leftovers(output, names)
    run.seconds = time.perf_counter() - started
    return run


def _run(
    work: GroupWork,
    waiting: Sequence[Job],
    share: MemoryShare,
    lines: LineWriter,
    run: FolderRun,
    progress: Progress,
) -> None:
    answers = run_in_processes(
        work,
        waiting,
        workers=share.workers,
        threads=work.fuser.threads or 1,
        cost=lambda job: share.cost(job.group.sources),
        limit=share.limit,
    )
    with closing(answers):
        for count, (job, outcome) in enumerate(answers, 1):
            if isinstance(outcome, Failure):
                outcome = Outcome(failed(job, outcome.message), [])  # noqa: PLW2901
            for level, message in outcome.messages:
                logger.log(level, "%s", message)
            if outcome.hopeless is not None:
                raise GIFNetError(outcome.hopeless)
            lines.append(outcome.line)
            if outcome.line["result"] == "written":
                run.written += 1
            else:
                run.failed.append((job.group.name, outcome.line["error"]))
            progress(count, len(waiting))


def _jobs(
    groups: Sequence[Group], output: Path, reference: int | None, suffix: str | None
) -> list[Job]:
    """Name the results."""
    if suffix is not None:
        suffix = suffix if suffix.startswith(".") else f".{suffix}"
        format_for_writing(Path(f"a{suffix}"))
    jobs = []
    for group in groups:
        leading = (reference or 1) - 1
        if leading >= len(group.sources):
            raise FolderError(
                f"reference must be the number of a source, 1 to {len(group.sources)}; got "
                f"{reference}"
            )
        jobs.append(Job(group, output / f"{group.name}{suffix or group.sources[leading].suffix}"))
    names = [job.output.name for job in jobs]
    for name in names:
        if len(set(names)) < len(names) and names.count(name) > 1:
            raise FolderError(f"{output / name}: two results would get this name; rename sources")
    return jobs


def _options(
    fuser: FuserSettings, how: Mapping[str, Any], weights: str
) -> dict[str, str | int | float | bool]:
    """All that decides a result beside its sources, as JSON has it."""
    chosen = {
        "software": f"gifnet {__version__}",
        "weights": f"sha256:{weights}",
        "device": str(fuser.device),
        "precision": str(fuser.precision),
        "runtime": str(fuser.runtime),
        "tile": fuser.tile,
        **{name: value for name, value in how.items() if name != "knobs"},
        **(how["knobs"].given if "knobs" in how else {}),
    }
    return {
        name: value if isinstance(value, bool | int | float) else str(value)
        for name, value in chosen.items()
        if value is not None
    }


def _make(output: Path, groups: Sequence[Group]) -> None:
    """Make the folder, which must be none of the sources'."""
    places = {source.parent.resolve() for group in groups for source in group.sources}
    if output.resolve() in places:
        raise FolderError(
            f"{output}: expected another folder for the results than those of the sources; choose "
            "a new one, sources are never overwritten"
        )
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"{output}: cannot make this folder: {error.strerror or error}; choose another one"
        ) from error
    if not os.access(output, os.W_OK):
        raise FolderError(f"{output}: not allowed to write here; choose another folder")


def _share(
    jobs: int,
    fuser: FuserSettings,
    workers: int | None,
    threads: int | None,
    max_memory: float | None,
) -> tuple[MemoryShare, FuserSettings]:
    """Share threads and memory among workers."""
    threads = threads or default_workers()
    if workers is None:
        on_cpu = resolve_device(fuser.device) == "cpu"
        workers = threads if on_cpu else _WORKERS_OF_A_GPU
    share = share_memory(max(1, min(workers, jobs)), max_memory)
    each = max(1, threads // share.workers)
    logger.info("workers: %d, of %d threads each", share.workers, each)
    return share, replace(fuser, threads=each, max_memory=share.each)
