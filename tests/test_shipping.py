"""Weights get into the package only with the recipe that they were trained from."""

from pathlib import Path

import pytest

from gifnet.checkpoints import CheckpointHeader, load_checkpoint, save_checkpoint
from gifnet.model import build_gifnet
from gifnet.training.config import TrainingConfig, parse_config
from ship_weights import ship

RECIPE = b"""
name = "mine"
data_licence = "CC0-1.0"
data = { pairs = [{ root = "set" }] }
optimiser = { steps = 5 }
"""


def _recipe(text: bytes = RECIPE) -> TrainingConfig:
    return parse_config(text, source="a test")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run's folder with weights of the recipe."""
    header = CheckpointHeader(
        step=4, recipe_name="mine", recipe_digest=_recipe().digest, licence="unknown"
    )
    save_checkpoint(build_gifnet(seed=3), tmp_path / "weights.safetensors", header)
    return tmp_path


def test_weights_are_shipped_with_the_licence_line_of_their_recipe(run: Path) -> None:
    target = run / "default.safetensors"
    header = ship(run, _recipe(), target)
    network, read = load_checkpoint(target)
    assert read == header
    assert (read.step, read.recipe_digest, read.licence) == (4, _recipe().digest, "CC0-1.0")
    before = load_checkpoint(run / "weights.safetensors")[0].state_dict()
    assert all(weight.equal(before[key]) for key, weight in network.state_dict().items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((b'"mine"', b'"other"'), "trained from 'mine', not 'other'"),
        ((b"steps = 5", b"steps = 6"), "another version of 'mine'"),
    ],
)
def test_weights_of_another_recipe_are_not_shipped(
    run: Path, change: tuple[bytes, bytes], message: str
) -> None:
    target = run / "default.safetensors"
    with pytest.raises(SystemExit, match=message):
        ship(run, _recipe(RECIPE.replace(*change)), target)
    assert not target.exists()
