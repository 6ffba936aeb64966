"""A run in one process: its files, its log, resuming, and what stops it."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from gifnet.checkpoints import load_checkpoint, read_header, save_checkpoint
from gifnet.data.patches import Quadruple
from gifnet.errors import CheckpointError, ConfigError, DataError, ImageFileError, ImageSizeError
from gifnet.imaging import contact_sheet
from gifnet.model import GIFNet
from gifnet.training.batches import StepBatches
from gifnet.training.config import TrainingConfig
from gifnet.training.run_state import RunState
from gifnet.training.trainer import Trainer

MakeConfig = Callable[..., TrainingConfig]


def _log(run: Path, kind: str = "") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if not kind or line["kind"] == kind]


def _weights(run: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(run / "weights.safetensors")[0].state_dict()


def _equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Two pairs for the panel, one of them coloured."""
    folder = tmp_path_factory.mktemp("panel")
    generator = np.random.default_rng(0)
    entries = []
    for name, shape in (("grey", (40, 48)), ("colour", (48, 40, 3))):
        files = [folder / f"{name}_{source}.png" for source in "ab"]
        for file in files:
            Image.fromarray(generator.integers(0, 256, shape, np.uint8)).save(file)
        entries.append({"name": name, "source_a": files[0], "source_b": files[1]})
    return entries


