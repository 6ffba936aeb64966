"""The files of an evaluation's numbers: CSV, Markdown, LaTeX and JSON."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from gifnet.errors import EvaluationError
from gifnet.evaluation.measuring.cache import metrics_version
from gifnet.evaluation.reporting.latex import latex_table
from gifnet.evaluation.reporting.markdown import markdown_overview, markdown_summary
from gifnet.evaluation.results import Evaluation, Summary
from gifnet.evaluation.statistics import CONFIDENCE, RESAMPLES, SEED, least_corrected_p
from gifnet.imaging.atomic import write_atomically
from gifnet.metrics import METRICS
from gifnet.version import __version__

__all__ = ["markdown_overview", "per_image_csv", "summary_json", "write_tables"]

_FORMAT = 1


def write_tables(
    summary: Summary,
    folder: Path,
    *,
    notes: Sequence[str] = (),
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> tuple[Path, ...]:
    """Write all tables, each whole or not at all.

    Args:
        summary: What they show.
        folder: Where to; made if it is not there.
        notes: Lines of Markdown to write into summary.md and summary.json, for example what is
            not comparable.
        seed: What ``summarise`` was given.
        resamples: Likewise.

    Returns:
        per_image.csv, summary.md, summary.tex and summary.json.

    Raises:
        EvaluationError: A file cannot be written.
    """
    contents = {
        "per_image.csv": per_image_csv(summary.evaluation),
        "summary.md": markdown_summary(summary, notes=notes),
        "summary.tex": latex_table(summary),
        "summary.json": summary_json(summary, notes=notes, seed=seed, resamples=resamples),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_atomically(folder / name, content.encode())
    except OSError as error:
        raise EvaluationError(
            f"cannot write the tables to {folder}: {error.strerror or error}; make room or choose "
            "another folder"
        ) from error
    return tuple(folder / name for name in contents)


def per_image_csv(evaluation: Evaluation) -> str:
    """Write every value in full precision.

    Args:
        evaluation: What was measured.

    Returns:
        A line for each case and method, a column for each metric; empty where it is left out.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "method", *evaluation.metrics])
    for case, rows in zip(evaluation.cases, evaluation.values, strict=True):
        for method, row in zip(evaluation.method_names, rows, strict=True):
            cells = ["" if math.isnan(value) else repr(float(value)) for value in row]
            writer.writerow([case.name, method, *cells])
    return text.getvalue()


def summary_json(
    summary: Summary,
    *,
    notes: Sequence[str] = (),
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> str:
    """Write everything that is known, for programs.

    Args:
        summary: What was measured and computed.
        notes: Lines of Markdown.
        seed: What ``summarise`` was given.
        resamples: Likewise.

    Returns:
        JSON; null for what has no value, "inf" and "-inf" for infinity.
    """
    evaluation = summary.evaluation
    content = {
        "format": _FORMAT,
        "gifnet": __version__,
        "metrics_version": metrics_version(),
        "title": evaluation.title,
        "bootstrap": {"seed": seed, "resamples": resamples, "confidence": CONFIDENCE},
        "cases": [case.name for case in evaluation.cases],
        "methods": list(evaluation.method_names),
        "metrics": {
            name: {
                "label": METRICS[name].label,
                "better": str(METRICS[name].direction),
                "caution": METRICS[name].caution,
                "cases": summary.counts[name],
                "least_p_corrected": least_corrected_p(summary, name),
            }
            for name in evaluation.metrics
        },
        "figures": {
            method: {
                metric: asdict(summary.figures[metric, method]) for metric in evaluation.metrics
            }
            for method in evaluation.method_names
        },
        "mean_ranks": summary.mean_ranks,
        "ranked_by": list(summary.ranked_by),
        "correction": {"method": "Holm", "over": "the pairs of methods within each metric"},
        "tests": [asdict(test) for test in summary.tests],
        "values": {
            case.name: {
                method: dict(zip(evaluation.metrics, map(float, row), strict=True))
                for method, row in zip(evaluation.method_names, rows, strict=True)
            }
            for case, rows in zip(evaluation.cases, evaluation.values, strict=True)
        },
        "problems": [asdict(problem) for problem in evaluation.problems],
        "notes": list(notes),
    }
    return json.dumps(_plain(content), allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:
    """The same, with what JSON lacks in its place."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
