"""All figures of a file of weights in one JSON file."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gifnet.checkpoints import WeightsDescription
from gifnet.imaging.atomic import write_atomically
from gifnet.version import __version__
from measure_weights.code_digest import measuring_digest
from measure_weights.completeness import missing_parts
from measure_weights.development_sets import (
    AVERAGE,
    COMPARED_SETS,
    GENERAL,
    PUBLISHED,
    SETS,
    known_figures,
)
from measure_weights.requirements import Requirement
from measure_weights.set_bar import ranks_by_set, set_requirements
from measure_weights.summary import (
    OURS,
    Methods,
    difference,
    mean_ranks,
    methods_of,
    overall_ranks,
    ranked_metrics,
    spread,
    values_of,
)
from measure_weights.truth_bar import truth_requirements

FORMAT = "gifnet-figures-2"

Row = dict[str, Any]


def figures_of(
    description: WeightsDescription,
    settings: Row,
    truth: dict[str, list[Row]],
    sets: dict[str, dict[str, Row]],
) -> Row:
    """Put together what was measured and what follows from it, see ``judged``.

    Args:
        description: Of the weights.
        settings: How they were measured; ``most`` and ``side`` are None for all of it.
        truth: Rows of ``measure_truth``, empty if it was left out.
        sets: Set -> picture -> row of ``measure_set``.

    Returns:
        The content of the file: ``weights``, ``settings``, ``truth``, ``sets`` (what was
        measured), and what follows. Numbers only where there are numbers, None elsewhere.
    """
    header = description.header
    origin = header.origin.get("sha256") if header else description.sha256
    settings = {"version": __version__, **settings, "measuring": measuring_digest()}
    figures: Row = _plain(
        {
            "format": FORMAT,
            "weights": {
                "sha256": description.sha256,
                "origin_sha256": origin,
                "parameters": description.parameters,
                "recipe_name": header.recipe_name if header else None,
                "recipe_digest": header.recipe_digest if header else None,
                "step": header.step if header else None,
                "licence": header.licence if header else None,
            },
            "settings": settings,
            "truth": truth,
            "sets": sets,
        }
    )
    return figures | judged(figures)


def judged(figures: Row) -> Row:
    """Compute what follows from the rows of figures.

    Args:
        figures: ``settings``, ``truth`` and ``sets``, as plain values.

    Returns:
        ``missing``: what is missing of the whole measurement; ``summary``: means, intervals,
        differences, ranks of each set; ``overall_ranks``; ``bar``.
    """
    settings, truth, sets = (figures[key] for key in ("settings", "truth", "sets"))
    reduced = settings.get("side") is not None
    known = known_figures() if sets else {}
    methods = {n: methods_of(rows, known.get(n, {}), reduced=reduced) for n, rows in sets.items()}
    compared = {name: figures for name, figures in methods.items() if name in COMPARED_SETS}
    kinds = {name: SETS[name].kind for name in sets}
    bar = truth_requirements(truth)
    bar += set_requirements(sets, compared)
    found: Row = _plain(
        {
            "missing": list(missing_parts(settings, truth, sets)),
            "summary": {name: _summary(figures, kinds[name]) for name, figures in methods.items()},
            "overall_ranks": overall_ranks(ranks_by_set(compared)),
            "bar": [requirement.as_row() for requirement in bar],
        }
    )
    return found


def write_figures(file: Path, figures: Row) -> None:
    """Write the file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, (json.dumps(figures, indent=1, allow_nan=False) + "\n").encode())


def read_figures(file: Path) -> Row:
    """Read what ``write_figures`` wrote, and compute anew what follows from its rows.

    Raises:
        SystemExit: It is another file.
    """
    try:
        figures: Row = json.loads(file.read_text(encoding="utf-8"))
        found = figures["format"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SystemExit(f"expected figures of evaluate_weights.py in {file}: {error}") from error
    if found != FORMAT:
        raise SystemExit(f"expected {FORMAT} in {file}, got {found!r}: measure the weights again")
    return figures | judged(figures)


def bar_of(figures: Row, weights: str) -> list[Requirement]:
    """The lines of the bar that are asked of ``default`` or of ``paper``."""
    lines = [Requirement(**row) for row in figures["bar"]]
    return [line for line in lines if line.weights in {weights, "both"}]


def _summary(methods: Methods, kind: str) -> Row:
    metrics = list(dict.fromkeys(k for rows in methods[OURS].values() for k in rows))
    order = [OURS, *(name for name in methods if name != OURS)]
    ranked = ranked_metrics(kind)
    return {
        "kind": kind,
        "pictures": len(methods[OURS]),
        "methods": {
            method: {
                metric: asdict(spread(values))
                for metric in metrics
                if (values := values_of(methods, method, metric)) is not None
            }
            for method in order
        },
        "difference": {
            metric: asdict(found)
            for metric in metrics
            if (found := difference(methods, OURS, PUBLISHED, metric)) is not None
        },
        "ranked_by": ranked,
        "ranks": mean_ranks(methods, [OURS, *GENERAL], ranked),
        "ranks_with_average": mean_ranks(methods, [OURS, *GENERAL, AVERAGE], ranked),
    }


def _plain(value: Any) -> Any:
    """The same without what JSON has no word for."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
