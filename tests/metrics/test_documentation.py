"""docs/metrics.md against the catalogue."""

from gifnet.metrics import METRICS, SMALL_SET
from make_metrics_page import PAGE, updated


def test_the_table_of_metrics_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert updated(page) == page, "run  python scripts/make_metrics_page.py"


def test_the_page_names_the_small_set() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before_the_table = page[: page.index("## How that was found")]
    assert all(f"`{name}`" in before_the_table for name in SMALL_SET)
    assert set(SMALL_SET) <= set(METRICS)
