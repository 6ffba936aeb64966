"""The bar of both sets of weights on the development sets."""

from typing import Any

import numpy as np

from measure_weights.development_sets import GENERAL, IFCNN, LABELS, PUBLISHED
from measure_weights.requirements import BOTH, DEFAULT, PAPER, Requirement, at_least, at_most, below
from measure_weights.summary import (
    OURS,
    Methods,
    mean_of,
    mean_ranks,
    overall_ranks,
    ranked_metrics,
)
from measure_weights.truth_bar import EDGE_EXCESS, EXCHANGE, OUR_LIMIT

BETTER = 1.05
"""Of the published checkpoint's."""
YARDSTICK = ("EI", "AG", "VIF_wavelet_unit")
YARDSTICK_SHARE, SCD_SHARE = 0.1, 0.95
CONTRAST_SETS = ("tno21", "mefb10", "nir10")
COMPLEMENTARY = ("infrared", "near-infrared", "medical")
"""Kinds of sets in which a high SCD is a virtue."""
SHIFT_LEVELS = 2.55
"""0.01 of the range, as for flat pairs."""

Row = dict[str, Any]


def set_requirements(
    sets: dict[str, dict[str, Row]], methods: dict[str, Methods], kinds: dict[str, str]
) -> list[Requirement]:
    """Hold figures of the development sets against the bar.

    Args:
        sets: Set -> picture -> row of ``measure_set``.
        methods: Set -> figures of all methods on the same pictures, of the sets that other
            methods' figures are known of.
        kinds: Set -> what it shows.

    Returns:
        The lines of the bar, for ``default`` first.
    """
    lines: list[Requirement] = []
    for name, figures in methods.items():
        lines += _against_published(name, figures, kinds[name])
    lines += _ranks(methods, kinds)
    for name, rows in sets.items():
        lines += _looked_at(name, list(rows.values()))
    for name, figures in methods.items():
        lines += _yardstick(name, figures)
    return lines


def ranks_by_set(methods: dict[str, Methods], kinds: dict[str, str]) -> dict[str, dict[str, float]]:
    """Set -> general method and ours -> mean rank."""
    return {
        name: mean_ranks(figures, [OURS, *GENERAL], ranked_metrics(kinds[name]))
        for name, figures in methods.items()
    }


def _against_published(name: str, methods: Methods, kind: str) -> list[Requirement]:
    lines = []
    better = ("SSIM", "Qabf", *(("MEF_SSIM",) if kind == "exposure" else ()))
    for metric in better:
        asked = "at least 1.05 of the published checkpoint's"
        ratio = _ratio(methods, metric, PUBLISHED)
        lines.append(at_least(DEFAULT, f"{name}: {metric} / published", ratio, BETTER, asked=asked))
    lines.append(
        at_least(
            DEFAULT,
            f"{name}: MI / published",
            _ratio(methods, "MI", PUBLISHED),
            1.0,
            asked="not below the published checkpoint's",
        )
    )
    for metric, wanted in (("SCD", kind in COMPLEMENTARY), ("SD", name in CONTRAST_SETS)):
        if wanted:
            limit = mean_of(methods, IFCNN, metric)
            figure = mean_of(methods, OURS, metric)
            asked = "at least IFCNN's" + ("" if limit is None else f", {limit:.4g}")
            lines.append(at_least(DEFAULT, f"{name}: {metric}", figure, limit, asked=asked))
    return lines


def _ranks(methods: dict[str, Methods], kinds: dict[str, str]) -> list[Requirement]:
    lines = []
    overall = overall_ranks(ranks_by_set(methods, kinds))
    for other in GENERAL:
        ours, its, count = overall.get(other, (None, None, 0))
        subject = f"mean rank, {count} sets with {LABELS[other]}"
        asked = "ahead of it" + ("" if its is None else f", {its:.3g}")
        lines.append(below(DEFAULT, subject, ours, its, asked=asked))
    return lines


def _looked_at(name: str, rows: list[Row]) -> list[Requirement]:
    changes = [row["exchange"] for row in rows if row["exchange"] is not None]
    exchange = float(np.mean(changes)) if changes else None
    excess = np.mean([row["edge_excess"] for row in rows], axis=0)
    lines = [
        below(DEFAULT, f"{name}: change by exchanging the sources", exchange, EXCHANGE),
        at_most(
            BOTH,
            f"{name}: windows, excess of gradients",
            float(excess.max()),
            EDGE_EXCESS,
            asked=f"at most {EDGE_EXCESS:g} {OUR_LIMIT}",
        ),
    ]
    for key, subject in (
        ("dark", "level where both sources are black, of 255"),
        ("agreement", "change of flat areas where the sources agree, levels of 255"),
    ):
        values = [row[key] for row in rows if row[key] is not None]
        if values:  # not every set has such areas
            figure = float(np.mean(values))
            lines.append(
                at_most(
                    DEFAULT,
                    f"{name}: {subject}",
                    figure,
                    SHIFT_LEVELS,
                    asked=f"at most {SHIFT_LEVELS:g} {OUR_LIMIT}",
                )
            )
    return lines


def _yardstick(name: str, methods: Methods) -> list[Requirement]:
    lines = []
    for metric in YARDSTICK:
        ratio = _ratio(methods, metric, PUBLISHED)
        lines.append(
            Requirement(
                PAPER,
                f"{name}: {metric} / published",
                "within 10 % of the published checkpoint's",
                ratio,
                None if ratio is None else abs(ratio - 1) <= YARDSTICK_SHARE,
            )
        )
    ratio = _ratio(methods, "SCD", PUBLISHED)
    asked = "at least 0.95 of the published checkpoint's"
    return [*lines, at_least(PAPER, f"{name}: SCD / published", ratio, SCD_SHARE, asked=asked)]


def _ratio(methods: Methods, metric: str, other: str) -> float | None:
    ours, its = mean_of(methods, OURS, metric), mean_of(methods, other, metric)
    return None if ours is None or its is None else ours / its
