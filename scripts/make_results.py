"""Make docs/results.md: GIFNet and the baselines on the development sets, under every metric.

The sets lie below ``GIFNET_SHARED`` (or ../shared); without them, only the focus pairs that are
made from pictures of the scikit-image wheel are measured. Fused pictures and full reports go to
build/results and are used again by the next run; what is new is measured.

    python scripts/make_results.py            # everything: an hour or two on two cores
    python scripts/make_results.py --sets focus-truth lytro
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES
from gifnet.checkpoints.convert import convert_published
from gifnet.evaluation.evaluate import Report, Request, evaluate
from gifnet.evaluation.results import PairedTest
from gifnet.evaluation.statistics import holm
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.files import write_image
from gifnet.metrics import METRICS, SMALL_SET, Direction, Needs
from measure_weights.focus_pairs import focus_pairs
from measure_weights.sharp_pictures import ROOT, SHARED

PUBLISHED = SHARED / "weights" / "official" / "Final.model"
PUBLISHED_NAME = "gifnet-published"


@dataclass(frozen=True)
class ResultSet:
    """A set of pictures on the page.

    Attributes:
        name: also that of its folder below the development sets.
        heading: what it shows.
        dataset: name in the table of data sets; empty for the pairs that are made here.
        judged: metrics that the methods are ranked by.
        also: metrics that are shown, too; all are in the set's own table.
    """

    name: str
    heading: str
    dataset: str
    judged: tuple[str, ...] = tuple(n for n in SMALL_SET if METRICS[n].needs is Needs.SOURCES)
    also: tuple[str, ...] = ("ssim", "scd", "mi", "ag", "sd")

    @property
    def metrics(self) -> tuple[str, ...]:
        """All that are shown."""
        return self.judged + self.also


SETS = (
    ResultSet(
        "focus-truth",
        "Focus pairs whose truth is known",
        "",
        judged=("psnr_truth", "ssim_truth"),
        also=("mef_ssim", "qcb", "vifp_sum", "qabf", "ssim", "ag"),
    ),
    ResultSet("lytro", "Focus pairs of a light-field camera", "lytro"),
    ResultSet("tno21", "Infrared and visible", "tno"),
    ResultSet("nir10", "Near-infrared and visible", "nir-scene"),
    ResultSet("mefb10", "Over- and under-exposed", "mefb"),
    ResultSet("harvard_pet", "PET and MRI", "harvard-pet"),
    ResultSet("harvard_ct", "CT and MRI", "harvard-ct"),
    ResultSet("harvard_spect", "SPECT and MRI", "harvard-spect"),
    ResultSet(
        "quickbird5",
        "Multispectral and panchromatic, band by band",
        "quickbird",
        judged=("psnr_truth", "ssim_truth", "sam", "ergas", "q2n"),
        also=("scc", "d_lambda", "d_s", "qnr", "ag"),
    ),
)


def write_focus_pairs(folder: Path) -> None:
    """The pairs of the recipe that evaluate_weights.py measures, as 8-bit files."""
    for number, pair in enumerate(focus_pairs()):
        for name in ("near", "far", "sharp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
            levels = np.round(np.clip(getattr(pair, name), 0, 1) * 255).astype(np.uint8)
            write_image(folder / name / f"{number:02}-{pair.name}.png", levels)


def request_for(chosen: ResultSet, methods: Sequence[str], build: Path) -> Request:
    if chosen.dataset:
        return Request(
            dataset=chosen.dataset,
            root=SHARED / "data" / "eval" / chosen.name,
            methods=tuple(methods),
            metrics=("all",),
            title=chosen.heading,
        )
    folder = build / "focus-pairs"
    write_focus_pairs(folder)
    return Request(
        sources=(folder / "near", folder / "far"),
        truth=folder / "sharp",
        methods=tuple(methods),
        metrics=("all",),
        title=chosen.heading,
    )


def methods_for(chosen: ResultSet, build: Path) -> list[str]:
    methods = ["gifnet", "gifnet-paper=gifnet:paper", *BASELINES]
    if PUBLISHED.is_file():
        published = build / "published.safetensors"
        if not published.is_file():
            convert_published(PUBLISHED, published)
        methods.insert(2, f"{PUBLISHED_NAME}=gifnet:{published}")
    if chosen.dataset == "quickbird":
        methods += PANSHARPENING_BASELINES
    return methods


def table(report: Report, chosen: ResultSet) -> list[str]:
    """The means of some metrics, methods as rows, best bold, second in italics."""
    summary = report.summary
    shown = [name for name in chosen.metrics if summary.counts.get(name)]
    heads = [f"{METRICS[n].label} {_arrow(n)}" for n in shown]
    lines = [
        "| method | " + " | ".join(heads) + " | mean rank |",
        "|---|" + "---:|" * (len(shown) + 1),
    ]
    for method in summary.evaluation.method_names:
        cells = []
        for name in shown:
            figure = summary.figures[name, method]
            mark = {1: "**", 2: "*"}.get(figure.place, "")
            cells.append(f"{mark}{_number(figure.mean)}{mark}")
        bold = "**" if method.startswith("gifnet") else ""
        ranks = [summary.figures[name, method].rank for name in chosen.judged]
        lines.append(f"| {bold}{method}{bold} | {' | '.join(cells)} | {np.mean(ranks):.1f} |")
    return lines


def full_page(report: Report, chosen: ResultSet) -> str:
    """All metrics of a set, metrics as rows: the mean and its 95 % bootstrap interval."""
    summary = report.summary
    methods = summary.evaluation.method_names
    lines = [
        f"# {chosen.heading} ({chosen.name})",
        "",
        "Made by `make results`; do not edit. Means with their 95 % bootstrap intervals over the "
        "pictures; **best** and *second best* by each metric's direction. "
        "[What each metric is worth](../metrics.md).",
        "",
        f"| metric | pictures | {' | '.join(methods)} |",
        "|---|---:|" + "---:|" * len(methods),
    ]
    for name in summary.evaluation.metrics:
        if not summary.counts.get(name):
            continue
        cells = []
        for method in methods:
            figure = summary.figures[name, method]
            mark = {1: "**", 2: "*"}.get(figure.place, "")
            known = not np.isnan(figure.low)
            interval = f"<br>{_number(figure.low)} to {_number(figure.high)}" if known else ""
            cells.append(f"{mark}{_number(figure.mean)}{mark}{interval}")
        heading = f"{METRICS[name].label} {_arrow(name)}"
        lines.append(f"| {heading} | {summary.counts[name]} | {' | '.join(cells)} |")
    for problem in report.problem_lines:
        lines += ["", f"Left out: {problem}"]
    return "\n".join([*lines, ""])


def _arrow(metric: str) -> str:
    return "↑" if METRICS[metric].direction is Direction.HIGHER else "↓"


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3f}"


def rank_figure(reports: dict[ResultSet, Report]) -> bytes:
    """Mean rank of every method on every set, over the metrics that it is judged by."""
    methods = list(dict.fromkeys(m for r in reports.values() for m in r.summary.mean_ranks))
    ranks = np.full((len(methods), len(reports)), np.nan)
    for column, (chosen, report) in enumerate(reports.items()):
        figures = report.summary.figures
        for row, method in enumerate(methods):
            if method in report.summary.mean_ranks:
                ranks[row, column] = np.mean([figures[n, method].rank for n in chosen.judged])
    order = np.argsort(np.nanmean(ranks, axis=1))
    figure = Figure(figsize=(9, 0.42 * len(methods) + 1.8), layout="constrained")
    axis = figure.subplots()
    picture = axis.imshow(ranks[order], cmap="viridis_r", aspect="auto")
    axis.set_yticks(range(len(methods)), [methods[i] for i in order])
    axis.set_xticks(range(len(reports)), [c.name for c in reports], rotation=30, ha="right")
    middle = np.nanmean([np.nanmin(ranks), np.nanmax(ranks)])
    for (row, column), value in np.ndenumerate(ranks[order]):
        if not np.isnan(value):
            colour = "white" if value > middle else "black"
            axis.text(column, row, f"{value:.1f}", ha="center", va="center", color=colour)
    figure.colorbar(picture, label="mean rank, 1 is best")
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()


def losses(reports: dict[ResultSet, Report], method: str = "gifnet") -> list[str]:
    """What is better than a method in three quarters of the pictures or more, set by set."""
    lines = []
    for chosen, report in reports.items():
        tests = [
            _from(method, test)
            for test in report.summary.tests
            if test.metric in chosen.judged and method in {test.first, test.second}
        ]
        corrected = holm([test.p_value for test in tests])
        for name in chosen.judged:
            beaten = [
                f"{test.second} {test.worse}:{test.better}" + (" (\\*)" if p < 0.05 else "")
                for test, p in zip(tests, corrected, strict=True)
                if test.metric == name and test.worse >= 3 * test.better and test.worse
            ]
            if beaten:
                lines.append(f"- {chosen.name}, {METRICS[name].label}: {', '.join(beaten)}")
    return lines


def _from(method: str, test: PairedTest) -> PairedTest:
    """A test as the named method sees it."""
    if test.first == method:
        return test
    return replace(test, first=test.second, second=test.first, better=test.worse, worse=test.better)


def page(reports: dict[ResultSet, Report], reading: str) -> str:
    lines = [
        "# Results",
        "",
        "Made by `make results`; do not edit. Every method fuses the luma and takes the colours "
        "the same way; metrics are measured on the luma, in 8 bits. **Best** and *second best* "
        "by each metric's direction. The mean rank is over the pictures and over the metrics that "
        "deserve it: the truth where there is one, else the small set of "
        "[docs/metrics.md](metrics.md), which come first; what stands to the right of them is "
        "shown because papers report it. AG and SD grow with over-sharpening and contrast, "
        "whatever the truth is.",
        "",
        "![Mean rank of each method on each set](images/results/ranks.png)",
        "",
        reading.strip(),
        "",
    ]
    for chosen, report in reports.items():
        count = max(report.summary.counts.values())
        lines += [f"## {chosen.heading} ({chosen.name}, {count} pictures)", ""]
        lines += table(report, chosen)
        lines += [
            "",
            f"All metrics, with intervals: [{chosen.name}](results/{chosen.name}.md).",
            "",
        ]
        lines += [f"![Every metric on {chosen.name}](images/results/{chosen.name}.png)", ""]
    beaten = losses(reports)
    lines += [
        "## Where GIFNet is beaten",
        "",
        "What is better than the bundled weights in three quarters of the pictures or more, under "
        "the metrics that the methods are judged by: pictures lost to pictures won. An asterisk: "
        "significant at 5 % (Wilcoxon's signed-rank test, Holm's correction over these metrics and "
        "rivals); with ten pictures or fewer, that can hardly be reached.",
        "",
        *(beaten or ["- nowhere"]),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=[s.name for s in SETS])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "results")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    options.build.mkdir(parents=True, exist_ok=True)
    images, tables = options.output / "images" / "results", options.output / "results"
    for folder in (images, tables):
        folder.mkdir(parents=True, exist_ok=True)
    reports: dict[ResultSet, Report] = {}
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn()) as progress:
        for chosen in SETS:
            if options.sets and chosen.name not in options.sets:
                continue
            if chosen.dataset and not (SHARED / "data" / "eval" / chosen.name).is_dir():
                print(f"{chosen.name} is not there and is left out")
                continue
            bar = progress.add_task(chosen.name, total=None)

            def report(stage: str, done: int, total: int, bar: object = bar) -> None:
                progress.update(bar, description=f"{stage}", completed=done, total=total)  # type: ignore[arg-type]

            methods = methods_for(chosen, options.build)
            folder = options.build / chosen.name
            reports[chosen] = evaluate(
                request_for(chosen, methods, options.build), folder, progress=report
            )
            full = full_page(reports[chosen], chosen)
            write_atomically(tables / f"{chosen.name}.md", full.encode())
            shutil.copy(folder / "plots" / "heatmap.png", images / f"{chosen.name}.png")
    write_atomically(images / "ranks.png", rank_figure(reports))
    reading = (ROOT / "docs" / "results-reading.md").read_text(encoding="utf-8")
    write_atomically(options.output / "results.md", page(reports, reading).encode())


if __name__ == "__main__":
    main()
