"""Figures as tables in Markdown, for the terminal and for model cards."""

from collections.abc import Callable
from typing import Any

import numpy as np

from measure_weights.dead_sources import CLIPPED, DEAD_CASES, NOISE
from measure_weights.development_sets import LABELS, METRIC_NAMES, PUBLISHED
from measure_weights.focus_pairs import RECIPE, VARIED
from measure_weights.requirements import Requirement
from measure_weights.summary import OURS
from measure_weights.truth import BLURS, COMPARED
from measure_weights.truth_bar import failing_pairs, mean

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


def truth_table(truth: dict[str, list[Row]], published: dict[str, list[Row]] | None) -> str:
    """Figures with known truth, beside the published checkpoint's from the same program."""
    columns = [truth, *([published] if published else [])]
    heading = [
        "with known truth",
        "these weights",
        *(["published checkpoint"] if published else []),
    ]
    rows = []
    for label, figure, pattern in _truth_lines():
        values = [figure(column) for column in columns]
        rows.append([label, *(_number(value, pattern) for value in values)])
    return table(heading, rows)


def focus_table(rows: list[Row]) -> str:
    """Focus pairs by strength of blur and by shape, beside the baselines on the same pairs."""
    methods = [*COMPARED]
    heading = ["focus pairs, PSNR to the truth, dB", "pairs", "these weights", "lowest"]
    heading += [LABELS.get(name, name.replace("_", " ")) for name in methods]
    heading += ["best choice of a source, pixel by pixel"]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row["group"] == RECIPE:
            groups.setdefault(f"the recipe's, {row['sigma']:g} px", []).append(row)
    varied = sorted((r for r in rows if r["group"] == VARIED), key=lambda row: row["sigma"])
    for row in varied:
        groups.setdefault(f"others, {row['sigma']:g} px", []).append(row)
    for row in varied:
        groups.setdefault(f"others, {row['shape']}", []).append(row)
    lines = []
    for name, some in groups.items():
        own = [row["psnr"] for row in some]
        values = [np.mean(own), min(own)]
        values += [np.mean([row["baselines"][m]["psnr"] for row in some]) for m in methods]
        values += [np.mean([row["choice"] for row in some])]
        lines.append([name, str(len(some)), *(f"{value:.1f}" for value in values)])
    return table(heading, lines)


def set_table(name: str, summary: Row) -> str:
    """Means of all methods on a set, ours with intervals and difference to the published."""
    methods = summary["methods"]
    metrics = [metric for metric in METRIC_NAMES if metric in methods[OURS]]
    rows = []
    for method, figures in methods.items():
        label = "**these weights**" if method == OURS else LABELS.get(method, method)
        rows.append([label, *(_number(_mean(figures.get(m)), _digits(m)) for m in metrics)])
        if method == OURS:
            rows.append(["95 % interval", *(_interval(figures.get(m), m) for m in metrics)])
    if summary["difference"]:
        found = summary["difference"]
        signed = [_number(_mean(found.get(m)), f"+{_digits(m)}") for m in metrics]
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
        rows.append([name, *(_number(value, ".2f") for value in means)])
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
            cells.append(" / ".join(_number(value, ".2f") for value in pair))
        rows.append([label, *cells])
    return table(["mean rank / with the average ranked, too", *summary], rows)


def bar_table(lines: list[Requirement]) -> str:
    """The bar, met or missed."""
    rows = [
        [
            line.subject + _KINDS[line.kind],
            line.asked,
            _number(line.figure, ".4g"),
            _MARKS[line.met],
        ]
        for line in lines
    ]
    return table(["requirement", "asked", "figure", ""], rows)


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


