"""Which picture files belong together: cases of sources and truth, and the methods' results."""

import logging
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from gifnet.errors import EvaluationError
from gifnet.evaluation.results import Case, MethodOutputs, Problem

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".npy"})
_SHOWN = 3


def find_cases(source_folders: Sequence[Path], truth: Path | None = None) -> tuple[Case, ...]:
    """Match the pictures of several folders by stem.

    Args:
        source_folders: One folder for each source, at least one, in the order of the sources.
        truth: Folder of the pictures that a perfect method would make.

    Returns:
        A case for every stem that is in any source folder, in natural order. Where a folder lacks
        it, the case names the file that should be there, so that measuring lists it as a problem;
        a warning is logged. A case without a truth has None.

    Raises:
        EvaluationError: A folder is missing or empty, two files of a folder share a stem, or no
            stem is in all source folders, or none in the folder of the truth.
    """
    if not source_folders:
        raise EvaluationError("expected at least one folder of sources, got none")
    folders = [pictures_of(folder) for folder in source_folders]
    common = set.intersection(*(set(pictures) for pictures in folders))
    if not common:
        raise EvaluationError(_no_match(dict(zip(source_folders, folders, strict=True))))
    stems = sorted(set().union(*folders), key=_natural)
    _report(
        [stem for stem in stems if stem not in common],
        "sources without a partner of the same name in every folder, left out",
    )
    truths = {} if truth is None else pictures_of(truth)
    if truth is not None:
        if not common & truths.keys():
            raise EvaluationError(_no_match({source_folders[0]: folders[0], truth: truths}))
        _report([stem for stem in stems if stem not in truths], f"cases without a truth in {truth}")
        _report(sorted(truths.keys() - set(stems), key=_natural), f"pictures of no case in {truth}")
    return tuple(
        Case(
            stem,
            tuple(
                pictures.get(stem) or _expected_file(stem, folder, folders)
                for folder, pictures in zip(source_folders, folders, strict=True)
            ),
            truths.get(stem),
        )
        for stem in stems
    )


def find_outputs(
    name: str, folder: Path, cases: Sequence[Case]
) -> tuple[MethodOutputs, tuple[Problem, ...]]:
    """Find the results of a method by stem.

    Args:
        name: Of the method.
        folder: Where its results lie.
        cases: What was fused. Pictures of no case are counted in a warning.

    Returns:
        The results that are there, and a problem for each case that has none. Cases that lack a
        source, too, are passed over: measuring names the source.

    Raises:
        EvaluationError: The folder is missing or empty, two files share a stem, or no picture is
            of any case.
    """
    pictures = pictures_of(folder)
    files = {case.name: pictures[case.name] for case in cases if case.name in pictures}
    if not files:
        raise EvaluationError(
            _no_match({Path("sources"): [case.name for case in cases], folder: pictures})
        )
    _report(
        sorted(pictures.keys() - files.keys(), key=_natural), f"pictures of no case in {folder}"
    )
    problems = tuple(
        Problem(case.name, name, None, missing_output(case.name, folder))
        for case in cases
        if case.name not in files and missing_source(case) is None
    )
    return MethodOutputs(name, files), problems


def missing_output(case: str, folder: Path | None = None) -> str:
    """Say that a method lacks the result of a case."""
    place = "" if folder is None else f" in {folder}"
    return f"expected a picture named {case}{place}, found none; fuse this case, too"


def missing_source(case: Case) -> Problem | None:
    """Say which source of a case is not there; None if all are."""
    for source in case.sources:
        if not source.exists():
            message = (
                f"{source}: no such file; expected a picture of this name in every folder of "
                "sources"
            )
            return Problem(case.name, None, None, message)
    return None


def method_name(text: str) -> tuple[str, Path]:
    """Split ``NAME=DIR``; of ``DIR`` alone, the folder's name is the method's.

    Args:
        text: What the user wrote. A folder that is there may have a "=" in its name.

    Returns:
        The name and the folder.

    Raises:
        EvaluationError: The name or the folder is empty.
    """
    chosen, folder = _split(text)
    return chosen or _parts(folder)[-1], folder


