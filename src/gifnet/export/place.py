"""Where exported files go: checked first, made beside it, moved there when they are good."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from gifnet.engine.graph_bytes import STAGES
from gifnet.errors import ExportError
from gifnet.export.settings import Format

MANIFEST = "gifnet.json"
"""Marks a folder of stages as one, and describes it."""
README = "README.txt"

_OURS = {MANIFEST, README} | {
    f"{stage}{suffix}" for stage in STAGES for form in Format for suffix in form.suffixes
}
_SHOWN = 3


def check_place(output: Path, form: Format, *, whole: bool) -> None:
    """Make sure that an export would overwrite nothing but an earlier one.

    Args:
        output: the file of the whole graph, or the folder of the stages.
        form: the format.
        whole: which of the two.

    Raises:
        ExportError: the name does not fit, or there is something else.
    """
    if whole:
        _check_file(output, form)
    else:
        _check_folder(output)
    if not output.absolute().parent.is_dir():
        raise ExportError(
            f"{output}: the folder {output.parent} does not exist; create it or choose another"
        )


@contextmanager
def staging_folder(output: Path) -> Iterator[Path]:
    """Give a new folder beside the output, or in it, which is gone afterwards, whatever happens.

    Raises:
        OSError: it cannot be made.
    """
    target = _target(output)
    name = f".{target.name}.{secrets.token_hex(4)}.tmp"
    folder = target / name if target.is_dir() else target.with_name(name)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def move_file(folder: Path, output: Path, form: Format) -> tuple[Path, ...]:
    """Move a whole graph from its staging folder to its place; what is there is replaced.

    Args:
        folder: the staging folder.
        output: the file that is loaded.
        form: the format.

    Returns:
        All files of the graph.
    """
    target = _target(output)
    for suffix in form.suffixes:
        _sync(folder / f"{output.stem}{suffix}")
    for suffix in form.suffixes:
        # A target of a link may be called otherwise; with two files there is no link.
        place = target if suffix == output.suffix else target.with_suffix(suffix)
        (folder / f"{output.stem}{suffix}").replace(place)
    return tuple(output.with_suffix(suffix) for suffix in reversed(form.suffixes))


def move_folder(folder: Path, output: Path) -> tuple[Path, ...]:
    """Move stages and their description to their place; an earlier export is replaced.

    Args:
        folder: the staging folder.
        output: the folder's name.

    Returns:
        All files in it.
    """
    target = _target(output)
    for file in folder.iterdir():
        _sync(file)
    if folder.parent != target:
        folder.rename(target)
    else:
        # A folder that is there may be a mounted one, which cannot be renamed. Without its
        # description it does not count as an export for as long as files of two are in it.
        for name in [MANIFEST, *sorted(_OURS - {MANIFEST})]:
            (target / name).unlink(missing_ok=True)
        for name in sorted(_OURS, key=MANIFEST.__eq__):
            if (folder / name).exists():
                (folder / name).replace(target / name)
    return tuple(sorted(output / name for name in _OURS if (output / name).exists()))


def _check_file(output: Path, form: Format) -> None:
    if output.suffix != form.suffix:
        others = [other for other in Format if other.suffix == output.suffix]
        instead = f", or choose --format {others[0]}" if others else ""
        raise ExportError(
            f"{output}: expected a file that ends in {form.suffix}, which {form} files do, got "
            f"{output.suffix or 'no suffix'!r}; rename it{instead}"
        )
    if output.is_dir():
        raise ExportError(f"{output}: expected a file to write to, got a folder; add a file name")
    beside = [output.with_suffix(suffix) for suffix in form.suffixes]
    if any(file.exists() for file in beside) and not output.exists():
        raise ExportError(
            f"{beside[0]}: expected no such file where there is no {output.name} beside it, for "
            "it would be replaced; choose another name"
        )


def _check_folder(output: Path) -> None:
    suffixes = {suffix for form in Format for suffix in form.suffixes}
    if output.suffix in suffixes:
        raise ExportError(
            f"{output}: expected the name of a folder, for four stages and their description, got "
            "that of a file; add --whole for one graph of the whole network, or name a folder"
        )
    if output.exists() and not output.is_dir():
        raise ExportError(f"{output}: expected a folder, new or empty, got a file; choose another")
    if not output.is_dir():
        return
    names = {file.name for file in output.iterdir() if not fnmatch(file.name, ".*.tmp")}
    others = sorted(names - _OURS) if MANIFEST in names else sorted(names)
    if others:
        shown = ", ".join(others[:_SHOWN]) + (", ..." if len(others) > _SHOWN else "")
        raise ExportError(
            f"{output}: expected a new or empty folder, or one of an earlier export, got one with "
            f"{shown}; choose another folder"
        )


def _target(output: Path) -> Path:
    """The place itself: of a link what it names, so that a link stays one.

    OpenVINO's two files lie beside each other, so that a link to one of them is replaced.
    """
    return output.absolute() if output.suffix == ".xml" else output.resolve()


def _sync(file: Path) -> None:
    """Make sure that a file is on the disk before it gets its name."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
