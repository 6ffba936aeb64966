"""Which files belong together: those of one name in several folders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gifnet.errors import FolderError
from gifnet.imaging.formats import FORMATS

_SUFFIXES = frozenset(suffix for item in FORMATS for suffix in item.suffixes)


@dataclass(frozen=True)
class Group:
    """Files that make one picture.

    Attributes:
        name: of the result, without suffix.
        sources: the files, in the order in which they are fused.
    """

    name: str
    sources: tuple[Path, ...]


@dataclass(frozen=True)
class Grouping:
    """What was found in folders.

    Attributes:
        groups: what belongs together, sorted by name.
        unmatched: pictures that belong to none, and why.
    """

    groups: list[Group]
    unmatched: list[tuple[Path, str]] = field(default_factory=list)


def pictures_in(folder: Path) -> list[Path]:
    """List the pictures of a folder, not of those below it; hidden files are none.

    Args:
        folder: the folder.

    Returns:
        Files whose suffix is of a format that can be read, sorted by name.

    Raises:
        FolderError: it is no folder, or cannot be read.
    """
    try:
        files = sorted(folder.iterdir(), key=lambda file: file.name)
    except FileNotFoundError:
        raise FolderError(f"{folder}: no such folder; check the name") from None
    except NotADirectoryError:
        raise FolderError(
            f"{folder}: expected a folder like the other sources, got a file; give folders only, "
            "or files only"
        ) from None
    except OSError as error:
        raise FolderError(
            f"{folder}: cannot read this folder: {error.strerror or error}; check its mode"
        ) from error
    return [
        file
        for file in files
        if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".") and file.is_file()
    ]


def group_by_stem(folders: Sequence[Path]) -> Grouping:
    """Put together the files that have one name, without suffix, in all of several folders.

    Args:
        folders: two or more; their order is that of the sources.

    Returns:
        The groups. A name that a folder lacks, or has twice, makes none.

    Raises:
        FolderError: there are fewer than two folders, one is given twice or cannot be read, or
            nothing belongs together.
    """
    if len(folders) < 2:
        raise FolderError(
            f"expected two folders or more, got only {folders[0]}; name the other sources' "
            "folders too, or say with --match how names in one folder belong together"
        )
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise FolderError(
            f"expected different folders, got one of {', '.join(map(str, folders))} twice; "
            "for sources in one folder use --match"
        )
    found: list[dict[str, list[Path]]] = []
    for folder in folders:
        by_stem: dict[str, list[Path]] = defaultdict(list)
        for file in pictures_in(folder):
            by_stem[file.stem].append(file)
        found.append(by_stem)
    groups, unmatched = [], []
    for stem in sorted(set().union(*found)):
        files = [by_stem.get(stem, []) for by_stem in found]
        if all(len(several) == 1 for several in files):
            groups.append(Group(stem, tuple(several[0] for several in files)))
            continue
        reason = _reason(folders, files)
        unmatched += [(file, reason) for several in files for file in several]
    if not groups:
        raise FolderError(
            f"expected pictures of the same names in {', '.join(map(str, folders))}, got none; "
            "rename them, or put them into one folder and use --match"
        )
    return Grouping(groups, unmatched)


def _reason(folders: Sequence[Path], files: Sequence[Sequence[Path]]) -> str:
    for folder, several in zip(folders, files, strict=True):
        if len(several) > 1:
            return f"{folder} has {len(several)} pictures of this name"
    lacking = [str(folder) for folder, several in zip(folders, files, strict=True) if not several]
    return f"no picture of this name in {', '.join(lacking)}"
