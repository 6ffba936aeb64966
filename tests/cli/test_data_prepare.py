"""``gifnet data prepare`` as a user runs it."""

import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.training.packaged_recipes import load_recipe, recipe_names
from gifnet.training.scenes import load_scenes

RunData = Callable[..., subprocess.CompletedProcess[str]]
TRAINING = Path(__file__).resolve().parents[2] / "docs" / "training.md"
COMMAND = [sys.executable, "-W", "error", "-m", "gifnet", "data", "prepare"]


def _make_msrs(root: Path, count: int, *, size: tuple[int, int] = (64, 48)) -> Path:
    """Pairs for training as MSRS lies, and one for testing; ``size`` is width and height."""
    generator = np.random.default_rng(count)
    for part, stems in (("train", range(count)), ("test", range(90, 91))):
        for folder in ("ir", "vi"):
            (root / part / folder).mkdir(parents=True)
            for stem in stems:
                pixels = generator.integers(0, 256, (size[1], size[0], 3), np.uint8)
                Image.fromarray(pixels).save(root / part / folder / f"{stem:05}D.png")
    return root


def test_a_copy_is_reported_with_its_licence_and_trained_on_by_the_printed_line(
    tmp_path: Path, run_data: RunData
) -> None:
    root, output = _make_msrs(tmp_path / "MSRS", 3), tmp_path / "copy"

    done = run_data("prepare", "msrs", "--root", root, "-o", output)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:8] == [
        f"{root / 'train' / 'ir'} with {root / 'train' / 'vi'}",
        "3 pairs",
        "sizes: 64 x 48 (3)",
        "decoded, as training keeps them: 1.7e-05 GiB of memory",
        "too small for patches of 64 x 64 pixels, and left out there: 3",
        "too small for patches of 128 x 128 pixels, and left out there: 3",
        f"{output}: 3 pairs written, 0 there already",
        f"look at {output / 'preview.png'}",
    ]
    assert lines[8].startswith("MSRS: https://github.com/Linfeng-Tang/MSRS, 1,444 pairs")
    assert lines[9].startswith("licence: none is stated on its page; it is made from the MFNet")
    printed = tomllib.loads(done.stdout[done.stdout.index("[data]") :])
    assert printed == {"data": {"pairs": [{"root": str(output)}]}}
    with Image.open(output / "preview.png") as picture:
        assert picture.format == "PNG"


def test_the_folder_that_the_documentation_makes_is_what_the_recipes_train_on(
    tmp_path: Path, run_data: RunData
) -> None:
    generator = np.random.default_rng(5)
    lies = {
        "MSRS": ("train/ir", "train/vi"),
        "RoadScene": ("cropinfrared", "crop_LR_visible"),
        "LLVIP": ("infrared/train", "visible/train"),
        "PICTURES": (".",),
    }
    for root, folders in lies.items():
        for folder in folders:
            (tmp_path / root / folder).mkdir(parents=True)
            for number in range(8):  # six of them are held out
                pixels = generator.integers(0, 256, (64, 72), np.uint8)
                Image.fromarray(pixels).save(tmp_path / root / folder / f"{number}.png")
    advice = re.findall(
        r"^gifnet data (prepare .* -o DIR/\w+)$", TRAINING.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(advice) == 4
    for line in advice:
        words = [str(tmp_path / word) if word in lies else word for word in line.split()]
        done = run_data(*(word.replace("DIR", str(tmp_path / "train")) for word in words))
        assert done.returncode == 0, done.stderr

    for name in recipe_names():
        recipe = load_recipe(name, data=tmp_path / "train")
        scenes = load_scenes(recipe)
        roots = [*(f.root for f in recipe.data.pairs), *(f.root for f in recipe.data.sharp)]
        assert len(scenes.held_out) == 6 * len(roots)
        pictures = [*scenes.paired, *scenes.sharp, *scenes.held_out]
        assert {scene.visible.shape for scene in pictures} == {(64, 72)}
        assert {scene.name for scene in pictures} == {
            f"{root.name}/{number}" for root in roots for number in range(8)
        }


def test_what_is_bad_is_listed_at_the_end_and_the_rest_prepared(
    tmp_path: Path, run_data: RunData
) -> None:
    root, output = _make_msrs(tmp_path / "MSRS", 4), tmp_path / "copy"
    (root / "train" / "ir" / "00000D.png").write_bytes(b"")
    Image.new("L", (30, 30)).save(root / "train" / "vi" / "00001D.png")
    (root / "train" / "vi" / "00002D.png").unlink()

    done = run_data("prepare", "msrs", "--root", root, "-o", output)

    assert done.returncode == 1
    assert "\n1 pairs, 2 left out, 1 pictures without a partner\n" in done.stdout
    errors = done.stderr.strip().splitlines()
    assert errors[0].startswith("error: 00000D: cannot use a training picture: ")
    assert errors[1].startswith("error: 00001D: expected aligned pictures of one size, got 64 x 48")
    assert errors[2] == f"error: {root / 'train/ir/00002D.png'}: has no partner of the same name"
    assert [file.name for file in (output / "ir").iterdir()] == ["00003D.png"]


def test_a_killed_run_is_gone_on_with_to_the_same_bytes(tmp_path: Path, run_data: RunData) -> None:
    root = _make_msrs(tmp_path / "MSRS", 16, size=(400, 300))
    # Of one name, which the preview's titles show.
    whole, killed = tmp_path / "whole" / "copy", tmp_path / "killed" / "copy"
    arguments = ["msrs", "--root", str(root), "--longest-side", "320"]
    assert run_data("prepare", *arguments, "-o", whole).returncode == 0

    process = subprocess.Popen(
        [*COMMAND, *arguments, "-o", str(killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (killed / "ir" / "00002D.png").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 3 <= len(list((killed / "ir").glob("[!.]*.png"))) < 16

    done = run_data("prepare", *arguments, "-o", killed)

    assert done.returncode == 0, done.stderr
    assert "sizes: 320 x 240 (16)" in done.stdout
    for file in whole.rglob("*"):
        if file.is_file():
            assert (killed / file.relative_to(whole)).read_bytes() == file.read_bytes()
    names = [{f.relative_to(folder) for f in folder.rglob("*")} for folder in (whole, killed)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["llvip", "--root", "nowhere"], "found none: check the name, or get the set from https:"),
        (["llvip", "--root", "."], "infrared/train and visible/train"),
        (["tno", "--root", "."], "expected a set of plain, sharp, llvip, msrs, roadscene, m3fd"),
        (["plain", "--root", ".", "--longest-side", "64"], "say -o OUT_DIR"),
        (["plain", "--root", ".", "--split", "val"], "--split"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_opencv_the_extra_is_named(tmp_path: Path, run_data: RunData) -> None:
    stand_in = "raise ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')\n"
    (tmp_path / "cv2.py").write_text(stand_in)

    done = run_data("prepare", "plain", "--root", tmp_path, PYTHONPATH=str(tmp_path))

    assert done.returncode == 2
    assert "pip install 'gifnet[train]'" in done.stderr
