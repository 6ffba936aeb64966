"""Which metrics agree with the truth? Figures and a table for docs/metrics.md.

On pictures whose truth is known, every fusion metric that does without the truth ranks the same
candidates; its Spearman correlation with the PSNR and the SSIM to the truth says what its ranking
is worth. Candidates are the results of the baselines and of GIFNet, then the same with each result
also blurred, over-sharpened and noisy. Sets: 16 focus pairs made from pictures of the scikit-image
wheel, and the QuickBird scenes below ``GIFNET_SHARED`` (or ../shared), where that is there.

    python scripts/study_metrics.py -o docs
"""

import argparse
import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.progress import track
from scipy.stats import rankdata, spearmanr

from gifnet.baselines import BASELINES, PANSHARPENING_BASELINES
from gifnet.errors import ImageError
from gifnet.imaging.atomic import write_atomically
from gifnet.inference import Fuser
from gifnet.metrics import METRICS, Direction, Needs, psnr, ssim
from measure_weights.focus_pairs import focus_pairs
from measure_weights.sharp_pictures import SHARED

Grey = NDArray[np.float32]
Key = tuple[str, str]
"""Metric, and which metric to the truth it is compared with."""
Spread = tuple[float, float, float]
"""Mean, and the ends of its interval."""
Table = dict[str, dict[Key, Spread]]
TARGETS = {"psnr": psnr, "ssim": ssim}

SOURCE_METRICS = [
    name
    for name, metric in METRICS.items()
    if metric.needs in {Needs.FUSED, Needs.SOURCES} and not name.endswith("_tang")
]
FOCUS = "focus pairs, all methods"
GOOD = "focus pairs, without average and maximum"
DAMAGED = "focus pairs, results also blurred, sharpened, noisy"
QUICKBIRD = "QuickBird"
SHARPENINGS = (0.5, 1.0, 2.0)
SWEEP = np.linspace(0, 3, 13)
SHOWN_IN_SWEEP = (
    *("ag", "sf", "sd", "vif_wavelet_unit", "viff"),
    *("mef_ssim", "qcb", "vifp_sum", "qabf", "ssim"),
)
WORST = {"average", "maximum"}
"""Methods that are so far behind that telling them from the others is easy."""


@dataclass(frozen=True)
class Candidates:
    """What a method could have made of one case, whose truth is known."""

    scene: str
    """Pairs and bands of one picture are not independent; intervals are over the pictures."""
    sources: list[Grey]
    truth: Grey
    fused: dict[str, Grey]


def eight_bit(picture: NDArray[np.floating]) -> NDArray[np.float64]:
    """Whole levels, as in a file."""
    return np.round(np.clip(np.asarray(picture, np.float64), 0, 1) * 255)


