"""Compiled passes: when, with the same result, and what happens where it cannot be done.

A whole compilation takes minutes on a CPU. The backend "aot_eager" does all of it but the last
part, making machine code; what freezing does to gradients is decided before that.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from two_processes import difference, gradients, network, updates

from gifnet.model import Freezing
from gifnet.tasks import Task
from gifnet.training.compiled import compile_passes, kinds_of_update, wants_compiling
from gifnet.training.config import StepConfig, TrainingConfig
from gifnet.training.trainer import Trainer
from gifnet.training.update_pass import UpdatePass

MakeConfig = Callable[..., TrainingConfig]
MM, DP = Task.MULTI_MODAL, Task.DIGITAL_PHOTOGRAPHY
CPU = torch.device("cpu")
NO_AUTOCAST = torch.autocast("cpu", enabled=False)


@pytest.fixture
def in_float64() -> Iterator[None]:
    """Compute in float64 throughout, with a compiler that knows nothing yet."""
    torch.compiler.reset()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
    torch.compiler.reset()


def test_a_gpu_compiles_unless_the_recipe_says_otherwise() -> None:
    cuda, mps = torch.device("cuda", 1), torch.device("mps")
    assert [wants_compiling("auto", device) for device in (cuda, CPU, mps)] == [True, False, False]
    assert wants_compiling(True, CPU)
    assert not wants_compiling(False, cuda)


def test_only_the_kinds_of_update_that_a_recipe_has_are_compiled() -> None:
    assert kinds_of_update(StepConfig()) == [(MM, True), (DP, True)]
    assert kinds_of_update(StepConfig(multi_modal=0, inference=1)) == [(DP, False)]
    assert kinds_of_update(StepConfig(inference=0.9)) == [(MM, True), (DP, True), (DP, False)]


@pytest.mark.slow
def test_compiled_passes_in_parts_give_the_same_gradients(
    in_float64: None,
) -> None:
    plain, ours = network(), network()
    passes = UpdatePass(ours, Freezing.PAPER, parts=2)
    compile_passes(
        passes,
        kinds=[(MM, True)],  # each takes some seconds
        share=4,
        patch=16,
        device=CPU,
        autocast=NO_AUTOCAST,
        backend="aot_eager",
    )
    assert passes.run_part != passes.run_plainly
    assert all(weight.grad is None for weight in ours.parameters())
    with torch.compiler.set_stance("fail_on_recompile"):  # all has been compiled in advance
        found = gradients(passes, ours, updates()["multi_modal"])
    expected = gradients(UpdatePass(plain, Freezing.PAPER), plain, updates()["multi_modal"])
    assert any(gradient is None for gradient in found.values())
    assert difference(found, expected) < 1e-14  # rounding makes less


def test_a_run_compiles_where_it_is_asked_to(
    make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def traced(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            calls.append((options, arguments[2]))
            return function(*arguments)

        return run

    monkeypatch.setattr(torch, "compile", traced)
    Trainer(make_config(optimiser={"steps": 1}), tmp_path / "plain").train()
    assert not calls
    Trainer(make_config(optimiser={"steps": 1, "compile": True}), tmp_path / "compiled").train()
    # Three kinds of update are tried out, and then come the two of the step.
    assert [main for _, main in calls] == [MM, DP, DP, MM, DP]
    assert calls[0][0] == {"backend": "inductor", "dynamic": False}
    states = [torch.load(tmp_path / run / "state.pt") for run in ("plain", "compiled")]
    for key, weight in states[0]["network"].items():
        assert torch.equal(weight, states[1]["network"][key])  # trying out left no trace


def test_where_compiling_fails_training_goes_on_without(
    make_config: MakeConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no compiler here:\n\n" + 100 * "and much more about it, ")

    monkeypatch.setattr(torch, "compile", broken)
    monkeypatch.setattr(logging.getLogger("gifnet"), "propagate", True)
    config = make_config(optimiser={"steps": 1, "compile": True})
    trainer = Trainer(config, tmp_path / "run")
    # Seen twice where another test has already let the log through.
    records = (record for record in caplog.records if record.name.startswith("gifnet"))
    ((level, message),) = {(record.levelname, record.message) for record in records}
    assert level == "WARNING"
    assert message.startswith("the step cannot be compiled here (no compiler here: and much")
    assert message.endswith("optimiser.compile = false spares the attempt")
    assert len(message) < 400
    trainer.train()
    assert trainer.step == 1


def test_how_the_work_is_done_is_not_part_of_the_recipe(make_config: MakeConfig) -> None:
    digest = make_config().digest
    for option in ({"accumulate": 2}, {"compile": True}, {"compile": False}, {"device": "cuda"}):
        assert make_config(optimiser=option).digest == digest
    assert make_config(optimiser={"batch": 3}).digest != digest
