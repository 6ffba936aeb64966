"""Contact sheets of the best and worst pictures: which are chosen, and what is to be seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.errors import EvaluationError
from gifnet.evaluation import Case, Evaluation, MethodOutputs
from gifnet.evaluation.page.best_and_worst import (
    best_and_worst,
    choose_metric,
    draw_sheet,
    find_extremes,
    write_sheets,
)
from gifnet.evaluation.page.comparison import Tile, find_region
from gifnet.imaging import read_image, write_image

MakeEvaluation = Callable[..., Evaluation]


def noise(height: int, width: int, *bands: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height).integers(0, 256, (height, width, *bands), np.uint8)


def save(folder: Path, name: str, picture: NDArray[np.uint8]) -> Path:
    path = folder / f"{name}.png"
    write_image(path, picture)
    return path


def evaluation_with_files(
    folder: Path, values: list[list[float]], *, truth: bool = True
) -> Evaluation:
    """Pictures of which the second method's is wrong in the lower right."""
    exact = np.full((40, 60), 100, np.uint8)
    wrong = exact.copy()
    wrong[24:36, 40:56] = 250
    cases = tuple(
        Case(
            f"case{index}",
            (
                save(folder, f"{index}a", noise(40, 60, 3)),
                save(folder, f"{index}b", noise(20, 30)),
            ),
            save(folder, f"{index}t", exact) if truth else None,
        )
        for index in range(len(values))
    )
    methods = tuple(
        MethodOutputs(
            name, {case.name: save(folder, f"{name}{case.name}", picture) for case in cases}
        )
        for name, picture in (("own", exact), ("other", wrong))
    )[: len(values[0])]
    return Evaluation("Test", cases, methods, ("ssim",), np.array(values)[..., None])


def test_the_best_and_worst_are_relative_to_the_mean_of_the_others(
    make_evaluation: MakeEvaluation,
) -> None:
    # Absolutely case 2 is best; against the others it is case 1.
    table = [[1.0, 1.1, 1.2], [2.0, 1.0, 1.0], [9.0, 9.5, 9.9], [3.0, 2.5, 3.5]]
    evaluation = make_evaluation({"ssim": table, "nabf": table})
    chosen = find_extremes(evaluation, "ssim", "method0")
    assert [(item.kind, item.case.name) for item in chosen] == [
        ("best", "case1"),
        ("worst", "case2"),
    ]
    assert chosen[0].value == 2
    assert chosen[0].others == 1
    flipped = find_extremes(evaluation, "nabf", "method0")
    assert [item.case.name for item in flipped] == ["case2", "case1"]


def test_a_single_method_is_judged_by_its_values_alone(make_evaluation: MakeEvaluation) -> None:
    evaluation = make_evaluation({"nabf": [[0.3], [0.1], [0.2]]})
    chosen = find_extremes(evaluation, "nabf", "method0")
    assert [item.case.name for item in chosen] == ["case1", "case0"]
    assert np.isnan(chosen[0].others)


def test_infinite_values_and_left_out_pictures_are_chosen_from_without_warnings(
    make_evaluation: MakeEvaluation,
) -> None:
    infinite, unknown = np.inf, np.nan
    table = [[unknown, unknown], [infinite, infinite], [infinite, 3.0], [1.0, 2.0]]
    chosen = find_extremes(make_evaluation({"psnr": table}), "psnr", "method0")
    assert [item.case.name for item in chosen] == ["case2", "case3"]
    nothing = make_evaluation({"psnr": [[unknown, unknown]]})
    assert find_extremes(nothing, "psnr", "method0") == []
    assert choose_metric(nothing) is None
    assert best_and_worst(nothing) == []


def test_one_picture_is_shown_once(make_evaluation: MakeEvaluation) -> None:
    chosen = find_extremes(make_evaluation({"ssim": [[1.0, 2.0]]}), "ssim", "method1")
    assert [item.kind for item in chosen] == ["best"]


def test_the_metric_that_knows_the_truth_is_preferred(make_evaluation: MakeEvaluation) -> None:
    table, unknown = [[1.0, 2.0]], [[np.nan, np.nan]]
    assert choose_metric(make_evaluation({"ag": table, "qabf": table})) == "qabf"
    assert choose_metric(make_evaluation({"qabf": table, "ssim_truth": table})) == "ssim_truth"
    assert choose_metric(make_evaluation({"ssim_truth": unknown, "qcv": table})) == "qcv"


def test_names_that_do_not_exist_are_refused(make_evaluation: MakeEvaluation) -> None:
    evaluation = make_evaluation({"ssim": [[1.0, 2.0]]})
    with pytest.raises(EvaluationError, match="expected a metric out of ssim, got 'psnr'"):
        find_extremes(evaluation, "psnr", "method0")
    with pytest.raises(EvaluationError, match="a method out of method0, method1, got 'own'"):
        find_extremes(evaluation, "ssim", "own")


