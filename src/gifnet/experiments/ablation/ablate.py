"""The whole of an ablation on one screen: the runs, what is noted of them, tables and a plot."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from gifnet.batch.workers import Failure, default_workers, run_in_processes
from gifnet.errors import ConfigError
from gifnet.evaluation.packages import require_packages
from gifnet.experiments.ablation.config import AblationConfig
from gifnet.experiments.ablation.notes import Notes, all_runs, require_same_recipe
from gifnet.experiments.ablation.one_run import Run, do_run, recipe_of
from gifnet.experiments.ablation.pairs import load_pairs
from gifnet.experiments.ablation.report import write_report
from gifnet.experiments.machine import describe_machine
from gifnet.training.run_folder import make_folder

LOCK = "ablation.lock"


@dataclass(frozen=True)
class Advance:
    """How far an ablation is, told before the first run and whenever one has ended.

    Attributes:
        run: the run that has ended; None before the first.
        failure: why it failed; None if it did not.
        done: runs that are done, those of earlier calls included.
        total: all runs.
        remaining_seconds: a guess of how long the rest takes; None before the first.
    """

    run: Run | None
    failure: str | None
    done: int
    total: int
    remaining_seconds: float | None


@dataclass(frozen=True)
class Ablation:
    """What came of an ablation.

    Attributes:
        report: the Markdown file; the CSV file and the plot lie beside it.
        done: runs that are done.
        failures: why the others are not.
    """

    report: Path
    done: int
    failures: dict[Run, str]


def ablate(
    config: AblationConfig,
    folder: Path,
    *,
    jobs: int = 1,
    report: Callable[[Advance], None] = lambda _: None,
) -> Ablation:
    """Train and measure all variants with all seeds, and compare them with the full model.

    What an earlier call, interrupted or not, has done is not done again: a run that was begun goes
    on from its last saved state. What failed is tried again.

    Args:
        config: The ablation.
        folder: Where all goes; made if it is not there.
        jobs: Runs side by side, each on its share of the cores.
        report: Called before the first run and after each.

    Returns:
        What came of it. A run that fails, as by diverging, does not stop the others.

    Raises:
        ConfigError: The folder holds something else, another process works there, or a variant
            does not go with the recipe.
        DataError: A set that is to be measured is missing, or a picture of it cannot be used.
        MissingDependencyError: A package of the extra ``eval`` is not installed.
    """
    require_packages()
    runs = all_runs(config)
    for run in runs:
        recipe_of(config, run)  # what makes no sense shows before any work
    load_pairs(config.evaluation)  # and what is missing, too
    make_folder(folder)
    try:
        with FileLock(folder / LOCK, timeout=0):
            return _ablate(config, folder, runs, jobs, report)
    except Timeout as error:
        raise ConfigError(
            f"another process works on the ablation in {folder}: wait for it or stop it first"
        ) from error


def _ablate(
    config: AblationConfig,
    folder: Path,
    runs: list[Run],
    jobs: int,
    report: Callable[[Advance], None],
) -> Ablation:
    require_same_recipe(config, folder)
    notes = Notes(config, folder)
    missing = [run for run in runs if run not in notes.outcomes]
    failures: dict[Run, str] = {}
    report(Advance(None, None, len(notes.outcomes), len(runs), None))
    started = time.perf_counter()
    work = run_in_processes(
        partial(do_run, config=config, folder=folder.absolute()),
        missing,
        workers=jobs,
        threads=max(1, default_workers() // jobs),
    )
    with closing(work) as results:
        for ended, (run, outcome) in enumerate(results, start=1):
            if isinstance(outcome, Failure):
                failures[run] = outcome.message
            else:
                notes.add(run, outcome)
            # Stopped, too, it leaves a report of what is done.
            write_report(config, folder, notes.outcomes, failures, machine=_machine(jobs))
            each = (time.perf_counter() - started) / ended
            report(
                Advance(
                    run,
                    failures.get(run),
                    len(notes.outcomes),
                    len(runs),
                    each * (len(missing) - ended),
                )
            )
    file = write_report(config, folder, notes.outcomes, failures, machine=_machine(jobs))
    return Ablation(file, len(notes.outcomes), failures)


def _machine(jobs: int) -> str:
    return f"{describe_machine(['torch'])}; {jobs} run{'s' if jobs > 1 else ''} side by side"
