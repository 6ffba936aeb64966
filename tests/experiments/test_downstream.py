"""``gifnet downstream`` as its users run it, and its measures where the answer is known."""

import csv
from pathlib import Path

import numpy as np
import pytest
from made_pairs import focus_pair, gifnet
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import EvaluationError
from gifnet.experiments.downstream.edges import edge_thresholds, f_score, find_edges, share_near
from gifnet.experiments.downstream.keypoints import find_again, find_keypoints, make_view
from gifnet.experiments.downstream.keypoints import share_near as points_near
from gifnet.experiments.downstream.measures import MEASURES, measure_scene
from gifnet.experiments.downstream.results import SetResult, differences, estimates
from gifnet.experiments.downstream.sets import parse_set, parse_sets

NAMES = [measure.name for measure in MEASURES]
CASES = ("1", "2", "3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folders near, far and sharp, three pictures of 120 x 96 each."""
    for seed, case in enumerate(CASES):
        for name, picture in focus_pair(96, 120, seed=seed).items():
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(picture).save(tmp_path / name / f"{case}.png")
    return tmp_path


def table(file: Path) -> dict[tuple[str, str, str], dict[str, float]]:
    with file.open(encoding="utf-8") as stream:
        return {
            (row["set"], row["case"], row["picture"]): {
                name: float(row[name]) for name in NAMES if row[name]
            }
            for row in csv.DictReader(stream)
        }


def test_fused_pictures_are_compared_with_each_source_alone(folder: Path) -> None:
    done = gifnet(
        *("downstream", "--set", "focus=near,far,sharp", "--set", "blind=near,far"),
        *("--method", "gifnet", "--method", "mean=average", "-o", "out", "--workers", "1"),
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    rows = table(folder / "out" / "downstream.csv")
    pictures = ("first source", "second source", "gifnet", "mean")
    assert set(rows) == {
        (name, case, picture)
        for name in ("focus", "blind")
        for case in CASES
        for picture in pictures
    }
    for case in CASES:
        first, second, network, mean = (rows["focus", case, name] for name in pictures)
        # Each source lacks half of the edges; the average has them at half the strength.
        assert max(first["edges_covered"], second["edges_covered"]) < 0.9
        assert network["truth_edges"] > max(first["truth_edges"], second["truth_edges"])
        # Another method, another result.
        assert all(network[name] != mean[name] for name in ("truth_edges", "edges_covered"))
        assert first["edges_backed"] == second["edges_backed"] == 1
        assert "truth_edges" not in rows["blind", case, "gifnet"]
    text = (folder / "out" / "downstream.md").read_text(encoding="utf-8")
    assert "**focus**, 3 cases" in text
    assert "| *gain of gifnet* |" in text
    assert text.rstrip() in done.stdout
    with Image.open(folder / "out" / "downstream.png") as figure:
        assert figure.width > 1000
    assert done.stdout.splitlines()[-1] == "out/downstream.png"

    fused = folder / "out" / "fused" / "focus" / "gifnet" / "1.png"
    before = fused.stat().st_mtime_ns
    again = gifnet(
        *("downstream", "--set", "focus=near,far,sharp", "--method", "gifnet", "-o", "out"),
        folder=folder,
    )
    assert again.returncode == 0, again.stderr
    assert fused.stat().st_mtime_ns == before
    kept = table(folder / "out" / "downstream.csv")
    assert kept["focus", "1", "gifnet"] == rows["focus", "1", "gifnet"]


def test_a_bad_picture_is_left_out_for_all_and_listed(folder: Path) -> None:
    (folder / "near" / "2.png").write_bytes(b"not a picture")
    Image.new("L", (40, 40)).save(folder / "near" / "3.png")
    Image.new("L", (40, 40)).save(folder / "far" / "3.png")
    done = gifnet(
        *("downstream", "--set", "focus=near,far", "--method", "average", "-o", "out"),
        *("--workers", "1"),
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    rows = table(folder / "out" / "downstream.csv")
    assert {case for _, case, _ in rows} == {"1"}
    text = (folder / "out" / "downstream.md").read_text(encoding="utf-8")
    assert "- focus/2: " in text
    assert "- focus/3: expected pictures of at least 80 x 80 pixels, got 40 x 40" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "near", "-o", "out"], "expected NAME=FOLDER_A,FOLDER_B"),
        (["--set", "near,nowhere", "-o", "out"], "nowhere"),
        (["--set", "a=near,far", "--set", "A=far,near", "-o", "out"], "sets of different names"),
        (["--set", "near,far", "-o", "near"], "expected a folder of its own"),
        (["--set", "near,far", "--method", "laplace", "-o", "out"], "laplacian"),
        (["--set", "near,far", "--method", "first source=average", "-o", "out"], "other names"),
    ],
)
def test_bad_requests_say_what_was_expected(
    folder: Path, arguments: list[str], message: str
) -> None:
    done = gifnet("downstream", *arguments, folder=folder)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (folder / "out").exists()
    assert {file.name for file in (folder / "near").iterdir()} == {f"{c}.png" for c in CASES}


def scene(seed: int = 0) -> list[NDArray[np.uint8]]:
    return list(focus_pair(120, 160, seed=seed, block=10).values())


def values_of(*fused: NDArray[np.uint8], truth: bool = False) -> dict[str, NDArray[np.float64]]:
    near, far, sharp = scene()
    measured = measure_scene("scene", [near, far], fused, sharp if truth else None)
    return dict(zip(NAMES, measured.T, strict=True))


