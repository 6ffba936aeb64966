"""What users set about the look of a result."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage import data
from stand_in_networks import first_fuser, fuser_with, mean_fuser

from gifnet.errors import ImageValueError, SettingError
from gifnet.imaging import rgb_to_ycbcr
from gifnet.imaging.luts import Lut, look_up
from gifnet.inference import Fuser, result
from gifnet.inference.knobs import PRESETS
from gifnet.metrics import ag
from gifnet.tasks import Application

Array = NDArray[Any]
FloatArray = NDArray[np.float32]
FIRST = first_fuser()
MEAN = mean_fuser()
LARGER = fuser_with(torch.maximum)


def floats(picture: Array) -> FloatArray:
    return np.asarray(picture, np.float32)


def chroma_of(picture: Array) -> FloatArray:
    return rgb_to_ycbcr(floats(picture))[1]


def in_gamut(*pictures: Array) -> NDArray[np.bool_]:
    """Pixels none of whose channels were cut off."""
    inside = [((picture > 0) & (picture < 1)).all(axis=2) for picture in pictures]
    return np.asarray(np.logical_and.reduce(inside))


@pytest.fixture(scope="module")
def fuser() -> Fuser:
    return Fuser(device="cpu")


def scene(*, dtype: Any = np.float32) -> Array:
    picture = data.astronaut()[20:100, 180:280] / 255
    if dtype is not np.float32:
        picture = np.rint(picture * np.iinfo(dtype).max)
    return np.ascontiguousarray(picture, dtype)


def exposures() -> tuple[Array, Array]:
    return tuple(  # type: ignore[return-value]
        np.asarray(np.clip(scene() ** 2.2 * 2.0**stops, 0, 1) ** (1 / 2.2), np.float32)
        for stops in (1.5, -2.0)
    )


def grey_pair() -> tuple[Array, Array]:
    return tuple(np.ascontiguousarray(each[..., 1]) for each in exposures())  # type: ignore[return-value]


def test_the_defaults_are_as_trained_to_the_bit(fuser: Fuser) -> None:
    pair = exposures()
    plain = fuser.fuse(*pair)
    np.testing.assert_array_equal(fuser.fuse(*pair, detail=1, luma_range="keep"), plain)
    np.testing.assert_array_equal(
        fuser.enhance(pair[0], detail=1, luma_range="keep"), fuser.enhance(pair[0])
    )


def test_the_networks_result_grows_sharper_with_detail_at_the_same_brightness(fuser: Fuser) -> None:
    first, second = grey_pair()
    details = (0, 0.5, 1, 1.5, 2)
    for results in (
        [floats(fuser.fuse(first, second, detail=detail)) for detail in details],
        [floats(fuser.enhance(first, detail=detail)) for detail in details],
    ):
        values = [ag([], picture, data_range=1) for picture in results]
        assert all(less < more for less, more in pairwise(values)), values
        brightness = [float(picture.mean()) for picture in results]
        assert np.ptp(brightness) < 1e-3


def test_detail_leaves_the_colour_as_it_is() -> None:
    plain, crisp = (MEAN.fuse(*exposures(), detail=detail) for detail in (1, 1.6))
    inside = in_gamut(plain, crisp)
    np.testing.assert_allclose(chroma_of(plain)[inside], chroma_of(crisp)[inside], atol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("knobs", [{"detail": 0.3}, {"detail": 1.7}, {"luma_range": "full"}])
def test_a_picture_finished_in_strips_is_that_finished_whole(
    dtype: Any, knobs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = scene(dtype=dtype), scene(dtype=dtype)[::-1]
    whole = LARGER.fuse(*pair, **knobs)
    monkeypatch.setattr(result, "_STRIP", 1)
    np.testing.assert_array_equal(LARGER.fuse(*pair, **knobs), whole)
    assert whole.dtype == dtype


def test_sixteen_bits_and_floats_are_not_rounded_to_eight() -> None:
    pair = scene(dtype=np.uint16), scene(dtype=np.uint16)[::-1]
    for knobs in ({"detail": 2.0}, {"luma_range": "full"}):
        fused = MEAN.fuse(*pair, **knobs)
        assert len(np.unique(fused)) > 2000


def test_grey_stays_grey_with_every_knob() -> None:
    first, second = grey_pair()
    channels = np.stack([second] * 3, axis=-1)
    for knobs in ({"detail": 2.0}, {"luma_range": "full"}, {"chroma": "paper"}):
        assert MEAN.fuse(first, second, **knobs).ndim == 2
        fused = MEAN.fuse(first, channels, **knobs)
        assert (fused == fused[..., :1]).all()


def test_the_full_range_goes_from_black_to_white_without_a_shift_of_hue() -> None:
    picture = scene() * np.float32(0.4) + np.float32(0.2)
    full = FIRST.enhance(picture, luma_range="full")
    luma = rgb_to_ycbcr(floats(full))[0]
    assert luma.min() < 0.01
    # Colours that are no longer there at this brightness are cut off, and lose a little luma.
    assert luma.max() > 0.97
    before, after = (chroma_of(each) for each in (picture, full))
    inside = in_gamut(full)
    gain = after[inside].std() / before[inside].std()
    np.testing.assert_allclose(after[inside], before[inside] * gain, atol=2e-3)


def test_a_table_shows_a_grey_source_in_colour_over_the_other() -> None:
    functional, anatomical = grey_pair()
    fused = FIRST.fuse(functional, anatomical, lut="hot")
    np.testing.assert_allclose(fused, look_up(Lut.HOT, functional), atol=2e-6)
    fused = MEAN.fuse(anatomical, functional, lut="rainbow", lut_source=2)
    expected = chroma_of(look_up(Lut.RAINBOW, functional))
    inside = in_gamut(fused)
    np.testing.assert_allclose(chroma_of(fused)[inside], expected[inside], atol=1e-5)


def test_a_table_is_for_grey_pictures_only() -> None:
    colour, grey = scene(), grey_pair()[0]
    with pytest.raises(
        ImageValueError, match=r"a: expected a grey picture to show in the colours of 'hot'"
    ):
        MEAN.fuse(colour, grey, lut="hot")
    # Three equal channels are grey.
    assert MEAN.fuse(np.stack([grey] * 3, axis=-1), grey, lut="hot").shape == colour.shape


def test_false_colour_of_a_functional_source_is_kept() -> None:
    functional = look_up(Lut.JET, grey_pair()[0])
    tinted = scene()
    for pair, rule in (((functional, tinted), None), ((functional, tinted), "first")):
        fused = MEAN.fuse(*pair, application="medical", chroma=rule)
        inside = in_gamut(fused)
        chroma = chroma_of(functional)
        np.testing.assert_allclose(chroma_of(fused)[inside], chroma[inside], atol=1e-5)


def test_first_and_second_are_the_sources_as_given_whatever_order_they_are_taken_in() -> None:
    over, under = exposures()
    for pair in ((over, under), (under, over)):
        for rule, source in (("first", pair[0]), ("second", pair[1])):
            fused = MEAN.fuse(*pair, application="meif", chroma=rule)
            inside = in_gamut(fused)
            chroma = chroma_of(source)
            np.testing.assert_allclose(chroma_of(fused)[inside], chroma[inside], atol=1e-5)


def test_every_application_but_auto_has_a_preset() -> None:
    assert set(PRESETS) == set(Application) - {Application.AUTO}
    for preset in PRESETS.values():
        assert preset.detail is not None
        assert preset.chroma is not None


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"detail": -0.1}, r"detail must be from 0 \(faithful\) to 2 \(crisp\), .* got -0.1"),
        ({"detail": float("nan")}, "detail must be from 0 .* got nan"),
        ({"luma_range": "half"}, "luma range must be one of keep, full; got 'half'"),
        ({"chroma": "loud"}, "chroma rule must be one of exposed, stronger, paper, first, second"),
        ({"lut": "grey"}, "lut must be one of hot, rainbow, jet, viridis, inferno; got 'grey'"),
        ({"lut": "hot", "lut_source": 3}, "lut_source must be 1 or 2; got 3"),
    ],
)
def test_bad_knobs_are_refused(knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        MEAN.fuse(*grey_pair(), **knobs)