@pytest.fixture(scope="module")
def finished(
    make_config: MakeConfig,
    panel: list[dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Trainer:
    """A finished run of four steps, validated after steps 3 and 4."""
    config = make_config(
        optimiser={"steps": 4}, validation={"every": 3, "panel": panel, "panel_side": 32}
    )
    trainer = Trainer(config, tmp_path_factory.mktemp("finished") / "run")
    trainer.train()
    return trainer


def test_a_run_leaves_weights_state_log_and_panels(finished: Trainer) -> None:
    run = finished.run_folder
    names = {str(file.relative_to(run)) for file in run.rglob("*") if file.is_file()}
    events = {name for name in names if name.startswith("tensorboard/events.out.tfevents")}
    assert len(events) == 1
    assert names - events == {
        "log.jsonl",
        "panels/step_000003.png",
        "panels/step_000004.png",
        "run.lock",
        "state.pt",
        "weights.safetensors",
    }

    steps = _log(run, "losses")
    assert [line["step"] for line in steps] == [1, 2, 3, 4]
    for line in steps:
        assert {"multi_modal/public", "multi_modal/private", "learning_rate"} <= line.keys()
        assert 0 < line["infrared_weight"] < 1
    validations = _log(run, "validation")
    assert [line["step"] for line in validations] == [3, 4]
    assert {"focus_psnr", "focus_ssim", "flat_shift", "grey/ag", "colour/ssim"} <= set(
        validations[0]
    )


def test_the_panel_has_a_row_for_each_pair_and_two_for_focus_pairs(
    finished: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Any] = []
    draw = contact_sheet.contact_sheet

    def note(given: Any) -> Any:
        rows.extend(given)
        return draw(given)

    monkeypatch.setattr(contact_sheet, "contact_sheet", note)
    finished.validation.run(finished.averaged_network(), 7)
    assert [row.title for row in rows] == ["grey", "colour", "focus", "focus"]
    for row in rows:
        assert [label for label, _ in row.pictures] == ["A", "B", "fused"]
    shapes = [row.pictures[2][1].shape for row in rows]
    assert shapes[:2] == [(32, 32), (32, 32, 3)]
    assert (finished.run_folder / "panels" / "step_000007.png").is_file()


def test_the_information_weights_are_in_the_log_and_in_the_weights(finished: Trainer) -> None:
    run = finished.run_folder
    (line,) = _log(run, "information")
    assert line["step"] == 0
    header = read_header(run / "weights.safetensors")
    assert line["information"] == header.information
    assert header.information["measure"] == "picture"
    assert header.information["kind"] == "calibrated"
    assert header.information["percentiles"] == pytest.approx([0.2, 0.8], abs=1e-3)
    assert sum(header.information["histogram"]) == 20
    assert (header.step, header.recipe_name) == (4, "tiny")
    assert header.recipe_digest == finished.config.digest


def test_a_run_that_does_not_weigh_its_sources_is_not_calibrated(
    make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    joint_batch = StepBatches.joint_batch

    def note(batches: StepBatches, step: int) -> Quadruple:
        made.append(step)
        return joint_batch(batches, step)

    monkeypatch.setattr(StepBatches, "joint_batch", note)
    config = make_config(loss={"multi_modal": "contrast"}, optimiser={"steps": 2})
    Trainer(config, tmp_path / "run").train(stop_after=1)
    Trainer(config, tmp_path / "run", resume=True).train()
    assert made == [0, 1]
    assert not _log(tmp_path / "run", "information")
    header = read_header(tmp_path / "run" / "weights.safetensors")
    assert header.information["measure"] == "unused"


def test_tensorboard_gets_the_losses_the_metrics_and_the_histogram(finished: Trainer) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(finished.run_folder / "tensorboard"))
    events.Reload()
    tags = events.Tags()
    assert {"losses/multi_modal/public", "losses/learning_rate", "validation/focus_psnr"} <= set(
        tags["scalars"]
    )
    assert tags["histograms"] == ["information/infrared_weight"]
    logged = [event.value for event in events.Scalars("losses/infrared_weight")]
    assert logged == pytest.approx(
        [line["infrared_weight"] for line in _log(finished.run_folder, "losses")], rel=1e-6
    )


def test_without_tensorboard_the_run_is_logged_as_json_lines(
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setattr(logging.getLogger("gifnet"), "propagate", True)
    Trainer(make_config(optimiser={"steps": 1}), tmp_path / "run").train()
    assert "tensorboard is not installed" in caplog.text
    assert [line["step"] for line in _log(tmp_path / "run")] == [0, 1, 1]
    assert not (tmp_path / "run" / "tensorboard").exists()


def test_the_mean_initialisation_validates_like_the_average(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(model={"initialisation": "mean"}), tmp_path / "run")
    values = trainer.validation.run(trainer.averaged_network(), 0)
    assert values["focus_psnr"] == pytest.approx(values["average_psnr"], abs=1)
    assert values["average_psnr"] > 15
    assert 0.2 < values["focus_gradient"] < 1  # the average of a focus pair is blurred
    assert values["flat_shift"] < 0.01


def test_the_running_average_follows_the_weights(make_config: MakeConfig, tmp_path: Path) -> None:
    trainer = Trainer(make_config(optimiser={"average": 0.25, "steps": 3}), tmp_path / "run")
    key = "gating.expand.weight"
    weights = [trainer.network.state_dict()[key].clone()]
    trainer.train(lambda _: weights.append(trainer.network.state_dict()[key].clone()))
    expected = weights[0]
    for step, after in enumerate(weights[1:]):
        decay = min(0.25, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * after
    torch.testing.assert_close(trainer.averaged_network().state_dict()[key], expected)
    torch.testing.assert_close(_weights(tmp_path / "run")[key], expected)


def test_without_an_average_the_weights_themselves_are_saved(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(optimiser={"average": 0.0, "steps": 1}), tmp_path / "run")
    trainer.train()
    assert _equal(_weights(tmp_path / "run"), dict(trainer.network.state_dict()))


@pytest.mark.parametrize(
    ("freezing", "precision"), [("paper", "bfloat16"), ("published", "float32")]
)
def test_a_stopped_run_goes_on_to_the_same_bits(
    make_config: MakeConfig, tmp_path: Path, freezing: str, precision: str
) -> None:
    config = make_config(
        step={"freezing": freezing}, optimiser={"precision": precision, "steps": 3}
    )
    Trainer(config, tmp_path / "whole").train()
    Trainer(config, tmp_path / "parts").train(stop_after=2)
    Trainer(config, tmp_path / "parts", resume=True).train()
    assert _equal(_weights(tmp_path / "whole"), _weights(tmp_path / "parts"))
    states = [RunState.load(tmp_path / run, digest=config.digest) for run in ("whole", "parts")]
    assert _equal(states[0].network, states[1].network)
    whole, parts = (_log(tmp_path / run, "losses") for run in ("whole", "parts"))
    assert whole == parts


def test_starting_weights_are_loaded(make_config: MakeConfig, tmp_path: Path) -> None:
    Trainer(make_config(optimiser={"steps": 1}), tmp_path / "first").train()
    start = tmp_path / "first" / "weights.safetensors"
    second = Trainer(make_config(model={"weights": start}), tmp_path / "second")
    assert _equal(dict(second.network.state_dict()), _weights(tmp_path / "first"))
    with pytest.raises(CheckpointError, match=r"none\.safetensors"):
        Trainer(make_config(model={"weights": tmp_path / "none.safetensors"}), tmp_path / "third")


def _spoil(network: GIFNet) -> None:
    with torch.no_grad():
        network.get_parameter("gating.expand.weight")[0, 0] = float("nan")


def test_a_run_that_diverges_stops_and_keeps_its_last_state(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(), tmp_path / "run")
    trainer.train(stop_after=2)
    before = {name: (tmp_path / "run" / name).read_bytes() for name in ("state.pt", "log.jsonl")}
    weights = _weights(tmp_path / "run")
    _spoil(trainer.network)
    with pytest.raises(ConfigError, match=r"diverged in step 3: .* lower optimiser.learning_rate"):
        trainer.train()
    assert before == {name: (tmp_path / "run" / name).read_bytes() for name in before}
    assert _equal(_weights(tmp_path / "run"), weights)
    assert Trainer(make_config(), tmp_path / "run", resume=True).step == 2


def test_weights_that_are_not_numbers_are_never_saved(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(), tmp_path / "run")
    before = (tmp_path / "run" / "state.pt").read_bytes()
    _spoil(trainer.network)
    with pytest.raises(ConfigError, match=r"as gating.expand.weight, got NaN or infinity"):
        trainer.save()
    assert (tmp_path / "run" / "state.pt").read_bytes() == before


def test_a_run_that_answers_everything_with_one_level_is_stopped(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(), tmp_path / "run")
    last = [m for m in trainer.network.global_decoder.modules() if isinstance(m, nn.Conv2d)][-1]
    bias = cast(Tensor, last.bias)
    with torch.no_grad():
        bias.fill_(-100.0)
    with pytest.raises(ConfigError, match=r"collapsed by step 5: .* set optimiser.clip"):
        trainer.validation.run(trainer.network.eval(), 5)


def test_a_full_disk_is_told_with_what_to_do(make_config: MakeConfig, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    trainer = Trainer(make_config(), tmp_path / "run")
    (tmp_path / "run" / "log.jsonl").symlink_to("/dev/full")
    with pytest.raises(CheckpointError, match=r"cannot write to the folder .* --resume"):
        trainer.train()
    (tmp_path / "run" / "log.jsonl").unlink()
    Trainer(make_config(), tmp_path / "run", resume=True)


def test_a_run_that_another_process_trains_is_left_alone(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    trainer = Trainer(make_config(), tmp_path / "run")
    before = (tmp_path / "run" / "state.pt").read_bytes()
    script = (
        "import sys\n"
        "from gifnet.training.run_folder import alone_in\n"
        "from pathlib import Path\n"
        "with alone_in(Path(sys.argv[1])):\n    print('alone', flush=True)\n    input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "run")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "alone\n"
        with pytest.raises(ConfigError, match="another process is training in"):
            trainer.train()
        other.kill()
    assert (tmp_path / "run" / "state.pt").read_bytes() == before
    trainer.train(stop_after=1)  # the hold of a killed process has ended


def test_a_run_is_never_started_in_the_folder_of_another(
    make_config: MakeConfig, finished: Trainer, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"holds a run already: go on with --resume"):
        Trainer(make_config(), finished.run_folder)
    (tmp_path / "other").mkdir()
    weights = tmp_path / "other" / "weights.safetensors"
    save_checkpoint(
        finished.averaged_network(),
        weights,
        read_header(finished.run_folder / "weights.safetensors"),
    )
    with pytest.raises(ConfigError, match="holds a run already"):
        Trainer(make_config(), tmp_path / "other")


def test_a_run_goes_on_only_with_its_own_recipe(make_config: MakeConfig, finished: Trainer) -> None:
    with pytest.raises(ConfigError, match=r"another recipe \(digest \w{12}, this one \w{12}\)"):
        Trainer(make_config(seed=6), finished.run_folder, resume=True)


def test_a_run_without_a_usable_state_is_told(make_config: MakeConfig, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"found none: .* start it without --resume"):
        Trainer(make_config(), tmp_path / "nothing", resume=True)
    Trainer(make_config(), tmp_path / "run")
    state = tmp_path / "run" / "state.pt"
    content = state.read_bytes()
    for damaged in (b"", content[:1000], content[: len(content) // 2], b"{}"):
        state.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r"state.pt, got a damaged file") as caught:
            Trainer(make_config(), tmp_path / "run", resume=True)
        assert len(str(caught.value).splitlines()) == 1


def test_what_cannot_be_trained_leaves_no_folder(
    make_config: MakeConfig, panel: list[dict[str, Any]], tmp_path: Path
) -> None:
    absent = {"data": {"pairs": [{"root": tmp_path / "none"}]}}
    with pytest.raises(DataError, match="none"):
        Trainer(make_config(**absent), tmp_path / "run")
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match=r"device of this machine \(.*cpu or auto\)"):
            Trainer(make_config(optimiser={"device": "cuda"}), tmp_path / "run")
    mixed = [{**panel[0], "source_b": panel[1]["source_b"]}]
    with pytest.raises(ImageSizeError, match=r"validation.panel 'grey': expected two pictures"):
        Trainer(make_config(validation={"panel": mixed}), tmp_path / "run")
    lost = [{**panel[0], "source_b": tmp_path / "lost.png"}]
    with pytest.raises(ImageFileError, match=r"lost\.png"):
        Trainer(make_config(validation={"panel": lost}), tmp_path / "run")
    assert not (tmp_path / "run").exists()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot make the folder of the run, .*: .*; name"):
        Trainer(make_config(), tmp_path / "file" / "run")
    with pytest.raises(ConfigError, match=r"cannot make the folder of the run, .*: File exists"):
        Trainer(make_config(), tmp_path / "file")


def test_training_lowers_the_losses_on_a_tiny_problem(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(
        optimiser={"steps": 16, "learning_rate": 3e-3, "average": 0.0},
        step={"inference": 0.0, "exchange": 0.0},
        checkpoint_every=100,
    )
    Trainer(config, tmp_path / "run").train()
    lines = _log(tmp_path / "run", "losses")
    for name in ("multi_modal/public", "digital_photography/public"):
        values = [line[name] for line in lines]
        assert np.mean(values[-4:]) < 0.7 * np.mean(values[:4])
