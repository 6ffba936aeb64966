"""A requirement on weights, met or missed."""

from dataclasses import asdict, dataclass
from typing import Any

DEFAULT, PAPER, BOTH = "default", "paper", "both"


@dataclass(frozen=True)
class Requirement:
    """One line of the bar."""

    weights: str
    """``default``, ``paper`` or ``both``: whom it is asked of."""
    subject: str
    """What was measured."""
    asked: str
    """What is asked of it, in words."""
    figure: float | None
    """What came out; None where it was not measured."""
    met: bool | None
    low: float | None = None
    """Lower end of the figure's nominal 95 % interval; None where it has none."""
    high: float | None = None
    kind: str = "bar"
    """Which part it counts in.

    ``bar``; ``ours`` for limits of our own where the bar names none; ``stricter`` for a stricter
    reading of the bar: every picture in place of the mean; ``aim`` for what is hoped for.
    """

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def at_least(
    weights: str, subject: str, figure: float | None, limit: float | None, **more: Any
) -> Requirement:
    """Ask for a figure not below a limit."""
    return _compared(weights, subject, figure, limit, "at least", more)


def at_most(
    weights: str, subject: str, figure: float | None, limit: float | None, **more: Any
) -> Requirement:
    """Ask for a figure not above a limit."""
    return _compared(weights, subject, figure, limit, "at most", more)


def below(
    weights: str, subject: str, figure: float | None, limit: float | None, **more: Any
) -> Requirement:
    """Ask for a figure below a limit."""
    return _compared(weights, subject, figure, limit, "below", more)


def _compared(
    weights: str,
    subject: str,
    figure: float | None,
    limit: float | None,
    word: str,
    more: dict[str, Any],
) -> Requirement:
    asked = more.pop("asked", None) or (f"{word} {limit:.4g}" if limit is not None else word)
    if figure is None or limit is None:
        return Requirement(weights, subject, asked, figure, None, **more)
    met = {"at least": figure >= limit, "at most": figure <= limit, "below": figure < limit}[word]
    return Requirement(weights, subject, asked, figure, met, **more)
