"""Files that are refused: each message names the file and says what to do."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from gifnet.errors import ImageFileError
from gifnet.imaging import read_image, write_image

COLOUR = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(width: int, height: int, *, depth: int, colour: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def save(mode: str, format_name: str, **options: Any) -> Callable[[Path], object]:
    picture = PillowImage.fromarray(COLOUR).convert(mode)
    return lambda path: picture.save(path, format=format_name, **options)


def tiff(dtype: str, **options: Any) -> Callable[[Path], object]:
    return lambda path: tifffile.imwrite(path, COLOUR.astype(dtype), **options)


FRAMES = [PillowImage.fromarray(255 - COLOUR)]
BOMB = png(60_000, 60_000, depth=8, colour=0, rows=b"\0" * 100)

BAD: dict[str, tuple[bytes | Callable[[Path], object] | None, str]] = {
    "missing": (None, "no such file; check the name and the folder"),
    "folder": (Path.mkdir, "expected a picture file, got a folder; name a file in it"),
    "pipe": (os.mkfifo, "expected a picture file, got a device or a pipe"),
    "empty": (b"", "the file is empty; copy or export it again"),
    "text": (b"not a picture\n" * 20, "got something else, or a file damaged at its beginning"),
    "gif": (save("P", "GIF"), "expected a PNG, JPEG, TIFF, BMP, WEBP or EXR picture, got a GIF"),
    "jpeg 2000": (save("RGB", "JPEG2000"), "got a JPEG 2000"),
    "heif": (b"\0\0\0\x18ftypheic" + bytes(20), "got a HEIF, AVIF or video file"),
    "pdf": (save("RGB", "PDF"), "got a PDF"),
    "cmyk": (save("CMYK", "JPEG"), "expected grey or RGB, got CMYK colours (or four bands"),
    "lab": (save("LAB", "TIFF"), "expected grey or RGB, got CIELab colours; convert it to RGB"),
    "complex TIFF": (
        lambda path: tifffile.imwrite(path, COLOUR[..., 0].astype(np.complex64)),
        "expected whole or floating-point samples, got complex64; export it as float32",
    ),
    "large numbers": (
        lambda path: tifffile.imwrite(path, np.full((4, 5), 2**30, np.uint32)),
        "expected numbers up to 16777216, which float32 holds exactly, got 1073741824 in samples",
    ),
    "five bands": (
        lambda path: tifffile.imwrite(
            path, np.zeros((4, 6, 5), np.uint8), photometric="minisblack", planarconfig="contig"
        ),
        "got 5 bands; export the one or three that are to be fused",
    ),
    "animated PNG": (
        save("RGB", "PNG", save_all=True, append_images=FRAMES),
        "expected one picture, got an animation or a file of 2 pages; export the one you want",
    ),
    "animated WebP": (save("RGB", "WEBP", save_all=True, append_images=FRAMES), "of 2 pages"),
    "TIFF of pages": (save("RGB", "TIFF", save_all=True, append_images=FRAMES), "of 2 pages"),
    "bomb": (BOMB, "expected at most 178956970 pixels, got more; crop it or make it smaller"),
    "cut PNG": (
        png(9, 9, depth=8, colour=0, rows=COLOUR.tobytes()[:90])[:-60],
        "expected a complete picture, got a damaged or cut-off file",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_its_name_and_advice(tmp_path: Path, kind: str) -> None:
    content, message = BAD[kind]
    path = tmp_path / "picture.png"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        content(path)
    with pytest.raises(ImageFileError) as caught:
        read_image(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".webp"])
def test_a_cut_off_file_is_refused_or_read_in_full(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, COLOUR)
    whole = read_image(path).pixels
    content = path.read_bytes()
    refused = 0
    for length in [*range(1, 140, 3), *range(140, len(content), max(1, len(content) // 60))]:
        path.write_bytes(content[:length])
        try:
            np.testing.assert_array_equal(read_image(path).pixels, whole)
        except ImageFileError:
            refused += 1
    assert refused > 60


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".webp"])
def test_a_damaged_file_is_refused_or_read_as_a_picture(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, COLOUR)
    content = path.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(content)
        for place in generator.integers(0, min(len(content), 400), 4):
            damaged[place] = generator.integers(0, 256)
        path.write_bytes(damaged)
        try:
            assert read_image(path).pixels.dtype == np.uint8
        except ImageFileError:
            continue


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_image(path, COLOUR)
    path.chmod(0)
    with pytest.raises(ImageFileError, match="not allowed to read this file; check its mode"):
        read_image(path)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageFileError, match="File name too long"):
        read_image(tmp_path / ("x" * 300))


def test_damaged_metadata_does_not_spoil_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    PillowImage.fromarray(COLOUR).save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 30)
    np.testing.assert_array_equal(read_image(path).pixels, COLOUR)


def test_a_picture_that_does_not_fit_into_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", COLOUR)

    def fail(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(tifffile.TiffPage, "asarray", fail)
    with pytest.raises(ImageFileError, match=r"a\.tif: expected a picture that fits into the mem"):
        read_image(tmp_path / "a.tif")
