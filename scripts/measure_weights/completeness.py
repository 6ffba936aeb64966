"""Whether figures are all that a model card needs: every row, of these pictures, by this code."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from measure_weights.code_digest import measuring_digest
from measure_weights.dead_sources import DEAD_CASES
from measure_weights.development_sets import (
    AVERAGE,
    COMPARED_SETS,
    METRIC_NAMES,
    SETS,
    known_figures,
)
from measure_weights.drawn import (
    DIRECTIONS,
    FLAT_LEVELS,
    FLAT_SIZES,
    HARD_CASES,
    PROFILES,
    STEP_LEVELS,
)
from measure_weights.focus_pairs import PAIRS_EACH, RECIPE, SEEDS, SHAPES, SIGMAS, VARIED
from measure_weights.requirements import PAPER
from measure_weights.set_figures import EXCHANGED_EVERY
from measure_weights.sharp_pictures import CROPS_EACH, ENHANCED, PICTURES
from measure_weights.summary import OURS
from measure_weights.truth import BLURS

SOMETIMES_NONE = {"exchange", "passed"}
"""Columns of rows with known truth that may be empty: nothing passes of a flat source."""

Row = dict[str, Any]


def missing_parts(settings: Row, truth: dict[str, list[Row]], sets: Row) -> Iterator[str]:
    """Name what is missing of the whole measurement, one part after the other.

    Args:
        settings: How it was measured; ``bar`` says how much belongs to it.
        truth: Kind -> rows.
        sets: Set -> picture -> row.
    """
    yield from missing_truth(settings, truth)
    yield from _missing_pictures(sets, whole=settings.get("bar") != PAPER)


def missing_truth(settings: Row, truth: dict[str, list[Row]]) -> Iterator[str]:
    """The same without the development sets."""
    for option in ("most", "side"):
        if settings.get(option) is not None:
            yield f"--{option} {settings[option]} was given"
    if settings.get("measuring") != measuring_digest():
        yield (
            f"the code that measures is another than then ({measuring_digest()}, then "
            f"{settings.get('measuring')})"
        )
    yield from _missing_truth(truth, whole=settings.get("bar") != PAPER)


def columns_of(truth: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Kind -> names of all its columns."""
    return {
        kind: sorted({column for row in rows for column in row}) for kind, rows in truth.items()
    }


def expected_counts(*, whole: bool) -> dict[str, int]:
    """Kind of pictures with known truth -> how many; focus pairs by their group."""
    crops, enhanced = (len(names) * CROPS_EACH for names in (PICTURES, ENHANCED))
    varied = len(SEEDS) * len(SHAPES) * len(SIGMAS) * PAIRS_EACH
    return {
        f"focus, {RECIPE}": crops,
        f"focus, {VARIED}": varied if whole else 0,
        "flat": len(FLAT_SIZES) * len(FLAT_LEVELS),
        "steps": len(PROFILES) * len(STEP_LEVELS) * len(DIRECTIONS),
        "sharp": enhanced,
        "blurred": enhanced * len(BLURS),
        "dead": len(PICTURES) * len(DEAD_CASES),
        "hard": len(HARD_CASES),
    }


def _missing_truth(truth: dict[str, list[Row]], *, whole: bool) -> Iterator[str]:
    found = Counter(
        f"focus, {row['group']}" if kind == "focus" else kind
        for kind, rows in truth.items()
        for row in rows
    )
    for kind, count in expected_counts(whole=whole).items():
        if found[kind] != count and not (found[kind] > count == 0):
            yield f"known truth, {kind}: {found[kind]} rows of {count}"
    for kind, rows in truth.items():
        for row in rows:
            empty = {column for column, value in row.items() if value is None} - SOMETIMES_NONE
            if whole and row.get("group") == RECIPE and row["exchange"] is None:
                empty |= {"exchange"}
            if empty:
                yield f"known truth, {kind}: a row without {', '.join(sorted(empty))}"


def _missing_pictures(sets: Row, *, whole: bool) -> Iterator[str]:
    for chosen in COMPARED_SETS:
        if chosen not in sets:
            yield f"{chosen}: not measured"
            continue
        rows = sets[chosen]
        known = list(known_figures()[chosen][AVERAGE])
        if sorted(rows) != sorted(known):
            yield f"{chosen}: {len(set(rows) & set(known))} of its {len(known)} pictures"
        wanted = set(METRIC_NAMES)
        if SETS[chosen].kind != "exposure":
            wanted -= {"MEF_SSIM"}
        for index, (picture, row) in enumerate(rows.items()):
            ours = {k for k, value in row["methods"].get(OURS, {}).items() if value is not None}
            # The product of two 8-bit differences has no variation where one of them has none.
            if lacking := wanted - ours - {"SCD_uint8"}:
                yield f"{chosen}/{picture}: no {', '.join(sorted(lacking))}"
            if whole and index % EXCHANGED_EVERY == 0 and row["exchange"] is None:
                yield f"{chosen}/{picture}: the exchange of the sources"
