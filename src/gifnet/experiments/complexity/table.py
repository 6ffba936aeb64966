"""What was found, as a table: for people, for other programs."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from gifnet.experiments.complexity.complexity import SPECIFIED, TRAINED, Complexity, Cost

_HEADINGS = (
    "form",
    "parameters",
    "MACs",
    "MACs a pixel",
    "peak memory",
    "time",
    "times as fast",
)


def as_text(complexity: Complexity) -> str:
    """The table in columns, for a terminal, and the notes below it."""
    rows = [_HEADINGS, *_rows(complexity)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *_words(complexity)])


def as_markdown(complexity: Complexity) -> str:
    """The table in Markdown, and the notes below it."""
    lines = [f"| {' | '.join(_HEADINGS)} |", f"|---|{'---:|' * (len(_HEADINGS) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in _rows(complexity)]
    return "\n".join([*lines, "", *(f"- {line}" for line in _words(complexity)), ""])


def as_csv(complexity: Complexity) -> str:
    """A line for each form, in whole numbers, bytes and seconds."""
    stream = io.StringIO()
    records = [_record(cost) for cost in complexity.costs]
    columns = [name for name in records[0] if name not in {"by_operator", "not_counted", "seconds"}]
    writer = csv.DictWriter(stream, [*columns, "median_seconds"], lineterminator="\n")
    writer.writeheader()
    for cost, record in zip(complexity.costs, records, strict=True):
        row = {name: "" if record[name] is None else record[name] for name in columns}
        median = cost.measured.median if cost.measured else ""
        writer.writerow({**row, "median_seconds": median})
    return stream.getvalue()


def as_json(complexity: Complexity) -> str:
    """Everything, with each round's seconds and the operators that were counted and those not."""
    return json.dumps(
        {
            "weights": complexity.weights,
            "machine": complexity.machine,
            "date": complexity.date,
            "threads": complexity.threads,
            "rounds": complexity.rounds,
            "specified_macs_a_pixel": SPECIFIED,
            "notes": list(complexity.notes),
            "forms": [_record(cost) for cost in complexity.costs],
        },
        indent=1,
    )


FORMS: dict[str, Callable[[Complexity], str]] = {
    ".md": as_markdown,
    ".csv": as_csv,
    ".json": as_json,
}
"""By the suffix of the file."""


def _rows(complexity: Complexity) -> list[tuple[str, ...]]:
    plain = next(cost for cost in complexity.costs if cost.name == TRAINED).measured
    rows: list[tuple[str, ...]] = []
    for cost in complexity.costs:
        took = cost.measured
        peak = f"{took.peak_bytes / 1e6:.0f} MB" if took and took.peak_bytes else "–"
        ratio = f"{plain.median / took.median:.2f}" if plain and took else "–"
        rows.append(
            (
                cost.name,
                f"{cost.parameters:,}",
                f"{cost.count.total / 1e9:.3g} G",
                f"{cost.per_pixel / 1e3:.1f} k",
                peak,
                f"{took.median:.3g} s" if took else "–",
                ratio,
            )
        )
    return rows


def _words(complexity: Complexity) -> list[str]:
    first = complexity.costs[0]
    share = first.per_pixel / SPECIFIED - 1
    return [
        f"pair of {first.height}x{first.width} (height x width), weights {complexity.weights}; "
        f"median of {complexity.rounds} rounds on {complexity.threads} threads, each form in a "
        "fresh process",
        f"in full: {first.per_pixel / 1e3:.1f} k MACs a pixel, {share:+.1%} against the "
        f"{SPECIFIED / 1e3:.0f} k of the specification",
        f"{complexity.machine}; {complexity.date}",
        *complexity.notes,
    ]


def _record(cost: Cost) -> dict[str, Any]:
    took = cost.measured
    return {
        "form": cost.name,
        "height": cost.height,
        "width": cost.width,
        "parameters": cost.parameters,
        "macs": cost.count.total,
        "macs_a_pixel": round(cost.per_pixel, 1),
        "peak_bytes": None if took is None else took.peak_bytes,
        "seconds": None if took is None else list(took.seconds),
        "by_operator": cost.count.by_operator,
        "not_counted": cost.count.not_counted,
    }
