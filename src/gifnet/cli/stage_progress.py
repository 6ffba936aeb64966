"""Progress of work in stages on stderr: how far each is, and how long it still takes."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from gifnet.cli.pair_progress import describe_pace

_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class Advance(Protocol):
    """Is told how far a stage is."""

    def __call__(self, stage: str, done: int, total: int, text: str = "") -> None:
        """Show it.

        Args:
            stage: its name.
            done: how much of it is done.
            total: of how much.
            text: what to say beside it.
        """
        ...


@contextmanager
def stage_progress() -> Iterator[Advance]:
    """Show how far stages are.

    Yields:
        What is told how far they are. On a terminal a bar a stage is drawn; elsewhere a line is
        written every ten seconds.
    """
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=600) as bars:

        def advance(stage: str, done: int, total: int, text: str = "") -> None:
            if stage not in tasks:
                # What was done before does not count as work of no time.
                tasks[stage] = bars.add_task(stage, total=total, completed=done, text=text)
            bars.update(tasks[stage], completed=done, total=total, text=text)

        yield advance


def _lines() -> Advance:
    begun: dict[str, tuple[float, int]] = {}
    shown = time.monotonic()

    def advance(stage: str, done: int, total: int, text: str = "") -> None:
        nonlocal shown
        now = time.monotonic()
        started, before = begun.setdefault(stage, (now, done))
        if now - shown >= _EVERY and done < total:
            shown = now
            pace = describe_pace(done - before, total - before, now - started)
            said = [f"{stage}: {done} of {total}", *(part for part in (pace, text) if part)]
            print(", ".join(said), file=sys.stderr, flush=True)

    return advance
