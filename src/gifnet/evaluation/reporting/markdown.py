"""The summary of an evaluation as Markdown."""

import math
import re
from collections.abc import Iterator, Sequence

from gifnet.evaluation.reporting.figure_text import (
    INFINITE_MEAN,
    arrow,
    counted,
    decimals_of,
    interval,
    mean_and_deviation,
    number,
    p_text,
    pairs_of,
    ranked_over,
    too_few,
)
from gifnet.evaluation.reporting.notes import markdown_notes
from gifnet.evaluation.reporting.problems import grouped_problems
from gifnet.evaluation.results import Figure, Summary
from gifnet.metrics import METRICS

_MOST_ACROSS = 8
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown_overview(summary: Summary) -> str:
    """Write the table of means alone.

    Args:
        summary: What it shows.

    Returns:
        A Markdown table: mean ± standard deviation, the best **bold** and the second best
        _italic_, and the mean rank. Methods down and metrics across, or the other way round for
        more than eight metrics. Ends with a line break.
    """
    return _means(summary, [escape(METRICS[name].label) for name in summary.evaluation.metrics])


def markdown_summary(summary: Summary, *, notes: Sequence[str] = ()) -> str:
    """Write the whole summary.

    Args:
        summary: What it shows.
        notes: Lines of Markdown on what is to be said of it.

    Returns:
        Markdown: means, notes, confidence intervals, ranks, tests, problems, and cautions as
        footnotes.
    """
    return "\n".join(_sections(summary, notes))


def escape(text: str) -> str:
    """Make Markdown show a text as it is."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _means(summary: Summary, labels: Sequence[str]) -> str:
    metrics = summary.evaluation.metrics
    decimals = {metric: decimals_of(summary, metric) for metric in metrics}
    heads = [f"{label} {arrow(name)}" for label, name in zip(labels, metrics, strict=True)]
    columns = [["Method", *heads, "Mean rank ↓"]] + [
        [
            escape(name),
            *(_marked(summary.figures[metric, name], decimals[metric]) for metric in metrics),
            number(summary.mean_ranks[name], 2),
        ]
        for name in summary.evaluation.method_names
    ]
    return _upright(columns, "Metric")


def _upright(rows: Sequence[Sequence[str]], corner: str) -> str:
    """A table whose metrics go down where they are too many to stand beside each other."""
    if len(rows[0]) <= _MOST_ACROSS + 2:
        return _table(rows[0], rows[1:])
    first, *others = zip(*rows, strict=True)
    return _table([corner, *first[1:]], others)


def _sections(summary: Summary, notes: Sequence[str]) -> Iterator[str]:
    evaluation = summary.evaluation
    yield f"# {escape(evaluation.title)}\n"
    yield (
        f"Mean ± standard deviation over {counted(summary)}. **Best** and _second best_ mean; "
        "↑ higher is better, ↓ lower is better. The mean rank is over "
        f"{escape(ranked_over(summary))}; 1 is best.\n"
    )
    yield _means(summary, [_noted_label(metric) for metric in evaluation.metrics])
    if cautions := _cautions(evaluation.metrics):
        yield cautions
    if any(math.isinf(figure.mean) for figure in summary.figures.values()):
        yield f"{INFINITE_MEAN}\n"
    if notes:
        yield "## Notes\n"
        yield markdown_notes(notes)
    yield "## 95 % confidence intervals of the means (bootstrap)\n"
    yield _intervals(summary)
    yield "## Mean rank over the pictures\n"
    yield _ranks(summary)
    if summary.tests:
        yield "## Paired tests\n"
        yield (
            "p of the two-sided Wilcoxon signed-rank test, corrected by Holm within each metric "
            "over the pairs of methods, and in how many pictures the first method is better : "
            "worse.\n"
        )
        if few := too_few(summary):
            yield f"{escape(few[0].upper() + few[1:])}.\n"
        yield _tests(summary)
    yield "## Pictures\n"
    yield _counts(summary)
    if evaluation.problems:
        yield "## Left out\n"
        yield "A picture that fails for one method is left out for all of them.\n"
        lines = grouped_problems(evaluation.problems, methods=evaluation.method_names)
        yield "".join(f"- {escape(line)}\n" for line in lines)


def _noted_label(metric: str) -> str:
    return escape(METRICS[metric].label) + (f"[^{metric}]" if METRICS[metric].caution else "")


def _marked(figure: Figure, decimals: int) -> str:
    text = mean_and_deviation(figure, decimals)
    return {1: f"**{text}**", 2: f"_{text}_"}.get(figure.place, text)


def _cautions(metrics: Sequence[str]) -> str:
    notes = [(name, METRICS[name].caution) for name in metrics]
    return "".join(f"[^{name}]: {escape(caution)}\n" for name, caution in notes if caution)


def _intervals(summary: Summary) -> str:
    names = summary.evaluation.method_names
    rows = [
        [
            escape(METRICS[metric].label),
            *(
                interval(summary.figures[metric, name], decimals_of(summary, metric))
                for name in names
            ),
        ]
        for metric in summary.evaluation.metrics
    ]
    return _table(["Metric", *map(escape, names)], rows)


def _ranks(summary: Summary) -> str:
    names = summary.evaluation.method_names
    rows = [
        [
            escape(METRICS[metric].label),
            *(number(summary.figures[metric, name].rank, 2) for name in names),
        ]
        for metric in summary.evaluation.metrics
    ]
    rows.append(
        [
            f"Mean over {escape(ranked_over(summary))}",
            *(number(summary.mean_ranks[name], 2) for name in names),
        ]
    )
    return _table(["Metric", *map(escape, names)], rows)


def _tests(summary: Summary) -> str:
    rows = [
        [
            f"{escape(first)} / {escape(second)}",
            *(f"{p_text(test.p_corrected)} ({test.better} : {test.worse})" for test in tests),
        ]
        for first, second, tests in pairs_of(summary)
    ]
    labels = [escape(METRICS[metric].label) for metric in summary.evaluation.metrics]
    return _upright([["Methods", *labels], *rows], "Metric")


def _counts(summary: Summary) -> str:
    asked = len(summary.evaluation.cases)
    few = {metric: count for metric, count in summary.counts.items() if count < asked}
    if not few:
        return f"All {asked} count under every metric.\n"
    lines = [f"- {escape(METRICS[name].label)}: {count} of {asked}" for name, count in few.items()]
    return "\n".join(lines) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
