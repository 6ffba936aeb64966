"""The numbers of the report as its template shows them."""

import math
from collections.abc import Sequence
from typing import Any

from gifnet.evaluation.page.embedding import embedded_plot
from gifnet.evaluation.page.findings import winner_of
from gifnet.evaluation.page.plot_style import direction_of
from gifnet.evaluation.page.plots import Plot
from gifnet.evaluation.page.radar import normalised_means
from gifnet.evaluation.reporting.figure_text import arrow, decimals_of, interval, number, p_text
from gifnet.evaluation.reporting.notes import code_parts, note_blocks
from gifnet.evaluation.results import PairedTest, Summary
from gifnet.evaluation.statistics import can_show
from gifnet.metrics.catalogue import METRICS


def overview_lines(summary: Summary, counted: Sequence[str]) -> list[dict[str, Any]]:
    """Collect the means of all methods under all metrics.

    Args:
        summary: the evaluation in numbers.
        counted: the metrics with values.

    Returns:
        One line for each method, the best mean rank first.
    """
    scaled = normalised_means(summary)
    ranks = summary.mean_ranks

    def order(name: str) -> float:
        return math.inf if math.isnan(ranks[name]) else ranks[name]

    decimals = {metric: decimals_of(summary, metric) for metric in counted}
    lines = []
    for name in sorted(summary.evaluation.method_names, key=order):
        cells = []
        for metric in counted:
            figure = summary.figures[metric, name]
            cells.append(
                {
                    "text": number(figure.mean, decimals[metric]),
                    "value": _sortable(figure.mean),
                    "place": figure.place,
                    "shade": 0.0 if math.isnan(scaled[metric, name]) else scaled[metric, name],
                }
            )
        wins = sum(summary.figures[metric, name].place == 1 for metric in counted)
        lines.append(
            {
                "name": name,
                "rank": _format_rank(ranks[name]),
                "rank_value": _sortable(ranks[name]),
                "wins": wins,
                "cells": cells,
            }
        )
    if len(lines) > 1:
        distinct = sorted({order(name) for name in ranks})
        for line in lines:
            line["place"] = min(distinct.index(order(str(line["name"]))) + 1, 3)
    return lines


def metric_section(summary: Summary, metric: str, plots: Sequence[Plot]) -> dict[str, Any]:
    """Collect everything about one metric.

    Args:
        summary: the evaluation in numbers.
        metric: name of a metric with values.
        plots: what was drawn; the boxes of this metric are taken.

    Returns:
        Label, direction, caution, one row for each method, its plots.
    """
    decimals = decimals_of(summary, metric)
    rows = []
    for name in summary.evaluation.method_names:
        figure = summary.figures[metric, name]
        rows.append(
            {
                "name": name,
                "mean": number(figure.mean, decimals),
                "value": _sortable(figure.mean),
                "deviation": number(figure.deviation, decimals),
                "deviation_value": _sortable(figure.deviation),
                "interval": interval(figure, decimals),
                "low_value": _sortable(figure.low),
                "rank": _format_rank(figure.rank),
                "place": figure.place,
            }
        )
    known = METRICS[metric]
    return {
        "name": metric,
        "label": known.label,
        "arrow": arrow(metric),
        "direction": direction_of(metric),
        "caution": known.caution,
        "count": summary.counts[metric],
        "infinite": any(
            math.isinf(summary.figures[metric, name].mean)
            for name in summary.evaluation.method_names
        ),
        "rows": rows,
        "best": next((row for row in rows if row["place"] == 1), None),
        "second": next((row for row in rows if row["place"] == 2), None),
        "plots": [embedded_plot(p) for p in plots if p.kind == "box" and p.metric == metric],
    }


def paired_test_groups(summary: Summary) -> list[dict[str, Any]]:
    """Collect the tests: those of the first method, written from its side, and the others.

    Args:
        summary: the evaluation in numbers.

    Returns:
        At most two groups with a title and rows.
    """
    own = summary.evaluation.method_names[0]
    # One digit more than the means: differences are smaller.
    decimals = {name: decimals_of(summary, name) + 1 for name in summary.evaluation.metrics}
    groups: dict[str, list[dict[str, Any]]] = {own: [], "": []}
    for test in summary.tests:
        turned = _turned(test) if test.second == own else test
        groups[own if turned.first == own else ""].append(
            {
                "label": METRICS[test.metric].label,
                "arrow": arrow(test.metric),
                "first": turned.first,
                "second": turned.second,
                "difference": _signed(turned.difference, decimals[test.metric]),
                "difference_value": _sortable(turned.difference),
                "better": turned.better,
                "worse": turned.worse,
                "p_value": p_text(test.p_value),
                "p_sortable": _sortable(test.p_value),
                "p_corrected": p_text(test.p_corrected),
                "corrected_sortable": _sortable(test.p_corrected),
                "winner": winner_of(test),
                "able": can_show(summary, test.metric),
            }
        )
    titles = {own: f"{own} against each other method", "": "The other methods among themselves"}
    return [{"title": titles[key], "rows": rows} for key, rows in groups.items() if rows]


def _turned(test: PairedTest) -> PairedTest:
    """The same test from the side of its second method."""
    return PairedTest(
        test.metric,
        test.second,
        test.first,
        -test.difference,
        test.worse,
        test.better,
        test.p_value,
        test.p_corrected,
    )


def shown_notes(notes: Sequence[str]) -> list[dict[str, Any]]:
    """Take notes apart for the template, which escapes every piece of text.

    Args:
        notes: lines of Markdown: headings, tables, lists, paragraphs.

    Returns:
        Kind, lines and rows of each part; every text in pieces, with whether each is code.
    """
    return [
        {
            "kind": block.kind,
            "lines": [code_parts(line) for line in block.lines],
            "rows": [[code_parts(cell) for cell in row] for row in block.rows],
        }
        for block in note_blocks(notes)
    ]


def _signed(value: float, decimals: int) -> str:
    text = number(value, decimals)
    return f"+{text}" if value > 0 else text


def _sortable(value: float) -> str:
    """A number that JavaScript reads; what is unknown sorts last."""
    if math.isnan(value):
        return ""
    return f"{value:.9g}".replace("inf", "Infinity")


def _format_rank(rank: float) -> str:
    return "–" if math.isnan(rank) else f"{rank:.2f}"
