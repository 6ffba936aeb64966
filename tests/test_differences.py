"""docs/differences.md: its numbers are those of the code, and the tests that it names exist."""

import re
from pathlib import Path

import pytest
import torch

from gifnet.data.patches import Quadruple
from gifnet.model import Freezing, GIFNet, ModelConfig, build_gifnet
from gifnet.training.config import (
    DataConfig,
    LossConfig,
    ModelSection,
    OptimiserConfig,
    PairFolder,
    StepConfig,
)
from gifnet.training.step import (
    digital_photography_update,
    held_to,
    informed,
    multi_modal_update,
    run_update,
)

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\bD[1-9][0-9]*\b")
ENTRIES = {
    heading.split()[0]: body
    for heading, body in re.findall(r"^### (.+)\n((?:(?!^#).*\n)*)", TEXT, flags=re.MULTILINE)
}


def _numbers(folder: str) -> dict[str, Path]:
    return {
        number: file
        for file in sorted((ROOT / folder).rglob("*.*"))
        if file.suffix in {".py", ".toml"}
        for number in NUMBER.findall(file.read_text(encoding="utf-8"))
    }


def test_entries_are_numbered_without_gaps() -> None:
    assert list(ENTRIES) == [f"D{number}" for number in range(1, len(ENTRIES) + 1)]


@pytest.mark.parametrize("folder", ["src", "tests", "scripts"])
def test_every_number_in_the_code_has_an_entry(folder: str) -> None:
    unknown = {number: str(file) for number, file in _numbers(folder).items()}
    unknown = {number: file for number, file in unknown.items() if number not in ENTRIES}
    assert not unknown


@pytest.mark.parametrize("number", list(ENTRIES))
def test_every_entry_says_who_does_what_and_names_tests_that_exist(number: str) -> None:
    body = ENTRIES[number]
    for who in ("Paper", "ublished run", "Ours:", "Test:"):
        assert who in body, f"{number} says nothing of {who}"
    references = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", body)
    assert references, f"{number} names no test"
    for file, test in references:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def _changed_while_frozen(freezing: Freezing) -> set[str]:
    """Weights of the DP branch that an MM update changes, after a DP update."""
    config = ModelConfig(encoder_width=4, gate_channels=6)
    network: GIFNet = build_gifnet(config, seed=1)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    batch = Quadruple(*torch.rand(4, 1, 1, 16, 16, generator=torch.Generator().manual_seed(0)))
    if freezing is Freezing.PUBLISHED:
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
    autocast = torch.autocast("cpu", enabled=False)
    update = digital_photography_update(batch, held_to(batch.visible, LossConfig()))
    start = network.get_parameter("embedding.digital_photography.weight").detach().clone()
    run_update(network, update, optimiser, freezing=freezing, autocast=autocast)
    assert not torch.equal(network.get_parameter("embedding.digital_photography.weight"), start)
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    update = multi_modal_update(batch, informed(batch, torch.tensor([0.5, 0.5])))
    run_update(network, update, optimiser, freezing=freezing, autocast=autocast)
    return {
        name
        for name, weight in network.named_parameters()
        if ".digital_photography" in name and not torch.equal(weight, before[name])
    }


def test_frozen_weights_rest_unless_the_freezing_is_the_published_one() -> None:
    assert _changed_while_frozen(Freezing.PAPER) == set()
    moved = _changed_while_frozen(Freezing.PUBLISHED)
    block = "cross_fusion.blocks"
    # Frozen even as published, in both blocks, and still moved by Adam's momentum.
    for index in (0, 1):
        for layer in ("query_key", "value", "depthwise", "projection"):
            branch = f"{block}.{index}.branches.digital_photography"
            assert f"{branch}.attention.{layer}.weight" in moved


def test_by_default_a_recipe_adds_nothing_to_the_papers_training() -> None:
    loss, step = LossConfig(), StepConfig()
    assert (loss.multi_modal, loss.held, loss.gradient) == ("information", "squared", 0.0)
    assert step.freezing == "paper"
    assert (step.multi_modal, step.inference, step.exchange) == (1.0, 0.0, 0.0)
    assert (ModelSection().initialisation, ModelSection().weights) == ("paper", None)
    optimiser = OptimiserConfig(steps=1)
    assert (optimiser.batch, optimiser.learning_rate) == (8, 1e-3)
    assert (optimiser.schedule, optimiser.warmup) == ("constant", 0)
    assert (optimiser.average, optimiser.clip) == (0.0, 0.0)
    assert optimiser.precision == "float32"
    data = DataConfig(pairs=[PairFolder(root=Path("pairs"))])
    assert (data.patch, data.scales, data.augment) == (128, [1], False)
    assert data.focus == "lens"
