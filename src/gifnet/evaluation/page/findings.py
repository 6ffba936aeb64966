"""What the numbers of an evaluation say, in plain sentences."""

import math
from collections.abc import Sequence

from gifnet.evaluation.reporting.figure_text import ranked_over, too_few
from gifnet.evaluation.results import PairedTest, Summary
from gifnet.evaluation.statistics import SIGNIFICANCE, can_show
from gifnet.metrics.catalogue import METRICS

_MOST_LISTED = 6


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
    text = f"Among {len(names)} methods, {first} has the best mean rank"
    text += f" ({summary.mean_ranks[first]:.2f}; 1 would be first everywhere)"
    if second is not None:
        text += f", followed by {second} ({summary.mean_ranks[second]:.2f})"
    text += f". The ranks are over {ranked_over(summary)}"
    best = [metric for metric in counted if summary.figures[metric, first].place == 1]
    metrics = _count(len(counted), "measured metric")
    findings = [f"{text}. In {len(best)} of {metrics} the best mean is that of {first}."]
    own = names[0]
    rival = next((name for name in ranked if name != own), None)
    if rival is not None:
        findings.append(describe_duel(summary, own, rival))
    return [finding for finding in findings if finding]


def describe_duel(summary: Summary, own: str, rival: str) -> str:
    """Count under how many metrics one method was shown to be better than another.

    Args:
        summary: the evaluation in numbers.
        own: name of the one method.
        rival: name of the other.

    Returns:
        A few sentences; empty if the two were not tested. Where pictures are too few for any
        test to show a difference, or none is shown, they say in how many the one was better.
    """
    tests = [
        test
        for test in summary.tests
        if {test.first, test.second} == {own, rival} and summary.counts[test.metric]
    ]
    if not tests:
        return ""
    means = "(Wilcoxon signed-rank test, Holm-corrected within each metric, 5 %)"
    able = [test for test in tests if can_show(summary, test.metric)]
    winners = [winner_of(test) for test in able]
    few = too_few(summary)
    sentences = []
    if len(winners) > winners.count(None):
        sentences.append(
            f"Picture by picture, {own} is better than {rival} in "
            f"{_count(winners.count(own), 'metric')} and worse in {winners.count(rival)}; in "
            f"{winners.count(None)} no difference was shown {means}."
        )
    elif able:
        sentences.append(
            f"The tests show no difference between {own} and {rival} in "
            f"{_count(len(able), 'metric')}, which does not mean that there is none {means}."
        )
    if few:
        sentences.append(f"{few[0].upper()}{few[1:]}.")
    if not any(winners):
        sentences.append(_wins_and_losses(tests, own, rival))
    return " ".join(sentences)


def _wins_and_losses(tests: Sequence[PairedTest], own: str, rival: str) -> str:
    """Count the pictures, which is what is known where the tests show nothing."""
    scores = [
        (test.metric, test.better, test.worse)
        if test.first == own
        else (test.metric, test.worse, test.better)
        for test in tests
    ]
    if len(scores) <= _MOST_LISTED:
        listed = ", ".join(f"{METRICS[name].label} {won}:{lost}" for name, won, lost in scores)
        return f"Pictures in which {own} is better : worse than {rival}: {listed}."
    ahead = sum(won > lost for _, won, lost in scores)
    behind = [(won, lost) for _, won, lost in scores if won < lost]
    wins_all = sum(won > 0 == lost for _, won, lost in scores)
    loses_all = sum(won == 0 for won, _ in behind)
    return (
        f"{own} is better than {rival} in more pictures than not under "
        f"{_count(ahead, 'metric')} (under {wins_all} without a loss), worse in more under "
        f"{len(behind)} (under {loses_all} without a win), level under "
        f"{len(scores) - ahead - len(behind)}."
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
