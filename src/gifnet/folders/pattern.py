"""Which files of one folder belong together: those whose names differ in one place only."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from gifnet.errors import FolderError
from gifnet.folders.grouping import Group, Grouping, pictures_in

_EXAMPLE = "such as 'DJI_*_{T,V}'"
_SEPARATORS = "_-. "


@dataclass(frozen=True)
class Pattern:
    """Names of files: ``*`` and ``?`` are what those that belong together share.

    Attributes:
        before: the pattern before the braces.
        choices: what stands in the braces, in the order of the sources.
        after: the pattern after them.
    """

    before: str
    choices: tuple[str, ...]
    after: str

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Read a pattern.

        Raises:
            FolderError: it has no braces with two choices or more, or nothing that is shared.
        """
        match = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", text)
        choices = tuple(match[2].split(",")) if match else ()
        if not match or len(choices) < 2 or len(set(choices)) < len(choices):
            raise FolderError(
                f"expected a pattern {_EXAMPLE}, with one pair of braces that lists what tells the "
                f"sources apart, got {text!r}"
            )
        if not set("*?") & set(match[1] + match[3]):
            raise FolderError(
                f"expected a pattern {_EXAMPLE}, with a * for what the names of a pair share, got "
                f"{text!r}"
            )
        return cls(match[1], choices, match[3])

    def key(self, name: str, choice: str) -> tuple[str, ...] | None:
        """What ``*`` and ``?`` stand for in a name, None if the name does not fit."""
        expression = _expression(self.before) + re.escape(choice) + _expression(self.after)
        match = re.fullmatch(expression, name, re.DOTALL)
        return match.groups() if match else None

    def shared_name(self, key: tuple[str, ...]) -> str:
        """Name what belongs together: the pattern without its braces."""
        parts = iter(key)
        before, after = (
            re.sub(r"[*?]", lambda _: next(parts), side) for side in (self.before, self.after)
        )
        if not after or after[0] in _SEPARATORS or not before:
            before = before.rstrip(_SEPARATORS)
        return before + after if before else after.lstrip(_SEPARATORS)


def group_by_pattern(folder: Path, pattern: str) -> Grouping:
    """Put together the files of one folder whose names differ only where a pattern has braces.

    Args:
        folder: the folder.
        pattern: of names without suffix, or with it if the pattern ends with one; ``*`` and ``?``
            are what the files share, braces list the sources in their order.

    Returns:
        The groups; a group that lacks a source, or has one twice, is none.

    Raises:
        FolderError: the pattern is none, the folder cannot be read, or nothing belongs together.
    """
    parsed = Pattern.parse(pattern)
    whole_names = "." in parsed.after
    found: dict[tuple[str, ...], list[list[Path]]] = defaultdict(
        lambda: [[] for _ in parsed.choices]
    )
    unmatched = []
    for file in pictures_in(folder):
        fits = False
        for place, choice in enumerate(parsed.choices):
            key = parsed.key(file.name if whole_names else file.stem, choice)
            if key is not None:
                found[key][place].append(file)
                fits = True
        if not fits:
            unmatched.append((file, f"its name does not fit {pattern}"))
    whole: dict[tuple[str, ...], tuple[Path, ...]] = {}
    for key, files in sorted(found.items()):
        if all(len(several) == 1 for several in files):
            whole[key] = tuple(several[0] for several in files)
            continue
        reason = _reason(parsed, files)
        unmatched += [(file, reason) for several in files for file in several]
    if not whole:
        raise FolderError(
            f"{folder}: expected pictures whose names fit {pattern} and have all of "
            f"{', '.join(parsed.choices)}, got none; check the pattern"
        )
    names = {key: _stem(parsed.shared_name(key), whole_names) for key in whole}
    if len(set(names.values())) < len(names) or not all(names.values()):
        names = {key: sources[0].stem for key, sources in whole.items()}
    groups = sorted((Group(names[key], whole[key]) for key in whole), key=lambda group: group.name)
    return Grouping(groups, sorted(unmatched))


def _stem(name: str, has_suffix: bool) -> str:
    return Path(name).stem if has_suffix else name


def _expression(side: str) -> str:
    parts = re.split(r"([*?])", side)
    signs = {"*": "(.*)", "?": "(.)"}
    return "".join(signs.get(part, re.escape(part)) for part in parts)


def _reason(pattern: Pattern, files: list[list[Path]]) -> str:
    for choice, several in zip(pattern.choices, files, strict=True):
        if len(several) > 1:
            return f"{len(several)} pictures stand for {choice}"
    lacking = [c for c, several in zip(pattern.choices, files, strict=True) if not several]
    return f"no picture beside it for {', '.join(lacking)}"
