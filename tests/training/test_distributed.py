"""Several processes train as one: the same gradients, losses and files, and one end for all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gifnet.errors import ConfigError
from gifnet.training.batches import StepBatches
from gifnet.training.config import OptimiserConfig, TrainingConfig
from gifnet.training.distributed import ALONE, Processes, join_processes
from gifnet.training.run_state import RunState
from gifnet.training.scenes import load_scenes
from gifnet.training.trainer import Trainer

MakeConfig = Callable[..., TrainingConfig]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]

# Two processes sum in another order. In float32, over six steps, that makes 5e-7 of a loss; the
# mean of the gradients of two half batches, which is not that of the whole, makes more (see below).
LOSS_TOLERANCE = 1e-5


def losses(run: Path) -> list[dict[str, Any]]:
    """The losses in the log of a run."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    kept = [line for line in lines if line["kind"] == "losses"]
    return [{name: value for name, value in line.items() if name != "kind"} for line in kept]


def assert_same_curve(run: Path, reference: Path, *, steps: int) -> None:
    """Compare the losses of two runs."""
    ours, theirs = losses(run), losses(reference)
    assert [line["step"] for line in ours] == list(range(1, steps + 1))
    assert len(theirs) >= steps
    for one, other in zip(ours, theirs, strict=False):
        assert one == pytest.approx(other, rel=LOSS_TOLERANCE)


@pytest.fixture(scope="module")
def config(make_config: MakeConfig) -> TrainingConfig:
    return make_config(optimiser={"batch": 2, "steps": 6}, checkpoint_every=2)


@pytest.fixture(scope="module")
def contrast(make_config: MakeConfig) -> TrainingConfig:
    """One with a target for the MM updates, of which each process makes its share, too."""
    return make_config(
        optimiser={"batch": 2, "steps": 4},
        loss={"multi_modal": "contrast", "held": "absolute", "gradient": 0.5},
    )


@pytest.fixture(scope="module")
def published(make_config: MakeConfig) -> TrainingConfig:
    """One whose momentum moves frozen weights, too (D4), in the recipe paper's precision."""
    return make_config(
        optimiser={"batch": 2, "steps": 3, "precision": "bfloat16"},
        step={"freezing": "published", "inference": 0.0},
    )


