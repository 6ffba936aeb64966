"""OpenEXR files, written by the format's own library."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from gifnet.errors import ImageFileError, MissingDependencyError
from gifnet.imaging import read_image, write_image

LIGHT = (np.random.default_rng(0).random((40, 37, 3)) * 30 - 1).astype(np.float32)


@pytest.mark.parametrize("compression", ["NO", "RLE", "ZIPS", "ZIP", "PIZ"])
@pytest.mark.parametrize("layout", ["scanlineimage", "tiledimage"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_floats_of_any_range_are_read_exactly(
    tmp_path: Path, compression: str, layout: str, dtype: str
) -> None:
    header: dict[str, Any] = {
        "compression": getattr(OpenEXR, f"{compression}_COMPRESSION"),
        "type": getattr(OpenEXR, layout),
    }
    if layout == "tiledimage":
        header["tiles"] = OpenEXR.TileDescription()
    stored = LIGHT.astype(dtype)
    with OpenEXR.File(header, {"RGB": OpenEXR.Channel(stored)}) as file:
        file.write(str(tmp_path / "a.exr"))
    image = read_image(tmp_path / "a.exr")
    np.testing.assert_array_equal(image.pixels, stored.astype(np.float32))
    assert image.samples == f"{dtype[5:]}-bit float"


def test_nan_and_infinity_are_pixels_without_data(tmp_path: Path) -> None:
    light = LIGHT[..., 0].copy()
    light[3, 4], light[5, 6] = np.nan, np.inf
    write_image(tmp_path / "a.exr", light)
    image = read_image(tmp_path / "a.exr")
    np.testing.assert_array_equal(image.pixels, light)
    assert image.nodata is not None
    assert [tuple(place) for place in np.argwhere(image.nodata)] == [(3, 4), (5, 6)]


@pytest.mark.parametrize("name", ["depth", "V"])
def test_a_single_channel_is_grey_whatever_its_name(tmp_path: Path, name: str) -> None:
    with OpenEXR.File({}, {name: OpenEXR.Channel(LIGHT[..., 0].copy())}) as file:
        file.write(str(tmp_path / "a.exr"))
    np.testing.assert_array_equal(read_image(tmp_path / "a.exr").pixels, LIGHT[..., 0])


def test_other_channels_are_named(tmp_path: Path) -> None:
    planes = {name: OpenEXR.Channel(LIGHT[..., 0].copy()) for name in ("U", "V")}
    with OpenEXR.File({}, planes) as file:
        file.write(str(tmp_path / "a.exr"))
    with pytest.raises(
        ImageFileError, match=r"a\.exr: expected the channels R, G, B or Y, got U, V"
    ):
        read_image(tmp_path / "a.exr")


def test_channels_that_are_not_read_are_named_with_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planes = {name: OpenEXR.Channel(LIGHT[..., 0].copy()) for name in ("R", "G", "B", "Z", "id")}
    with OpenEXR.File({}, planes) as file:
        file.write(str(tmp_path / "a.exr"))
    assert read_image(tmp_path / "a.exr").pixels.shape == LIGHT.shape
    assert caplog.messages == [
        f"{tmp_path / 'a.exr'}: its channels Z, id are not read; export them to files of their own"
    ]


def test_the_extra_is_named_where_the_library_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_image(tmp_path / "a.exr", LIGHT)
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    for act in (lambda: read_image(tmp_path / "a.exr"), lambda: write_image("b.exr", LIGHT)):
        with pytest.raises(
            MissingDependencyError, match=r"\.exr is .* pip install 'gifnet\[exr\]'"
        ):
            act()
