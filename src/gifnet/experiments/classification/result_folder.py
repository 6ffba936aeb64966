"""The folder of the results: a new one or our own, and one run in it at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gifnet.errors import EvaluationError
from gifnet.evaluation.report_folder import make_folder

MARKER = ".gifnet-classification"


@contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """Make the folder of the results, and keep other runs out of it.

    Args:
        folder: where the results go. What a killed run left half written in it is removed.

    Raises:
        EvaluationError: it has files of somebody else, or cannot be made.
        ConfigError: another run fills it.
    """
    from gifnet.training.run_folder import alone_in

    if folder.is_dir() and not (folder / MARKER).is_file():
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names alone are shown
        if names:
            raise EvaluationError(
                "expected a new or empty folder for the results, or one of an earlier "
                f"classification, got {folder} with {', '.join(names[:3])}; choose another folder"
            )
    make_folder(folder, MARKER)
    with alone_in(folder):
        for unfinished in folder.rglob(".*.tmp"):
            unfinished.unlink()
        yield
