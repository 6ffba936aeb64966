"""Write the table of all metrics into docs/metrics.md, from the catalogue.

python scripts/make_metrics_page.py
"""

from pathlib import Path

from gifnet.imaging.atomic import write_atomically
from gifnet.metrics import METRICS, Direction, Metric, Needs
from page_part import with_part

PAGE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
BEGIN, END = "<!-- table of metrics: made by scripts/make_metrics_page.py -->", "<!-- end -->"
GIVEN = {
    Needs.FUSED: "the fused picture",
    Needs.SOURCES: "sources, fused",
    Needs.COLOUR: "sources, fused, in RGB",
    Needs.FUSED_COLOUR: "the fused picture, in RGB",
    Needs.TRUTH: "truth, fused",
    Needs.TRUTH_BANDS: "truth, fused, with bands",
    Needs.PANSHARPENING: "multispectral, panchromatic, fused",
}


def definition(metric: Metric) -> str:
    """The first sentence of the docstring, which gives the formula."""
    text = " ".join((metric.function.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    return text.removeprefix("Measure ").rstrip(".").replace("|", "\\|")


def table() -> str:
    lines = ["| name | | looks at | what it is | beware |", "|---|---|---|---|---|"]
    for metric in METRICS.values():
        arrow = "↑" if metric.direction is Direction.HIGHER else "↓"
        lines.append(
            f"| `{metric.name}` | {metric.label} {arrow} | {GIVEN[metric.needs]} | "
            f"{definition(metric)} | {metric.caution} |"
        )
    return "\n".join(lines)


def updated(page: str) -> str:
    """The page with its table made anew."""
    return with_part(page, table(), BEGIN, END)


if __name__ == "__main__":
    write_atomically(PAGE, updated(PAGE.read_text(encoding="utf-8")).encode())
