"""Plots are real PNG files that show what they should, whatever the values and names."""

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation import Evaluation, summarise
from gifnet.evaluation.page.plot_style import (
    format_number,
    method_styles,
    new_canvas,
    place_values,
    plain_text,
)
from gifnet.evaluation.page.plots import (
    box_plot,
    default_pairs,
    heat_map,
    radar_plot,
    rank_plot,
    scatter_plot,
    write_plots,
)
from gifnet.evaluation.page.radar import normalised_means

MakeEvaluation = Callable[..., Evaluation]
MANY = ("psnr", "ssim", "nabf", "qabf", "ag", "ei", "en", "sd", "sf", "mi", "cc", "scd", "mse")


def values(cases: int, methods: int, seed: int = 0) -> NDArray[np.float64]:
    """Values of which each method's are a little lower than those of the one before."""
    random = np.random.default_rng(seed)
    return random.normal(10, 1, (cases, 1)) + random.normal(-np.arange(methods) / 4, 0.5)


def decoded(png: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.array(image.convert("RGB"))


def has_colour(picture: NDArray[np.uint8], colour: str) -> bool:
    """Whether a hexadecimal colour is there; a palette may move it by a few levels."""
    wanted = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)])
    return bool((np.abs(picture.astype(int) - wanted).max(axis=-1) <= 12).any())


@pytest.mark.parametrize(("cases", "methods"), [(1, 1), (1, 2), (40, 12)])
def test_every_plot_is_drawn_for_few_and_many_methods_and_pictures(
    make_evaluation: MakeEvaluation, tmp_path: Path, cases: int, methods: int
) -> None:
    metrics = {name: values(cases, methods, seed) for seed, name in enumerate(MANY[:3])}
    evaluation = make_evaluation(metrics)
    written = write_plots(evaluation, summarise(evaluation, resamples=20), tmp_path / "plots")
    names = {plot.file.name for plot in written}
    assert names >= {"box_psnr.png", "box_ssim.png", "box_nabf.png"}
    together = {"radar.png", "ranks.png", "heatmap.png"}
    assert names & together == (together if methods > 1 else set())
    scatter = [name for name in names if re.fullmatch(r"scatter_\w+_method0_method\d+\.png", name)]
    assert len(scatter) == (3 if methods > 1 else 0)
    for plot in written:
        picture = decoded(plot.file.read_bytes())
        assert min(picture.shape[:2]) > 150
        assert plot.file.stat().st_size < 200_000
        assert plot.description.endswith(".")


