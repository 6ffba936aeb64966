"""The folder of a report: a new one or our own, so that nobody's files are overwritten."""

import os
from collections.abc import Iterable
from pathlib import Path

from gifnet.errors import EvaluationError

MARKER = ".gifnet-evaluation"
MEASUREMENTS = "measurements.jsonl"
_SHOWN = 3


def require_own_folder(folder: Path, given: Iterable[Path], *, written: Iterable[Path]) -> None:
    """Make sure that a report in a folder overwrites nothing but an earlier report.

    Args:
        folder: where the report goes; it need not be there.
        given: folders with the user's pictures.
        written: folders that pictures are written to.

    Raises:
        EvaluationError: one of the given folders would be written to, or the folder has files and
            no mark of an earlier evaluation.
    """
    places = [place.resolve() for place in (folder, *written)]
    for pictures in given:
        if pictures.resolve() in places:
            raise EvaluationError(
                f"expected a folder of its own for the report, got {folder}, and {pictures} is "
                "given as pictures to evaluate; choose another folder"
            )
    if not folder.is_dir() or any((folder / mark).is_file() for mark in (MARKER, MEASUREMENTS)):
        return
    names = sorted(os.listdir(folder))  # noqa: PTH208 - names alone are shown
    if names:
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        raise EvaluationError(
            f"expected a new or empty folder for the report, or one of an earlier evaluation, got "
            f"{folder} with {shown}, which it might overwrite; choose another folder"
        )


def make_folder(folder: Path, marker: str = MARKER) -> None:
    """Make the folder of results, and mark it as one.

    Args:
        folder: where they go.
        marker: name of the empty file that marks it; by default that of a report.

    Raises:
        EvaluationError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / marker).touch()
    except OSError as error:
        raise EvaluationError(
            f"cannot make the folder {folder}: {error.strerror or error}; choose another one"
        ) from error
