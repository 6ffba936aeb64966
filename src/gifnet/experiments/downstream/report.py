"""The result as files: every value, a table with intervals, and the figure."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from gifnet.errors import EvaluationError
from gifnet.experiments.downstream.chart import draw_chart
from gifnet.experiments.downstream.measures import MEASURES
from gifnet.experiments.downstream.results import (
    SOURCES,
    Downstream,
    SetResult,
    differences,
    estimates,
)
from gifnet.imaging.atomic import write_atomically

CSV, MARKDOWN, PICTURE = "downstream.csv", "downstream.md", "downstream.png"


def write_report(found: Downstream, folder: Path) -> Downstream:
    """Write all files of the report.

    Args:
        found: what was measured.
        folder: that is there.

    Returns:
        The same, with the files that were written.

    Raises:
        EvaluationError: a file cannot be written.
    """
    contents = {
        CSV: as_csv(found).encode(),
        MARKDOWN: as_markdown(found).encode(),
        PICTURE: draw_chart(found),
    }
    try:
        for name, content in contents.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise EvaluationError(
            f"cannot write to {folder}: {error.strerror or error}; choose another folder"
        ) from error
    return replace(found, files=tuple(folder / name for name in contents))


def as_csv(found: Downstream) -> str:
    """A line for each picture of each case: set, case, picture, and its measures."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["set", "case", "picture", *(measure.name for measure in MEASURES)])
    for result in found.sets:
        for case, pictures in zip(result.cases, result.values, strict=True):
            for name, values in zip(found.pictures, pictures, strict=True):
                cells = ["" if np.isnan(value) else f"{value:.6g}" for value in values]
                writer.writerow([result.name, case, name, *cells])
    return stream.getvalue()


def as_markdown(found: Downstream) -> str:
    """A table for each set: means with intervals, and the gain over the better source alone."""
    lines = [
        "Means with 95 % bootstrap intervals over the cases. *Gain* is the mean difference to the "
        "source alone that has the higher mean, which is named.",
    ]
    for result in found.sets:
        lines += ["", f"**{result.name}**, {len(result.cases)} cases", ""]
        lines += _table(found, result)
    if found.problems:
        lines += ["", "Left out:", "", *(f"- {problem}" for problem in found.problems)]
    return "\n".join(lines) + "\n"


def _table(found: Downstream, result: SetResult) -> list[str]:
    shown = [number for number in range(len(MEASURES)) if len(result.of(number))]
    labels = [MEASURES[number].label for number in shown]
    lines = [f"| | {' | '.join(labels)} |", f"|---|{'---:|' * len(shown)}"]
    columns = [estimates(result, number) for number in shown]
    for row, name in enumerate(found.pictures):
        cells = [
            column[row].text(MEASURES[number].decimals)
            for number, column in zip(shown, columns, strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    gains = [differences(result, number) for number in shown]
    for row, name in enumerate(found.pictures[SOURCES:]):
        cells = []
        for number, (better, gained) in zip(shown, gains, strict=True):
            if MEASURES[number].of_sources_known:
                cells.append("–")
                continue
            text = gained[row].text(MEASURES[number].decimals)
            sign = "+" if gained[row].mean > 0 else ""
            cells.append(f"{sign}{text} ({'first' if better == 0 else 'second'})")
        lines.append(f"| *gain of {name}* | {' | '.join(cells)} |")
    return lines