def test_the_sharp_picture_covers_both_sources_and_is_the_truth() -> None:
    sharp = scene()[2]
    flat = np.full_like(sharp, 128)
    stripes = np.zeros_like(sharp)
    stripes[:, np.arange(160) // 3 % 2 == 0] = 255
    found = values_of(sharp, flat, stripes, truth=True)
    first, second, best, nothing, wild = found["edges_covered"]
    assert best > 0.9 > max(first, second)
    assert nothing == 0
    # What is everywhere covers everything, so that coverage alone shows nothing: it is not backed.
    assert wild > 0.8
    assert found["edges_backed"][4] < 0.8 < found["edges_backed"][2]
    assert found["truth_edges"][2] == 1
    assert found["truth_edges"][3] == 0
    assert all(found["truth_edges"][row] < 1 for row in (0, 1, 4))
    assert found["keypoints_covered"][2] > max(found["keypoints_covered"][[3, 4]])
    for name in ("repeatability", "right_share", "right_matches"):
        assert found[name][3] == 0
        assert found[name][2] > 0.2


def test_a_picture_does_not_depend_on_those_beside_it_and_the_view_is_the_same() -> None:
    near, _, sharp = scene()
    together = values_of(sharp, near)
    alone = values_of(near)
    for name in NAMES:
        assert together[name][0] == together[name][3] or np.isnan(together[name][0])
        np.testing.assert_array_equal(together[name][[0, 1, 3]], alone[name])
    views = [make_view("scene", 50, 60), make_view("scene", 50, 60), make_view("other", 50, 60)]
    assert np.array_equal(views[0].homography, views[1].homography)
    assert np.array_equal(views[0].noise, views[1].noise)
    assert not np.allclose(views[0].homography, views[2].homography)


def test_points_are_found_again_where_they_have_gone() -> None:
    """Seen again without moving, nearly everything is; nothing is where the view is wrong."""
    generator = np.random.default_rng(0)
    picture = np.kron(generator.integers(0, 256, (24, 30)), np.ones((8, 8))).astype(np.uint8)
    keypoints = find_keypoints(picture)
    view = make_view("scene", *picture.shape)
    still = view._replace(homography=np.eye(3), noise=0 * view.noise)
    same = find_again(picture, keypoints, still)
    assert (same.repeatability, same.right_share) == (1, 1)
    assert same.right == len(keypoints.points)
    moved = find_again(picture, keypoints, view)
    assert 0.3 < moved.repeatability < 1
    assert moved.right_share > 0.4
    # Moved by 12 pixels, but by none as far as the judge knows.
    shifted = np.roll(picture, 12, axis=1)
    assert points_near(keypoints.points, find_keypoints(shifted).points) < 0.5


def test_edges_are_near_within_two_pixels() -> None:
    edges = np.zeros((20, 20), bool)
    edges[5, 3:13] = True
    for rows, expected in ((0, 1.0), (2, 1.0), (3, 0.0)):
        assert share_near(edges, np.roll(edges, rows, axis=0)) == expected
    assert share_near(edges, np.roll(edges, 5, axis=1)) == pytest.approx(0.7)
    assert np.isnan(share_near(np.zeros_like(edges), edges))
    assert f_score(0.5, 1.0) == pytest.approx(2 / 3)
    assert f_score(0.0, 0.0) == f_score(float("nan"), 0.0) == 0


def test_thresholds_are_those_of_the_sources_so_that_weak_edges_get_lost() -> None:
    picture = np.zeros((40, 40), np.uint8)
    picture[:, 20:] = 200
    thresholds = edge_thresholds([picture])
    assert find_edges(picture, thresholds).any()
    assert not find_edges(np.asarray(picture // 10, np.uint8), thresholds).any()
    assert not find_edges(np.zeros_like(picture), edge_thresholds([0 * picture])).any()


def test_the_gain_is_over_the_better_source_case_by_case() -> None:
    values = np.full((4, 3, len(NAMES)), np.nan)
    values[:, :, 0] = [[0.1, 0.5, 0.7], [0.2, 0.6, 0.8], [0.1, 0.4, 0.6], [np.nan, 0.1, 0.2]]
    result = SetResult("set", ("a", "b", "c", "d"), values)
    better, (gain,) = differences(result, 0)
    assert better == 1
    assert (gain.mean, gain.low, gain.high) == pytest.approx((0.2, 0.2, 0.2))
    assert estimates(result, 0)[1].mean == pytest.approx(0.5)
    assert estimates(result, 1) == []
    assert np.isnan(estimates(SetResult("one", ("a",), values[:1]), 0)[0].low)


def test_sets_are_named_by_their_users_or_by_their_folder() -> None:
    one = parse_set("tno = ir, vi")
    assert (one.name, one.sources, one.truth) == ("tno", (Path("ir"), Path("vi")), None)
    other = parse_set("lytro/a,lytro/b,lytro/all")
    assert (other.name, other.truth) == ("lytro", Path("lytro/all"))
    for bad in ("", "a", "=a,b", "n=a", "a,b,c,d"):
        with pytest.raises(EvaluationError, match="expected NAME=FOLDER_A,FOLDER_B"):
            parse_set(bad)
    with pytest.raises(EvaluationError, match="got no set"):
        parse_sets(())
