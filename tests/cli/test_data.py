"""``gifnet data`` as a user runs it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

RunData = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-W", "error", "-m", "gifnet", "data"]
FOLDERS = ["visible", "infrared", "near", "far"]


def _make_pairs(
    root: Path, count: int, *, size: tuple[int, int] = (72, 48), infrared: str = "ir"
) -> Path:
    """Write pairs of random detail; ``size`` is width and height."""
    generator = np.random.default_rng(count)
    for folder in (infrared, "vi"):
        (root / folder).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (size[1], size[0], 3), np.uint8)
            Image.fromarray(pixels).save(root / folder / f"scene{number:02}.png")
    return root


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_preview_draws_pairs_and_single_pictures(tmp_path: Path, run_data: RunData) -> None:
    root = _make_pairs(tmp_path / "set", 2)
    sheet, again, other = (tmp_path / f"{name}.png" for name in ("sheet", "again", "other"))
    options = ["--count", "3", "--patch", "32"]

    done = run_data("preview", root, root / "vi", "-o", sheet, *options)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(sheet)
    with Image.open(sheet) as picture:
        # Five patches of 256 pixels a row, three rows.
        assert picture.width > 5 * 256
        assert picture.height > 3 * 256
    run_data("preview", root, root / "vi", "-o", again, *options)
    run_data("preview", root, root / "vi", "-o", other, *options, "--seed", "1")
    assert sheet.read_bytes() == again.read_bytes()
    assert sheet.read_bytes() != other.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "-o", "sheet.png"], "expected a folder of pictures at nowhere, found none"),
        (
            ["set", "-o", "sheet.png", "--patch", "64"],
            "at least 64x64 pixels (the patch size), got",
        ),
        (["set", "-o", "sheet.png", "--infrared", "nir"], "folder of pictures at set/nir, found"),
        (["set", "-o", "sheet.xyz"], "cannot write the suffix '.xyz'"),
    ],
)
def test_preview_says_what_is_wrong(tmp_path: Path, arguments: list[str], message: str) -> None:
    _make_pairs(tmp_path / "set", 1)

    done = subprocess.run(
        [*COMMAND, "preview", *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["set"]


def test_make_joint_writes_four_grey_pictures_of_each_pair(
    tmp_path: Path, run_data: RunData
) -> None:
    root, output = _make_pairs(tmp_path / "set", 3, infrared="thermal"), tmp_path / "deep" / "joint"
    before = _contents(root)

    done = run_data("make-joint", root, "-o", output, "--infrared", "thermal", "--seed", "5")

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{output}: 3 written, 0 there already, 0 left out"
    assert _contents(root) == before
    stems = [f"scene{number:02}" for number in range(3)]
    names = {f"{folder}/{stem}.png" for folder in FOLDERS for stem in stems}
    assert set(_contents(output)) == names | {"joint.json"}
    for name in names:
        with Image.open(output / name) as picture:
            assert (picture.mode, picture.size, picture.format) == ("L", (72, 48), "PNG")
    for folder, source in (("visible", "vi"), ("infrared", "thermal")):
        with Image.open(output / folder / "scene01.png") as written:
            luma = np.asarray(written, np.float64)
        with Image.open(root / source / "scene01.png") as original:
            expected = np.asarray(original, np.float64) @ (0.299, 0.587, 0.114)
        assert np.abs(luma - expected).max() <= 0.51
    manifest = json.loads((output / "joint.json").read_text())
    assert manifest["seed"] == 5
    assert manifest["infrared"] == "thermal"
    assert manifest["source"] == "set"
    assert manifest["scenes"]["scene00"] == {"visible": "scene00.png", "infrared": "scene00.png"}


def test_a_pair_depends_on_the_seed_and_its_name_alone(tmp_path: Path, run_data: RunData) -> None:
    root, few = _make_pairs(tmp_path / "set", 3), tmp_path / "few" / "set"
    for folder in ("ir", "vi"):
        (few / folder).mkdir(parents=True)
        file = root / folder / "scene02.png"
        (few / folder / "scene02.png").write_bytes(file.read_bytes())
        # The same picture under another name is blurred in another way.
        (root / folder / "twin.png").write_bytes(file.read_bytes())

    for source, name, seed in ((root, "all", 1), (few, "one", 1), (few, "other", 2)):
        done = run_data("make-joint", source, "-o", tmp_path / name, "--seed", str(seed))
        assert done.returncode == 0, done.stderr

    of_all, of_one, other = (_contents(tmp_path / name) for name in ("all", "one", "other"))
    for folder in FOLDERS:
        assert of_all[f"{folder}/scene02.png"] == of_one[f"{folder}/scene02.png"]
    assert of_all["near/scene02.png"] != other["near/scene02.png"]
    assert of_all["near/scene02.png"] != of_all["near/twin.png"]
    assert of_all["visible/scene02.png"] == of_all["visible/twin.png"]


def test_a_killed_run_is_gone_on_with_to_the_same_bytes(tmp_path: Path, run_data: RunData) -> None:
    root = _make_pairs(tmp_path / "set", 18, size=(400, 300))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run_data("make-joint", root, "-o", whole).returncode == 0

    process = subprocess.Popen(
        [*COMMAND, "make-joint", str(root), "-o", str(killed)], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (killed / "far" / "scene02.png").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    complete = {file.name for file in (killed / "far").glob("*.png")}
    assert 3 <= len(complete) < 18
    # And what a kill between or amid two files leaves behind.
    (killed / "near" / "scene00.png").unlink()
    (killed / "near" / ".scene00.png.0123abcd.tmp").write_bytes(b"half a picture")
    untouched = (killed / "far" / "scene01.png").stat().st_mtime_ns

    done = run_data("make-joint", root, "-o", killed)

    assert done.returncode == 0, done.stderr
    skipped = len(complete) - 1
    assert f"{18 - skipped} written, {skipped} there already" in done.stdout
    assert _contents(killed) == _contents(whole)
    assert (killed / "far" / "scene01.png").stat().st_mtime_ns == untouched


def test_bad_pairs_do_not_stop_the_others(tmp_path: Path, run_data: RunData) -> None:
    root, output = _make_pairs(tmp_path / "set", 4), tmp_path / "joint"
    (root / "ir" / "scene00.png").write_bytes(b"")
    Image.new("L", (30, 30)).save(root / "ir" / "scene02.png")

    done = run_data("make-joint", root, "-o", output)

    assert done.returncode == 1
    assert "2 written, 0 there already, 2 left out" in done.stdout
    assert "error: scene00: cannot use a training picture: " in done.stderr
    assert "error: scene02: expected aligned pictures of one size, got 30 x 30" in done.stderr
    assert sorted(file.name for file in (output / "far").iterdir()) == [
        "scene01.png",
        "scene03.png",
    ]


def test_pictures_are_cut_and_reduced_to_the_wanted_size(tmp_path: Path, run_data: RunData) -> None:
    root, output = _make_pairs(tmp_path / "set", 1), tmp_path / "joint"
    for folder in ("ir", "vi"):
        # Too small for the size: one side is enough to refuse it.
        Image.new("L", (30, 80)).save(root / folder / "small.png")

    done = run_data("make-joint", root, "-o", output, "--size", "32x24")

    assert done.returncode == 1
    assert "small: expected pictures of at least 32 x 24 pixels, got 30 x 80" in done.stderr
    for folder in FOLDERS:
        with Image.open(output / folder / "scene00.png") as picture:
            assert picture.size == (32, 24)


@pytest.mark.parametrize("size", ["32", "32x", "x", "4x100", "-3x5", "32x24x2"])
def test_a_size_that_is_none_is_bad_usage(tmp_path: Path, size: str, run_data: RunData) -> None:
    done = run_data("make-joint", tmp_path, "-o", tmp_path / "joint", f"--size={size}")

    assert done.returncode == 2
    assert "--size" in done.stderr
    assert not (tmp_path / "joint").exists()


def test_other_options_for_a_set_that_was_begun_are_refused(
    tmp_path: Path, run_data: RunData
) -> None:
    root, output = _make_pairs(tmp_path / "set", 1), tmp_path / "joint"
    assert run_data("make-joint", root, "-o", output).returncode == 0
    before = _contents(output)

    done = run_data("make-joint", root, "-o", output, "--seed", "1")

    assert done.returncode == 2
    assert "was begun with seed 0 instead of 1: give the same options" in done.stderr
    assert _contents(output) == before


def test_inputs_and_foreign_files_are_never_written_over(tmp_path: Path, run_data: RunData) -> None:
    root = tmp_path / "set"
    _make_pairs(root, 1, infrared="infrared")
    (root / "vi").rename(root / "visible")
    foreign = tmp_path / "foreign"
    (foreign / "near").mkdir(parents=True)
    (foreign / "near" / "scene00.png").write_bytes(b"somebody's own")
    before = _contents(tmp_path)
    names = ["--infrared", "infrared", "--visible", "visible"]

    for output, message in (
        (root, "apart from the inputs"),
        (foreign, "choose another folder"),
        (foreign / "near" / "scene00.png", "cannot write to"),
    ):
        done = run_data("make-joint", root, "-o", output, *names)
        assert done.returncode == 2
        assert message in done.stderr
    assert _contents(tmp_path) == before


def test_without_opencv_the_extra_is_named_and_help_still_works(
    tmp_path: Path, run_data: RunData
) -> None:
    stand_in = "raise ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')\n"
    (tmp_path / "cv2.py").write_text(stand_in)
    _make_pairs(tmp_path / "set", 1)

    for command, output in (("preview", "sheet.png"), ("make-joint", "joint")):
        target = tmp_path / output
        done = run_data(command, tmp_path / "set", "-o", target, PYTHONPATH=str(tmp_path))
        assert done.returncode == 2
        assert "pip install 'gifnet[train]'" in done.stderr
        assert not target.exists()
        assert run_data(command, "--help", PYTHONPATH=str(tmp_path)).returncode == 0


def test_every_help_ends_with_an_example(run_data: RunData) -> None:
    for command in ("preview", "make-joint", "prepare"):
        done = run_data(command, "--help")
        assert f"Example:\n    gifnet data {command} " in done.stdout
