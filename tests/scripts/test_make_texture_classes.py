"""The small set that stands in for CIFAR where that is not at hand."""

from pathlib import Path

import numpy as np
import pytest

import make_texture_classes
from gifnet.experiments.classification.data_sets import read_picture_set
from gifnet.experiments.classification.picture_set import PictureSet


def made(folder: Path, seed: int = 1) -> PictureSet:
    make_texture_classes.make(folder, train=3, test=2, seed=seed)
    return read_picture_set(folder)


def test_it_has_the_form_of_cifar_and_says_what_it_is(tmp_path: Path) -> None:
    found = made(tmp_path / "set")
    assert found.train.pictures.shape == (3 * 8, 32, 32, 3)
    assert found.test.pictures.shape == (2 * 8, 32, 32, 3)
    assert found.classes == make_texture_classes.CLASSES
    assert "says nothing of CIFAR" in found.about
    assert made(tmp_path / "again").train.digest == found.train.digest
    assert made(tmp_path / "other", seed=2).train.digest != found.train.digest


def test_training_and_test_pictures_come_from_different_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # White on the left, black on the right of the border: haze and noise leave the sign.
    picture = np.zeros((100, 200), np.uint8)
    picture[:, :120] = 255
    seen: list[set[int]] = []
    real = make_texture_classes.piece

    def watched(luma: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        seen.append(set(np.unique(luma).tolist()))
        return real(luma, generator)

    monkeypatch.setattr(make_texture_classes, "luma_of", lambda _: picture)
    monkeypatch.setattr(make_texture_classes, "piece", watched)
    made(tmp_path / "set")
    assert seen == ([{255}] * 3 + [{0}] * 2) * 8


def test_colour_does_not_tell_the_class(tmp_path: Path) -> None:
    make_texture_classes.make(tmp_path, train=30, test=1)
    train = read_picture_set(tmp_path).train
    tints = train.pictures.mean(axis=(1, 2)) - train.pictures.mean(axis=(1, 2, 3))[:, None]
    means = np.stack([tints[train.labels == label].mean(axis=0) for label in range(8)])
    # Tints spread by about 12 levels; the mean of 30 of them is within three of its errors.
    assert np.abs(means).max() < 3 * 12 / np.sqrt(30) + 1
