"""``gifnet train --recipe`` as a user runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.checkpoints import read_header
from gifnet.cli import main
from gifnet.training.packaged_recipes import read_recipe

COMMAND = [sys.executable, "-W", "error", "-m", "gifnet", "train"]


def _train(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        cwd=cwd,
    )


def _make_data(root: Path) -> None:
    """Folders as the default recipe wants them, with as few small pictures as it takes."""
    recipe = read_recipe("default")
    folders = [f.root / part for f in recipe.data.pairs for part in (f.infrared, f.visible)]
    folders += [folder.root for folder in recipe.data.sharp]
    generator = np.random.default_rng(1)
    rows, columns = np.mgrid[:64, :80]
    for folder in folders:
        (root / folder).mkdir(parents=True)
        for number in range(recipe.validation.holdout + 1):
            waves = np.sin(rows * generator.uniform(0.2, 1)) * np.cos(columns * generator.random())
            values = 128 + generator.uniform(5, 120) * waves
            Image.fromarray(values.round().astype(np.uint8)).save(root / folder / f"{number}.png")


@pytest.mark.slow
def test_the_default_recipe_starts_is_resumed_and_names_itself_in_the_weights(
    tmp_path: Path,
) -> None:
    _make_data(tmp_path / "data")
    recipe = ["--recipe", "default", "--data", "data"]
    started = _train(*recipe, "--stop-after", "1", cwd=tmp_path)
    assert started.returncode == 0, started.stderr
    steps = read_recipe("default").optimiser.steps
    assert started.stdout == f"runs/default/weights.safetensors: 1 of {steps} steps\n"
    resumed = ["--resume", "runs/default"]
    assert f"go on with:  gifnet train {' '.join([*recipe, *resumed])}\n" in started.stderr
    header = read_header(tmp_path / "runs" / "default" / "weights.safetensors")
    assert (header.step, header.recipe_name) == (1, "default")
    assert header.recipe_digest == read_recipe("default").digest

    done = _train(*recipe, *resumed, "--stop-after", "1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, started.stdout), done.stderr


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
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["gifnet", "train", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert message in re.sub(r"\s+", " ", errors)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_of_pictures_ends_the_process_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    done = _train("--recipe", "default", "--data", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"error: expected the folders [\w, -]+ in \., found other: the recipe 'default' needs .+\n",
        done.stderr,
    )