def sharpened(picture: Grey, amount: float) -> Grey:
    """Unsharp masking with a Gaussian of 1.5 pixels."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.5)
    return np.asarray(np.clip(picture + amount * (picture - soft), 0, 1), np.float32)


def fused_by_all(fuser: Fuser, sources: list[Grey]) -> dict[str, Grey]:
    fused = {name: baseline.function(sources) for name, baseline in BASELINES.items()}
    return fused | {"gifnet": np.asarray(fuser.fuse(*sources), np.float32)}


def focus_cases(fuser: Fuser) -> Iterator[Candidates]:
    for pair in focus_pairs():
        sources: list[Grey] = [
            np.asarray(eight_bit(picture) / 255, np.float32) for picture in (pair.near, pair.far)
        ]
        truth = np.asarray(pair.sharp, np.float32)
        yield Candidates(pair.name, sources, truth, fused_by_all(fuser, sources))


def quickbird_cases(fuser: Fuser) -> Iterator[Candidates]:
    """Band by band; the sources are the enlarged band and the panchromatic picture."""
    folder = SHARED / "data" / "eval" / "quickbird5"
    for file in sorted((folder / "hrms").glob("*.npy")):
        truth, low, pan = (
            np.asarray(np.load(folder / part / file.name), np.float32) / 255
            for part in ("hrms", "lrms", "pan")
        )
        made = {n: b.function(low, pan) for n, b in PANSHARPENING_BASELINES.items()}
        for band in range(truth.shape[2]):
            size = (pan.shape[1], pan.shape[0])
            enlarged = cv2.resize(low[..., band], size, interpolation=cv2.INTER_CUBIC)
            sources: list[Grey] = [
                np.asarray(np.clip(enlarged, 0, 1), np.float32),
                np.asarray(pan, np.float32),
            ]
            fused = fused_by_all(fuser, sources) | {n: m[..., band] for n, m in made.items()}
            band_truth = np.asarray(truth[..., band], np.float32)
            yield Candidates(file.stem, sources, band_truth, fused)


def with_variants(case: Candidates) -> Candidates:
    """The same, each result also blurred, over-sharpened and noisy."""
    generator = np.random.default_rng(0)
    more: dict[str, Grey] = {}
    for name, picture in case.fused.items():
        more |= {f"{name} sharpened {a}": sharpened(picture, a) for a in SHARPENINGS}
        more[f"{name} blurred"] = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0))
        noise = generator.normal(0, 0.02, picture.shape)
        more[f"{name} noisy"] = np.asarray(np.clip(picture + noise, 0, 1), np.float32)
    return Candidates(case.scene, case.sources, case.truth, case.fused | more)


def value_of(name: str, sources: Sequence[Grey], fused: Grey) -> float:
    """A metric, higher is better; NaN where it cannot be measured."""
    sign = 1 if METRICS[name].direction is Direction.HIGHER else -1
    try:
        levels = [eight_bit(source) for source in sources]
        return sign * METRICS[name].function(levels, eight_bit(fused))
    except ImageError:
        return float("nan")


def measured(case: Candidates, metrics: Sequence[str]) -> dict[str, list[float]]:
    """Every metric of every candidate, higher is better; the truth's as "psnr", "ssim to it"."""
    truth = [eight_bit(case.truth)]
    fused = list(case.fused.values())
    values = {name: [value_of(name, case.sources, each) for each in fused] for name in metrics}
    for target, metric in TARGETS.items():
        values[f"truth {target}"] = [metric(truth, eight_bit(each)) for each in fused]
    return values


def correlations(
    case: Candidates, values: dict[str, list[float]], *, without: Collection[str] = ()
) -> dict[Key, float]:
    """(metric, truth's metric) -> Spearman correlation over the candidates of a case."""
    kept = np.array([name not in without for name in case.fused])
    found = {}
    for name in values:
        for target in TARGETS:
            pair = np.asarray(values[name])[kept], np.asarray(values[f"truth {target}"])[kept]
            known = ~np.isnan(pair[0])
            pair = pair[0][known], pair[1][known]
            if not name.startswith("truth") and len(pair[0]) >= 5 and np.ptp(pair[0]) > 0:
                found[name, target] = float(spearmanr(*pair).statistic)
    return found


def rank_of(method: str, case: Candidates, values: dict[str, list[float]]) -> dict[str, float]:
    """Which rank a method has under each metric, 1 is best."""
    index = list(case.fused).index(method)
    return {name: float(rankdata(-np.asarray(v))[index]) for name, v in values.items()}


def over_cases(found: Sequence[tuple[str, dict[Key, float]]]) -> dict[Key, Spread]:
    """Mean over the cases, with the 95 % bootstrap interval over the pictures that they are of."""
    summary = {}
    for key in sorted({key for _, case in found for key in case}):
        scenes: dict[str, list[float]] = {}
        for scene, case in found:
            if key in case:
                scenes.setdefault(scene, []).append(case[key])
        sums = np.array([sum(values) for values in scenes.values()])
        counts = np.array([len(values) for values in scenes.values()])
        drawn = np.random.default_rng(0).integers(0, len(scenes), (2000, len(scenes)))
        means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        summary[key] = (float(sums.sum() / counts.sum()), float(low), float(high))
    return summary


