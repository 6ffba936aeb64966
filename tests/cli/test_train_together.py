"""``torchrun -m gifnet train`` as a user runs it: interrupted, resumed by one process, refused."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gifnet.training.config import load_config
from gifnet.training.trainer import Trainer

# Many more than are done while an interruption after the first one is on its way.
STEPS = 30
WaitForStep = Callable[[Path, int, "subprocess.Popen[str]"], None]
GIFNET = ["-m", "gifnet", "train"]
TOGETHER = [
    *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
    *("--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"),
    *GIFNET,
]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe of a few small steps, with its pictures."""
    root = tmp_path_factory.mktemp("recipe")
    generator = np.random.default_rng(1)
    rows, columns = np.mgrid[:40, :48]
    for folder in ("pairs/ir", "pairs/vi"):
        (root / folder).mkdir(parents=True)
        for number in range(4):
            waves = np.sin(rows * generator.uniform(0.2, 1)) * np.cos(columns * generator.random())
            values = 128 + generator.uniform(5, 120) * waves
            Image.fromarray(values.round().astype(np.uint8)).save(root / folder / f"{number}.png")
    file = root / "recipe.toml"
    file.write_text(
        f"""
data = {{ patch = 32, pairs = [{{ root = "pairs" }}] }}
loss = {{ calibration_batches = 20 }}
step = {{ inference = 0.5, exchange = 0.5 }}
validation = {{ holdout = 1 }}

[optimiser]
steps = {STEPS}
batch = 2
clip = 1.0
device = "cpu"
""",
        encoding="utf-8",
    )
    return file


def _train_together(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TOGETHER, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env=ENVIRONMENT,
    )


def _losses(run: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    kept = [line for line in lines if line.pop("kind") == "losses"]
    assert [line["step"] for line in kept] == list(range(1, len(kept) + 1))
    return kept


def test_two_processes_are_interrupted_and_one_goes_on_to_the_same_losses(
    recipe: Path, tmp_path: Path, wait_for_step: WaitForStep
) -> None:
    run = tmp_path / "run"
    with subprocess.Popen(
        [*TOGETHER, str(recipe), "-o", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        wait_for_step(run, 1, process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=900)
    step = torch.load(run / "state.pt", weights_only=True)["step"]
    assert 1 <= step < STEPS
    # Each is said once, and torchrun, which ends with a failure, adds its own words.
    assert output == f"{run / 'weights.safetensors'}: {step} of {STEPS} steps\n"
    assert errors.count(f"gifnet train {recipe} --resume {run}") == 1
    assert errors.count("steps/s") >= 1
    assert "Grad strides" not in errors
    assert process.returncode != 0

    config = load_config(recipe)
    last = min(step + 2, STEPS)
    Trainer(config, run, resume=True).train(stop_after=last)
    Trainer(config, tmp_path / "alone").train(stop_after=last)
    assert len(_losses(run)) == last
    for ours, expected in zip(_losses(run), _losses(tmp_path / "alone"), strict=True):
        # Two processes sum in another order, in float32: 1e-6 after some steps, and a little more
        # with each of them.
        assert ours == pytest.approx(expected, rel=1e-4)


def test_a_mistake_is_told_once(recipe: Path, tmp_path: Path) -> None:
    odd = recipe.with_name("odd.toml")
    odd.write_text(recipe.read_text().replace("batch = 2", "batch = 3"), encoding="utf-8")
    done = _train_together(odd, "-o", tmp_path / "run")
    message = "error: optimiser.batch: expected a multiple of the 2 processes that train together"
    assert done.stderr.count(message) == 1
    # torchrun tells who failed first: the process that told the mistake.
    assert "rank      : 0 (local_rank: 0)\n  exitcode  : 2 " in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "run").exists()