def test_plots_of_an_earlier_run_do_not_stay(
    make_evaluation: MakeEvaluation, tmp_path: Path
) -> None:
    for name in ("mine.png", "box_office.png", "best.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    before = make_evaluation({name: values(3, 3) for name in MANY[:3]}, ["a", "b", "c"])
    write_plots(before, summarise(before, resamples=20), tmp_path)
    after = make_evaluation({MANY[0]: values(3, 2)}, ["a", "d"])
    written = write_plots(after, summarise(after, resamples=20), tmp_path)
    left = {file.name for file in tmp_path.iterdir()}
    assert left - {plot.file.name for plot in written} == {
        "mine.png",
        "box_office.png",
        "best.png",
        "notes.txt",
    }


def test_a_method_has_its_own_colour_in_every_plot(make_evaluation: MakeEvaluation) -> None:
    evaluation = make_evaluation({name: values(9, 3) for name in MANY[:3]}, ["a", "b", "c"])
    summary = summarise(evaluation, resamples=20)
    styles = method_styles(evaluation.method_names)
    assert len({style.colour for style in styles.values()}) == 3
    for png in (box_plot(evaluation, "psnr"), rank_plot(summary), radar_plot(summary)):
        assert all(has_colour(decoded(png), style.colour) for style in styles.values())
    scatter = decoded(scatter_plot(evaluation, "psnr", "b", "c"))
    assert has_colour(scatter, styles["b"].colour)


def test_colours_and_markers_repeat_together_after_more_methods_than_anyone_compares() -> None:
    styles = method_styles([str(number) for number in range(132)])
    assert len(set(styles.values())) == 132


def test_infinite_values_have_a_place_beyond_the_finite_ones() -> None:
    placed, scale = place_values(np.array([1.0, 3.0, np.inf, -np.inf]))
    assert np.isfinite(placed).all()
    assert placed[3] < 1 < 3 < placed[2]
    assert scale.low < placed[3]
    assert placed[2] < scale.high
    assert scale.ticks[float(placed[2])] == "∞"
    assert scale.ticks[float(placed[3])] == "−∞"


@pytest.mark.parametrize(
    "hard", [[np.inf] * 4, [np.inf, -np.inf, 1, 2], [0] * 4, [5e-9] * 4, [1e12, 1, 2, 3]]
)
def test_values_that_are_infinite_equal_or_far_apart_are_drawn(
    make_evaluation: MakeEvaluation, hard: list[float]
) -> None:
    table = np.array([[value, 1.0] for value in hard * 2])
    evaluation = make_evaluation({"psnr": table}, ["a", "b"])
    assert decoded(box_plot(evaluation, "psnr")).std() > 0
    assert decoded(scatter_plot(evaluation, "psnr", "a", "b")).std() > 0


def test_ticks_have_as_many_decimals_as_they_need() -> None:
    _, scale = place_values(np.array([0.71, 0.78]))
    assert [float(text) for text in scale.ticks.values()] == pytest.approx(list(scale.ticks))
    assert len({len(text) for text in scale.ticks.values()}) == 1


@pytest.mark.parametrize("metric", ["ssim", "nabf"])
def test_the_shaded_side_of_a_scatter_plot_is_where_the_first_method_is_better(
    make_evaluation: MakeEvaluation, metric: str
) -> None:
    evaluation = make_evaluation({metric: values(5, 2)}, ["a", "b"])
    picture = decoded(scatter_plot(evaluation, metric, "a", "b")).astype(int)
    blue = (picture[..., 2] - picture[..., 0] > 10) & (picture.min(axis=-1) > 200)
    rows, _ = np.nonzero(blue)
    height = len(picture)
    assert rows.size > 1000
    # Higher is better: the first method is on the upright axis, so above the diagonal.
    assert (rows.mean() < height / 2) == (metric == "ssim")


def test_normalised_means_run_from_the_worst_to_the_best_by_direction(
    make_evaluation: MakeEvaluation,
) -> None:
    table = np.array([[1.0, 3.0, 5.0], [1.0, 3.0, 5.0]])
    infinite = np.array([[np.inf, 3.0, 5.0], [1.0, 3.0, 5.0]])
    same = np.ones((2, 3))
    evaluation = make_evaluation({"ssim": table, "nabf": table, "psnr": infinite, "ag": same})
    scaled = normalised_means(summarise(evaluation, resamples=20))
    names = evaluation.method_names
    assert [scaled["ssim", name] for name in names] == [0, 0.5, 1]
    assert [scaled["nabf", name] for name in names] == [1, 0.5, 0]
    # An infinite mean is as good as the best finite one: the others keep their distance.
    assert [scaled["psnr", name] for name in names] == [1, 0, 1]
    assert [scaled["ag", name] for name in names] == [1, 1, 1]


def test_a_radar_needs_two_methods_and_three_metrics(make_evaluation: MakeEvaluation) -> None:
    alone = summarise(make_evaluation({name: values(3, 1) for name in MANY[:3]}), resamples=20)
    with pytest.raises(EvaluationError, match=r"at least two methods and three metrics .* 1 and 3"):
        radar_plot(alone)


def test_more_than_twelve_metrics_and_many_methods_get_a_wheel_each(
    make_evaluation: MakeEvaluation,
) -> None:
    few = summarise(make_evaluation({m: values(3, 3) for m in MANY}), resamples=20)
    many = summarise(make_evaluation({m: values(3, 5) for m in MANY}), resamples=20)
    # Wheels side by side are wider than one for all.
    assert decoded(radar_plot(many)).shape[1] > 1.1 * decoded(radar_plot(few)).shape[1]
    assert min(decoded(heat_map(many)).shape[:2]) > 700


def test_metrics_without_values_are_left_out(
    make_evaluation: MakeEvaluation, tmp_path: Path
) -> None:
    nothing = np.full((3, 2), np.nan)
    metrics = {"psnr": values(3, 2), "ssim": nothing, "ag": values(3, 2), "ei": values(3, 2)}
    evaluation = make_evaluation(metrics)
    written = write_plots(evaluation, summarise(evaluation, resamples=20), tmp_path)
    shown = {plot.metric for plot in written}
    assert shown == {None, "psnr", "ag", "ei"}
    with pytest.raises(EvaluationError, match="ssim: expected at least one picture with a value"):
        box_plot(evaluation, "ssim")
    with pytest.raises(EvaluationError, match="metric out of psnr, ssim, ag, ei, got 'qabf'"):
        box_plot(evaluation, "qabf")
    with pytest.raises(EvaluationError, match="method out of method0, method1, got 'x'"):
        scatter_plot(evaluation, "psnr", "method0", "x")


def test_names_with_any_letters_become_safe_file_names_and_plain_text(
    make_evaluation: MakeEvaluation, tmp_path: Path
) -> None:
    names = ["../<b>$a$ & b$</b>", "融合 方法", "broken \udcff name\nin lines " + "x" * 90]
    evaluation = make_evaluation({"psnr": values(6, 3)}, names)
    pairs = [("psnr", names[0], names[1]), ("psnr", names[1], names[2])]
    summary = summarise(evaluation, resamples=20)
    written = write_plots(evaluation, summary, tmp_path, pairs=pairs)
    files = [plot.file.name for plot in written if plot.kind == "scatter"]
    assert len(set(files)) == 2
    assert all(re.fullmatch(r"scatter_psnr_[\w.-]+\.png", name, re.ASCII) for name in files)
    assert {file.parent for file in tmp_path.rglob("*")} == {tmp_path}
    assert plain_text("a$b$c") == r"a\$b\$c"
    assert plain_text("abcdefghij" * 5, longest=9) == "abcd…ghij"


def test_the_first_method_is_held_against_the_best_of_the_others(
    make_evaluation: MakeEvaluation,
) -> None:
    table = np.array([[1.0, 2.0, 3.0]] * 4)
    metrics = {name: table + np.arange(4)[:, None] for name in ("ag", "ssim", "qabf", "psnr")}
    summary = summarise(make_evaluation(metrics, ["own", "poor", "good"]), resamples=20)
    pairs = default_pairs(summary)
    assert pairs == [(name, "own", "good") for name in ("qabf", "ssim", "ag")]
    alone = summarise(make_evaluation({"ssim": table[:, :1]}), resamples=20)
    assert default_pairs(alone) == []


def test_the_same_numbers_make_the_same_bytes(make_evaluation: MakeEvaluation) -> None:
    evaluation = make_evaluation({"psnr": values(7, 2)})
    assert box_plot(evaluation, "psnr") == box_plot(evaluation, "psnr")


def test_numbers_are_written_with_four_digits() -> None:
    assert [format_number(value) for value in (0.81234, 31.234, -2.5, np.inf, np.nan)] == [
        "0.8123",
        "31.23",
        "−2.500",
        "∞",
        "–",
    ]
    assert format_number(0.5, largest=312.0) == "0.5"


def test_a_missing_matplotlib_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r"a plot needs .*'gifnet\[eval\]'"):
        new_canvas(1, 1)


def test_plots_leave_no_global_state() -> None:
    code = (
        "import sys, gifnet.evaluation.page.plots as plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plots.new_canvas(1, 1).subplots()\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
