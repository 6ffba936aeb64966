"""Progress of many pictures on stderr: how many are done, how fast, how long it still takes."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def pair_progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many pictures are done.

    Yields:
        A function that is told how many are done, and of how many. On a terminal a bar is drawn;
        elsewhere a line is written every ten seconds.
    """
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield _lines(started)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("fusing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fusing", total=None, pace="")

        def advance(done: int, whole: int) -> None:
            pace = describe_pace(done, whole, time.monotonic() - started)
            bar.update(task, completed=done, total=whole, pace=pace)

        yield advance


def describe_pace(done: int, whole: int, seconds: float) -> str:
    """Say how fast it goes and how long it still takes.

    Args:
        done: pictures.
        whole: of how many.
        seconds: that it took.

    Returns:
        For example ``0.88 a second, 1:07 left``.
    """
    rate = done / seconds if seconds > 0 else 0.0
    if not rate:
        return ""
    left = round((whole - done) / rate)
    hours, minutes = divmod(left // 60, 60)
    clock = f"{hours}:{minutes:02d}:{left % 60:02d}" if hours else f"{minutes}:{left % 60:02d}"
    speed = f"{rate:.2f} a second" if rate >= 0.1 else f"{1 / rate:.0f} s each"
    return f"{speed}, {clock} left"


def _lines(started: float) -> Callable[[int, int], None]:
    shown = started

    def advance(done: int, whole: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= _EVERY and done < whole:
            shown = now
            pace = describe_pace(done, whole, now - started)
            print(f"fusing: {done} of {whole}, {pace}", file=sys.stderr, flush=True)

    return advance
