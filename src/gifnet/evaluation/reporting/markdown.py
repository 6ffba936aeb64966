"""The summary of an evaluation as Markdown."""

import re
from collections.abc import Iterator, Sequence

from gifnet.evaluation.reporting.figure_text import (
    arrow,
    counted,
    decimals_of,
    interval,
    mean_and_deviation,
    number,
    p_text,
    pairs_of,
)
from gifnet.evaluation.results import Figure, Problem, Summary
from gifnet.metrics import METRICS

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown_overview(summary: Summary) -> str:
    """Write the table of means alone.

    Args:
        summary: What it shows.

    Returns:
        A Markdown table, methods down and metrics across: mean ± standard deviation, the best
        **bold** and the second best _italic_, and the mean rank. Ends with a line break.
    """
    return _means(summary, [escape(METRICS[name].label) for name in summary.evaluation.metrics])


def markdown_summary(summary: Summary) -> str:
    """Write the whole summary.

    Args:
        summary: What it shows.

    Returns:
        Markdown: means, confidence intervals, ranks, tests, problems, and cautions as footnotes.
    """
    return "\n".join(_sections(summary))


def escape(text: str) -> str:
    """Make Markdown show a text as it is."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def _means(summary: Summary, labels: Sequence[str]) -> str:
    metrics = summary.evaluation.metrics
    decimals = {metric: decimals_of(summary, metric) for metric in metrics}
    heads = [f"{label} {arrow(name)}" for label, name in zip(labels, metrics, strict=True)]
    rows = [
        [
            escape(name),
            *(_marked(summary.figures[metric, name], decimals[metric]) for metric in metrics),
            number(summary.mean_ranks[name], 2),
        ]
        for name in summary.evaluation.method_names
    ]
    return _table(["Method", *heads, "Mean rank ↓"], rows)


def _sections(summary: Summary) -> Iterator[str]:
    evaluation = summary.evaluation
    yield f"# {escape(evaluation.title)}\n"
    yield (
        f"Mean ± standard deviation over {counted(summary)}. **Best** and _second best_ mean; "
        "↑ higher is better, ↓ lower is better.\n"
    )
    yield _means(summary, [_noted_label(metric) for metric in evaluation.metrics])
    if notes := _cautions(evaluation.metrics):
        yield notes
    yield "## 95 % confidence intervals of the means (bootstrap)\n"
    yield _intervals(summary)
    yield "## Mean rank over the pictures\n"
    yield _ranks(summary)
    if summary.tests:
        yield "## Paired tests\n"
        yield (
            "p of the two-sided Wilcoxon signed-rank test, Holm-corrected for all tests of this "
            "page, and in how many pictures the first method is better : worse.\n"
        )
        yield _tests(summary)
    yield "## Pictures\n"
    yield _counts(summary)
    if evaluation.problems:
        yield "## Left out\n"
        yield "A picture that fails for one method is left out for all of them.\n"
        yield "\n".join(f"- {_problem(problem)}" for problem in evaluation.problems) + "\n"


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
    rows.append(["All", *(number(summary.mean_ranks[name], 2) for name in names)])
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
    return _table(["Methods", *labels], rows)


def _counts(summary: Summary) -> str:
    asked = len(summary.evaluation.cases)
    few = {metric: count for metric, count in summary.counts.items() if count < asked}
    if not few:
        return f"All {asked} count under every metric.\n"
    lines = [f"- {escape(METRICS[name].label)}: {count} of {asked}" for name, count in few.items()]
    return "\n".join(lines) + "\n"


def _problem(problem: Problem) -> str:
    where = [problem.case, problem.method, problem.metric]
    return escape(f"{', '.join(part for part in where if part)}: {problem.message}")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