def _truth_lines() -> list[tuple[str, Callable[[dict[str, list[Row]]], float | None], str]]:
    def focus(
        group: str, figure: Callable[[list[Row]], float | None]
    ) -> Callable[[dict[str, list[Row]]], float | None]:
        def of(kinds: dict[str, list[Row]]) -> float | None:
            rows = [row for row in kinds.get("focus", []) if row["group"] == group]
            return figure(rows) if rows else None

        return of

    def column(
        kind: str, key: str, choose: Callable[[list[float]], Any]
    ) -> Callable[[dict[str, list[Row]]], float | None]:
        def of(kinds: dict[str, list[Row]]) -> float | None:
            values = [row[key] for row in kinds.get(kind, []) if row.get(key) is not None]
            return float(choose(values)) if values else None

        return of

    def blurred(sigma: float) -> Callable[[dict[str, list[Row]]], float | None]:
        def of(kinds: dict[str, list[Row]]) -> float | None:
            return mean([row for row in kinds.get("blurred", []) if row["sigma"] == sigma], "gain")

        return of

    def dead(case: str, key: str) -> Callable[[dict[str, list[Row]]], float | None]:
        def of(kinds: dict[str, list[Row]]) -> float | None:
            return mean([row for row in kinds.get("dead", []) if row["case"] == case], key)

        return of

    def largest(values: list[float]) -> float:
        return max(abs(value) for value in values)

    lines = []
    for group, name in ((RECIPE, "the recipe's focus pairs"), (VARIED, "all other focus pairs")):
        lines += [
            (f"{name}, PSNR, dB", focus(group, lambda rows: mean(rows, "psnr")), ".2f"),
            (f"{name}, lowest PSNR, dB", focus(group, lambda r: min(x["psnr"] for x in r)), ".2f"),
            (f"{name}, SSIM", focus(group, lambda rows: mean(rows, "ssim")), ".4f"),
            (f"{name}, lowest gain on the average, dB", focus(group, _lowest_gain), ".2f"),
            (f"{name}, below 46 dB with a gain below 6", focus(group, _failing), ".0f"),
            (f"{name}, gradient / the truth's", focus(group, lambda r: mean(r, "gradient")), ".3f"),
        ]
    lines += [
        ("change by exchanging the sources", column("focus", "exchange", np.mean), ".4f"),
        ("largest shift of a flat pair", column("flat", "shift", largest), ".4f"),
        (
            "largest overshoot of a step, soft edge or thin line",
            column("steps", "overshoot", max),
            ".3f",
        ),
        ("sharp picture enhanced, PSNR to itself, dB", column("sharp", "psnr", np.mean), ".2f"),
        ("sharp picture enhanced, lowest, dB", column("sharp", "psnr", min), ".2f"),
        ("sharp picture enhanced, gradient / its own", column("sharp", "gradient", np.mean), ".3f"),
    ]
    for sigma in BLURS:
        lines.append((f"blurred by {sigma:g} px, enhanced, gain in dB", blurred(sigma), "+.2f"))
    for case in DEAD_CASES:
        where = ", where it is clipped" if case == CLIPPED else ""
        label = f"beside a source of {case}" if case == NOISE else f"beside a {case} source{where}"
        lines.append((f"picture {label}, PSNR to it, dB", dead(case, "psnr"), ".2f"))
    lines.append(("share of the noise that shows", dead(NOISE, "passed"), ".2f"))
    lines += [
        ("hard sources: pattern of windows, levels", column("hard", "tile_amplitude", max), ".2f"),
        ("hard sources: excess of gradients", column("hard", "edge_excess", max), ".3f"),
        ("JPEG blocks enhanced, strength / their own", column("hard", "blocks", max), ".2f"),
    ]
    return lines


def _lowest_gain(rows: list[Row]) -> float:
    return float(min(row["gain"] for row in rows))


def _failing(rows: list[Row]) -> float:
    return float(len(failing_pairs(rows)))


def _mean(found: Row | None) -> float | None:
    return None if found is None else found["mean"]


def _interval(found: Row | None, metric: str) -> str:
    if found is None or found["low"] is None:
        return NOT_MEASURED
    return f"{found['low']:{_digits(metric)}} to {found['high']:{_digits(metric)}}"


def _digits(metric: str) -> str:
    return ".1f" if metric in {"EI", "SD"} else ".2f" if metric in {"AG", "EN", "MI"} else ".3f"


def _number(value: float | None, pattern: str) -> str:
    return NOT_MEASURED if value is None else format(value, pattern)
