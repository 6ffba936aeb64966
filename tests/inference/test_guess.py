"""What ``auto`` guesses, on pictures made for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from skimage import data

from gifnet.imaging import read_image
from gifnet.imaging.luts import Lut, look_up
from gifnet.inference import sketch as sketching
from gifnet.inference.guess import Guess, guess_application, likeness
from gifnet.inference.sketch import sketch
from gifnet.inference.sources import Source
from gifnet.tasks import Application

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)


def guess(first: Array, second: Array) -> Guess:
    return guess_application(*(sketch(Source(each, name="a")) for each in (first, second)))


def astronaut() -> NDArray[np.float32]:
    return np.ascontiguousarray(data.astronaut()[:300, :400] / 255, np.float32)


def exposed(stops: float) -> NDArray[np.float32]:
    return np.asarray(np.clip(astronaut() ** 2.2 * 2.0**stops, 0, 1) ** (1 / 2.2), np.float32)


def focused(*, left: bool) -> NDArray[np.float32]:
    sharp = astronaut()
    soft = ndimage.gaussian_filter(sharp, (3, 3, 0))
    half = np.arange(400)[None, :, None] < 200
    return np.where(half == left, sharp, soft).astype(np.float32)


def head(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Something round on a black background."""
    rows, columns = np.mgrid[-1:1:256j, -1:1:256j]
    inside = np.hypot(rows, columns) < 0.6
    return np.where(inside, picture, 0).astype(np.float32)


def blobs(seed: int, *, deviation: float) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(size=(256, 256))
    smooth = ndimage.gaussian_filter(values, deviation)
    return np.asarray((smooth - smooth.min()) / np.ptp(smooth), np.float32)


def test_exposures_are_recognised_in_both_orders_and_in_grey() -> None:
    over, under = exposed(1.5), exposed(-2)
    for pair in ((over, under), (under, over), (over[..., 1], under[..., 1])):
        application, reason = guess(*pair)
        assert application is Application.MEIF
        assert "brighter by 0." in reason


def test_focus_pairs_are_recognised_in_colour_and_in_grey() -> None:
    near, far = focused(left=True), focused(left=False)
    for pair in ((near, far), (far, near), (near[..., 1], far[..., 1])):
        application, reason = guess(*pair)
        assert application is Application.MFIF
        assert "times as sharp" in reason


def test_colour_over_a_grey_picture_on_black_is_medical() -> None:
    functional = look_up(Lut.RAINBOW, head(blobs(0, deviation=12)))
    anatomical = head(blobs(1, deviation=2))
    application, reason = guess(anatomical, functional)
    assert application is Application.MEDICAL
    assert "black background" in reason
    assert guess(head(blobs(2, deviation=3)), anatomical).application is Application.MEDICAL
    # Magnetic resonance has noise around the body; what is computed or counted has none.
    noise = np.abs(np.random.default_rng(4).normal(size=(256, 256)) * 0.01)
    noisy = np.asarray(anatomical + noise, np.float32)
    assert guess(functional, np.clip(noisy, 0, 1)).application is Application.MEDICAL


def test_a_dark_scene_is_no_medical_one() -> None:
    noise = np.abs(np.random.default_rng(5).normal(size=(2, 256, 256, 3)) * 0.01)
    lamps = np.clip(head(blobs(6, deviation=3))[..., None] * [1.0, 0.8, 0.5] + noise[0], 0, 1)
    heat = np.clip(head(blobs(7, deviation=8)) + noise[1, ..., 0], 0, 1)
    visible, infrared = (each.astype(np.float32) for each in (lamps, heat))
    assert guess(infrared, visible).application is Application.IVIF
    assert guess(infrared, visible[..., 1]).application is Application.GENERAL


def test_a_colour_picture_and_one_of_another_light_are_visible_and_infrared() -> None:
    patches = np.repeat(np.repeat(RANDOM.random((15, 20, 3)), 20, 0), 20, 1).astype(np.float32)
    heat = ndimage.gaussian_filter(RANDOM.random((300, 400)), 10)
    heat = np.asarray((heat - heat.min()) / np.ptp(heat), np.float32)
    assert guess(heat, patches).application is Application.IVIF
    # The same edges at another brightness: near-infrared.
    near = np.repeat(np.repeat(RANDOM.random((15, 20)), 20, 0), 20, 1).astype(np.float32)
    assert guess(near, patches).application is Application.NIR_VIS


def test_one_picture_in_colour_and_in_grey_is_nothing_in_particular() -> None:
    picture = astronaut()
    application, reason = guess(picture, np.ascontiguousarray(picture[..., 1]))
    assert application is Application.GENERAL
    assert "same light" in reason


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.full((40, 50), 200, np.uint8), np.full((40, 50), 20, np.uint8)),
        (np.tile(np.array([90, 0, 0], np.uint8), (40, 50, 1)), np.full((40, 50), 20, np.uint8)),
        (blobs(0, deviation=6), blobs(1, deviation=6)),
        (astronaut(), astronaut()),
        (astronaut(), astronaut()[:, ::-1]),
        # A little brighter is no bracket.
        (exposed(0.2), exposed(-0.2)),
        # Two blurred pictures are no focus pair.
        (ndimage.gaussian_filter(astronaut(), (2, 2, 0)), astronaut()),
    ],
)
def test_what_is_not_clear_is_not_guessed(first: Array, second: Array) -> None:
    assert guess(first, second).application is Application.GENERAL


def test_the_tiniest_pictures_are_no_obstacle() -> None:
    tiny = RANDOM.random((5, 5), dtype=np.float32)
    assert guess(tiny, tiny[::-1]).application is Application.GENERAL


def test_a_sketch_in_strips_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(data.astronaut()[:301, :403], name="a")
    whole = sketch(source)
    monkeypatch.setattr(sketching, "_STRIP", 1)
    for one, other in zip(whole[:3], sketch(source)[:3], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert max(whole.luma.shape) <= 96


def test_likeness_is_spearmans_rank_correlation() -> None:
    from scipy.stats import spearmanr

    first = np.asarray(RANDOM.integers(0, 9, (20, 20)) / 8, np.float32)
    second = np.asarray(first**3 + RANDOM.integers(0, 3, (20, 20)), np.float32)
    assert likeness(first, second) == pytest.approx(spearmanr(first.ravel(), second.ravel())[0])
    assert likeness(first, first**5) == pytest.approx(1)
    assert likeness(first, np.zeros_like(first)) == 0


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "names", "allowed"),
    [
        ("lytro", ("a", "b"), {Application.MFIF, Application.GENERAL}),
        ("mefb10", ("oe", "ue"), {Application.MEIF, Application.GENERAL}),
        ("harvard_pet", ("pet", "mri"), {Application.MEDICAL}),
        ("harvard_spect", ("spect", "mri"), {Application.MEDICAL}),
        ("tno21", ("ir", "vi"), {Application.IVIF, Application.GENERAL}),
        ("nir10", ("nir", "rgb"), {Application.NIR_VIS, Application.IVIF, Application.GENERAL}),
    ],
)
def test_no_real_pair_is_taken_for_another(
    shared: Path, folder: str, names: tuple[str, str], allowed: set[Application]
) -> None:
    files = [sorted((shared / "data" / "eval" / folder / name).iterdir())[:6] for name in names]
    for first, second in zip(*files, strict=True):
        found = guess(read_image(first).pixels, read_image(second).pixels)
        assert found.application in allowed, (first, found)
