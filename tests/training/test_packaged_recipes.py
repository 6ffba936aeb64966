"""The recipes of the package: found by name, placed in a folder, and what came of them."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from safetensors.torch import load_file

import gifnet
from gifnet.checkpoints import bundled_names, describe_weights, read_header
from gifnet.checkpoints.bundled import BUNDLED
from gifnet.data.revision import REVISION
from gifnet.errors import ConfigError
from gifnet.training.config import TrainingConfig, load_config, parse_config
from gifnet.training.packaged_recipes import load_recipe, place_recipe, read_recipe, recipe_names
from gifnet.training.recipe_digest import recipe_digest
from gifnet.training.trainer import Trainer

ROOT = Path(__file__).resolve().parents[2]
TINY = b"""
name = "tiny"
data = { patch = 16, pairs = [{ root = "pairs" }], sharp = [{ root = "sharp" }] }
loss = { calibration_batches = 20 }
optimiser = { steps = 2, batch = 1, device = "cpu" }
validation = { every = 2, holdout = 1 }
"""


def _folders(recipe: TrainingConfig) -> list[str]:
    roots = [folder.root for folder in recipe.data.pairs]
    return [str(root) for root in [*roots, *(folder.root for folder in recipe.data.sharp)]]


def test_the_package_has_the_recipes_that_its_weights_are_called_by() -> None:
    assert recipe_names() == ("default", "paper")


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_is_called_as_its_file_and_names_folders_only(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert all(Path(folder).name == folder for folder in _folders(recipe))
    # Pictures of a panel do not come with the package.
    assert not recipe.validation.panel
    assert recipe.data_licence != "unknown"


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_trains_with_the_folders_of_the_place_that_is_given(
    name: str, tmp_path: Path
) -> None:
    recipe = read_recipe(name)
    for folder in _folders(recipe):
        (tmp_path / folder).mkdir()
    placed = load_recipe(name, data=tmp_path)
    assert _folders(placed) == [str(tmp_path / folder) for folder in _folders(recipe)]
    assert placed.digest == recipe.digest


def test_a_link_to_a_folder_of_another_name_leaves_the_digest(tmp_path: Path) -> None:
    recipe = read_recipe("default")
    for number, folder in enumerate(_folders(recipe)):
        (tmp_path / f"disk{number}").mkdir()
        (tmp_path / folder).symlink_to(tmp_path / f"disk{number}")
    assert load_recipe("default", data=tmp_path).digest == recipe.digest


@pytest.mark.parametrize("weights", bundled_names())
def test_weights_of_the_package_carry_the_digest_of_their_recipe(weights: str) -> None:
    header = describe_weights(weights).header
    assert header is not None
    assert header.recipe_name == weights
    recipe = read_recipe(weights)
    # All values of the recipe are those of the package's. The code that drew the patches may be
    # of an earlier revision, as it was before digests had one.
    earlier = [None, *range(1, REVISION)]
    assert header.recipe_digest in [
        recipe.digest,
        *(recipe_digest(recipe, revision=revision) for revision in earlier),
    ]
    # Unfinished weights say so.
    assert header.steps in {None, recipe.optimiser.steps}
    assert header.step == recipe.optimiser.steps or header.steps is not None


def test_a_recipe_of_the_package_starts_from_no_file_of_ones_own() -> None:
    assert all(read_recipe(name).model.weights in {None, *BUNDLED} for name in recipe_names())


def test_what_is_missing_is_named_with_what_there_is(tmp_path: Path) -> None:
    recipe = parse_config(TINY, source="a test")
    needed = (
        r"pairs \(pairs of infrared and visible pictures\) and sharp \(single sharp pictures\); "
    )
    with pytest.raises(ConfigError, match=rf"'tiny' needs --data DIR, a folder with {needed}"):
        place_recipe(recipe, data=None)
    with pytest.raises(ConfigError, match=rf"at .*none, found none: .*{needed}.*data prepare"):
        place_recipe(recipe, data=tmp_path / "none")
    with pytest.raises(ConfigError, match=r"expected the folders pairs, sharp in .* no folder: "):
        place_recipe(recipe, data=tmp_path)
    for folder in ("sharp", "more"):
        (tmp_path / folder).mkdir()
    with pytest.raises(ConfigError, match=r"folders pairs in .*, found more, sharp: "):
        place_recipe(recipe, data=tmp_path)


def test_a_name_that_no_recipe_has_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"package \(default, paper\), got 'papr': meant is paper"
    ):
        load_recipe("papr", data=tmp_path)
    with pytest.raises(ConfigError, match=r"got 'zzz': a recipe of your own is a file, given"):
        load_recipe("zzz", data=tmp_path)


def test_a_tiny_recipe_trains_from_a_folder_and_shows_pictures_held_out(
    pictures: Path, tmp_path: Path
) -> None:
    recipe = parse_config(TINY, source="a test")
    trainer = Trainer(place_recipe(recipe, data=pictures), tmp_path / "run")
    weights = trainer.train()
    header = read_header(weights)
    assert (header.step, header.recipe_name) == (2, "tiny")
    assert header.recipe_digest == recipe.digest
    assert [name for name, *_ in trainer.validation.panel] == ["1 pairs/0"]
    assert (tmp_path / "run" / "panels" / "step_000002.png").is_file()


def test_the_same_recipe_as_a_file_elsewhere_trains_the_same_weights(
    pictures: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.toml"
    file.write_bytes(TINY)
    runs = {
        "file": load_config(file, data=pictures),
        "recipe": place_recipe(parse_config(TINY, source="a test"), data=pictures),
    }
    states = [load_file(Trainer(config, tmp_path / run).train()) for run, config in runs.items()]
    assert all(states[0][key].equal(states[1][key]) for key in states[0])


def test_with_a_folder_of_data_only_the_roots_are_looked_for_there(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(
        '[data]\npairs = [{ root = "set" }, { root = "/away" }]\n[optimiser]\nsteps = 1\n'
        '[model]\nweights = "start.safetensors"\n'
        '[validation]\npanel = [{ name = "A", source_a = "a.png", source_b = "b.png" }]\n',
        encoding="utf-8",
    )
    config = load_config(file, data=tmp_path / "data")
    assert _folders(config) == [str(tmp_path / "data" / "set"), "/away"]
    assert config.model.weights == tmp_path / "start.safetensors"
    assert config.validation.panel[0].source_a == tmp_path / "a.png"


def test_recipes_and_weights_are_found_in_a_zip_archive(tmp_path: Path) -> None:
    package = Path(gifnet.__file__).parent
    archive = tmp_path / "gifnet.zip"
    with zipfile.ZipFile(archive, "w") as content:
        for file in package.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                content.write(file, Path("gifnet") / file.relative_to(package))
    script = (
        "import gifnet\n"
        "from gifnet.checkpoints import bundled_names, load_model\n"
        "from gifnet.training.packaged_recipes import read_recipe, recipe_names\n"
        "print(gifnet.__file__, *map(load_model, bundled_names()), sep='\\n')\n"
        "print(*(read_recipe(name).digest for name in recipe_names()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(archive)},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(str(archive))
    assert lines[-1] == " ".join(read_recipe(name).digest for name in recipe_names())
