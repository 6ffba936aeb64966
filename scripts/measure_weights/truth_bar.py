"""The bar of ``default`` on pictures whose truth is known."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from measure_weights.focus_pairs import RECIPE, VARIED
from measure_weights.requirements import BOTH, DEFAULT, Requirement, at_least, at_most, below
from measure_weights.truth import BLURS

FOCUS_PSNR, FOCUS_AIM, FOCUS_SSIM = 43.0, 46.0, 0.99
BEST_GENERAL_PSNR = 42.8
"""IFCNN's on the pairs of the recipe."""
FOCUS_GAIN, GOOD_ENOUGH = 6.0, 46.0
FLAT_SHIFT, OVERSHOOT, SHARP_PSNR, BLURRED_GAIN, EXCHANGE = 0.01, 0.05, 35.0, 2.0, 0.01
EDGE_EXCESS = 0.05
"""Gradients where windows meet may be stronger by this share before a pattern counts as seen."""
DRAWN_EXCESS = 0.1
"""The same in a single picture of 224x224 pixels, whose chance is larger."""
BLOCKS = 1.1
"""JPEG blocks may become stronger by this factor."""
OUR_LIMIT = "(our limit)"
"""Where the bar says what must not be seen without a number."""
TILE_LEVELS = 0.5
"""A repeated pattern below half a level is lost in rounding."""

Row = dict[str, Any]
Truth = dict[str, list[Row]]


def truth_requirements(truth: Truth) -> list[Requirement]:
    """Hold figures of ``measure_truth`` against the bar.

    Args:
        truth: Kind -> rows.

    Returns:
        The lines of the bar in the issue's order.
    """
    return [
        *_focus(truth.get("focus", [])),
        *_drawn(truth),
        *_enhancing(truth),
        *_exchange(truth.get("focus", [])),
        *_hard(truth.get("hard", [])),
    ]


def failing_pairs(rows: Iterable[Row]) -> list[Row]:
    """Focus pairs that are neither far enough above the average of the sources nor good enough."""
    return [r for r in rows if r["gain"] < FOCUS_GAIN and r["psnr"] < GOOD_ENOUGH]


def mean(rows: list[Row], key: str) -> float | None:
    """The mean of a column over the rows that have it, None if none has."""
    return _over(np.mean, rows, key)


def lowest(rows: list[Row], key: str) -> float | None:
    """The least of a column over the rows that have it, None if none has."""
    return _over(min, rows, key)


def highest(rows: list[Row], key: str) -> float | None:
    """The largest of a column over the rows that have it, None if none has."""
    return _over(max, rows, key)


def _focus(rows: list[Row]) -> list[Requirement]:
    recipe = [row for row in rows if row["group"] == RECIPE]
    varied = [row for row in rows if row["group"] == VARIED]
    lines = []
    for name, some in (("the recipe's pairs", recipe), ("all other pairs", varied)):
        lines += [
            at_least(DEFAULT, f"focus PSNR, {name}, dB", mean(some, "psnr"), FOCUS_PSNR),
            at_least(DEFAULT, f"focus PSNR, {name}, dB", mean(some, "psnr"), FOCUS_AIM, kind="aim"),
            at_least(DEFAULT, f"focus SSIM, {name}", mean(some, "ssim"), FOCUS_SSIM),
            at_least(
                DEFAULT,
                f"focus SSIM, {name}, lowest",
                lowest(some, "ssim"),
                FOCUS_SSIM,
                kind="stricter",
            ),
            at_most(
                DEFAULT,
                f"focus pairs below both, {name}",
                float(len(failing_pairs(some))) if some else None,
                0.0,
                asked="none below 46 dB and less than 6 dB above the average of its sources",
            ),
        ]
    ahead = below(
        DEFAULT,
        "focus PSNR, the recipe's pairs, less than IFCNN's by, dB",
        None if (own := mean(recipe, "psnr")) is None else BEST_GENERAL_PSNR - own,
        0.0,
        asked="ahead of every general method (IFCNN: 42.8 dB)",
    )
    return [*lines, ahead]


def _drawn(truth: Truth) -> list[Requirement]:
    shifts = [{"shift": abs(row["shift"])} for row in truth.get("flat", [])]
    return [
        at_most(DEFAULT, "largest shift of a flat pair", highest(shifts, "shift"), FLAT_SHIFT),
        below(
            DEFAULT,
            "largest overshoot of an enhanced step, share of the step",
            highest(truth.get("steps", []), "overshoot"),
            OVERSHOOT,
        ),
    ]


def _enhancing(truth: Truth) -> list[Requirement]:
    lines = [
        at_least(
            DEFAULT,
            "sharp picture enhanced, PSNR to itself, dB",
            mean(truth.get("sharp", []), "psnr"),
            SHARP_PSNR,
        ),
        at_least(
            DEFAULT,
            "sharp picture enhanced, PSNR to itself, lowest, dB",
            lowest(truth.get("sharp", []), "psnr"),
            SHARP_PSNR,
            kind="stricter",
        ),
    ]
    for sigma in BLURS:
        some = [row for row in truth.get("blurred", []) if row["sigma"] == sigma]
        subject = f"picture blurred by {sigma:g} px enhanced, gain, dB"
        lines += [
            at_least(DEFAULT, subject, mean(some, "gain"), BLURRED_GAIN),
            at_least(
                DEFAULT, f"{subject}, lowest", lowest(some, "gain"), BLURRED_GAIN, kind="stricter"
            ),
        ]
    return lines


def _exchange(rows: list[Row]) -> list[Requirement]:
    subject = "change by exchanging the sources, focus pairs"
    return [below(DEFAULT, subject, mean(rows, "exchange"), EXCHANGE)]


def _hard(rows: list[Row]) -> list[Requirement]:
    broken = float(sum(not row["finite"] for row in rows)) if rows else None
    return [
        at_most(BOTH, "hard sources with NaN or infinity", broken, 0.0, asked="none"),
        at_most(
            BOTH,
            "windows in smooth drawn pictures, levels of 255",
            highest(rows, "tile_amplitude"),
            TILE_LEVELS,
            asked=f"at most {TILE_LEVELS:g} {OUR_LIMIT}",
        ),
        at_most(
            BOTH,
            "windows with noise, black, white or saturated sources, excess of gradients",
            highest(rows, "edge_excess"),
            DRAWN_EXCESS,
            asked=f"at most {DRAWN_EXCESS:g} {OUR_LIMIT}",
        ),
        at_most(
            BOTH,
            "JPEG blocks of an enhanced picture, strength / its own",
            highest(rows, "blocks"),
            BLOCKS,
            asked=f"at most {BLOCKS:g} {OUR_LIMIT}",
        ),
    ]


def _over(choose: Callable[..., Any], rows: list[Row], key: str) -> float | None:
    values = [row[key] for row in rows if row.get(key) is not None]
    return float(choose(values)) if values else None
