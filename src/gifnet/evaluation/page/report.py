"""The HTML report: one file that needs no network, on a phone as on a desk."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gifnet.errors import MissingDependencyError
from gifnet.evaluation.page.best_and_worst import best_and_worst, write_sheets
from gifnet.evaluation.page.comparison import Comparison
from gifnet.evaluation.page.embedding import embedded_plot, shown_comparison
from gifnet.evaluation.page.findings import describe_findings
from gifnet.evaluation.page.plot_style import method_styles
from gifnet.evaluation.page.plots import Plot, write_plots
from gifnet.evaluation.page.report_sections import (
    metric_section,
    overview_lines,
    paired_test_groups,
    shown_notes,
)
from gifnet.evaluation.reporting.figure_text import INFINITE_MEAN, ranked_over, too_few
from gifnet.evaluation.reporting.problems import grouped_problems
from gifnet.evaluation.results import Evaluation, Summary
from gifnet.imaging.atomic import write_atomically
from gifnet.metrics.catalogue import METRICS
from gifnet.version import __version__

logger = logging.getLogger(__name__)

PAGE = "index.html"
_TABLES = {".csv": "CSV", ".md": "Markdown", ".tex": "LaTeX", ".json": "JSON"}


def write_report(
    evaluation: Evaluation,
    summary: Summary,
    folder: Path,
    *,
    notes: Sequence[str] = (),
    plots: Sequence[Plot] | None = None,
    comparisons: Sequence[Comparison] | None = None,
    date: str | None = None,
) -> Path:
    """Write the page that shows everything: tables, plots, best and worst pictures, tests.

    Args:
        evaluation: what was measured.
        summary: the same in numbers.
        folder: where the page goes; made if it is not there. Tables that lie in it (CSV,
            Markdown, LaTeX, JSON) are linked.
        notes: lines of Markdown to show below the findings, for example what is not comparable:
            headings, tables, lists, paragraphs.
        plots: what ``write_plots`` returned; drawn into ``folder/plots`` if not given.
        comparisons: what ``best_and_worst`` returned; made, and written as contact sheets to
            ``folder/plots``, if not given.
        date: written in the heading; without it two runs write the same bytes.

    Returns:
        The file, ``folder/index.html``.

    Raises:
        OSError: a file cannot be written.
        MissingDependencyError: Jinja or Matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    template = _template()
    if plots is None:
        plots = write_plots(evaluation, summary, folder / "plots")
    if comparisons is None:
        comparisons = best_and_worst(evaluation)
        write_sheets(list(comparisons), folder / "plots")
    styles = method_styles(evaluation.method_names)
    counted = [metric for metric in evaluation.metrics if summary.counts.get(metric, 0)]
    page = template.render(
        evaluation=evaluation,
        summary=summary,
        version=__version__,
        date=date,
        notes=shown_notes(notes),
        findings=describe_findings(summary),
        styles=styles,
        several=len(evaluation.methods) > 1,
        metrics=[metric_section(summary, metric, plots) for metric in counted],
        unmeasured=[METRICS[name].label for name in evaluation.metrics if name not in counted],
        overview=overview_lines(summary, counted),
        pictures={
            kind: [embedded_plot(plot) for plot in plots if plot.kind == kind]
            for kind in ("ranks", "radar", "scatter")
        },
        comparisons=[shown_comparison(evaluation, item) for item in comparisons],
        tests=paired_test_groups(summary),
        cautioned=sum(bool(METRICS[metric].caution) for metric in counted),
        problems=grouped_problems(evaluation.problems, methods=evaluation.method_names),
        ranked_over=ranked_over(summary),
        too_few=too_few(summary),
        infinite_mean=INFINITE_MEAN,
        has_psnr=any("psnr" in metric for metric in counted),
        files=_table_files(folder),
    )
    file = folder / PAGE
    # Names of files need not be Unicode on every system.
    write_atomically(file, page.encode("utf-8", "backslashreplace"))
    logger.info("wrote %s (%.1f MB)", file, len(page) / 1e6)
    return file


def _template() -> Any:
    try:
        import jinja2
    except ModuleNotFoundError as error:
        raise MissingDependencyError("jinja2", extra="eval", purpose="the HTML report") from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gifnet.evaluation.page", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _table_files(folder: Path) -> list[dict[str, str]]:
    """The tables beside the page, CSV first."""
    return [
        {"name": file.name, "address": quote(file.name), "kind": kind}
        for suffix, kind in _TABLES.items()
        for file in sorted(folder.glob(f"*{suffix}"))
    ]