def method_names(texts: Sequence[str]) -> dict[str, Path]:
    """Name the folders of several methods so that every name is there once.

    Args:
        texts: Each ``DIR`` or ``NAME=DIR``.

    Returns:
        Name -> folder, in the order given. Folders of one name are told apart by the folders
        above them: a/out and b/out. A link to a folder has its own name.

    Raises:
        EvaluationError: A name that the user chose is there twice, or a folder is.
    """
    parsed = [_split(text) for text in texts]
    chosen = {index for index, (name, _) in enumerate(parsed) if name}
    parts = [_parts(folder) for _, folder in parsed]
    names = [name or above[-1] for (name, _), above in zip(parsed, parts, strict=True)]
    length = 1
    while len(set(names)) < len(names):
        counts, length = Counter(names), length + 1
        again = [i for i, name in enumerate(names) if counts[name] > 1 and i not in chosen]
        if not any(len(parts[index]) >= length for index in again):
            twice = next(name for name in names if counts[name] > 1)
            raise EvaluationError(
                f"expected methods of different names, got {twice!r} twice; write NAME=DIR with a "
                "name of its own for each"
            )
        for index in again:
            names[index] = "/".join(parts[index][-length:])
    return {name: folder for name, (_, folder) in zip(names, parsed, strict=True)}


def _split(text: str) -> tuple[str, Path]:
    """The name that the user chose, empty if none, and the folder."""
    name, equals, folder = text.partition("=")
    if not equals or Path(text).is_dir():
        name, equals, folder = "", "", text
    if not folder.strip() or (equals and not name.strip()):
        raise EvaluationError(f"expected DIR or NAME=DIR with results of a method, got {text!r}")
    return name.strip(), Path(folder)


def _parts(folder: Path) -> tuple[str, ...]:
    """The names of a folder and of those above it; links are not followed."""
    return Path(os.path.abspath(folder)).parts  # noqa: PTH100 - resolve() would follow links


def pictures_of(folder: Path) -> dict[str, Path]:
    """List the pictures of a folder.

    Args:
        folder: Its subfolders, hidden files and files of other suffixes are passed over.

    Returns:
        Stem -> file.

    Raises:
        EvaluationError: The folder is missing, has no picture, or two that share a stem, or a
            name is not UTF-8.
    """
    if not folder.is_dir():
        raise EvaluationError(f"expected a folder of pictures at {folder}, found none")
    pictures: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in SUFFIXES or file.name.startswith(".") or file.is_dir():
            continue
        require_text(file)
        if file.stem in pictures:
            raise EvaluationError(
                f"expected one picture of each name in {folder}, found "
                f"{pictures[file.stem].name} and {file.name}; rename or remove one"
            )
        pictures[file.stem] = file
    if not pictures:
        raise EvaluationError(
            f"expected pictures ({', '.join(sorted(SUFFIXES))}) in {folder}, found none"
        )
    return pictures


def require_text(file: Path) -> None:
    """Refuse a name that no report could be written with.

    Raises:
        EvaluationError: it is not UTF-8.
    """
    try:
        str(file).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(file).decode("utf-8", "backslashreplace")
        raise EvaluationError(
            f"{shown}: expected a name in UTF-8, got other bytes; rename it"
        ) from error


def _expected_file(stem: str, folder: Path, folders: Sequence[Mapping[str, Path]]) -> Path:
    there = next(pictures[stem] for pictures in folders if stem in pictures)
    return folder / there.name


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Key that sorts 2 before 10."""
    return [
        (0, int(part), part) if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", text)
        if part
    ]


def _report(stems: Sequence[str], what: str) -> None:
    if stems:
        logger.warning("%s: %d (%s)", what, len(stems), _examples(stems))


def _no_match(folders: Mapping[Path, Mapping[str, Path] | Sequence[str]]) -> str:
    found = "; ".join(f"{folder}: {_examples(sorted(names))}" for folder, names in folders.items())
    return f"expected files of one name (without suffix) in each place, found none. {found}"


def _examples(stems: Sequence[str]) -> str:
    return ", ".join(stems[:_SHOWN]) + (", ..." if len(stems) > _SHOWN else "")
