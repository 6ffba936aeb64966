"""Picture files that can be read and written."""

import logging
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageOps

from gifnet.errors import ImageFileError, ImageValueError
from gifnet.imaging import check_output, files, read_image, write_image

Pixels = NDArray[np.uint8]
LOSSLESS = [".png", ".tif", ".tiff", ".bmp", ".webp"]
WITH_ALPHA = [".png", ".tif", ".webp"]
RANDOM = np.random.default_rng(0)
COLOUR: Pixels = RANDOM.integers(0, 256, (7, 11, 3), dtype=np.uint8)
GREY: Pixels = COLOUR[..., 0].copy()
ALPHA: Pixels = COLOUR[..., 1].copy()


def smooth() -> Pixels:
    """A picture that JPEG can hold well."""
    rows, columns = np.mgrid[0:32, 0:48]
    return np.stack([rows * 6, columns * 4, 255 - rows * 6], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("suffix", [*LOSSLESS, ".PNG"])
def test_colour_comes_back_unchanged(tmp_path: Path, suffix: str) -> None:
    write_image(tmp_path / f"a{suffix}", COLOUR)
    image = read_image(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(image.pixels, COLOUR)
    assert image.alpha is None


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_grey_comes_back_unchanged(tmp_path: Path, suffix: str) -> None:
    write_image(tmp_path / f"a{suffix}", GREY)
    pixels = read_image(tmp_path / f"a{suffix}").pixels
    expected = np.stack([GREY] * 3, axis=-1) if suffix == ".webp" else GREY
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize("suffix", WITH_ALPHA)
@pytest.mark.parametrize("pixels", [COLOUR, GREY], ids=["colour", "grey"])
def test_alpha_comes_back_unchanged(tmp_path: Path, suffix: str, pixels: Pixels) -> None:
    write_image(tmp_path / f"a{suffix}", pixels, ALPHA)
    image = read_image(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(image.alpha, ALPHA)
    first = image.pixels[..., 0] if pixels.ndim == 2 and suffix == ".webp" else image.pixels
    np.testing.assert_array_equal(first, pixels)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_comes_back_nearly_unchanged(tmp_path: Path, suffix: str) -> None:
    write_image(tmp_path / f"a{suffix}", smooth())
    image = read_image(tmp_path / f"a{suffix}")
    assert image.format == "JPEG"
    # Quality 95 with full chroma: a few levels.
    assert np.abs(image.pixels.astype(int) - smooth()).max() <= 6
    write_image(tmp_path / "grey.jpg", smooth()[..., 0])
    assert read_image(tmp_path / "grey.jpg").pixels.shape == (32, 48)


def test_jpeg_keeps_the_full_resolution_of_colour(tmp_path: Path) -> None:
    write_image(tmp_path / "a.jpg", smooth())
    with PillowImage.open(tmp_path / "a.jpg") as picture:
        # (identifier, horizontal, vertical sampling, table) of each component
        assert [layer[1:3] for layer in picture.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_content_and_not_the_name_decides_the_format(tmp_path: Path) -> None:
    PillowImage.fromarray(COLOUR).save(tmp_path / "a.jpg", format="PNG")
    image = read_image(tmp_path / "a.jpg")
    assert image.format == "PNG"
    assert image.path == tmp_path / "a.jpg"
    np.testing.assert_array_equal(image.pixels, COLOUR)


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_lost_alpha_is_warned_of(
    tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="gifnet"):
        write_image(tmp_path / f"a{suffix}", COLOUR, ALPHA)
    assert "cannot hold the alpha channel, which is lost; write PNG, TIFF or WEBP" in caplog.text
    assert read_image(tmp_path / f"a{suffix}").alpha is None


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    picture = PillowImage.fromarray(COLOUR).quantize(8)
    picture.save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        read_image(tmp_path / "a.png").pixels, np.asarray(picture.convert("RGB"))
    )


def test_a_transparent_palette_colour_becomes_alpha(tmp_path: Path) -> None:
    picture = PillowImage.new("P", (6, 5), 1)
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((2, 3), 0)
    picture.save(tmp_path / "a.png", transparency=0)
    image = read_image(tmp_path / "a.png")
    assert image.pixels[0, 0].tolist() == [40, 50, 60]
    assert image.pixels[3, 2].tolist() == [10, 20, 30]
    assert image.alpha is not None
    assert (image.alpha == 0).sum() == 1
    assert image.alpha[3, 2] == 0


@pytest.mark.parametrize(("mode", "key"), [("L", 90), ("RGB", (90, 90, 90)), ("1", 255)])
def test_a_transparent_colour_becomes_alpha(tmp_path: Path, mode: str, key: Any) -> None:
    picture = PillowImage.new(mode, (6, 5), 0)
    picture.putpixel((2, 3), key)
    picture.save(tmp_path / "a.png", transparency=key)
    image = read_image(tmp_path / "a.png")
    assert image.pixels.ndim == (3 if mode == "RGB" else 2)
    assert image.alpha is not None
    assert [tuple(place) for place in np.argwhere(image.alpha == 0)] == [(3, 2)]


def test_one_bit_pictures_are_black_and_white(tmp_path: Path) -> None:
    bits = GREY > 127
    for suffix in (".png", ".tif", ".bmp"):
        PillowImage.fromarray(bits).save(tmp_path / f"a{suffix}")
        np.testing.assert_array_equal(read_image(tmp_path / f"a{suffix}").pixels, bits * 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_the_orientation_tag_is_applied(tmp_path: Path, suffix: str, orientation: int) -> None:
    plain, turned = tmp_path / f"plain{suffix}", tmp_path / f"turned{suffix}"
    picture = PillowImage.fromarray(smooth())
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"lossless": True} if suffix == ".webp" else {}
    picture.save(plain, **options)
    picture.save(turned, exif=exif, **options)
    with PillowImage.open(plain) as reopened:
        reopened.load()
        reopened.info.pop("exif", None)
        reopened.getexif()[0x0112] = orientation
        expected = np.asarray(ImageOps.exif_transpose(reopened))
    assert (expected.shape == (48, 32, 3)) is (orientation >= 5)
    np.testing.assert_array_equal(read_image(turned).pixels, expected)


def test_the_first_picture_of_a_camera_file_with_two_is_read(tmp_path: Path) -> None:
    first, second = PillowImage.fromarray(smooth()), PillowImage.new("RGB", (8, 8))
    first.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[second])
    image = read_image(tmp_path / "a.jpg")
    assert image.format == "JPEG"
    assert image.pixels.shape == smooth().shape


def test_a_new_file_gets_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    usual = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    path = tmp_path / "a.png"
    write_image(path, GREY)
    assert stat.S_IMODE(path.stat().st_mode) == usual
    path.chmod(0o640)
    write_image(path, GREY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_writing_to_a_link_replaces_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to(tmp_path / "target.png")
    write_image(tmp_path / "link.png", GREY)
    assert (tmp_path / "link.png").is_symlink()
    np.testing.assert_array_equal(read_image(tmp_path / "target.png").pixels, GREY)


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    path = tmp_path / "a.png"
    write_image(path, GREY)

    def fail(descriptor: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    expected: Any = (
        pytest.raises(ImageFileError, match=r"could not write the picture \(No space left")
        if isinstance(failure, OSError)
        else pytest.raises(KeyboardInterrupt)
    )
    with expected:
        write_image(path, COLOUR)
    assert list(tmp_path.iterdir()) == [path]
    np.testing.assert_array_equal(read_image(path).pixels, GREY)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("a.gif", (9, 9), "cannot write the suffix '.gif'; name the output with one of .png, .jpg"),
        ("a", (9, 9), "cannot write a name without a suffix; name the output with one of .png"),
        ("none/a.png", (9, 9), "none does not exist; create it or choose another"),
        ("folder.png", (9, 9), "expected a file to write to, got a folder; add a file name"),
        ("a.webp", (20000, 9), "WEBP holds at most 16383 pixels a side, got 20000 x 9; write PNG"),
        ("a.jpg", (9, 70000), "JPEG holds at most 65500 pixels a side, got 9 x 70000; write PNG"),
        ("x" * 300 + "/a.png", (9, 9), "File name too long; choose another place"),
    ],
)
def test_outputs_that_cannot_be_written_are_found_out_before(
    tmp_path: Path, name: str, size: tuple[int, int], message: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ImageFileError) as caught:
        check_output(tmp_path / name, width=size[0], height=size[1])
    assert message in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    ("pixels", "alpha"),
    [
        (np.zeros((5, 5), np.float64), None),
        (np.zeros((5, 5), np.int16), None),
        (np.zeros((5, 5, 4), np.uint8), None),
        (np.zeros((0, 5), np.uint8), None),
        (GREY, ALPHA[1:]),
        (GREY, ALPHA.astype(np.uint16)),
    ],
)
def test_only_arrays_that_are_pictures_are_written(tmp_path: Path, pixels: Any, alpha: Any) -> None:
    with pytest.raises(ImageValueError, match=r"expected .*, got .*; convert (it|them)"):
        write_image(tmp_path / "a.png", pixels, alpha)
    assert list(tmp_path.iterdir()) == []


def test_the_largest_sides_are_what_the_encoders_hold(tmp_path: Path) -> None:
    for suffix, side in ((".webp", 16_383), (".jpg", 65_500)):
        write_image(tmp_path / f"a{suffix}", np.zeros((1, side), np.uint8))
        assert read_image(tmp_path / f"a{suffix}").pixels.shape[1] == side
    assert files.MAXIMUM_PIXELS > 100_000_000
