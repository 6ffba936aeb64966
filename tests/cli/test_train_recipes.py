"""``gifnet train --recipe`` as a user runs it."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from gifnet.checkpoints import read_header
from gifnet.training import packaged_recipes
from gifnet.training.packaged_recipes import read_recipe

TrainHere = Callable[..., int]
STEPS = 2
# Stands for the package's recipe, which takes its time to calibrate.
TINY = f"""
name = "default"
data = {{ patch = 16, pairs = [{{ root = "own pairs" }}], sharp = [{{ root = "sharp" }}] }}
loss = {{ calibration_batches = 20 }}
optimiser = {{ steps = {STEPS}, batch = 1, device = "cpu" }}
validation = {{ every = 1, holdout = 1 }}
"""


@pytest.fixture
def tiny_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a few pictures in ``data``, and a default recipe that is done in seconds."""
    generator = np.random.default_rng(1)
    for folder in ("own pairs/ir", "own pairs/vi", "sharp"):
        (tmp_path / "data" / folder).mkdir(parents=True)
        for number in range(3):
            pixels = generator.integers(0, 256, (32, 40), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / folder / f"{number}.png")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "default.toml").write_text(TINY, encoding="utf-8")
    folders = {"gifnet.recipes": tmp_path / "recipes"}
    monkeypatch.setattr(packaged_recipes, "files", folders.__getitem__)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_recipe_is_trained_by_name_and_says_how_to_go_on(
    tiny_default: Path, train_here: TrainHere, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = ["--recipe", "default", "--data", "data"]
    assert train_here(*recipe, "--stop-after", "1") == 0
    output, errors = capsys.readouterr()
    assert output == f"runs/default/weights.safetensors: 1 of {STEPS} steps\n"
    resumed = "gifnet train --recipe default --data data --resume runs/default"
    assert f"go on with:  {resumed}\n" in errors
    weights = tiny_default / "runs" / "default" / "weights.safetensors"
    assert read_header(weights).step == 1

    assert train_here(*resumed.split()[2:]) == 0
    output, errors = capsys.readouterr()
    assert output == f"runs/default/weights.safetensors: {STEPS} of {STEPS} steps\n"
    assert "go on with" not in errors
    header = read_header(weights)
    assert (header.step, header.recipe_name) == (STEPS, "default")
    assert header.recipe_digest == read_recipe("default").digest


def test_how_the_work_is_done_is_said_beside_a_recipe_of_the_package(
    tiny_default: Path, train_here: TrainHere, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = ["--recipe", "default", "--data", "data"]
    machine = ["--workers", "1", "--memory", "1e-06", "--cache", "my cache", "--accumulate", "1"]
    machine += ["--device", "cpu", "--compile", "no"]
    assert train_here(*recipe, *machine, "--stop-after", "1") == 0
    said = shlex.join([*recipe, "--resume", "runs/default", *machine])
    assert f"go on with:  gifnet train {said}\n" in capsys.readouterr().err
    assert len(list((tiny_default / "my cache").glob("*.luma"))) == 2
    assert train_here(*recipe, "-o", "runs/plain", "--stop-after", "1") == 0
    one, other = (load_file(f"runs/{run}/weights.safetensors") for run in ("default", "plain"))
    assert all(torch.equal(weights, other[name]) for name, weights in one.items())

    for wrong, message in (
        (["--workers", "-1"], "data.workers: Input should be greater than or equal to 0, got -1"),
        (["--accumulate", "2"], "optimiser.accumulate: expected a divisor of 1"),
        (["--device", "gpu"], "optimiser.device: Input should be 'auto', 'cpu', 'cuda' or 'mps'"),
        (["--memory", "1e-06"], "name a folder with room for them (data.cache, or --cache DIR)"),
        (["--compile", "often"], "optimiser.compile"),
    ):
        assert train_here(*recipe, *wrong, "-o", "runs/wrong") == 2
        assert message in re.sub(r"\s+", " ", capsys.readouterr().err)


def test_a_file_is_trained_with_data_that_lie_elsewhere(
    tiny_default: Path, train_here: TrainHere, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (tiny_default / "data").rename(tiny_default / "my data")
    file = tiny_default / "recipes" / "default.toml"
    assert train_here(str(file), "--data", "my data", "--stop-after", "1") == 0
    resumed = f"gifnet train {file} --data 'my data' --resume runs/default"
    assert f"go on with:  {resumed}\n" in capsys.readouterr().err
    assert data.is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.toml", "--recipe", "paper"], "expected a CONFIG file or --recipe, got both, mine"),
        (["--recipe", "papr"], "package (default, paper), got 'papr': meant is paper?"),
        (["--recipe", "default"], "needs --data DIR, a folder with "),
        (["--recipe", "paper", "--data", "."], "expected the folders"),
        (["default"], "there is no file default; the recipe of the package is --recipe default"),
    ],
)
def test_a_recipe_that_cannot_be_trained_is_refused_with_what_to_do(
    tmp_path: Path,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    train_here: TrainHere,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert train_here(*arguments) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert message in re.sub(r"\s+", " ", errors)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_of_pictures_ends_the_process_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    command = [sys.executable, "-W", "error", "-m", "gifnet", "train", "--recipe", "default"]
    done = subprocess.run(
        [*command, "--data", "."], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"error: expected the folders [\w, -]+ in \., found other: the recipe 'default' needs .+\n",
        done.stderr,
    )
