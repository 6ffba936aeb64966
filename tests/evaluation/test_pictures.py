"""Reading pictures to be measured, and their luma."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import ImageError, ImageFileError, ImageValueError
from gifnet.evaluation.measuring.pictures import luma, picture_shape, read_picture
from gifnet.imaging import write_image

RANDOM = np.random.default_rng(3)
COLOUR = RANDOM.integers(0, 256, (9, 13, 3), dtype=np.uint8)


def saved(folder: Path, array: NDArray[Any]) -> Path:
    np.save(folder / "picture.npy", array)
    return folder / "picture.npy"


def test_picture_files_come_as_they_are_stored_without_alpha(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", COLOUR, COLOUR[..., 0].copy())
    write_image(tmp_path / "b.png", COLOUR[..., 0])
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), COLOUR)
    np.testing.assert_array_equal(read_picture(tmp_path / "b.png"), COLOUR[..., 0])
    assert picture_shape(tmp_path / "a.png") == (9, 13, 3)
    assert picture_shape(tmp_path / "b.png") == (9, 13)


def test_arrays_of_any_depth_come_on_the_scale_of_8_bits_unrounded(tmp_path: Path) -> None:
    eight = COLOUR
    np.testing.assert_array_equal(read_picture(saved(tmp_path, eight)), eight)
    sixteen = RANDOM.integers(0, 65536, (5, 6, 4), dtype=np.uint16)
    np.testing.assert_allclose(
        read_picture(saved(tmp_path, sixteen)),
        sixteen / 65535 * 255,
        rtol=1e-15,  # the order of the two products
    )
    assert picture_shape(tmp_path / "picture.npy") == (5, 6, 4)
    unit = RANDOM.random((5, 6, 1), dtype=np.float32)
    read = read_picture(saved(tmp_path, unit))
    np.testing.assert_array_equal(read, unit[..., 0].astype(np.float64) * 255)
    assert read.dtype == np.float64
    assert picture_shape(tmp_path / "picture.npy") == (5, 6)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 5), np.int32), "expected uint8, uint16 or float in .0, 1., got int32"),
        (np.full((4, 5), 255.0), "expected float values in .0, 1., got 255 to 255; scale"),
        (np.full((4, 5), np.nan), "got nan to nan"),
        (np.full((4, 5), -0.01), "got -0.01 to -0.01"),
        (np.zeros((4, 5, 3, 2)), "expected the shape .H, W. or .H, W, C., got"),
        (np.zeros((0, 5)), "expected the shape"),
        (np.array([["a", "b"]]), "expected uint8"),
    ],
)
def test_arrays_that_are_no_pictures_are_errors(
    tmp_path: Path, array: NDArray[Any], message: str
) -> None:
    with pytest.raises(ImageValueError, match=message):
        read_picture(saved(tmp_path, array))


def test_damaged_files_are_errors_and_have_no_shape(tmp_path: Path) -> None:
    whole = saved(tmp_path, COLOUR).read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[:-10])
    (tmp_path / "empty.npy").write_bytes(b"")
    np.save(tmp_path / "pickled.npy", np.array([{}]), allow_pickle=True)
    with (tmp_path / "archive.npy").open("wb") as stream:
        np.savez(stream, a=COLOUR)
    (tmp_path / "text.png").write_bytes(b"no picture")
    for name in ("cut.npy", "empty.npy", "pickled.npy", "archive.npy", "text.png", "none.npy"):
        with pytest.raises(ImageFileError, match=name):
            read_picture(tmp_path / name)
        assert picture_shape(tmp_path / name) is None
    assert picture_shape(tmp_path / "none.png") is None


def test_the_header_tells_the_shape_that_reading_gives(tmp_path: Path) -> None:
    picture = Image.fromarray(COLOUR)
    turned = Image.Exif()
    turned[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=turned)
    picture.save(tmp_path / "turned.png", exif=turned)
    picture.convert("P").save(tmp_path / "palette.png")
    picture.convert("1").save(tmp_path / "bits.png")
    picture.convert("L").save(tmp_path / "grey.webp")
    picture.convert("RGBA").save(tmp_path / "alpha.tif")
    for file in tmp_path.iterdir():
        assert picture_shape(file) == read_picture(file).shape, file.name


@given(arrays(np.uint8, (3, 5, 3)))
def test_luma_of_8_bits_is_rounded_half_up(picture: NDArray[np.uint8]) -> None:
    exact = picture @ np.array([299, 587, 114])
    expected = [[(2 * int(value) + 1000) // 2000 for value in row] for row in exact]
    grey = luma(picture)
    assert grey.dtype == np.uint8
    np.testing.assert_array_equal(grey, expected)
    # Pillow rounds weights of its own, 16 bits each.
    other = np.asarray(Image.fromarray(picture).convert("L"), int)
    assert np.abs(grey.astype(int) - other).max() <= 1


@given(some.integers(0, 255))
def test_luma_of_grey_is_that_grey(level: int) -> None:
    grey = np.full((2, 3, 3), level, np.uint8)
    np.testing.assert_array_equal(luma(grey), grey[..., 0])
    np.testing.assert_array_equal(luma(grey[..., 0]), grey[..., 0])


def test_luma_of_deep_pictures_is_not_rounded() -> None:
    deep = COLOUR.astype(np.float64) + 0.25
    np.testing.assert_allclose(luma(deep), deep @ [0.299, 0.587, 0.114], rtol=1e-15)
    with pytest.raises(ImageError, match="grey or RGB picture, got shape"):
        luma(np.zeros((3, 4, 4), np.uint8))


@pytest.mark.parametrize("name", ["deep.png", "deep.tiff"])
def test_a_deep_picture_file_is_refused_with_what_to_save_instead(
    tmp_path: Path, name: str
) -> None:
    levels = RANDOM.integers(0, 65536, (5, 6), dtype=np.uint16)
    Image.fromarray(levels).save(tmp_path / name)
    with pytest.raises(ImageFileError, match=r"got 16-bit samples; save them as \.npy"):
        read_picture(tmp_path / name)
