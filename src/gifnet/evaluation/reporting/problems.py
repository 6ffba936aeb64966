"""What was left out, each reason said once."""

import re
from collections.abc import Iterable, Sequence

from gifnet.evaluation.results import Problem
from gifnet.metrics import METRICS

_MOST_NAMED = 3


def grouped_problems(problems: Iterable[Problem], *, methods: Sequence[str] = ()) -> list[str]:
    """Say what was left out and why; what many pictures or methods share is said once.

    Args:
        problems: Of an evaluation.
        methods: Names of all its methods, so that "all methods" can be said of them.

    Returns:
        Plain text, in the order in which the reasons first come: "MS-SSIM: 8 pictures, all
        methods: expected a picture of at least 176x176 pixels" for many, "case, method, metric:
        message" for one alone. Where messages differ only in what came (", got ..."), or in the
        name of the picture, that part is left out.
    """
    groups: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.metric, _reason(problem)), []).append(problem)
    return [_line(group, reason, methods) for (_, reason), group in groups.items()]


def _reason(problem: Problem) -> str:
    """The part of the message that other pictures may share."""
    # A name inside a longer word is another word.
    anywhere = rf"(?<!\w){re.escape(problem.case)}(?!\w)" if problem.case else r"(?!)"
    return re.sub(anywhere, "…", problem.message).partition(", got ")[0]


def _line(group: Sequence[Problem], reason: str, methods: Sequence[str]) -> str:
    first = group[0]
    label = None if first.metric is None else _label(first.metric)
    if len(group) == 1:
        where = [part for part in (first.case, first.method, label) if part]
        return f"{', '.join(where)}: {first.message}"
    same = len({problem.message for problem in group}) == 1
    cases = list(dict.fromkeys(problem.case for problem in group))
    which = cases[0] if len(cases) == 1 else f"{len(cases)} pictures"
    said = [label] if label else []
    said += [f"{which}, {_whose(group, methods)}", first.message if same else reason]
    return ": ".join(said)


def _whose(group: Sequence[Problem], methods: Sequence[str]) -> str:
    names = list(dict.fromkeys(problem.method for problem in group))
    # A source or the truth is the cause for every method.
    if None in names or (len(methods) > 1 and set(methods) <= set(names)):
        return "all methods"
    known = [name for name in names if name is not None]
    return ", ".join(known) if len(known) <= _MOST_NAMED else f"{len(known)} methods"


def _label(metric: str) -> str:
    return METRICS[metric].label if metric in METRICS else metric
