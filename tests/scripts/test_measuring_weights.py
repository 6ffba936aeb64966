"""The pieces that scripts/evaluate_weights.py computes with, on pictures and figures made here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from measure_weights.development_sets import COMPARED_SETS, Pair, average_of, pairs_of
from measure_weights.drawn import DIRECTIONS, HARD_CASES, hard_sources, overshoot, step_edge
from measure_weights.focus_pairs import (
    PAIRS_EACH,
    SEEDS,
    SHAPES,
    SIGMAS,
    focus_pairs,
    varied_pairs,
)
from measure_weights.fusing import side_by_side
from measure_weights.requirements import DEFAULT, PAPER, at_least, at_most, below
from measure_weights.set_bar import DARK_SETS, FLAT_SETS, set_requirements
from measure_weights.set_figures import (
    look,
    measure_pair,
    require_known_average,
    require_known_published,
)
from measure_weights.sharp_pictures import SIDE
from measure_weights.summary import (
    OURS,
    mean_ranks,
    methods_of,
    overall_ranks,
    ranked_metrics,
    ratio_of_means,
    spread,
    spread_by_picture,
)
from measure_weights.tables import bar_table, tally
from measure_weights.truth_bar import failing_pairs, truth_requirements
from measure_weights.window_pattern import edge_excess, excess_beyond, tile_amplitude

ROOT = Path(__file__).resolve().parent.parent.parent


def camera() -> np.ndarray:
    return np.asarray(skimage.data.camera()[:256, :256], np.float64) / 255


def with_grid(picture: np.ndarray, height: float, start: int = 0) -> np.ndarray:
    """A picture with lines where windows meet."""
    marked = picture.copy()
    marked[start::8] += height
    marked[:, start::8] += height
    return marked


def test_a_step_that_stays_inside_its_levels_does_not_overshoot() -> None:
    assert overshoot(step_edge(0.3, 0.7, "diagonal"), 0.3, 0.7) == pytest.approx(0, abs=1e-6)


def test_the_overshoot_is_a_share_of_the_step_at_its_worse_side() -> None:
    picture = step_edge(0.2, 0.6, "vertical")
    picture[:, 31], picture[:, 32] = 0.18, 0.7
    # float32 levels: 0.1 of 0.4 above, 0.02 of 0.4 below
    assert overshoot(picture, 0.2, 0.6) == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_step_edges_have_two_levels_on_about_half_of_the_picture_each(direction: str) -> None:
    picture = step_edge(0.1, 0.9, direction)
    assert set(np.unique(picture)) == {np.float32(0.1), np.float32(0.9)}
    assert 0.4 < (picture > 0.5).mean() < 0.6


def test_as_many_hard_cases_are_expected_as_there_are() -> None:
    assert set(hard_sources(camera().astype(np.float32))) == set(HARD_CASES)


def test_a_natural_picture_has_no_pattern_of_windows() -> None:
    # What is left is chance: 32 profile values of a phase, each a mean over 256 pixels.
    assert max(edge_excess(camera())) < 0.04


@pytest.mark.parametrize("start", [0, 4])
def test_a_faint_grid_at_the_edges_of_windows_is_found(start: int) -> None:
    marked = with_grid(camera(), 2 / 255, start)
    assert edge_excess(marked)[start // 4] > 0.1
    assert excess_beyond(marked, [camera(), camera()])[start // 4] > 0.1


def test_the_pixels_of_an_enlarged_source_are_no_pattern_of_windows() -> None:
    enlarged = np.kron(camera()[:128, :128], np.ones((2, 2)))
    # Half as many places as in a picture that was not enlarged: twice the chance.
    assert max(map(abs, edge_excess(enlarged))) < 0.08
    marked = with_grid(enlarged, 4 / 255)
    assert excess_beyond(marked, [enlarged, enlarged])[0] > 0.05


def test_a_grid_that_a_source_has_itself_is_no_pattern_of_windows() -> None:
    marked = with_grid(camera(), 2 / 255)
    assert max(excess_beyond(marked, [camera(), marked])) < 0.04


def test_flat_pictures_have_no_excess_and_no_amplitude() -> None:
    flat = np.full((64, 64), 0.4)
    assert edge_excess(flat) == pytest.approx([0, 0], abs=1e-9)
    assert tile_amplitude(flat) == pytest.approx(0, abs=1e-9)


def test_the_amplitude_of_a_repeated_pattern_is_its_height_and_a_slope_has_none() -> None:
    slope = np.broadcast_to(np.linspace(0.2, 0.8, 224), (224, 224))
    assert tile_amplitude(slope) < 0.01
    bump = slope.copy()
    bump[3::8, 5::8] += 2 / 255
    assert tile_amplitude(bump) == pytest.approx(2, abs=0.05)


def test_the_recipe_has_sixteen_pairs_each_sharp_where_the_other_is_not() -> None:
    pairs = focus_pairs()
    assert len(pairs) == 16
    for pair in pairs[:4]:
        # blurring complementary masks keeps the sum: near + far = sharp + blurred
        error = np.minimum(abs(pair.near - pair.sharp), abs(pair.far - pair.sharp))
        assert error.mean() < 0.5 * abs(pair.near - pair.sharp).mean()


def test_other_pairs_have_every_shape_and_blur_with_every_seed() -> None:
    pairs = varied_pairs(SEEDS[:1])
    assert len(pairs) == len(SHAPES) * len(SIGMAS) * PAIRS_EACH
    assert {(p.shape, p.sigma) for p in pairs} == {(s, b) for s in SHAPES for b in SIGMAS}
    assert all(p.near.shape == (SIDE, SIDE) and p.near.dtype == np.float32 for p in pairs)
    again = varied_pairs(SEEDS[:1])
    assert all(np.array_equal(a.far, b.far) for a, b in zip(pairs, again, strict=True))


def test_a_pair_fails_only_below_both_limits() -> None:
    good = [{"gain": 6.0, "psnr": 40.0}, {"gain": 1.0, "psnr": 46.0}]
    assert failing_pairs([*good, {"gain": 5.9, "psnr": 45.9}]) == [{"gain": 5.9, "psnr": 45.9}]


def test_limits_count_as_they_say() -> None:
    assert at_least(DEFAULT, "x", 43.0, 43.0).met
    assert at_most(DEFAULT, "x", 0.01, 0.01).met
    assert below(DEFAULT, "x", 0.01, 0.01).met is False
    assert at_least(DEFAULT, "x", None, 43.0).met is None


def test_ranks_are_means_over_metrics_and_equal_means_share_theirs() -> None:
    methods = {
        OURS: {"1": {"SSIM": 0.9, "MI": 2.0}},
        "gifnet": {"1": {"SSIM": 0.8, "MI": 2.0}},
        "ifcnn": {"1": {"SSIM": 0.7, "MI": 3.0}},
        "sdnet": {"1": {"SSIM": 0.95}},
    }
    ranks = mean_ranks(methods, [OURS, "gifnet", "ifcnn", "sdnet"], ("SSIM", "MI"))
    assert ranks == {OURS: 1.75, "gifnet": 2.25, "ifcnn": 2.0}  # sdnet has no MI


def test_a_method_is_compared_over_the_sets_where_it_is() -> None:
    by_set = {"a": {OURS: 1.0, "x": 2.0, "y": 3.0}, "b": {OURS: 2.0, "x": 1.0}}
    assert overall_ranks(by_set) == {"x": (1.5, 1.5, 2), "y": (1.0, 3.0, 1)}


def test_intervals_hold_the_mean_and_one_picture_has_none() -> None:
    found = spread([1.0, 2.0, 3.0, 6.0])
    assert (found.mean, found.count) == (3.0, 4)
    assert 1.0 <= found.low < 3.0 < found.high <= 6.0
    assert np.isnan(spread([2.0]).low)


def test_pictures_are_drawn_for_an_interval_and_not_what_was_made_of_them() -> None:
    rows = [{"picture": name, "x": value} for name, value in (("a", 1.0), ("b", 3.0))]
    found = spread_by_picture([*rows, *rows, *rows], "x")
    assert (found.mean, found.count) == (2.0, 2)
    assert (found.low, found.high) == (1.0, 3.0)  # both draws of one picture alone are likely
    assert np.isnan(spread_by_picture(rows[:1], "x").low)


def test_the_interval_of_a_ratio_draws_both_values_of_a_picture() -> None:
    methods = {
        OURS: {str(n): {"SSIM": 1.1 * n} for n in range(1, 9)},
        "gifnet": {str(n): {"SSIM": float(n)} for n in range(1, 9)},
    }
    found = ratio_of_means(methods, OURS, "gifnet", "SSIM")
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((1.1, 1.1, 1.1))
    assert ratio_of_means(methods, OURS, "gifnet", "MI") is None


def test_a_metric_that_is_not_a_number_in_one_picture_ranks_nobody_first() -> None:
    methods = {
        OURS: {"1": {"SSIM": 0.9}, "2": {"SSIM": float("nan")}},
        "gifnet": {"1": {"SSIM": 0.8}, "2": {"SSIM": 0.8}},
    }
    assert mean_ranks(methods, [OURS, "gifnet"], ("SSIM",)) == {"gifnet": 1.0}


def test_scd_ranks_only_where_sources_show_different_things() -> None:
    assert "SCD" in ranked_metrics("infrared")
    assert "SCD" not in ranked_metrics("focus")
    assert ranked_metrics("exposure") == ("SSIM", "Qabf", "MEF_SSIM", "MI")


FIGURES = {"SSIM": 0.7, "Qabf": 0.5, "MI": 2.0, "SCD": 1.6, "SD": 30.0, "EI": 40.0, "AG": 4.0}


def rows_of(**changes: float) -> dict[str, dict[str, object]]:
    ours = {**FIGURES, "VIF_wavelet_unit": 0.8, **changes}
    row = {"exchange": 0.002, "edge_excess": [0.0, 0.01], "dark": None, "agreement": 0.3}
    row |= {"crushed": 0.0, "burnt": 0.02, "black": {"fused": 4.0, "darker_source": 3.0}}
    return {"01": {**row, "methods": {OURS: ours}}}


def requirements_of(rows: dict[str, dict[str, object]]) -> dict[tuple[str, str], bool | None]:
    known = {
        "gifnet": {"01": {**FIGURES, "SSIM": 0.6, "Qabf": 0.49, "VIF_wavelet_unit": 0.8}},
        "ifcnn": {"01": {**FIGURES, "SSIM": 0.65, "SD": 31.0}},
    }
    methods = methods_of(rows, known)
    lines = set_requirements({"tno21": rows}, {"tno21": methods})
    return {(line.weights, line.subject): line.met for line in lines}


def test_the_bar_compares_with_the_published_checkpoint_and_ifcnn() -> None:
    met = requirements_of(rows_of())
    assert met[DEFAULT, "tno21: SSIM / published"] is True
    assert met[DEFAULT, "tno21: Qabf / published"] is False  # 2 % better, not 5
    assert met[DEFAULT, "tno21: MI / published"] is True
    assert met[DEFAULT, "tno21: SD"] is False  # below IFCNN's
    assert met[DEFAULT, "tno21: change by exchanging the sources"] is True
    assert met[PAPER, "tno21: EI / published"] is True
    assert met[DEFAULT, "mean rank beside IFCNN"] is True
    assert met[DEFAULT, "mean rank beside MUFusion (one weight file a task)"] is None
    assert met[DEFAULT, "tno21: share of pixels burnt to white"] is False
    assert met[DEFAULT, "lytro: SSIM / published"] is None
    assert met[DEFAULT, "lytro: level where both sources are black, of 255"] is None
    assert (DEFAULT, "tno21: level where both sources are black, of 255") not in met


def test_the_same_lines_are_there_whatever_was_measured() -> None:
    nothing = [*truth_requirements({}), *set_requirements({}, {})]
    assert all(line.met is None for line in nothing)
    some = set_requirements({"tno21": rows_of()}, {"tno21": methods_of(rows_of(), {})})
    assert [line.subject for line in some] == [x.subject for x in nothing[-len(some) :]]
    truth = {"blurred": [{"picture": "camera", "sigma": 1.0, "gain": -0.1}]}
    assert [x.subject for x in truth_requirements(truth)] == [
        line.subject for line in nothing[: -len(some)]
    ]


def test_a_picture_that_enhancing_makes_worse_counts() -> None:
    truth = {"blurred": [{"picture": "camera", "sigma": 1.0, "gain": gain} for gain in (9.0, -0.1)]}
    met = {line.subject: line.met for line in truth_requirements(truth)}
    assert met["picture blurred by 1 px enhanced, gain, dB"] is True
    assert met["pictures blurred by 1 px that enhancing takes away from the truth"] is False


def test_the_yardstick_of_the_paper_is_missed_on_either_side() -> None:
    for value in (0.71, 0.89):
        met = requirements_of(rows_of(VIF_wavelet_unit=value))
        assert met[PAPER, "tno21: VIF_wavelet_unit / published"] is False


def test_reduced_pictures_are_compared_with_nothing_that_is_known() -> None:
    assert set(methods_of(rows_of(), {"gifnet": {"01": FIGURES}}, reduced=True)) == {OURS}


def test_the_table_says_what_is_missed_and_the_tally_leaves_aims_out() -> None:
    lines = [
        at_least(DEFAULT, "a", 44.0, 43.0),
        at_least(DEFAULT, "a", 44.0, 46.0, kind="aim"),
        at_least(DEFAULT, "b", 1.0, 2.0),
        at_least(DEFAULT, "c", None, 2.0),
        at_least(DEFAULT, "d", 3.0, 2.0, kind="ours"),
        at_least(DEFAULT, "e", 1.0, 2.0, kind="stricter"),
    ]
    assert tally(lines) == (
        "1 of 3 requirements are met, 1 missed, 1 not measured; "
        "1 of 1 limits of our own are met, 0 missed; 0 of 1 stricter readings are met, 1 missed"
    )
    assert "| d (our limit) | at least 2 | 3 | - | met |" in bar_table(lines)
    assert "| b | at least 2 | 1 | - | **missed** |" in bar_table(lines)
    assert "| a (an aim beyond the bar) | at least 46 | 44 | - | **missed** |" in bar_table(lines)


def test_black_and_flat_areas_are_measured_where_the_sources_agree() -> None:
    a = np.zeros((64, 64), np.uint8)
    a[:, 32:] = 120
    b = a.copy()
    b[40:, 32:] = 200
    fused = np.asarray((a.astype(float) + b) / 2 + 5, np.uint8)
    found = look(Pair("drawn", a, b), fused)
    assert found["dark"] == 5
    assert found["agreement"] == found["agreement_signed"] == 5
    assert found["black"] == {"fused": 5, "darker_source": 0}
    assert found["crushed"] == found["burnt"] == 0


def test_what_is_crushed_or_burnt_counts_beyond_the_source_with_more_of_it() -> None:
    a = np.full((64, 64), 100, np.uint8)
    b = a.copy()
    b[:16] = 0
    fused = b.copy()
    fused[:32], fused[60:] = 1, 254
    found = look(Pair("drawn", a, b), fused)
    assert (found["crushed"], found["burnt"]) == (0.25, 0.0625)


def test_a_page_shows_sources_and_results_pixel_by_pixel(tmp_path: Path) -> None:
    a, b, fused = (np.full((32, 48), level, np.uint8) for level in (10, 20, 30))
    file = side_by_side(tmp_path, "tno21", Pair("01", a, b), {"these weights": fused})
    assert file == tmp_path / "side-by-side" / "tno21" / "01.png"
    page = np.asarray(Image.open(file))
    assert page.shape == (2 * (32 + 24), 2 * 48 + 8)
    shown = [page[24:56, :48], page[24:56, 56:], page[80:, :48]]
    assert all(np.array_equal(x, y) for x, y in zip(shown, (a, b, fused), strict=True))


@pytest.mark.shared
@pytest.mark.parametrize("chosen", ["tno21", "harvard_pet"])
def test_the_average_has_the_figures_that_are_known_of_it(shared: Path, chosen: str) -> None:
    known = json.loads((shared / "spec" / "published-figures.json").read_text())
    pair = next(iter(pairs_of(chosen, 1)))
    measured = measure_pair(chosen, pair, average_of(pair))
    for name, value in known[chosen]["average"][pair.name].items():
        assert measured[name] == pytest.approx(value, abs=1e-5)  # five decimals there
    with pytest.raises(SystemExit, match="prepared otherwise"):
        require_known_average(chosen, pair.name, {**measured, "SSIM": 0.5})
    with pytest.raises(SystemExit, match="got nan"):
        require_known_average(chosen, pair.name, {**measured, "SSIM": float("nan")})
    with pytest.raises(SystemExit, match="none of the pictures"):
        require_known_average(chosen, "another", measured)


@pytest.mark.shared
def test_the_published_checkpoint_has_its_known_means_or_is_another(shared: Path) -> None:
    known = json.loads((shared / "spec" / "published-figures.json").read_text())["tno21"]["gifnet"]
    rows = {name: {"methods": {"gifnet": dict(figures)}} for name, figures in known.items()}
    require_known_published("tno21", rows)
    for value in (1.02 * known["01"]["AG"] * len(known), float("nan")):
        rows["01"]["methods"]["gifnet"]["AG"] = value
        with pytest.raises(SystemExit, match=r"tno21: expected a mean AG of 4\.68.*other weights"):
            require_known_published("tno21", rows)


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
def test_areas_where_sources_are_black_or_agree_are_where_the_bar_expects_them() -> None:
    dark, flat = set(), set()
    for chosen in ("tno21", "lytro", "mefb10", "nir10", "harvard_pet"):
        for pair in pairs_of(chosen):
            found = look(pair, average_of(pair))
            dark |= {chosen} if found["dark"] is not None else set()
            flat |= {chosen} if found["agreement"] is not None else set()
    assert dark == set(DARK_SETS) & set(COMPARED_SETS)
    assert flat == set(FLAT_SETS) & set(COMPARED_SETS)


def test_the_program_measures_without_development_data_and_says_what_is_left_out(
    tmp_path: Path,
) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "scripts/evaluate_weights.py", "default", "--no-truth", "-o", str(file)],
        cwd=ROOT,
        env={**os.environ, "GIFNET_SHARED": str(tmp_path / "nothing")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Not the whole measurement" in done.stdout
    figures = json.loads(file.read_text())
    assert "tno21: not measured" in figures["missing"]
    assert figures["weights"]["parameters"] == 822_780