def correlation_figure(table: Table, order: Sequence[str]) -> bytes:
    """One line a metric, one mark a set; left PSNR, right SSIM."""
    figure = Figure(figsize=(10, 0.28 * len(order) + 1.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    styles = zip(
        table, ("o", "D", "s", "^"), ("#0072b2", "#d55e00", "#009e73", "#cc79a7"), strict=False
    )
    shown = list(styles)
    for axis, target in zip(axes, ("psnr", "ssim"), strict=True):
        for shift, (label, mark, colour) in enumerate(shown):
            rows = [(y, table[label].get((name, target))) for y, name in enumerate(order)]
            known = [(y, value) for y, value in rows if value is not None]
            middle = [value[0] for _, value in known]
            spread = np.abs([[v[0] - v[1] for _, v in known], [v[2] - v[0] for _, v in known]])
            height = [y + 0.18 * (shift - (len(shown) - 1) / 2) for y, _ in known]
            axis.errorbar(
                middle,
                height,
                xerr=spread,
                fmt=mark,
                color=colour,
                markersize=4,
                linewidth=1,
                label=label,
            )
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_xlim(-1.05, 1.05)
        axis.grid(axis="x", alpha=0.3)
        axis.set_xlabel(f"rank correlation with the {target.upper()} to the truth")
    axes[0].set_yticks(range(len(order)), [METRICS[name].label for name in order])
    axes[0].invert_yaxis()
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return as_png(figure)


def sweep_figure(cases: Sequence[Candidates]) -> bytes:
    """What metrics say of the truth itself when it is sharpened more and more."""
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axis = figure.subplots()
    for name in [name for name in SHOWN_IN_SWEEP if name in METRICS]:
        lines = []
        for case in cases:
            values = [value_of(name, case.sources, sharpened(case.truth, a)) for a in SWEEP]
            lines.append(np.asarray(values) / abs(values[0]))
        axis.plot(SWEEP, np.nanmedian(lines, axis=0), marker=".", label=METRICS[name].label)
    error = [
        np.median([psnr([eight_bit(c.truth)], eight_bit(sharpened(c.truth, a))) for c in cases])
        for a in SWEEP[1:]
    ]
    falls = ", ".join(f"{error[i]:.0f} dB at {SWEEP[i + 1]:g}" for i in (1, 3, 11))
    axis.set_xlabel(f"amount of unsharp masking of the truth (its PSNR falls to {falls})")
    axis.set_ylabel("value, times that of the truth")
    axis.axhline(1, color="black", linewidth=0.8)
    axis.grid(alpha=0.3)
    axis.legend(ncols=2)
    return as_png(figure)


def as_png(figure: Figure) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()


def as_csv(table: Table, order: Sequence[str]) -> bytes:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["set", "metric", "truth", "spearman", "low", "high"])
    for label, values in table.items():
        for name in order:
            for target in ("psnr", "ssim"):
                if (name, target) in values:
                    writer.writerow(
                        [label, name, target, *(f"{v:.3f}" for v in values[name, target])]
                    )
    return stream.getvalue().encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("docs"))
    parser.add_argument("--metrics", nargs="+", default=SOURCE_METRICS)
    options = parser.parse_args()
    fuser = Fuser()
    focus, quickbird = list(focus_cases(fuser)), list(quickbird_cases(fuser))
    damaged = [with_variants(case) for case in focus]
    values = {
        label: [measured(case, options.metrics) for case in track(cases, label)]
        for label, cases in (("focus", focus), ("QuickBird", quickbird), ("damaged", damaged))
    }

    def compare(
        cases: Sequence[Candidates], label: str, without: Collection[str] = ()
    ) -> dict[Key, Spread]:
        pairs = zip(cases, values[label], strict=True)
        return over_cases([(c.scene, correlations(c, v, without=without)) for c, v in pairs])

    table: Table = {
        FOCUS: compare(focus, "focus"),
        GOOD: compare(focus, "focus", WORST),
        DAMAGED: compare(damaged, "damaged"),
    }
    if quickbird:
        table[QUICKBIRD] = compare(quickbird, "QuickBird")
    judged = table[DAMAGED]
    ranks = [rank_of("gifnet", c, v) for c, v in zip(focus, values["focus"], strict=True)]
    print("mean rank of gifnet among the methods, focus pairs:")
    for name in ranks[0]:
        print(f"  {name:<20} {np.mean([rank[name] for rank in ranks]):.1f}")
    order = sorted(
        options.metrics,
        key=lambda n: -sum(judged.get((n, t), (-2.0, 0, 0))[0] for t in ("psnr", "ssim")),
    )
    images = options.output / "images"
    images.mkdir(parents=True, exist_ok=True)
    write_atomically(images / "metrics-and-truth.png", correlation_figure(table, order))
    write_atomically(images / "metrics-and-sharpening.png", sweep_figure(focus))
    write_atomically(options.output / "metrics-study.csv", as_csv(table, order))


if __name__ == "__main__":
    main()
