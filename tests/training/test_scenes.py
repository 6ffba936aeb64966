"""The scenes of a run: too many for the memory, too small for a patch, told apart."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gifnet.data.decoded import MappedScene
from gifnet.errors import DataError
from gifnet.training.batches import StepBatches
from gifnet.training.config import TrainingConfig
from gifnet.training.scenes import load_scenes

MakeConfig = Callable[..., TrainingConfig]
LITTLE = 1e-5  # GiB; the pictures take 36 kB


def test_pictures_that_do_not_fit_into_memory_are_mapped_and_give_the_same_batches(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(step={"inference": 1.0})
    mapped = make_config(
        step={"inference": 1.0}, data={"memory": LITTLE, "cache": tmp_path, "workers": 1}
    )
    assert mapped.digest == config.digest
    there = load_scenes(mapped)
    assert all(isinstance(scene, MappedScene) for scene in (*there.paired, *there.sharp))
    here = load_scenes(config)
    assert here.digest == there.digest
    ours = StepBatches(config, here)
    for step, batch in enumerate(StepBatches(mapped, there).iterate(0)):
        expected = ours[step]
        assert batch.held is not None
        assert expected.held is not None
        pairs = zip(batch.held, expected.held, strict=True)
        assert all(torch.equal(picture, other) for picture, other in pairs)


def test_pictures_without_a_place_are_refused_with_what_they_take(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    message = (
        r"at most data.memory = 1e-05 GiB when they are decoded, got 3.34e-05 GiB "
        r"\(pairs 2.5e-05, sharp 8.34e-06\): name a folder .* \(data.cache, or --cache DIR\)"
    )
    with pytest.raises(DataError, match=message):
        load_scenes(make_config(data={"memory": LITTLE}))
    with_room = make_config(data={"cache": tmp_path / "unused"})
    assert not any(isinstance(scene, MappedScene) for scene in load_scenes(with_room).paired)
    assert not (tmp_path / "unused").exists()


def test_scenes_that_are_smaller_than_a_patch_are_left_out_with_a_warning(
    make_config: MakeConfig,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shutil.copytree(pictures / "sharp", tmp_path / "sharp")
    Image.new("L", (60, 15)).save(tmp_path / "sharp" / "flat.png")
    monkeypatch.setattr(logging.getLogger("gifnet"), "propagate", True)
    scenes = load_scenes(make_config(data={"sharp": [{"root": tmp_path / "sharp"}]}))
    assert len(scenes.sharp) == 3  # of five, one is held out
    assert sum(scenes.sharp_weights) == pytest.approx(1)
    assert (
        "sharp: scenes left out that are smaller than a patch of 16x16 pixels: 1 (sharp/flat)"
        in caplog.text
    )
    with pytest.raises(DataError, match=r"at least 64x64 pixels .* smaller ones only in 'pairs'"):
        load_scenes(make_config(data={"patch": 64}))


def test_other_pictures_of_the_same_names_have_another_digest(
    make_config: MakeConfig, pictures: Path, tmp_path: Path
) -> None:
    shutil.copytree(pictures / "sharp", tmp_path / "sharp")
    config = make_config(data={"sharp": [{"root": tmp_path / "sharp"}]})
    digest = load_scenes(config).digest
    assert digest == load_scenes(make_config()).digest
    file = tmp_path / "sharp" / "2.png"
    with Image.open(file) as picture:
        pixels = np.asarray(picture)
    Image.fromarray(pixels[:, ::-1].copy()).save(file)
    assert load_scenes(config).digest != digest
