"""Sets of pairs, as users name them."""

from dataclasses import dataclass
from pathlib import Path

from gifnet.errors import EvaluationError

_WANTED = "expected NAME=FOLDER_A,FOLDER_B or NAME=FOLDER_A,FOLDER_B,FOLDER_TRUTH"


@dataclass(frozen=True)
class PairSet:
    """Two folders of sources, whose pictures are matched by stem.

    Attributes:
        name: unique among the sets.
        sources: folder of the first and of the second sources.
        truth: folder of what a perfect method would make; None if nobody knows.
    """

    name: str
    sources: tuple[Path, Path]
    truth: Path | None = None


def parse_set(text: str) -> PairSet:
    """Read how a user names a set.

    Args:
        text: ``NAME=A,B`` or ``NAME=A,B,TRUTH``; without ``NAME=`` it is called by the folder that
            the sources lie in.

    Raises:
        EvaluationError: it is none of these.
    """
    name, equals, rest = text.partition("=")
    if not equals:
        name, rest = "", text
    folders = [Path(word.strip()) for word in rest.split(",") if word.strip()]
    if len(folders) not in {2, 3} or (equals and not name.strip()):
        raise EvaluationError(f"{_WANTED}, got {text!r}")
    name = name.strip() or folders[0].absolute().parent.name or "set"
    truth = folders[2] if len(folders) == 3 else None
    return PairSet(name, (folders[0], folders[1]), truth)


def parse_sets(texts: tuple[str, ...]) -> tuple[PairSet, ...]:
    """Read several sets.

    Args:
        texts: at least one, as for ``parse_set``.

    Raises:
        EvaluationError: one is not a set, there is none, or two have one name.
    """
    if not texts:
        raise EvaluationError(f"{_WANTED} with --set, got no set")
    sets = tuple(parse_set(text) for text in texts)
    names = [one.name.casefold() for one in sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(
            f"expected sets of different names, got {', '.join(twice)} more than once; write "
            "another NAME= before one of them"
        )
    return sets
