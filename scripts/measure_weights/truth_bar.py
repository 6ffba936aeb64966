"""The bar of ``default`` on pictures whose truth is known."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from measure_weights.dead_sources import BLACK, CLIPPED, NOISE, WHITE
from measure_weights.drawn import HARD_EDGE
from measure_weights.focus_pairs import RECIPE, VARIED
from measure_weights.requirements import BOTH, DEFAULT, Requirement, at_least, at_most, below
from measure_weights.summary import ends, spread_by_picture
from measure_weights.truth import BLURS

FOCUS_PSNR, FOCUS_AIM, FOCUS_SSIM = 43.0, 46.0, 0.99
BEST_GENERAL_PSNR = 42.8
BEST_GENERAL_GAIN = 9.1
"""IFCNN's, and what it gains on the average: on the same recipe, but other crops."""
FOCUS_GAIN, GOOD_ENOUGH = 6.0, 46.0
FLAT_SHIFT, OVERSHOOT, SHARP_PSNR, BLURRED_GAIN, EXCHANGE = 0.01, 0.05, 35.0, 2.0, 0.01
EDGE_EXCESS = 0.05
"""Gradients where windows meet may be stronger by this share before a pattern counts as seen."""
DRAWN_EXCESS = 0.1
"""The same in a single picture of 224x224 pixels, whose chance is larger."""
BLOCKS = 1.1
"""JPEG blocks may become stronger by this factor."""
DEAD_PSNR = {BLACK: 30.0, WHITE: 30.0, CLIPPED: 20.0}
"""Dead source -> PSNR to the living one: errors of 3 %, and of 10 % beside a clipped source, which
says truly that a place is light or dark."""
DEAD_SHIFT, DEAD_CONTRAST = 0.02, 0.9
NOISE_PASSED = 0.5
"""What the average of the sources lets through."""
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
        *_dead(truth.get("dead", [])),
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
            at_least(
                DEFAULT,
                f"focus PSNR, {name}, dB",
                mean(some, "psnr"),
                FOCUS_PSNR,
                **_ends(some, "psnr"),
            ),
            at_least(DEFAULT, f"focus PSNR, {name}, dB", mean(some, "psnr"), FOCUS_AIM, kind="aim"),
            at_least(
                DEFAULT,
                f"focus SSIM, {name}",
                mean(some, "ssim"),
                FOCUS_SSIM,
                **_ends(some, "ssim"),
            ),
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
    gain = at_least(
        DEFAULT,
        "focus PSNR beyond the average's, the recipe's pairs, dB",
        mean(recipe, "gain"),
        BEST_GENERAL_GAIN,
        asked=f"at least IFCNN's on other crops, {BEST_GENERAL_GAIN:g}",
        **_ends(recipe, "gain"),
        kind="aim",
    )
    ahead = below(
        DEFAULT,
        "focus PSNR, the recipe's pairs, less than IFCNN's by, dB",
        None if (own := mean(recipe, "psnr")) is None else BEST_GENERAL_PSNR - own,
        0.0,
        asked="ahead of every general method (IFCNN: 42.8 dB, on other crops)",
        kind="aim",
    )
    return [*lines, gain, ahead]


def _drawn(truth: Truth) -> list[Requirement]:
    shifts = [{"shift": abs(row["shift"])} for row in truth.get("flat", [])]
    edges = truth.get("steps", [])
    return [
        at_most(DEFAULT, "largest shift of a flat pair", highest(shifts, "shift"), FLAT_SHIFT),
        below(
            DEFAULT,
            "largest overshoot of an enhanced step, share of the step",
            highest([row for row in edges if row["profile"] == HARD_EDGE], "overshoot"),
            OVERSHOOT,
        ),
        below(
            DEFAULT,
            "the same of soft edges and thin lines",
            highest([row for row in edges if row["profile"] != HARD_EDGE], "overshoot"),
            OVERSHOOT,
            kind="ours",
        ),
    ]


def _enhancing(truth: Truth) -> list[Requirement]:
    lines = [
        at_least(
            DEFAULT,
            "sharp picture enhanced, PSNR to itself, dB",
            mean(truth.get("sharp", []), "psnr"),
            SHARP_PSNR,
            **_ends(truth.get("sharp", []), "psnr"),
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
            at_least(DEFAULT, subject, mean(some, "gain"), BLURRED_GAIN, **_ends(some, "gain")),
            at_least(
                DEFAULT, f"{subject}, lowest", lowest(some, "gain"), BLURRED_GAIN, kind="stricter"
            ),
            at_most(
                DEFAULT,
                f"pictures blurred by {sigma:g} px that enhancing takes away from the truth",
                float(sum(row["gain"] < 0 for row in some)) if some else None,
                0.0,
                asked="none",
            ),
        ]
    return lines


def _exchange(rows: list[Row]) -> list[Requirement]:
    subject = "change by exchanging the sources, focus pairs"
    worst = highest(rows, "exchange")
    return [
        below(DEFAULT, subject, mean(rows, "exchange"), EXCHANGE, **_ends(rows, "exchange")),
        below(DEFAULT, f"{subject}, largest", worst, EXCHANGE, kind="stricter"),
    ]


def _dead(rows: list[Row]) -> list[Requirement]:
    lines = []
    for case, limit in DEAD_PSNR.items():
        some = [row for row in rows if row["case"] == case]
        where = ", where it is clipped" if case == CLIPPED else ""
        beside = f"picture beside a {case} source{where}"
        shifts = [{"shift": abs(row["shift"])} for row in some if row["shift"] is not None]
        lines += [
            at_least(
                BOTH,
                f"{beside}, PSNR to it, dB",
                mean(some, "psnr"),
                limit,
                kind="ours",
                **_ends(some, "psnr"),
            ),
            at_most(
                BOTH, f"{beside}, shift of its mean", mean(shifts, "shift"), DEAD_SHIFT, kind="ours"
            ),
        ]
        if case != CLIPPED:
            contrast = mean(some, "contrast")
            subject = f"{beside}, contrast / its own"
            lines.append(at_least(BOTH, subject, contrast, DEAD_CONTRAST, kind="ours"))
    noise = mean([row for row in rows if row["case"] == NOISE], "passed")
    subject = "picture beside noise, share of the noise that shows"
    return [*lines, at_most(BOTH, subject, noise, NOISE_PASSED, kind="ours")]


def _hard(rows: list[Row]) -> list[Requirement]:
    broken = float(sum(not row["finite"] for row in rows)) if rows else None
    lines = [at_most(BOTH, "hard sources with NaN or infinity", broken, 0.0, asked="none")]
    for subject, column, limit in (
        ("windows in smooth drawn pictures, levels of 255", "tile_amplitude", TILE_LEVELS),
        (
            "windows with noise, black, white or saturated sources, excess of gradients",
            "edge_excess",
            DRAWN_EXCESS,
        ),
        ("JPEG blocks of an enhanced picture, strength / its own", "blocks", BLOCKS),
        (
            "JPEG blocks of one source beside a sharp one, excess of gradients",
            "blocks_beside",
            DRAWN_EXCESS,
        ),
    ):
        lines.append(at_most(BOTH, subject, highest(rows, column), limit, kind="ours"))
    return lines


def _ends(rows: list[Row], key: str) -> dict[str, float | None]:
    """The interval of a mean over rows that name their picture."""
    known = [row for row in rows if row.get(key) is not None]
    return ends(spread_by_picture(known, key) if known else None)


def _over(choose: Callable[..., Any], rows: list[Row], key: str) -> float | None:
    values = [row[key] for row in rows if row.get(key) is not None]
    return float(choose(values)) if values else None
