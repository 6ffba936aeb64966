"""Fusing files: what is read, what is written, what stays untouched."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage
from stand_in_networks import mean_fuser

from gifnet.errors import ImageError, ImageFileError, ImageSizeError, SettingError
from gifnet.imaging import read_image, write_image
from gifnet.inference import Fuser, enhance_file, fuse_files
from gifnet.inference.knobs import make_knobs

RANDOM = np.random.default_rng(0)
COLOUR: NDArray[np.uint8] = RANDOM.integers(0, 256, (12, 15, 3), dtype=np.uint8)
GREY: NDArray[np.uint8] = RANDOM.integers(0, 256, (12, 15), dtype=np.uint8)
ALPHA: NDArray[np.uint8] = RANDOM.integers(0, 256, (12, 15), dtype=np.uint8)


def never() -> Fuser:
    pytest.fail("the network was loaded for files that are bad")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_image(tmp_path / "colour.png", COLOUR)
    write_image(tmp_path / "grey.png", GREY)
    write_image(tmp_path / "clear.png", COLOUR, ALPHA)
    write_image(tmp_path / "clear-grey.png", GREY, ALPHA[::-1])
    write_image(tmp_path / "grey-as-rgb.png", np.stack([GREY] * 3, axis=-1))
    write_image(tmp_path / "large.png", np.zeros((12, 16), np.uint8))
    write_image(tmp_path / "small.png", np.zeros((4, 15), np.uint8))
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"])
def test_every_format_can_be_written_in_the_sources_size(folder: Path, suffix: str) -> None:
    before = digests(folder)
    output = folder / f"fused{suffix}"
    written = fuse_files(folder / "grey.png", folder / "colour.png", output, make_fuser=mean_fuser)
    assert (written.width, written.height, written.coloured) == (15, 12, True)
    assert read_image(output).pixels.shape == (12, 15, 3)
    assert str(written).startswith(f"wrote {output} (15 x 12, colour) in ")
    after = digests(folder)
    del after[output.name]
    assert after == before


def test_the_files_hold_what_the_fuser_gives(folder: Path) -> None:
    output = folder / "fused.png"
    fuse_files(folder / "grey.png", folder / "colour.png", output, make_fuser=mean_fuser)
    np.testing.assert_array_equal(read_image(output).pixels, mean_fuser().fuse(GREY, COLOUR))
    enhance_file(folder / "colour.png", output, make_fuser=mean_fuser)
    np.testing.assert_array_equal(read_image(output).pixels, COLOUR)


@pytest.mark.parametrize("other", ["grey.png", "grey-as-rgb.png"])
def test_sources_without_colour_give_a_grey_file(folder: Path, other: str) -> None:
    output = folder / "fused.png"
    written = fuse_files(folder / "grey-as-rgb.png", folder / other, output, make_fuser=mean_fuser)
    assert not written.coloured
    np.testing.assert_array_equal(read_image(output).pixels, GREY)


@pytest.mark.parametrize(
    ("sources", "alpha"),
    [
        (("clear.png", "grey.png"), ALPHA),
        (("grey.png", "clear.png"), ALPHA),
        (("clear.png", "clear-grey.png"), np.maximum(ALPHA, ALPHA[::-1])),
    ],
)
def test_alpha_is_kept(folder: Path, sources: tuple[str, str], alpha: Any) -> None:
    output = folder / "fused.webp"
    fuse_files(folder / sources[0], folder / sources[1], output, make_fuser=mean_fuser)
    np.testing.assert_array_equal(read_image(output).alpha, alpha)


def test_enhancing_keeps_alpha(folder: Path) -> None:
    enhance_file(folder / "clear-grey.png", folder / "a.tif", make_fuser=mean_fuser)
    image = read_image(folder / "a.tif")
    np.testing.assert_array_equal(image.alpha, ALPHA[::-1])
    np.testing.assert_array_equal(image.pixels, GREY)


def test_turned_pictures_are_fused_upright(folder: Path) -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    PillowImage.fromarray(GREY.T).save(folder / "turned.png", exif=exif)
    output = folder / "fused.png"
    fuse_files(folder / "turned.png", folder / "grey.png", output, make_fuser=mean_fuser)
    assert read_image(output).pixels.shape == GREY.shape
    with PillowImage.open(output) as written:
        assert written.getexif()[0x0112] == 1


@pytest.mark.parametrize(
    ("source", "output", "kind", "message"),
    [
        ("missing.png", "a.png", ImageFileError, "missing.png: no such file"),
        ("large.png", "a.png", ImageSizeError, "large.png) and 15 x 12 ("),
        ("grey.png", "grey.png", ImageFileError, "got one of them; choose another name"),
        ("grey.png", "colour.png", ImageFileError, "got one of them; choose another name"),
        ("grey.png", "folder/../grey.png", ImageFileError, "sources are never overwritten"),
        ("grey.png", "a.gif", ImageFileError, "a.gif: cannot write the suffix '.gif'"),
        ("grey.png", "none/a.png", ImageFileError, "none does not exist"),
        ("grey.png", "folder", ImageFileError, "cannot write a name without a suffix"),
    ],
)
def test_bad_files_are_found_before_the_network_is_loaded(
    folder: Path, source: str, output: str, kind: type[ImageError], message: str
) -> None:
    before = digests(folder)
    with pytest.raises(kind) as caught:
        fuse_files(folder / source, folder / "colour.png", folder / output, make_fuser=never)
    assert message in str(caught.value)
    assert digests(folder) == before


def test_too_small_files_are_named(folder: Path) -> None:
    with pytest.raises(ImageSizeError, match=r"small.png: expected at least 5 x 5 pixels, got 15"):
        enhance_file(folder / "small.png", folder / "a.png", make_fuser=never)


def test_a_link_to_a_source_is_no_way_to_overwrite_it(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "grey.png")
    with pytest.raises(ImageFileError, match="sources are never overwritten"):
        enhance_file(folder / "grey.png", folder / "link.png", make_fuser=never)


def test_an_unknown_application_is_refused_first(folder: Path) -> None:
    with pytest.raises(SettingError, match="application must be one of"):
        fuse_files("x.png", "y.png", "z.png", application="x-ray", make_fuser=never)


def test_what_a_source_does_not_show_has_none_of_the_tables_colours(folder: Path) -> None:
    seen = np.zeros((12, 15), np.uint8)
    seen[:, :7] = 255
    functional = np.full((12, 15), 128, np.uint8)
    write_image(folder / "pet.png", functional, seen)
    output = folder / "fused.png"
    for depth in ("8", "16"):
        fuse_files(
            folder / "pet.png",
            folder / "grey.png",
            output,
            knobs=make_knobs(lut="hot"),
            depth=depth,
            make_fuser=mean_fuser,
        )
        pixels = read_image(output).pixels.astype(int)
        spread = np.ptp(pixels, axis=2)
        assert (spread[:, :7] > 40).all()
        assert (spread[:, 7:] <= 1).all()


def test_the_knobs_are_told_where_the_picture_comes_from(folder: Path) -> None:
    output = folder / "fused.png"
    knobs = make_knobs(detail=1.5, luma_range="full", chroma="paper")
    fuse_files(
        folder / "colour.png", folder / "grey.png", output, knobs=knobs, make_fuser=mean_fuser
    )
    written = output.read_bytes()
    for word in (b"detail", b"1.5", b"luma_range", b"full", b"chroma", b"paper"):
        assert word in written
