"""``gifnet train`` as a user runs it: killed, interrupted, resumed, refused."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

TrainHere = Callable[..., int]
WaitForStep = Callable[[Path, int, "subprocess.Popen[str]"], None]
STEPS = 6
COMMAND = [sys.executable, "-W", "error", "-m", "gifnet", "train"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}

# Kills its own process in the n-th write of a file, after the bytes and before the renaming.
KILLED_WHILE_WRITING = """
import os, signal, sys
writes, real = 0, os.fsync
def fsync(descriptor):
    global writes
    real(descriptor)
    writes += 1
    if writes == {count}:
        os.kill(os.getpid(), signal.SIGKILL)
os.fsync = fsync
from gifnet.cli import main
sys.argv = ["gifnet", "train", *{arguments!r}]
main()
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe of a few tiny steps, with its pictures."""
    root = tmp_path_factory.mktemp("recipe")
    generator = np.random.default_rng(1)
    rows, columns = np.mgrid[:32, :40]
    for folder in ("pairs/ir", "pairs/vi", "sharp"):
        (root / folder).mkdir(parents=True)
        for number in range(5):
            waves = np.sin(rows * generator.uniform(0.2, 1)) * np.cos(columns * generator.random())
            values = 128 + generator.uniform(5, 120) * waves
            Image.fromarray(values.round().astype(np.uint8)).save(root / folder / f"{number}.png")
    file = root / "recipe.toml"
    file.write_text(_recipe_text(), encoding="utf-8")
    return file


def _recipe_text(seed: int = 2) -> str:
    return f"""
name = "tiny"
seed = {seed}
checkpoint_every = 2
data = {{ patch = 16, pairs = [{{ root = "pairs" }}], sharp = [{{ root = "sharp" }}] }}
loss = {{ calibration_batches = 20 }}
step = {{ inference = 0.5, exchange = 0.5 }}
kinds = {{ single = 0.3 }}
validation = {{ every = 3, holdout = 1 }}