def test_a_comparison_shows_sources_truth_and_methods_with_the_region_of_the_error(
    tmp_path: Path,
) -> None:
    evaluation = evaluation_with_files(tmp_path, [[0.9, 0.5], [0.4, 0.6]])
    best, worst = best_and_worst(evaluation)
    assert (best.case.name, worst.case.name) == ("case0", "case1")
    captions = [tile.caption for tile in best.tiles]
    assert captions == ["source 1", "source 2", "truth", "own  0.9000", "other  0.5000"]
    top, left, bottom, right = best.tiles[0].region
    # The wrong area is 24:36 of 40 rows and 40:56 of 60 columns.
    assert 0.55 < top < bottom < 0.95
    assert 0.6 < left < right < 0.97
    assert (best.tiles[4].crop == 250).mean() > 0.8
    # A source of another size shows the same part of the scene.
    halves = [side / 2 for side in best.tiles[0].crop.shape[:2]]
    assert best.tiles[1].crop.shape == pytest.approx(halves, abs=1)
    assert "truth" in best.why


def test_without_truth_the_region_is_where_the_methods_differ(tmp_path: Path) -> None:
    evaluation = evaluation_with_files(tmp_path, [[0.9, 0.5], [0.4, 0.6]], truth=False)
    best = best_and_worst(evaluation)[0]
    assert best.tiles[0].region[0] > 0.55
    assert "methods differ" in best.why
    (tmp_path / "alone").mkdir()
    alone = evaluation_with_files(tmp_path / "alone", [[0.9], [0.4]], truth=False)
    assert "sources" in best_and_worst(alone)[0].why


def test_the_region_lies_inside_pictures_of_any_size() -> None:
    for shape in ((1, 1), (3, 200), (7, 5), (900, 31)):
        picture = noise(*shape)
        region = find_region([picture, 255 - picture], [])
        assert 0 <= region[0] < region[2] <= 1
        assert 0 <= region[1] < region[3] <= 1
        tile = Tile("x", "", picture, region)
        assert min(tile.crop.shape) >= 1
        assert max(tile.whole(50).shape) == 50


def test_the_frame_is_drawn_around_the_region() -> None:
    tile = Tile("x", "", np.full((100, 100), 100, np.uint8), (0.25, 0.5, 0.5, 0.75))
    whole = tile.whole(200)
    yellow = (whole == (255, 221, 0)).all(axis=-1)
    rows, columns = np.nonzero(yellow)
    assert (rows.min(), rows.max()) == (51, 98)
    assert (columns.min(), columns.max()) == (101, 148)
    assert (whole[60:90, 110:140] == 100).all()
    # The font of contact sheets has no sign for infinity.
    assert replace(tile, value="−∞").caption == "x  -inf"


def test_multispectral_and_dark_sixteen_bit_pictures_are_shown_in_colour_and_bright(
    tmp_path: Path,
) -> None:
    evaluation = evaluation_with_files(tmp_path, [[0.9, 0.5]])
    random = np.random.default_rng(0)
    # Eleven bits in sixteen, four bands: a satellite's.
    bands = tmp_path / "bands.npy"
    np.save(bands, random.integers(0, 2048, (10, 15, 4)).astype(np.uint16))
    grey = tmp_path / "grey.npy"
    np.save(grey, random.integers(0, 2048, (40, 60)).astype(np.uint16))
    case = replace(evaluation.cases[0], sources=(bands, grey))
    best = best_and_worst(replace(evaluation, cases=(case,)))[0]
    assert best.tiles[0].picture.shape == (10, 15, 3)
    assert best.tiles[1].picture.shape == (40, 60)
    assert best.tiles[0].picture.max() > 240
    # The truth has 8 bits and is shown as it is.
    assert (best.tiles[2].picture == 100).all()


def test_a_picture_that_is_gone_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    evaluation = evaluation_with_files(tmp_path, [[0.9, 0.5], [0.4, 0.6]])
    evaluation.cases[0].sources[0].unlink()
    assert [item.kind for item in best_and_worst(evaluation)] == ["worst"]
    assert "case0 is not shown" in caplog.text
    assert "no such file" in caplog.text


def test_sheets_are_written_and_hold_every_picture_twice(tmp_path: Path) -> None:
    evaluation = evaluation_with_files(tmp_path, [[0.9, 0.5], [0.4, 0.6]])
    comparisons = best_and_worst(evaluation)
    files = write_sheets(comparisons, tmp_path / "new")
    assert [file.name for file in files] == ["best.png", "worst.png"]
    sheet = draw_sheet(comparisons[0], cell=60)
    assert sheet.shape[1] == 12 + 5 * (60 + 12)
    # A whole picture and a crop of about 60 x 40 in each of five columns, and text.
    assert sheet.shape[0] > 2 * 40
    assert read_image(files[0]).pixels.dtype == np.uint8


def test_many_methods_stand_in_several_lines_and_the_file_stays_small(tmp_path: Path) -> None:
    picture = noise(300, 400, 3)
    path = save(tmp_path, "noise", picture)
    methods = tuple(MethodOutputs(f"m{index}", {"one": path}) for index in range(30))
    case = Case("one", (path, path))
    evaluation = Evaluation("Test", (case,), methods, ("ssim",), np.ones((1, 30, 1)))
    file = write_sheets(best_and_worst(evaluation), tmp_path)[0]
    # Noise does not compress: the cells had to shrink.
    assert file.stat().st_size <= 2_000_000
    assert read_image(file).pixels.shape[1] < 12 + 5 * 312


def test_sheets_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    for name in ("best.png", "worst.png", "mine.png"):
        (tmp_path / name).write_bytes(b"")
    assert write_sheets([], tmp_path) == []
    assert [file.name for file in tmp_path.iterdir()] == ["mine.png"]
