"""``gifnet enhance``, run as people run it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gifnet.checkpoints import CheckpointHeader, save_checkpoint
from gifnet.imaging import read_image, write_image
from gifnet.model import build_gifnet


def gifnet(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gifnet", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_image(tmp_path / "photo.png", np.full((9, 12), 128, np.uint8))
    write_image(tmp_path / "tiny.png", np.full((4, 12), 128, np.uint8))
    return tmp_path


def test_a_file_is_enhanced(folder: Path) -> None:
    header = CheckpointHeader(step=0, recipe_name="none", recipe_digest="0", licence="Apache-2.0")
    save_checkpoint(build_gifnet(seed=0), folder / "untrained.safetensors", header)
    options = ["--weights", "untrained.safetensors", "--device", "cpu"]
    run = gifnet("enhance", "photo.png", "-o", "enhanced.tif", *options, folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote enhanced.tif (12 x 9, grey) in ")
    assert run.stderr == ""
    assert read_image(folder / "enhanced.tif").pixels.shape == (9, 12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("missing.png -o a.png", "error: missing.png: no such file"),
        ("photo.png -o photo.png", "error: photo.png: expected another file than the sources"),
        ("tiny.png -o a.png", "error: tiny.png: expected at least 5 x 5 pixels, got 12 x 4"),
    ],
)
def test_bad_input_is_exit_code_2_and_nothing_is_written(
    folder: Path, arguments: str, message: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run = gifnet("enhance", *arguments.split(), folder=folder)
    assert run.returncode == 2
    assert run.stderr.startswith(message)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
