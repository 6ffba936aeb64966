"""Figures as tables in Markdown, for the terminal and for model cards."""

from collections.abc import Callable
from typing import Any

import numpy as np

from measure_weights.development_sets import LABELS, METRIC_NAMES, PUBLISHED
from measure_weights.requirements import Requirement
from measure_weights.summary import OURS

Row = dict[str, Any]
NOT_MEASURED = "-"
_MARKS = {True: "met", False: "**missed**", None: "not measured"}
_KINDS = {
    "bar": "",
    "ours": " (our limit)",
    "stricter": " (stricter reading)",
    "aim": " (an aim beyond the bar)",
}
_COUNTED = {"bar": "requirements", "ours": "limits of our own", "stricter": "stricter readings"}


def table(heading: list[str], rows: list[list[str]]) -> str:
    """A table whose first column is text and whose other columns are numbers."""
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float | None, pattern: str) -> str:
    """A number in a format, or the sign for one that was not measured."""
    return NOT_MEASURED if value is None else format(value, pattern)


def set_table(name: str, summary: Row) -> str:
    """Means of all methods on a set, ours with intervals and difference to the published."""
    methods = summary["methods"]
    metrics = [metric for metric in METRIC_NAMES if metric in methods[OURS]]
    rows = []
    for method, figures in methods.items():
        label = "**these weights**" if method == OURS else LABELS.get(method, method)
        rows.append([label, *(number(_mean(figures.get(m)), _digits(m)) for m in metrics)])
        if method == OURS:
            rows.append(["95 % interval", *(_interval(figures.get(m), m) for m in metrics)])
    if summary["difference"]:
        found = summary["difference"]
        signed = [number(_mean(found.get(m)), f"+{_digits(m)}") for m in metrics]
        rows.append(["difference to published", *signed])
        rows.append(["its 95 % interval", *(_interval(found.get(m), m) for m in metrics)])
    return table([f"{name} ({summary['pictures']} pairs)", *metrics], rows)


def looked_table(sets: dict[str, dict[str, Row]]) -> str:
    """What else was measured on the development sets."""
    columns: dict[str, Callable[[Row], float | None]] = {
        "black: 0.1 percentile, levels": lambda row: row["black"]["fused"],
        "of the darker source": lambda row: row["black"]["darker_source"],
        "where both are black, levels": lambda row: row["dark"],
        "flat where they agree, shift": lambda row: row["agreement_signed"],
        "the same, magnitude": lambda row: row["agreement"],
        "crushed to black, %": lambda row: 100 * row["crushed"],
        "burnt to white, %": lambda row: 100 * row["burnt"],
        "exchange, %": lambda row: None if row["exchange"] is None else 100 * row["exchange"],
        "windows, %": lambda row: 100 * max(row["edge_excess"]),
    }
    rows = []
    for name, pictures in sets.items():
        values = [[column(row) for row in pictures.values()] for column in columns.values()]
        known = [[v for v in column if v is not None] for column in values]
        means = [float(np.mean(column)) if column else None for column in known]
        rows.append([name, *(number(value, ".2f") for value in means)])
    return table(["set", *columns], rows)


def rank_table(figures: Row) -> str:
    """Mean ranks among methods that serve more than one application."""
    summary = {name: s for name, s in figures["summary"].items() if PUBLISHED in s["ranks"]}
    methods = list(dict.fromkeys(m for s in summary.values() for m in s["ranks_with_average"]))
    if not methods:
        return "No mean ranks: other methods' figures are of whole pictures of full size."
    rows = []
    for method in methods:
        label = "**these weights**" if method == OURS else LABELS.get(method, method)
        cells = []
        for found in summary.values():
            pair = (found["ranks"].get(method), found["ranks_with_average"].get(method))
            cells.append(" / ".join(number(value, ".2f") for value in pair))
        rows.append([label, *cells])
    return table(["mean rank / with the average ranked, too", *summary], rows)


def bar_table(lines: list[Requirement]) -> str:
    """The bar, met or missed."""
    rows = [
        [
            line.subject + _KINDS[line.kind],
            line.asked,
            number(line.figure, ".4g"),
            NOT_MEASURED if line.low is None else f"{line.low:.4g} to {line.high:.4g}",
            _MARKS[line.met],
        ]
        for line in lines
    ]
    return table(["requirement", "asked", "figure", "95 % interval", ""], rows)


def tally(lines: list[Requirement]) -> str:
    """How many lines of the bar are met: each part apart, aims left out."""
    parts = []
    for kind, name in _COUNTED.items():
        counted = [line for line in lines if line.kind == kind]
        if not counted:
            continue
        met = sum(line.met is True for line in counted)
        unknown = sum(line.met is None for line in counted)
        text = f"{met} of {len(counted)} {name} are met, {len(counted) - met - unknown} missed"
        parts.append(text + (f", {unknown} not measured" if unknown else ""))
    return "; ".join(parts)


def _mean(found: Row | None) -> float | None:
    return None if found is None else found["mean"]


def _interval(found: Row | None, metric: str) -> str:
    if found is None or found["low"] is None:
        return NOT_MEASURED
    return f"{found['low']:{_digits(metric)}} to {found['high']:{_digits(metric)}}"


def _digits(metric: str) -> str:
    return ".1f" if metric in {"EI", "SD"} else ".2f" if metric in {"AG", "EN", "MI"} else ".3f"
