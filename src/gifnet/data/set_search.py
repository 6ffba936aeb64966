"""Finding the pairs of a set below a folder, however it lies there."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from gifnet.data.folders import (
    Pairing,
    SceneFiles,
    match_pairs,
    pair_subfolders,
    warn_of_lonely,
)
from gifnet.data.layouts import PAIR_SETS, PairSet, Split, Variant
from gifnet.errors import DataError

_SHOWN = 8
"""Entries of a folder that an error names."""

_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class FoundPairs(NamedTuple):
    """The pairs of a set, not decoded yet."""

    pairs: list[SceneFiles]
    """Sorted by stem. Where folders have stems in common, a stem begins with its folder's name."""

    lonely: list[Path]
    """Pictures without a partner."""

    folders: list[tuple[Path, Path]]
    """Where they lie: folders of infrared and of visible pictures."""


def find_pairs(
    layout: str,
    root: Path,
    *,
    split: Split = Split.TRAIN,
    infrared: str = "ir",
    visible: str = "vi",
) -> FoundPairs:
    """Find the pairs of a set below a folder.

    Args:
        layout: ``plain``, or a name of ``PAIR_SETS``.
        root: Folder of the set, or one that it lies in.
        split: Which part; a set without parts is one for training.
        infrared: Name of the subfolder of the infrared pictures; of a plain set only.
        visible: Name of the subfolder of the visible pictures; of a plain set only.

    Raises:
        DataError: There is no such layout, no pair, two files of a folder share a stem, or the
            subfolders of a set that is not plain are named.
    """
    if layout != "plain" and layout not in PAIR_SETS:
        raise DataError(
            f"expected a layout of plain, {', '.join(PAIR_SETS)}, got {layout!r}: choose one of "
            "these"
        )
    if layout == "plain":
        if split is Split.TEST:
            raise DataError(
                "expected a set with a part for testing, got a plain one, which has no parts: ask "
                "for all of it, or give the folder of that part"
            )
        pairing = pair_subfolders(root, infrared, visible)
        return FoundPairs(*pairing, [(root / infrared, root / visible)])
    wanted = PAIR_SETS[layout]
    if (infrared, visible) != ("ir", "vi"):
        raise DataError(
            f"expected names of subfolders for a plain set only, got {infrared} and {visible} for "
            f"{wanted.title}, whose folders are known: leave the names out, or read it as plain"
        )
    if not root.is_dir():
        raise DataError(
            f"expected {wanted.title} in the folder {root}, found none: check the name, or get the "
            f"set from {wanted.page} (licence: {wanted.licence}) and unpack it there"
        )
    found = _search(wanted, root, split)
    if found is None:
        raise DataError(_nothing_found(wanted, root, split))
    return found


def list_training_pairs(
    layout: str, root: Path, infrared: str = "ir", visible: str = "vi"
) -> list[SceneFiles]:
    """List the pairs for training of a set; see ``find_pairs``.

    Pictures without a partner are left out, with a warning.
    """
    found = find_pairs(layout, root, infrared=infrared, visible=visible)
    warn_of_lonely(root, found.lonely)
    return found.pairs


def _search(wanted: PairSet, root: Path, split: Split) -> FoundPairs | None:
    """The pairs of the first way to lie that has any."""
    for variant in wanted.variants:
        for parent in wanted.parents:
            for base in _below(root, parent):
                found = _read(variant, base, split, root.resolve().name)
                if found.pairs:
                    return found
    return None


def _read(variant: Variant, base: Path, split: Split, name: str) -> FoundPairs:
    """All pairs that lie in one way below a folder."""
    pairings: dict[str, Pairing] = {}
    folders = []
    for label, infrared, visible in _places(variant, base, split):
        pairings[label] = match_pairs(infrared, visible, name)
        folders.append((infrared, visible))
    stems = Counter(files.stem for pairing in pairings.values() for files in pairing.pairs)
    ambiguous = any(count > 1 for count in stems.values())
    pairs = [
        SceneFiles(name, f"{label}_{files.stem}", files.visible, files.infrared)
        if ambiguous
        else files
        for label, pairing in pairings.items()
        for files in pairing.pairs
    ]
    lonely = [file for pairing in pairings.values() for file in pairing.lonely]
    return FoundPairs(sorted(pairs, key=lambda files: files.stem), lonely, folders)


def _places(variant: Variant, base: Path, split: Split) -> Iterator[tuple[str, Path, Path]]:
    """Label, infrared and visible folder of each pair of folders that is there."""
    for group in variant.groups:
        for folder in _below(base, group):
            for names in variant.names_of_parts(split):
                place = _first_place(variant, folder, names)
                if place is not None:
                    part, infrared, visible = place
                    label = "_".join((*folder.relative_to(base).parts, part)).rstrip("_")
                    yield label, infrared, visible


def _first_place(
    variant: Variant, folder: Path, names: Sequence[str]
) -> tuple[str, Path, Path] | None:
    """A part's name that is there, with its infrared and visible folder."""
    for part in names:
        infrared = _below(folder, variant.infrared.format(part=part))
        visible = _below(folder, variant.visible.format(part=part))
        if infrared and visible:
            return part, infrared[0], visible[0]
    return None


def _below(folder: Path, path: str) -> list[Path]:
    """The folders that a path names; letter case does not count, unless two differ in it alone."""
    found = [folder]
    for name in filter(None, path.split("/")):
        inner = [item for place in found for item in sorted(place.iterdir()) if item.is_dir()]
        exact = [item for item in inner if item.name == name]
        alike = [item for item in inner if fnmatchcase(item.name.casefold(), name.casefold())]
        found = exact or (alike if "*" in name else alike[:1])
    return found


def _nothing_found(wanted: PairSet, root: Path, split: Split) -> str:
    """What was looked for, what lies there instead, and what to do."""
    here = sorted(root.iterdir())
    shown = [f"{item.name}/" if item.is_dir() else item.name for item in here[:_SHOWN]]
    rest = f" and {len(here) - _SHOWN} more" if len(here) > _SHOWN else ""
    archives = [item.name for item in here if item.suffix.lower() in _ARCHIVES]
    if split is not Split.ALL and _search(wanted, root, Split.ALL):
        other = Split.TRAIN if split is Split.TEST else Split.TEST
        advice = f"only a part for {other}ing is there: ask for that (split {other})"
    elif archives:
        advice = f"unpack {archives[0]} first"
    else:
        advice = (
            f"give the folder that it was unpacked to, or get it from {wanted.page} "
            f"(licence: {wanted.licence})"
        )
    part = "" if split is Split.ALL else f" for {split}ing"
    tried = "; ".join(
        variant.describe(split)
        for variant in wanted.variants
        if variant.has_parts or split is not Split.TEST
    )
    return (
        f"expected the pairs of {wanted.title}{part} in {root}, with pictures of equal names in "
        f"{tried}; found {', '.join(shown) or 'an empty folder'}{rest}: {advice}"
        + (f". {wanted.remark}" if wanted.remark else "")
    )
