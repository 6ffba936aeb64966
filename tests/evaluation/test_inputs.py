"""What metrics of each kind are given."""

import numpy as np
import pytest

from gifnet.errors import ImageSizeError, ImageValueError
from gifnet.evaluation.measuring.inputs import Pictures, calls_of, check_fused, check_scene
from gifnet.evaluation.measuring.pictures import luma
from gifnet.metrics import Needs

RANDOM = np.random.default_rng(5)
GREY = RANDOM.integers(0, 256, (8, 12), np.uint8)
RGB = RANDOM.integers(0, 256, (8, 12, 3), np.uint8)
BANDS = RANDOM.random((8, 12, 4)) * 255
SMALL_BANDS = RANDOM.random((2, 3, 4)) * 255


def test_grey_metrics_see_the_luma_of_colour() -> None:
    pictures = Pictures((RGB, GREY), RGB[::-1], RGB[:, ::-1])
    [(sources, fused)] = calls_of(Needs.SOURCES, pictures)
    np.testing.assert_array_equal(sources, [luma(RGB), GREY])
    np.testing.assert_array_equal(fused, luma(RGB[::-1]))
    [(sources, fused)] = calls_of(Needs.TRUTH, pictures)
    np.testing.assert_array_equal(sources, [luma(RGB[:, ::-1])])
    np.testing.assert_array_equal(fused, luma(RGB[::-1]))
    [(sources, fused)] = calls_of(Needs.FUSED, pictures)
    assert not sources
    np.testing.assert_array_equal(fused, luma(RGB[::-1]))


def test_colour_metrics_see_grey_sources_as_rgb() -> None:
    pictures = Pictures((GREY, RGB), RGB, None)
    [(sources, fused)] = calls_of(Needs.COLOUR, pictures)
    np.testing.assert_array_equal(sources[0], np.dstack([GREY] * 3))
    np.testing.assert_array_equal(sources[1], RGB)
    np.testing.assert_array_equal(fused, RGB)
    assert calls_of(Needs.FUSED_COLOUR, pictures) == [([], fused)]


def test_grey_metrics_are_called_band_by_band() -> None:
    pictures = Pictures((BANDS, GREY), BANDS / 2, BANDS / 3)
    calls = calls_of(Needs.SOURCES, pictures)
    assert len(calls) == 4
    for band, (sources, fused) in enumerate(calls):
        np.testing.assert_array_equal(sources, [BANDS[..., band], GREY])
        np.testing.assert_array_equal(fused, BANDS[..., band] / 2)
    assert len(calls_of(Needs.FUSED, pictures)) == 4
    np.testing.assert_array_equal(calls_of(Needs.TRUTH, pictures)[3][0][0], BANDS[..., 3] / 3)
    [(sources, fused)] = calls_of(Needs.TRUTH_BANDS, pictures)
    np.testing.assert_array_equal(sources, [BANDS / 3])
    np.testing.assert_array_equal(fused, BANDS / 2)


@pytest.mark.parametrize("turned", [False, True])
def test_pansharpening_metrics_see_the_multispectral_picture_first(turned: bool) -> None:
    sources = (GREY, SMALL_BANDS) if turned else (SMALL_BANDS, GREY)
    assert check_scene(sources, BANDS) == (8, 12)
    pictures = Pictures(sources, BANDS, None)
    check_fused(pictures, (8, 12))
    [(given, fused)] = calls_of(Needs.PANSHARPENING, pictures)
    assert given[0] is SMALL_BANDS
    assert given[1] is GREY
    assert fused is BANDS


@pytest.mark.parametrize(
    ("needs", "pictures", "message"),
    [
        (Needs.TRUTH, Pictures((GREY,), GREY, None), "needs the truth, which is not given"),
        (Needs.COLOUR, Pictures((RGB,), GREY, None), "needs RGB results, got grey ones"),
        (Needs.FUSED_COLOUR, Pictures((BANDS,), BANDS, None), "RGB results, got 4-band ones"),
        (Needs.COLOUR, Pictures((BANDS,), RGB, None), "needs grey or RGB sources"),
        (Needs.TRUTH_BANDS, Pictures((RGB,), GREY, RGB), "a truth with bands, got grey"),
        (Needs.PANSHARPENING, Pictures((BANDS, GREY), BANDS, None), "needs a panchromatic source"),
        (Needs.PANSHARPENING, Pictures((SMALL_BANDS, GREY), GREY, None), "results with bands"),
        (Needs.SOURCES, Pictures((SMALL_BANDS, GREY), BANDS, None), "sources of the size of the"),
    ],
)
def test_what_a_metric_lacks_is_said(needs: Needs, pictures: Pictures, message: str) -> None:
    with pytest.raises(ImageValueError, match=f"cannot be measured: it .*{message}"):
        calls_of(needs, pictures)


def test_pictures_of_different_sizes_are_errors() -> None:
    with pytest.raises(ImageSizeError, match=r"sources of one size, got 12 x 8 and 12 x 7; crop"):
        check_scene([GREY, GREY[1:]], None)
    with pytest.raises(ImageSizeError, match=r"truth of the size of the sources, 12 x 8, got 11"):
        check_scene([GREY], GREY[:, 1:])
    with pytest.raises(ImageSizeError, match=r"result of the size of its sources, 12 x 8, got 12"):
        check_fused(Pictures((GREY,), GREY[1:], None), (8, 12))


def test_different_numbers_of_bands_are_errors() -> None:
    with pytest.raises(ImageValueError, match="as many bands each, got 3 and 4"):
        check_scene([BANDS, RGB], None)
    with pytest.raises(ImageValueError, match="as many bands each, got 2 and 4"):
        check_fused(Pictures((BANDS,), BANDS[..., :2], None), (8, 12))
    assert check_scene([RGB, GREY], RGB) == (8, 12)
