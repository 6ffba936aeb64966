"""Figures with known truth as tables in Markdown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from measure_weights.dead_sources import CLIPPED, DEAD_CASES, NOISE
from measure_weights.development_sets import LABELS
from measure_weights.drawn import HARD_EDGE
from measure_weights.focus_pairs import RECIPE, VARIED
from measure_weights.summary import Row, Spread, spread_by_picture
from measure_weights.tables import NOT_MEASURED, number, table
from measure_weights.truth import BLURS, COMPARED
from measure_weights.truth_bar import failing_pairs, highest, lowest, mean

Truth = dict[str, list[Row]]


@dataclass(frozen=True)
class TruthLine:
    """One line of the table: some rows of a kind, and what is said of a column of them."""

    label: str
    kind: str
    column: str
    pattern: str
    choose: Callable[[list[Row], str], float | None] = mean
    keep: Callable[[Row], bool] | None = None
    """Which rows; all if None."""

    def figure(self, truth: Truth) -> float | None:
        """The figure, None where nothing was measured."""
        return self.choose(self._rows(truth), self.column)

    def interval(self, truth: Truth) -> Spread | None:
        """The interval of a mean over pictures; nothing else has one."""
        rows = [row for row in self._rows(truth) if row.get(self.column) is not None]
        if self.choose is not mean or not rows or "picture" not in rows[0]:
            return None
        return spread_by_picture(rows, self.column)

    def _rows(self, truth: Truth) -> list[Row]:
        return [row for row in truth.get(self.kind, []) if self.keep is None or self.keep(row)]


def truth_table(truth: Truth, published: Truth | None) -> str:
    """Figures with known truth, beside the published checkpoint's from the same program."""
    heading = ["with known truth", "these weights", "95 % interval"]
    heading += ["published checkpoint", "95 % interval"] if published is not None else []
    rows = []
    for line in truth_lines():
        cells = [line.label]
        for column in (truth, *([published] if published is not None else [])):
            cells.append(number(line.figure(column), line.pattern))
            cells.append(_interval(line.interval(column), line.pattern))
        rows.append(cells)
    return table(heading, rows)


def focus_table(rows: list[Row]) -> str:
    """Focus pairs by strength of blur and by shape, beside the baselines on the same pairs."""
    heading = ["focus pairs, PSNR to the truth, dB", "pairs", "these weights", "lowest"]
    heading += [LABELS.get(name, name.replace("_", " ")) for name in COMPARED]
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
        values += [np.mean([row["baselines"][m]["psnr"] for row in some]) for m in COMPARED]
        values += [np.mean([row["choice"] for row in some])]
        lines.append([name, str(len(some)), *(f"{value:.1f}" for value in values)])
    return table(heading, lines)


def truth_lines() -> list[TruthLine]:
    """The lines of the table, the same ones whatever was measured."""
    lines = [line for group in _GROUPS for line in _focus_lines(group)]
    lines += [
        TruthLine("change by exchanging the sources", "focus", "exchange", ".4f"),
        TruthLine("the same, largest", "focus", "exchange", ".4f", highest),
        TruthLine("largest shift of a flat pair", "flat", "shift", ".4f", _largest),
        TruthLine(
            "largest overshoot of a step", "steps", "overshoot", ".3f", highest, _is_hard_edge
        ),
        TruthLine(
            "the same of soft edges and thin lines",
            "steps",
            "overshoot",
            ".3f",
            highest,
            lambda row: not _is_hard_edge(row),
        ),
        TruthLine("sharp picture enhanced, PSNR to itself, dB", "sharp", "psnr", ".2f"),
        TruthLine("sharp picture enhanced, lowest, dB", "sharp", "psnr", ".2f", lowest),
        TruthLine("sharp picture enhanced, gradient / its own", "sharp", "gradient", ".3f"),
    ]
    for sigma in BLURS:
        label, keep = f"blurred by {sigma:g} px, enhanced, gain in dB", _equals("sigma", sigma)
        lines.append(TruthLine(label, "blurred", "gain", "+.2f", keep=keep))
        lines.append(TruthLine("the same, lowest", "blurred", "gain", "+.2f", lowest, keep))
    for case in DEAD_CASES:
        keep = _equals("case", case)
        where = ", where it is clipped" if case == CLIPPED else ""
        beside = "beside noise" if case == NOISE else f"beside a {case} source{where}"
        lines += [
            TruthLine(f"picture {beside}, PSNR to it, dB", "dead", "psnr", ".2f", keep=keep),
            TruthLine("the same, shift of its mean", "dead", "shift", "+.3f", keep=keep),
            TruthLine("the same, contrast / its own", "dead", "contrast", ".2f", keep=keep),
        ]
    noise = _equals("case", NOISE)
    return [
        *lines,
        TruthLine("share of the noise that shows", "dead", "passed", ".2f", keep=noise),
        TruthLine(
            "hard sources: pattern of windows, levels", "hard", "tile_amplitude", ".2f", highest
        ),
        TruthLine("hard sources: excess of gradients", "hard", "edge_excess", ".3f", highest),
        TruthLine("JPEG blocks enhanced, strength / their own", "hard", "blocks", ".2f", highest),
        TruthLine(
            "JPEG blocks beside a sharp source, excess", "hard", "blocks_beside", ".3f", highest
        ),
    ]


_GROUPS = {RECIPE: "the recipe's focus pairs", VARIED: "all other focus pairs"}


def _focus_lines(group: str) -> list[TruthLine]:
    def line(
        what: str,
        column: str,
        pattern: str,
        choose: Callable[[list[Row], str], float | None] = mean,
    ) -> TruthLine:
        label = f"{_GROUPS[group]}, {what}"
        return TruthLine(label, "focus", column, pattern, choose, _equals("group", group))

    return [
        line("PSNR, dB", "psnr", ".2f"),
        line("lowest PSNR, dB", "psnr", ".2f", lowest),
        line("gain on the average of the sources, dB", "gain", "+.2f"),
        line("lowest gain, dB", "gain", "+.2f", lowest),
        line("below 46 dB with a gain below 6", "gain", ".0f", _failing),
        line("SSIM", "ssim", ".4f"),
        line("gradient / the truth's", "gradient", ".3f"),
    ]


def _failing(rows: list[Row], _: str) -> float | None:
    return float(len(failing_pairs(rows))) if rows else None


def _largest(rows: list[Row], column: str) -> float | None:
    values = [abs(row[column]) for row in rows]
    return max(values) if values else None


def _is_hard_edge(row: Row) -> bool:
    return bool(row["profile"] == HARD_EDGE)


def _equals(column: str, value: Any) -> Callable[[Row], bool]:
    return lambda row: bool(row[column] == value)


def _interval(found: Spread | None, pattern: str) -> str:
    if found is None or not np.isfinite(found.low):
        return NOT_MEASURED
    return f"{found.low:{pattern}} to {found.high:{pattern}}"
