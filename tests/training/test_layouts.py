"""Recipes train on published sets where they lie."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.errors import ConfigError
from gifnet.training.config import TrainingConfig, load_config
from gifnet.training.scenes import load_scenes


def _config(tmp_path: Path, entry: str) -> TrainingConfig:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f"[data]\npatch = 16\npairs = [{{ {entry} }}]\n"
        "[optimiser]\nsteps = 1\n[validation]\nholdout = 1\n"
    )
    return load_config(recipe)


def _make_pairs(*folders: Path, seed: int) -> None:
    """Three pictures in each folder, of the same names."""
    generator = np.random.default_rng(seed)
    for folder in folders:
        folder.mkdir(parents=True)
        for name in ("c", "a", "b"):
            pixels = generator.integers(0, 256, (20, 24), np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}.png")


@pytest.mark.parametrize(
    ("layout", "infrared", "visible"),
    [
        ("llvip", "infrared/train", "visible/train"),
        ("msrs", "Infrared/train/MSRS", "Visible/train/MSRS"),
        ("roadscene", "cropinfrared", "crop_LR_visible"),
        ("m3fd", "M3FD_Detection/Ir", "M3FD_Detection/Vis"),
    ],
)
def test_a_set_in_its_layout_gives_the_scenes_and_the_digest_of_its_plain_copy(
    tmp_path: Path, layout: str, infrared: str, visible: str
) -> None:
    original, copy = tmp_path / "original" / "set", tmp_path / "copy" / "set"
    _make_pairs(original / infrared, original / visible, seed=1)
    _make_pairs(copy / "ir", copy / "vi", seed=1)

    there = _config(tmp_path, f'root = "original/set", layout = "{layout}"')
    here = _config(tmp_path, 'root = "copy/set"')

    assert there.digest == here.digest
    assert here.digest == _config(tmp_path, 'root = "copy/set", layout = "plain"').digest
    ours, theirs = load_scenes(here), load_scenes(there)
    assert [scene.name for scene in ours.held_out] == ["set/a"]
    for one, other in zip(
        [*ours.paired, *ours.held_out], [*theirs.paired, *theirs.held_out], strict=True
    ):
        assert one.name == other.name
        assert np.array_equal(one.visible, other.visible)
        assert one.infrared is not None
        assert other.infrared is not None
        assert np.array_equal(one.infrared, other.infrared)


def test_other_pictures_or_shares_of_them_still_change_the_digest(tmp_path: Path) -> None:
    digest = _config(tmp_path, 'root = "set", layout = "msrs"').digest
    for entry in ('root = "other", layout = "msrs"', 'root = "set", layout = "msrs", weight = 2.0'):
        assert _config(tmp_path, entry).digest != digest


def test_an_unknown_layout_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.pairs\.0\.layout: .*'plain', 'llvip'.*'tno'"):
        _config(tmp_path, 'root = "set", layout = "tno"')
