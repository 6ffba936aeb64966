"""How the pictures of a data set lie in folders, and which of them belong together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gifnet.errors import EvaluationError
from gifnet.evaluation.results import Case
from gifnet.evaluation.scenes.cases import SUFFIXES, require_text

_SHOWN = 3


@dataclass(frozen=True)
class Place:
    """Where the pictures of one role lie, and how their names are made.

    Attributes:
        role: what they are, for people.
        folders: below the root, the usual one first; "" is the root. Letter case does not count.
        before: what comes before the name that the pictures of a case share.
        after: what comes after it.
        suffix: how the files end in the documentation; every known format is read.
    """

    role: str
    folders: tuple[str, ...]
    before: str = ""
    after: str = ""
    suffix: str = ".png"

    def example(self, name: str) -> str:
        """A path as it may be, for people."""
        folder = self.folders[0]
        return f"{folder}{'/' * bool(folder)}{self.before}{name}{self.after}{self.suffix}"

    def describe(self) -> str:
        """The role, and the other names that the folder may have."""
        if len(self.folders) == 1:
            return self.role
        others = " or ".join(f"{folder}/" if folder else "no folder" for folder in self.folders[1:])
        return f"{self.role} (folder also {others})"


@dataclass(frozen=True)
class Match:
    """What a layout made of a folder.

    Attributes:
        cases: what was found, in natural order; empty if the layout does not fit.
        notes: sentences on what is odd.
        found: how many of its places are there, to tell the nearest layout.
        missing: what is not there.
    """

    cases: tuple[Case, ...] = ()
    notes: tuple[str, ...] = ()
    found: int = 0
    missing: tuple[str, ...] = ()


class Layout(Protocol):
    """One way in which a data set may lie."""

    def tree(self) -> tuple[tuple[str, str], ...]:
        """Example paths and what is there, for people."""
        ...

    def match(self, root: Path) -> Match:
        """Look for the pictures below a folder."""
        ...


@dataclass(frozen=True)
class FolderLayout:
    """A place for each source; the pictures of a case share a name.

    Attributes:
        sources: in the order of the sources.
        truth: where the pictures are that a perfect method would make; they may be absent.
        parents: folders that may lie in between, "" for none.
        categories: whether all of this lies in each subfolder of the parent, one a category.
        example: the name of a case, for people.
    """

    sources: tuple[Place, ...]
    truth: Place | None = None
    parents: tuple[str, ...] = ("",)
    categories: bool = False
    example: str = "NAME"

    def tree(self) -> tuple[tuple[str, str], ...]:
        """Example paths and what is there, for people."""
        places = (*self.sources, *((self.truth,) if self.truth else ()))
        return tuple((self._example(place), place.describe()) for place in places)

    def match(self, root: Path) -> Match:
        """Look for the pictures below a folder; the first parent that fits counts."""
        matches = [self._match_parent(folder) for folder in _folders(root, self.parents)]
        return max(matches or [self._nothing()], key=lambda match: (bool(match.cases), match.found))

    def _match_parent(self, folder: Path) -> Match:
        if not self.categories:
            return self._match_one(folder, "")
        below = sorted(item for item in folder.iterdir() if item.is_dir())
        matches = [self._match_one(item, f"{item.name}_") for item in below]
        fitting = [match for match in matches if match.cases]
        if not fitting:
            return max(matches, key=lambda match: match.found, default=self._nothing())
        return Match(
            tuple(case for match in fitting for case in match.cases),
            tuple(note for match in fitting for note in match.notes),
            found=len(self.sources),
        )

    def _match_one(self, folder: Path, prefix: str) -> Match:
        sources = [_pictures_of(folder, place) for place in self.sources]
        found = sum(1 for pictures in sources if pictures)
        missing = tuple(
            self._example(place)
            for place, pictures in zip(self.sources, sources, strict=True)
            if not pictures
        )
        names = sorted(set.intersection(*(set(pictures) for pictures in sources)), key=natural_key)
        if not names:
            return Match(found=found, missing=missing or ("files of one name in each place",))
        truths = _pictures_of(folder, self.truth) if self.truth else {}
        cases = tuple(
            Case(prefix + name, tuple(pictures[name] for pictures in sources), truths.get(name))
            for name in names
        )
        notes = _partner_notes(self.sources, sources, names)
        if truths and any(case.truth is None for case in cases):
            without = [case.name for case in cases if case.truth is None]
            notes.append(f"{len(without)} cases have no truth ({_examples(without)})")
        if self.truth and not truths:
            notes.append(f"without the truth: there is no {self._example(self.truth)}")
        return Match(cases, tuple(notes), found)

    def _example(self, place: Place) -> str:
        start = f"{self.parents[0]}/" if self.parents[0] else ""
        return start + "CATEGORY/" * self.categories + place.example(self.example)

    def _nothing(self) -> Match:
        return Match(missing=tuple(self._example(place) for place in self.sources))


@dataclass(frozen=True)
class SceneLayout:
    """A folder for each scene, with all of its pictures.

    Attributes:
        parents: folders that the scenes may lie in, the usual one first; several may be there.
        role: what a scene's pictures are, for people.
        longest: how many pictures a scene may have; of more than two, the first and the last in
            natural order are taken.
        last_first: whether the last one is the first source.
        passed_over: names of subfolders that are no scenes.
        suffix: how the files end in the documentation.
    """

    parents: tuple[str, ...]
    role: str
    longest: int = 2
    last_first: bool = False
    passed_over: frozenset[str] = field(default=frozenset())
    suffix: str = ".png"

    def tree(self) -> tuple[tuple[str, str], ...]:
        """Example paths and what is there, for people."""
        start = f"{self.parents[0]}/" if self.parents[0] else ""
        return ((f"{start}SCENE/*{self.suffix}", self.role),)

    def match(self, root: Path) -> Match:
        """Look for the scenes below a folder."""
        odd: list[str] = []
        scenes = {folder: self._scenes(folder, odd) for folder in _folders(root, self.parents)}
        filled = [folder for folder, pairs in scenes.items() if pairs]
        cases = tuple(
            Case(name if len(filled) == 1 else f"{folder.name}_{name}", pair)
            for folder in filled
            for name, pair in scenes[folder].items()
        )
        if not cases:
            return Match(found=int(bool(odd)), missing=tuple(path for path, _ in self.tree()))
        wanted = "2" if self.longest == 2 else f"2 to {self.longest}"
        notes = (
            (f"{len(odd)} scenes do not have {wanted} pictures: left out ({_examples(odd)})",)
            if odd
            else ()
        )
        return Match(cases, notes, found=2)

    def _scenes(self, folder: Path, odd: list[str]) -> dict[str, tuple[Path, ...]]:
        """Scene -> its two sources; scenes with too few or many pictures are added to ``odd``."""
        pairs: dict[str, tuple[Path, ...]] = {}
        scenes = (item for item in folder.iterdir() if item.is_dir())
        for scene in sorted(scenes, key=lambda item: natural_key(item.name)):
            pictures = sorted(_files(scene), key=lambda file: natural_key(file.name))
            if not pictures or scene.name.casefold() in self.passed_over:
                continue
            if not 2 <= len(pictures) <= self.longest:
                odd.append(scene.name)
                continue
            pair = (pictures[0], pictures[-1])
            pairs[scene.name] = pair[::-1] if self.last_first else pair
        return pairs


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Key that sorts ``2`` before ``10``."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in re.split(r"(\d+)", text)
        if part
    ]


def _folders(root: Path, paths: Sequence[str]) -> Iterator[Path]:
    """Those of the folders below the root that are there; letter case does not count."""
    for path in paths:
        folder: Path | None = root
        for part in filter(None, path.split("/")):
            below = sorted(folder.iterdir()) if folder else []
            fitting = [i for i in below if i.is_dir() and i.name.casefold() == part.casefold()]
            folder = fitting[0] if fitting else None
        if folder is not None:
            yield folder


def _pictures_of(base: Path, place: Place) -> dict[str, Path]:
    """Shared name -> file, in the first folder of the place that has any."""
    for folder in _folders(base, place.folders):
        pictures: dict[str, Path] = {}
        for file in _files(folder):
            name = _shared_name(file.stem, place)
            if name is None:
                continue
            if name in pictures:
                raise EvaluationError(
                    f"expected one picture of each name in {folder}, found {pictures[name].name} "
                    f"and {file.name}; rename or remove one"
                )
            pictures[name] = file
        if pictures:
            return pictures
    return {}


def _shared_name(stem: str, place: Place) -> str | None:
    pattern = rf"{re.escape(place.before)}(.+){re.escape(place.after)}"
    fitting = re.fullmatch(pattern, stem, re.IGNORECASE)
    return fitting[1] if fitting else None


def _files(folder: Path) -> list[Path]:
    """Pictures of a folder, hidden files left out."""
    files = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )
    for file in files:
        require_text(file)
    return files


def _partner_notes(
    places: Sequence[Place], sources: Sequence[dict[str, Path]], names: Sequence[str]
) -> list[str]:
    notes = []
    for place, pictures in zip(places, sources, strict=True):
        lonely = sorted(pictures.keys() - set(names), key=natural_key)
        if lonely:
            notes.append(
                f"{len(lonely)} {place.role} pictures have no partner: left out "
                f"({_examples([pictures[name].name for name in lonely])})"
            )
    return notes


def _examples(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
