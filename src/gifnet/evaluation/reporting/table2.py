"""The paper's Table 2 beside figures measured here, and what of it can be compared.

Source: GIFNet, CVPR 2025, Table 2, the row of GIFNet.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gifnet.evaluation.results import Summary


@dataclass(frozen=True)
class PaperRow:
    """What Table 2 says of GIFNet on one set.

    Attributes:
        title: what the paper calls the set.
        values: column -> mean.
        pictures: what is known of the pictures that the means are over.
        count: how many pictures that is, where the same ones can be had; else None.
    """

    title: str
    values: Mapping[str, float]
    pictures: str
    count: int | None = None


@dataclass(frozen=True)
class PaperMetric:
    """A column of Table 2.

    Attributes:
        column: its heading in the paper.
        metrics: names in ``gifnet.metrics.METRICS`` of what it may be, the likeliest first.
        known: how sure that is.
    """

    column: str
    metrics: tuple[str, ...]
    known: str


COLUMNS = (
    PaperMetric("EI", ("ei",), "the definition is settled"),
    PaperMetric("AG", ("ag",), "the definition is settled"),
    PaperMetric(
        "SCD",
        ("scd_uint8", "scd"),
        "the variant is not said; saturating 8-bit differences (`scd_uint8`) are probable",
    ),
    PaperMetric(
        "VIF",
        ("vif_wavelet_unit", "vifp_unit"),
        "the definition is not said; it is none on 0 to 255, and these two on [0, 1] are "
        "the candidates",
    ),
)
"""The columns of Table 2, and which of our metrics they may be."""


def _row(
    title: str, values: tuple[float, ...], pictures: str, count: int | None = None
) -> PaperRow:
    columns = (column.column for column in COLUMNS)
    by_column = MappingProxyType(dict(zip(columns, values, strict=True)))
    return PaperRow(title, by_column, pictures, count)


_UNKNOWN_LIST = "which pictures of the set the paper took is not published"
_HARVARD = _row(
    "Harvard",
    (100.71, 9.73, 1.68, 1.10),
    f"{_UNKNOWN_LIST}, nor whether PET, CT and SPECT are pooled in it",
)

TABLE_2: Mapping[str, PaperRow] = MappingProxyType(
    {
        "lytro": _row("Lytro", (80.86, 7.71, 1.37, 1.74), "all 20 pairs", 20),
        "tno": _row("TNO", (52.30, 5.24, 1.66, 0.99), _UNKNOWN_LIST),
        "harvard-pet": _HARVARD,
        "harvard-ct": _HARVARD,
        "harvard-spect": _HARVARD,
        "nir-scene": _row("NIR-Scene", (101.32, 10.83, 1.45, 1.51), _UNKNOWN_LIST),
        "quickbird": _row(
            "QuickBird",
            (23.02, 2.16, 1.04, 1.56),
            f"{_UNKNOWN_LIST}, nor how its four bands are averaged",
        ),
        "sice": _row(
            "SICE",
            (111.27, 12.00, 1.04, 2.52),
            f"{_UNKNOWN_LIST}, nor which two exposures of a sequence",
        ),
    }
)
"""Name of a data set -> the row of it that is known here."""

_NOT_HERE = "LLVIP and MFI-WHU are in the paper's Table 2, too, but their rows are not at hand"


def comparison_lines(summary: Summary, dataset: str | None) -> list[str]:
    """Set the paper's row of a data set beside the means measured here.

    Args:
        summary: of the evaluation.
        dataset: name in ``DATASETS``; None where other pictures were evaluated.

    Returns:
        Lines of Markdown: a table with all columns of the paper, "-" where one was not measured
        here, and what in it is not comparable. Without a row of the data
        set, one line that says so.
    """
    if dataset is None or dataset not in TABLE_2:
        return [_no_row(dataset)]
    row = TABLE_2[dataset]
    # Every column of the paper; one that was not measured here once, without a metric.
    shown: list[tuple[PaperMetric, str | None]] = [
        (column, name)
        for column in COLUMNS
        for name in ([m for m in column.metrics if m in summary.evaluation.metrics] or (None,))
    ]
    heads = [column.column + (f": `{name}`" if name else "") for column, name in shown]
    lines = [
        f"### {row.title}, beside the paper's Table 2 (GIFNet, CVPR 2025)",
        "",
        f"| | pictures | {' | '.join(heads)} |",
        "|---" * (2 + len(heads)) + "|",
        f"| GIFNet, the paper | {row.count or '?'} |"
        + _cells([row.values[column.column] for column, _ in shown]),
    ]
    for method in summary.evaluation.method_names:
        means = [summary.figures[name, method].mean if name else None for _, name in shown]
        label = method.replace("|", r"\|")
        counts = _counts(summary, [name for _, name in shown if name])
        lines.append(f"| {label}, here | {counts} |{_cells(means)}")
    lines += ["", *_reservations(summary, row)]
    return lines


def _no_row(dataset: str | None) -> str:
    known = ", ".join(dict.fromkeys(row.title for row in TABLE_2.values()))
    which = "these pictures" if dataset is None else f"`{dataset}`"
    return (
        f"There is no row of the paper's Table 2 to set beside {which}. At hand are those of "
        f"{known}; {_NOT_HERE}."
    )


def _reservations(summary: Summary, row: PaperRow) -> list[str]:
    measured = set(summary.evaluation.metrics)
    missing = [c.column for c in COLUMNS if not measured & set(c.metrics)]
    lines = [_about_pictures(summary, row)]
    lines += [f"- {c.column}: {c.known}." for c in COLUMNS if measured & set(c.metrics)]
    if missing:
        lines.append(f"- {', '.join(missing)}: not measured here.")
    lines.append(
        "- EI, AG and VIF on [0, 1] grow with over-sharpening and stretched contrast: more is not "
        "better by itself."
    )
    return lines


def _about_pictures(summary: Summary, row: PaperRow) -> str:
    if row.count is None:
        return f"- Pictures: not comparable, {row.pictures}."
    least = min(summary.counts.values(), default=0)
    if least != row.count:
        return (
            f"- Pictures: not comparable, the paper took {row.pictures}; {least} are measured here."
        )
    return (
        f"- Pictures: the paper took {row.pictures}, as many as here. Even so, the published "
        "weights do not reproduce the row: measured by this project, their EI is 3.7 % and their "
        "AG 3.2 % above it."
    )


def _cells(values: Sequence[float | None]) -> str:
    known = ("-" if value is None or math.isnan(value) else f"{value:.2f}" for value in values)
    return "".join(f" {text} |" for text in known)


def _counts(summary: Summary, measured: Sequence[str]) -> str:
    """How many pictures the means are over; a range where the metrics differ."""
    counts = sorted({summary.counts[name] for name in measured})
    return "-".join(str(count) for count in counts) or str(len(summary.evaluation.cases))
