"""Weights get into the package only with the recipe that they were trained from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gifnet.checkpoints import (
    CheckpointHeader,
    describe_weights,
    load_checkpoint,
    save_checkpoint,
)
from gifnet.checkpoints.bundled import bundled_names
from gifnet.model import build_gifnet
from gifnet.training.config import TrainingConfig, parse_config
from gifnet.training.recipe_digest import recipe_digest
from ship_weights import ship

RECIPE = b"""
name = "mine"
data_licence = "CC0-1.0"
data = { pairs = [{ root = "set" }] }
optimiser = { steps = 5 }
"""


def _recipe(text: bytes = RECIPE) -> TrainingConfig:
    return parse_config(text, source="a test")


def _save(run: Path, **changes: Any) -> None:
    """Write the weights of a run of the recipe."""
    header = CheckpointHeader(
        step=5, recipe_name="mine", recipe_digest=_recipe().digest, licence="unknown"
    )
    save_checkpoint(build_gifnet(seed=3), run / "weights.safetensors", replace(header, **changes))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run's folder with weights of the recipe."""
    _save(tmp_path)
    return tmp_path


def test_weights_are_shipped_with_the_licence_line_of_their_recipe(run: Path) -> None:
    target = run / "default.safetensors"
    header = ship(run, _recipe(), target)
    network, read = load_checkpoint(target)
    assert read == header
    assert (read.step, read.steps) == (5, 5)
    assert (read.recipe_digest, read.licence) == (_recipe().digest, "CC0-1.0")
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


def test_an_unfinished_run_is_shipped_only_if_asked_for_and_says_so(run: Path) -> None:
    _save(run, step=4)
    target = run / "default.safetensors"
    with pytest.raises(SystemExit, match=r"has done 4 of the 5 steps .* say --unfinished"):
        ship(run, _recipe(), target)
    assert not target.exists()
    ship(run, _recipe(), target, unfinished=True)
    read = load_checkpoint(target)[1]
    assert (read.step, read.steps) == (4, 5)


@pytest.mark.parametrize(("revision", "said"), [(None, "without a revision"), (1, "of revision 1")])
def test_a_run_with_an_older_digest_is_shipped_if_it_is_said_to_draw_the_same(
    run: Path, revision: int | None, said: str
) -> None:
    _save(run, recipe_digest=recipe_digest(_recipe(), revision=revision))
    target = run / "default.safetensors"
    with pytest.raises(SystemExit, match=rf"as it is, but with a digest {said} .* train anew"):
        ship(run, _recipe(), target)
    other = _recipe(RECIPE.replace(b"steps = 5", b"steps = 5, batch = 4"))
    with pytest.raises(SystemExit, match="another version of 'mine'"):
        ship(run, other, target, drawn_as_now=True)
    assert not target.exists()
    assert ship(run, _recipe(), target, drawn_as_now=True).recipe_digest == _recipe().digest


@pytest.mark.parametrize("name", bundled_names())
def test_all_weights_of_the_package_have_a_card_of_their_own(name: str) -> None:
    weights = describe_weights(name)
    folder = weights.file.parent
    card = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert f"`{name}.safetensors`, SHA-256 `{weights.sha256}`" in card
    assert f"({name}.md)" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
