"""What the numbers of an evaluation say, in plain sentences."""

import math
from collections.abc import Sequence

from gifnet.evaluation.results import PairedTest, Summary
from gifnet.metrics.catalogue import METRICS

SIGNIFICANCE = 0.05
"""Corrected p values below it count as a difference that was shown."""

_FEWEST_FOR_A_TEST = 6
"""The least p of a signed-rank test of five pictures is 2 / 2^5, which is above 0.05."""


def describe_findings(summary: Summary) -> list[str]:
    """Say who comes first, and how the first method stands against the best other one.

    Args:
        summary: the evaluation in numbers.

    Returns:
        Sentences; they name what was counted and claim no more.
    """
    evaluation = summary.evaluation
    names = evaluation.method_names
    counted = [metric for metric in evaluation.metrics if summary.counts.get(metric, 0)]
    if not counted:
        return ["No picture could be measured for all methods: see what was left out."]
    if len(names) == 1:
        return [f"Only {names[0]} was measured, so there is nothing to rank it against."]
    ranked = sorted(
        (name for name in names if not math.isnan(summary.mean_ranks[name])),
        key=lambda name: summary.mean_ranks[name],
    )
    if not ranked:
        return []
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    metrics = _count(len(counted), "metric")
    text = f"Among {len(names)} methods and over {metrics}, {first} has the best mean rank"
    text += f" ({summary.mean_ranks[first]:.2f}; 1 would be first everywhere)"
    if second is not None:
        text += f", followed by {second} ({summary.mean_ranks[second]:.2f})"
    best = [metric for metric in counted if summary.figures[metric, first].place == 1]
    findings = [f"{text}. In {len(best)} of the metrics the best mean is that of {first}."]
    own = names[0]
    rival = next((name for name in ranked if name != own), None)
    pictures = max(summary.counts[metric] for metric in counted)
    if pictures < _FEWEST_FOR_A_TEST:
        findings.append(
            f"With {_count(pictures, 'picture')} no test can show that a difference is more than "
            f"chance: it takes {_FEWEST_FOR_A_TEST} at least."
        )
    elif rival is not None:
        findings.append(describe_duel(summary.tests, own, rival))
    return [finding for finding in findings if finding]


def describe_duel(tests: Sequence[PairedTest], own: str, rival: str) -> str:
    """Count under how many metrics one method was shown to be better than another.

    Args:
        tests: of a summary.
        own: name of the one method.
        rival: name of the other.

    Returns:
        A sentence; empty if the two were not tested.
    """
    winners = [winner_of(test) for test in tests if {test.first, test.second} == {own, rival}]
    if not winners:
        return ""
    none = winners.count(None)
    test = "(Wilcoxon signed-rank test, Holm-corrected, 5 %)"
    if none == len(winners):
        return f"No metric shows a difference between {own} and {rival} {test}."
    return (
        f"Picture by picture, {own} is better than {rival} in "
        f"{_count(winners.count(own), 'metric')} and worse in {winners.count(rival)}; in {none} "
        f"no difference was shown {test}."
    )


def winner_of(test: PairedTest) -> str | None:
    """The method that the test shows to be better.

    Args:
        test: two methods under one metric.

    Returns:
        Its name; None if the difference may be chance. Where the test is significant though as
        many pictures speak for one as for the other, the mean decides.
    """
    if math.isnan(test.p_corrected) or test.p_corrected >= SIGNIFICANCE:
        return None
    lead: float = test.better - test.worse
    if lead == 0:
        lead = test.difference * (1 if METRICS[test.metric].direction.value == "higher" else -1)
    return test.first if lead > 0 else test.second


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
