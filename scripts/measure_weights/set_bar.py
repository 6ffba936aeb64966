"""The bar of both sets of weights on the development sets."""

from typing import Any

from measure_weights.development_sets import (
    COMPARED_SETS,
    GENERAL,
    IFCNN,
    LABELS,
    PUBLISHED,
    SETS,
)
from measure_weights.requirements import BOTH, DEFAULT, PAPER, Requirement, at_least, at_most, below
from measure_weights.summary import (
    COMPLEMENTARY,
    OURS,
    Methods,
    ends,
    mean_of,
    mean_ranks,
    overall_ranks,
    ranked_metrics,
    ratio_of_means,
    spread,
    values_of,
)
from measure_weights.truth_bar import DRAWN_EXCESS, EDGE_EXCESS, EXCHANGE, highest, mean

BETTER = 1.05
"""Of the published checkpoint's."""
YARDSTICK = ("EI", "AG", "VIF_wavelet_unit")
YARDSTICK_SHARE, SCD_SHARE = 0.1, 0.95
CONTRAST_SETS = ("tno21", "mefb10", "nir10")
CLIPPED_SHARE = 0.01
"""Of all pixels, beyond the source with more of them."""
DARK_SETS = ("lytro", "harvard_pet", "harvard_ct", "harvard_spect", "samples")
FLAT_SETS = ("lytro", "mefb10", "harvard_pet", "harvard_ct", "harvard_spect", "samples")
"""Sets with pictures whose sources are both black, or both flat and the same, in places."""
SHIFT_LEVELS = 2.55
"""0.01 of the range, as for flat pairs."""

Row = dict[str, Any]


def set_requirements(
    sets: dict[str, dict[str, Row]], methods: dict[str, Methods]
) -> list[Requirement]:
    """Hold figures of the development sets against the bar.

    Args:
        sets: Set -> picture -> row of ``measure_set``.
        methods: Set -> figures of all methods on the same pictures, of the sets that other
            methods' figures are known of.

    Returns:
        The lines of the bar, for ``default`` first; always the same ones, without a figure where
        nothing was measured.
    """
    lines: list[Requirement] = []
    for name in COMPARED_SETS:
        lines += _against_published(name, methods.get(name, {}), SETS[name].kind)
    lines += _ranks(methods)
    for name in SETS:
        lines += _looked_at(name, list(sets.get(name, {}).values()))
    for name in COMPARED_SETS:
        lines += _yardstick(name, methods.get(name, {}))
    return lines


def ranks_by_set(methods: dict[str, Methods]) -> dict[str, dict[str, float]]:
    """Set -> general method and ours -> mean rank."""
    return {
        name: mean_ranks(figures, [OURS, *GENERAL], ranked_metrics(SETS[name].kind))
        for name, figures in methods.items()
    }


def _against_published(name: str, methods: Methods, kind: str) -> list[Requirement]:
    better = ("SSIM", "Qabf", *(("MEF_SSIM",) if kind == "exposure" else ()))
    asked = "at least 1.05 of the published checkpoint's"
    lines = [_over_published(DEFAULT, name, methods, m, BETTER, asked) for m in better]
    asked = "not below the published checkpoint's"
    lines.append(_over_published(DEFAULT, name, methods, "MI", 1.0, asked))
    for metric, wanted in (("SCD", kind in COMPLEMENTARY), ("SD", name in CONTRAST_SETS)):
        if wanted:
            limit = mean_of(methods, IFCNN, metric)
            values = values_of(methods, OURS, metric)
            found = spread(values) if values else None
            asked = "at least IFCNN's" + ("" if limit is None else f", {limit:.4g}")
            figure = found.mean if found else None
            subject = f"{name}: {metric}"
            lines.append(at_least(DEFAULT, subject, figure, limit, asked=asked, **ends(found)))
    return lines


def _ranks(methods: dict[str, Methods]) -> list[Requirement]:
    lines = []
    overall = overall_ranks(ranks_by_set(methods))
    for other in GENERAL:
        ours, its, count = overall.get(other, (None, None, 0))
        subject = f"mean rank beside {LABELS[other]}"
        asked = "ahead of it" + ("" if its is None else f": {its:.3g}, over {count} sets")
        lines.append(below(DEFAULT, subject, ours, its, asked=asked))
    return lines


def _looked_at(name: str, rows: list[Row]) -> list[Requirement]:
    subject = f"{name}: change by exchanging the sources"
    excess = [{"excess": max(row["edge_excess"])} for row in rows]
    above = [{"above": row["black"]["fused"] - row["black"]["darker_source"]} for row in rows]
    lines = [
        below(DEFAULT, subject, mean(rows, "exchange"), EXCHANGE),
        below(DEFAULT, f"{subject}, largest", highest(rows, "exchange"), EXCHANGE, kind="stricter"),
    ]
    ours = [
        (BOTH, "windows, excess of gradients", mean(excess, "excess"), EDGE_EXCESS),
        (BOTH, "windows, the same, largest", highest(excess, "excess"), DRAWN_EXCESS),
        (DEFAULT, "share of pixels crushed to black", mean(rows, "crushed"), CLIPPED_SHARE),
        (DEFAULT, "share of pixels burnt to white", mean(rows, "burnt"), CLIPPED_SHARE),
        (
            DEFAULT,
            "black, 0.1 percentile above the darker source's, levels of 255",
            mean(above, "above"),
            SHIFT_LEVELS,
        ),
    ]
    if name in DARK_SETS:
        subject = "level where both sources are black, of 255"
        ours.append((DEFAULT, subject, mean(rows, "dark"), SHIFT_LEVELS))
    if name in FLAT_SETS:
        subject = "change of flat areas where the sources agree, levels of 255"
        ours.append((DEFAULT, subject, mean(rows, "agreement"), SHIFT_LEVELS))
    for weights, what, figure, limit in ours:
        lines.append(at_most(weights, f"{name}: {what}", figure, limit, kind="ours"))
    return lines


def _yardstick(name: str, methods: Methods) -> list[Requirement]:
    lines = []
    for metric in YARDSTICK:
        found = ratio_of_means(methods, OURS, PUBLISHED, metric)
        lines.append(
            Requirement(
                PAPER,
                f"{name}: {metric} / published",
                "within 10 % of the published checkpoint's",
                found.mean if found else None,
                abs(found.mean - 1) <= YARDSTICK_SHARE if found else None,
                low=ends(found)["low"],
                high=ends(found)["high"],
            )
        )
    asked = "at least 0.95 of the published checkpoint's"
    return [*lines, _over_published(PAPER, name, methods, "SCD", SCD_SHARE, asked)]


def _over_published(
    weights: str, name: str, methods: Methods, metric: str, limit: float, asked: str
) -> Requirement:
    found = ratio_of_means(methods, OURS, PUBLISHED, metric)
    figure = found.mean if found else None
    subject = f"{name}: {metric} / published"
    return at_least(weights, subject, figure, limit, asked=asked, **ends(found))
