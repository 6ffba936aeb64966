"""A bar on stderr for work that takes longer than two seconds."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 2.0


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show how far work is, once it has taken two seconds.

    Args:
        label: what is being done.

    Yields:
        A function that is told the share of the work that is done, 0 to 1. On a terminal a bar is
        drawn; elsewhere a line is written every tenth of the work.
    """
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield _lines(label, started)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=1.0)

    def advance(share: float) -> None:
        if not bar.live.is_started and time.monotonic() - started > _PATIENCE and share < 1:
            bar.start()
        bar.update(task, completed=share)

    try:
        yield advance
    finally:
        bar.stop()


def _lines(label: str, started: float) -> Callable[[float], None]:
    shown = 0

    def advance(share: float) -> None:
        nonlocal shown
        tenth = int(share * 10)
        if tenth > shown and share < 1 and time.monotonic() - started > _PATIENCE:
            shown = tenth
            print(f"{label}: {tenth * 10} %", file=sys.stderr, flush=True)

    return advance
