"""Progress bars beside the tables, so that a redirected table is a table alone."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def shown(items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
    """Go through items with a bar on the error stream.

    Args:
        items: What to go through.
        label: What the bar is called.
        total: How many there are, where the items do not tell.
    """
    return track(items, label, total=total, console=Console(stderr=True))