@pytest.fixture(scope="module")
def alone(config: TrainingConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of six steps by one process."""
    run = tmp_path_factory.mktemp("alone") / "run"
    Trainer(config, run).train()
    return run


@pytest.fixture(scope="module")
def together(
    config: TrainingConfig,
    contrast: TrainingConfig,
    published: TrainingConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder in which two processes have done what ``two_processes.py`` says."""
    folder = tmp_path_factory.mktemp("together")
    (folder / "config.json").write_text(config.model_dump_json(), encoding="utf-8")
    (folder / "contrast.json").write_text(contrast.model_dump_json(), encoding="utf-8")
    (folder / "published.json").write_text(published.model_dump_json(), encoding="utf-8")
    Trainer(config, folder / "begun").train(stop_after=3)
    done = subprocess.run(
        [*TORCHRUN, str(Path(__file__).with_name("two_processes.py")), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def seen(together: Path) -> list[dict[str, Any]]:
    """What each of the two processes saw."""
    return [json.loads((together / f"process_{rank}.json").read_text()) for rank in (0, 1)]


def test_the_gradients_are_those_of_one_process(seen: list[dict[str, Any]]) -> None:
    for process in seen:
        assert process["count"] == 2
        # Three kinds of update with either freezing, and in two parts; absent where absent. In
        # float64, where rounding makes less and everything else more.
        assert len(process["gradients"]) == 9
        assert max(process["gradients"].values()) < 1e-14


def test_each_process_makes_its_own_share_of_the_batch(
    seen: list[dict[str, Any]], contrast: TrainingConfig
) -> None:
    assert [process["shape"] for process in seen] == [[1, 1, 16, 16]] * 2
    scenes = load_scenes(contrast)
    whole = StepBatches(contrast, scenes)
    shares = [StepBatches(contrast, scenes, Processes(rank, 2)) for rank in (0, 1)]
    held = 0
    for step in range(4):
        expected, halves = whole[step], [share[step] for share in shares]
        assert halves[0][3:] == halves[1][3:] == expected[3:]
        pairs: list[tuple[Any, list[Any]]] = [(expected.joint, [half.joint for half in halves])]
        pairs.append(((expected.contrast,), [(half.contrast,) for half in halves]))
        if expected.held is not None:
            pairs.append((expected.held, [half.held for half in halves]))
            held += 1
        for pictures, parts in pairs:
            for picture, *part in zip(pictures, *parts, strict=True):
                assert torch.equal(torch.cat(part), picture)
    assert held


def test_the_loss_curve_is_that_of_one_process(together: Path, alone: Path) -> None:
    assert_same_curve(together / "whole", alone, steps=6)


def test_published_freezing_and_bfloat16_give_the_losses_of_one_process(
    together: Path, published: TrainingConfig, tmp_path: Path
) -> None:
    Trainer(published, tmp_path / "alone").train()
    ours, theirs = losses(together / "published"), losses(tmp_path / "alone")
    assert len(ours) == len(theirs) == 3
    for one, other in zip(ours, theirs, strict=True):
        # bfloat16 has 8 bits: a sum in another order may round to the next number, 4e-3 away.
        assert one == pytest.approx(other, rel=4e-3)


def test_two_processes_go_on_with_the_run_of_one(together: Path, alone: Path) -> None:
    assert_same_curve(together / "begun", alone, steps=6)


def test_one_process_goes_on_with_the_run_of_two(
    together: Path, contrast: TrainingConfig, tmp_path: Path
) -> None:
    trainer = Trainer(contrast, together / "stopped", resume=True)
    assert trainer.step == 2
    trainer.train()
    Trainer(contrast, tmp_path / "alone").train()
    assert_same_curve(together / "stopped", tmp_path / "alone", steps=4)


def test_the_state_after_the_steps_is_that_of_one_process(
    together: Path, alone: Path, config: TrainingConfig
) -> None:
    ours, theirs = (RunState.load(r, digest=config.digest) for r in (together / "whole", alone))
    assert ours.step == theirs.step == 6
    for name in ("scale", "offset", "floor"):
        assert ours.information[name] == pytest.approx(theirs.information[name], rel=1e-4)
    for name in ("network", "average"):
        pairs = zip(getattr(ours, name).values(), getattr(theirs, name).values(), strict=True)
        # Most of the 822,780 weights agree closely; a few have a gradient that is mere rounding,
        # which Adam makes a whole step of.
        distances = torch.cat([(a - b).abs().flatten() for a, b in pairs])
        assert distances.median() < 1e-6
        assert distances.max() < 6 * 2e-3


def test_the_main_process_alone_writes(together: Path, alone: Path) -> None:
    def names(run: Path) -> list[str]:
        files = (file.relative_to(run) for file in run.rglob("*") if file.is_file())
        return sorted(str(file).split("tfevents")[0] for file in files)

    # Stopped after three steps, the run has a panel and a file of TensorBoard more.
    more = ["panels/step_000003.png", "tensorboard/events.out."]
    assert names(together / "whole") == sorted([*names(alone), *more])


def test_a_stop_in_one_process_stops_all_after_the_same_step(
    seen: list[dict[str, Any]], together: Path
) -> None:
    assert [process["stopped"] for process in seen] == [2, 2]


def test_processes_with_another_recipe_or_picture_are_refused_in_all(
    seen: list[dict[str, Any]], together: Path
) -> None:
    assert seen[0]["different"] == seen[1]["different"]
    recipe, pictures = seen[0]["different"]
    told = "got another one in process 1 of 2 than in process 0: give every machine the same files"
    assert recipe.startswith("ConfigError: expected the same recipe (by its digest) in all proc")
    assert pictures.startswith("ConfigError: expected the same training pictures (by names, sizes")
    assert told in recipe
    assert told in pictures
    assert not (together / "differ").exists()


def test_an_error_in_one_process_ends_all(seen: list[dict[str, Any]]) -> None:
    gone = "the pictures of this machine are gone"
    assert seen[0]["failed"] == f"GIFNetError: process 1 of 2: {gone}"
    assert seen[1]["failed"] == f"DataError: {gone}"


def test_a_loss_that_is_no_number_in_one_process_ends_all(seen: list[dict[str, Any]]) -> None:
    for process in seen:
        assert process["diverged"].startswith("ConfigError: the run diverged in step 2: ")


def test_a_full_disk_ends_all(seen: list[dict[str, Any]]) -> None:
    if "full" not in seen[0]:
        pytest.skip("needs a device that is always full")
    assert seen[0]["full"].startswith("CheckpointError: cannot write to the folder of the run")
    assert seen[1]["full"].startswith("GIFNetError: process 0 of 2: [Errno 28]")


@pytest.mark.parametrize(
    ("batch", "accumulate", "message"),
    [
        (8, 1, r"optimiser.batch: expected a multiple of the 3 processes .* got 8"),
        (6, 4, r"optimiser.accumulate: expected a divisor of 2, .* got 4"),
    ],
)
def test_a_batch_that_cannot_be_shared_out_is_refused(
    batch: int, accumulate: int, message: str
) -> None:
    config = OptimiserConfig(steps=1, batch=batch, accumulate=accumulate)
    with pytest.raises(ConfigError, match=message):
        Processes(rank=1, count=3).require_shares(config)


def test_one_process_needs_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (None, "", "1"):
        monkeypatch.delenv("WORLD_SIZE", raising=False)
        if count is not None:
            monkeypatch.setenv("WORLD_SIZE", count)
        with join_processes("auto") as processes:
            assert processes is ALONE
    assert not torch.distributed.is_initialized()


def test_an_environment_that_is_not_torchruns_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with (
        pytest.raises(ConfigError, match=r"environment of torchrun, as WORLD_SIZE is 2, .* RANK"),
        join_processes("cpu"),
    ):
        pass


def test_processes_without_a_gpu_each_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "64")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "64")
    message = r"a GPU for each of the 64 processes of this machine, found \d+: .*nproc-per-node"
    with pytest.raises(ConfigError, match=message), join_processes("cuda"):
        pass


def test_processes_train_together_on_cuda_or_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    second = Processes(rank=5, count=8, local_rank=1)
    with pytest.raises(ConfigError, match=r"optimiser.device: .* got 'mps': start one process"):
        second.device("mps")
    assert second.device("cpu") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert second.device("auto") == torch.device("cuda", 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert second.device("auto") == torch.device("cpu")