[optimiser]
steps = {STEPS}
batch = 1
average = 0.9
device = "cpu"
"""


def _train(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=ENVIRONMENT,
        cwd=cwd,
    )


@pytest.fixture(scope="module")
def uninterrupted(recipe: Path) -> Path:
    """The folder of a run that nothing disturbed."""
    run = recipe.parent / "uninterrupted"
    done = _train(recipe, "-o", run)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{run / 'weights.safetensors'}: {STEPS} of {STEPS} steps\n"
    assert "resume" not in done.stderr
    return run


def _log(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def _assert_same_run(run: Path, other: Path) -> None:
    """Compare weights, state and log of two runs bit for bit."""
    weights, expected = (load_file(folder / "weights.safetensors") for folder in (run, other))
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[key], expected[key]) for key in expected)
    states = [torch.load(folder / "state.pt", weights_only=True) for folder in (run, other)]
    assert _same(*states)
    assert _log(run) == _log(other)
    assert not list(run.rglob(".*"))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def test_a_run_killed_at_any_moment_resumes_to_the_same_bits(
    recipe: Path, uninterrupted: Path, tmp_path: Path, wait_for_step: WaitForStep
) -> None:
    run = tmp_path / "run"
    moments = np.random.default_rng()  # any moment will do
    kills = 0
    for step in (1, 4):
        start = ["--resume", str(run)] if (run / "state.pt").exists() else ["-o", str(run)]
        with subprocess.Popen(
            [*COMMAND, str(recipe), *start],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        ) as process:
            wait_for_step(run, step, process)
            time.sleep(moments.uniform(0, 0.2))
            process.kill()
            process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills >= 1
    done = _train(recipe, "--resume", run)
    assert done.returncode == 0, done.stderr
    _assert_same_run(run, uninterrupted)
    assert [line["step"] for line in _log(run) if line["kind"] == "losses"] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in _log(run) if line["kind"] == "information"] == [0]


def test_a_run_killed_while_it_writes_resumes_to_the_same_bits(
    recipe: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    # Writes of a new run: the first state, weights and state after 2 steps, the panel after 3. A
    # resumed one writes its log anew first.
    run = tmp_path / "run"
    for arguments, count, state in (
        (["-o", str(run)], 1, None),
        (["-o", str(run)], 3, 0),
        (["--resume", str(run)], 4, 2),
    ):
        script = KILLED_WHILE_WRITING.format(count=count, arguments=[str(recipe), *arguments])
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env=ENVIRONMENT,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert any(run.rglob(".*.tmp"))
        if state is None:
            assert not (run / "state.pt").exists()
        else:
            assert torch.load(run / "state.pt", weights_only=True)["step"] == state
    done = _train(recipe, "--resume", run)
    assert done.returncode == 0, done.stderr
    _assert_same_run(run, uninterrupted)


def test_ctrl_c_saves_the_step_and_says_how_to_go_on(
    recipe: Path,
    uninterrupted: Path,
    tmp_path: Path,
    train_here: TrainHere,
    wait_for_step: WaitForStep,
) -> None:
    run = tmp_path / "run"
    with subprocess.Popen(
        [*COMMAND, str(recipe), "-o", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        wait_for_step(run, 1, process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"gifnet train {recipe} --resume {run}" in errors
    assert "Traceback" not in errors
    step = torch.load(run / "state.pt", weights_only=True)["step"]
    assert 1 <= step < STEPS
    assert output == f"{run / 'weights.safetensors'}: {step} of {STEPS} steps\n"

    train_here(recipe, "--resume", run)
    weights, expected = (load_file(r / "weights.safetensors") for r in (run, uninterrupted))
    assert all(torch.equal(weights[key], expected[key]) for key in expected)


def test_a_run_stopped_early_has_a_default_folder_and_goes_on(
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    train_here: TrainHere,
) -> None:
    monkeypatch.chdir(tmp_path)
    train_here(recipe, "--stop-after", "1")
    output, errors = capsys.readouterr()
    assert output == f"runs/tiny/weights.safetensors: 1 of {STEPS} steps\n"
    assert f"gifnet train {recipe} --resume runs/tiny" in " ".join(errors.split())


def test_a_finished_run_is_left_as_it_is(
    recipe: Path, uninterrupted: Path, train_here: TrainHere, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (uninterrupted / "weights.safetensors").read_bytes()
    train_here(recipe, "--resume", uninterrupted)
    assert f"{STEPS} of {STEPS} steps" in capsys.readouterr().out
    assert (uninterrupted / "weights.safetensors").read_bytes() == before


def _refusals(recipe: Path, run: Path) -> list[tuple[list[str | Path], str]]:
    other = recipe.with_name("other.toml")
    other.write_text(_recipe_text(seed=3), encoding="utf-8")
    wrong = recipe.with_name("wrong.toml")
    wrong.write_text(_recipe_text() + "stepz = 3\n", encoding="utf-8")
    return [
        ([recipe, "-o", run, "--resume", run], "a resumed run stays in its folder"),
        ([recipe, "-o", run], "holds a run already: go on with --resume"),
        ([other, "--resume", run], "was started with another recipe"),
        ([recipe, "--resume", recipe.parent / "nothing"], "start it without --resume"),
        ([wrong], "optimiser.stepz: unknown name; meant is steps?"),
        ([recipe.parent / "none.toml"], "cannot read the training configuration"),
        ([], "expected a CONFIG file or --recipe default or paper, got neither"),
    ]


def test_what_makes_no_sense_is_refused_in_one_line(
    recipe: Path, uninterrupted: Path, capsys: pytest.CaptureFixture[str], train_here: TrainHere
) -> None:
    for arguments, message in _refusals(recipe, uninterrupted):
        assert train_here(*arguments) == 2
        errors = capsys.readouterr().err
        assert message in " ".join(errors.split())
        assert "Traceback" not in errors


def test_help_ends_with_an_example() -> None:
    done = _train("--help")
    assert done.returncode == 0
    assert "--resume RUN" in done.stdout
    example = "gifnet train --recipe default --data train -o runs/default"
    assert done.stdout.rstrip().endswith(example)
