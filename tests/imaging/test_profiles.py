"""Colour profiles: Little CMS is the judge of what is computed in floating point."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import make_icc
from PIL import Image as PillowImage
from PIL import ImageCms

from gifnet.imaging.metadata.icc import colour_space, read_matrix_profile
from gifnet.imaging.profiles import UnfitProfileError, convert_profile

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY_PROFILE = SRGB[:16] + b"GRAY" + SRGB[20:]
WIDE = make_icc(gamma=1.8, red=(0.70, 0.29))
RGB = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def by_little_cms(pixels: NDArray[np.uint8], source: bytes, target: bytes) -> NDArray[Any]:
    converted = ImageCms.profileToProfile(
        PillowImage.fromarray(pixels),
        ImageCms.getOpenProfile(BytesIO(source)),
        ImageCms.getOpenProfile(BytesIO(target)),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return np.asarray(converted).astype(int)


@pytest.mark.parametrize(("source", "target"), [(SRGB, WIDE), (WIDE, SRGB), (make_icc(), WIDE)])
def test_eight_bits_are_what_little_cms_makes_of_them(source: bytes, target: bytes) -> None:
    ours = convert_profile(RGB, source, target).astype(int)
    difference = np.abs(ours - by_little_cms(RGB, source, target))
    # One level of rounding; Little CMS goes through tables of 16 bits, coarse near black.
    assert difference.max() <= 2
    assert (difference > 1).mean() < 0.002


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_deeper_pictures_lose_nothing_on_the_way(dtype: str) -> None:
    largest = 65535 if dtype == "uint16" else 1.0
    deep = (RGB / 255 * largest).astype(dtype)
    eight = convert_profile(RGB, SRGB, WIDE)
    converted = convert_profile(deep, SRGB, WIDE)
    assert converted.dtype == dtype
    assert np.abs(converted / largest * 255 - eight).max() <= 0.51
    back = convert_profile(converted, WIDE, SRGB)
    if dtype == "float32":
        # All but colours that the wide profile cannot show come back.
        error = np.abs(back - deep)
        assert np.quantile(error, 0.9) < 1e-4


def test_no_profile_is_srgb() -> None:
    assert convert_profile(RGB, None, SRGB) is RGB
    from_none, from_srgb = convert_profile(RGB, None, WIDE), convert_profile(RGB, SRGB, WIDE)
    assert np.abs(from_none.astype(int) - from_srgb).max() <= 1


def test_grey_pictures_and_profiles_of_other_colours_are_left_alone() -> None:
    assert convert_profile(RGB[..., 0], WIDE, SRGB).shape == (40, 50)
    assert colour_space(GREY_PROFILE) == "GRAY"
    assert convert_profile(RGB, GREY_PROFILE, SRGB) is RGB
    assert convert_profile(RGB, SRGB, GREY_PROFILE) is RGB
    assert colour_space(b"x" * 200) is None


def test_linear_profiles_convert_floats_of_any_range() -> None:
    linear, other = make_icc(gamma=1.0), make_icc(gamma=1.0, red=(0.70, 0.29))
    bright = np.full((3, 4, 3), 5.0, np.float32)
    bright[0, 0] = np.nan
    converted = convert_profile(bright, linear, other)
    # White stays white, whatever the primaries.
    np.testing.assert_allclose(converted[1:], 5.0, rtol=1e-3)
    assert np.isnan(converted[0, 0]).all()
    with pytest.raises(UnfitProfileError, match="leave"):
        convert_profile(bright, SRGB, WIDE)


def test_profiles_of_tables_are_for_eight_bits_only() -> None:
    tables = SRGB.replace(b"rTRC", b"A2B0")
    assert read_matrix_profile(tables) is None
    with pytest.raises(UnfitProfileError, match="made of tables"):
        convert_profile(RGB.astype(np.uint16), tables, SRGB)
    with pytest.raises(UnfitProfileError, match="damaged"):
        convert_profile(RGB, SRGB[:140] + b"\xff" * 60, WIDE)
