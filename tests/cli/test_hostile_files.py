"""Broken and hostile files: one line that names the file and the way out, and nothing is written.

More than 200 of them, most in this process for speed, some through the real command line. A file
that can still be read whole, or that decodes in spite of a flipped byte, may be fused.
"""

import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from gifnet.errors import GIFNetError
from gifnet.imaging import Metadata, write_image
from gifnet.imaging.arrays import Picture
from gifnet.inference import enhance_file

RANDOM = np.random.default_rng(0)
RGB8 = RANDOM.integers(0, 256, (32, 40, 3), dtype=np.uint8)
RGB16 = RANDOM.integers(0, 65536, (32, 40, 3), dtype=np.uint16)
ADVICE = (
    "copy",
    "export",
    "convert",
    "choose",
    "check",
    "crop",
    "name a file",
    "save it",
    "scale",
    "take a larger",
    "repair",
    "pip install",
    "develop",
)
SUFFIXES = (".png", ".jpg", ".tif", ".webp", ".bmp", ".exr")


class Copier:
    """Stand-in for the network."""

    def enhance(self, picture: Picture, *, progress: object) -> Picture:
        return picture.copy()


def is_harmless(path: Path) -> bool:
    """Enhance a file. True if that works; else the message has been checked, and the folder."""
    output = path.parent / "out.tif"
    before = sorted(path.parent.iterdir())
    try:
        enhance_file(path, output, make_fuser=Copier)  # type: ignore[arg-type]
    except GIFNetError as error:
        message = str(error)
        assert str(path) in message
        assert "\n" not in message
        assert any(advice in message for advice in ADVICE), message
        assert sorted(path.parent.iterdir()) == before
        return False
    output.unlink()
    return True


def make_good_files(folder: Path) -> Iterator[Path]:
    metadata = Metadata(dpi=(72.0, 72.0))
    yield from (folder / f"eight{suffix}" for suffix in SUFFIXES)
    for suffix in SUFFIXES:
        write_image(folder / f"eight{suffix}", RGB8, metadata=metadata)
    for suffix in (".png", ".tif"):
        write_image(folder / f"deep{suffix}", RGB16, metadata=metadata)
        yield folder / f"deep{suffix}"
    for name, options in {
        "lzw": {"compression": "lzw"},
        "plain": {},
        "tiled": {"tile": (16, 16)},
        "packbits": {"compression": "packbits"},
        "zstd": {"compression": "zstd"},
        "big": {"bigtiff": True},
        "motorola": {"byteorder": ">"},
    }.items():
        tifffile.imwrite(folder / f"{name}.tif", RGB16, photometric="rgb", **options)  # type: ignore[arg-type]
        yield folder / f"{name}.tif"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    files = list(make_good_files(folder))
    return {path.name: path.read_bytes() for path in files}


NAMES = [
    *(f"eight{suffix}" for suffix in SUFFIXES),
    "deep.png",
    "deep.tif",
    "lzw.tif",
    "plain.tif",
    "tiled.tif",
    "packbits.tif",
    "zstd.tif",
    "big.tif",
    "motorola.tif",
]


@pytest.mark.parametrize("name", NAMES)
def test_eight_cuts_of_each_kind_of_file(name: str, good: dict[str, bytes], tmp_path: Path) -> None:
    content = good[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert is_harmless(path)
    refused = 0
    for share in (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97):
        path.write_bytes(content[: max(int(len(content) * share), 1)])
        refused += not is_harmless(path)
    assert refused == 8, "a picture was made up of a cut-off file"


@pytest.mark.parametrize("name", NAMES)
def test_flipped_bytes_of_each_kind_of_file(
    name: str, good: dict[str, bytes], tmp_path: Path
) -> None:
    content = good[name]
    path = tmp_path / name
    generator = np.random.default_rng(len(name))
    for step in range(12):
        damaged = bytearray(content)
        reach = len(content) if step % 2 else min(len(content), 300)
        for place in generator.integers(0, reach, 3):
            damaged[place] ^= int(generator.integers(1, 256))
        path.write_bytes(damaged)
        is_harmless(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", ["eight.png", "eight.jpg", "deep.tif", "eight.webp"])
def test_wrong_suffixes_do_no_harm(
    name: str, suffix: str, good: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(good[name])
    assert is_harmless(path)


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">L", zlib.crc32(kind + content))
    return struct.pack(">L", len(content)) + kind + content + checksum


def png(width: int, height: int, depth: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            extra,
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


def tiff(entries: dict[int, tuple[int, int, int]], rest: bytes = b"") -> bytes:
    """A TIFF file of nothing but a directory and a few bytes."""
    rows = b"".join(struct.pack("<HHLL", tag, *entry) for tag, entry in sorted(entries.items()))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + rows + bytes(4) + rest


def tiff_of(width: int, height: int, **others: tuple[int, int, int]) -> bytes:
    tags = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, 200),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, 100),
    }
    return tiff(tags | {int(name[1:]): entry for name, entry in others.items()}, bytes(300))


BMP = struct.pack("<2sLHHL", b"BM", 100, 0, 0, 54)
TEXT_BOMB = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**8)))
PROFILE_BOMB = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(10**8)))
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"\x89",
    "text": b"This is not a picture.\n" * 50,
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "json": b'{"a": 1}',
    "zip": b"PK\x03\x04" + bytes(200),
    "zeros": bytes(5000),
    "ones": b"\xff" * 5000,
    "noise": RANDOM.bytes(5000),
    "gif": b"GIF89a" + bytes(100),
    "pdf": b"%PDF-1.7" + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "signature of PNG": b"\x89PNG\r\n\x1a\n",
    "signature of TIFF": b"II*\0",
    "signature of BigTIFF": b"MM\0+\0\x08\0\0",
    "signature of EXR": b"v/1\x01\x02\0\0\0",
    "signature of JPEG": b"\xff\xd8\xff",
    "signature of WebP": b"RIFF\x10\0\0\0WEBPVP8L",
    "signature of BMP": b"BM",
    "PNG without pixels": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">LLBBBBB", 8, 8, 8, 2, 0, 0, 0)),
    "PNG of no width": png(0, 8, 8, 0, b""),
    "PNG of no height": png(8, 0, 16, 0, b""),
    "PNG bomb": png(60_000, 60_000, 8, 2, bytes(10**6)),
    "deep PNG bomb": png(2**31 - 1, 2**31 - 1, 16, 6, bytes(10**6)),
    "large PNG of few pixels": png(9_000, 9_000, 8, 0, bytes(1000)),
    "large deep PNG of few pixels": png(9_000, 9_000, 16, 0, bytes(1000)),
    "PNG of an odd depth": png(8, 8, 5, 0, bytes(100)),
    "PNG of an odd colour": png(8, 8, 8, 5, bytes(100)),
    "PNG of 32 bits": png(8, 8, 32, 0, bytes(1000)),
    "PNG of an odd filter": png(8, 8, 16, 0, b"\x09" * 136),
    "animated deep PNG": png(8, 8, 16, 0, bytes(136), chunk(b"acTL", struct.pack(">LL", 3, 0))),
    "PNG without a palette": png(8, 8, 8, 3, bytes(100)),
    "PNG with a long chunk": png(8, 8, 16, 0, bytes(136))[:40] + b"\xff\xff\xff\xffiTXt",
    "TIFF without a directory": b"II*\0\xff\xff\xff\xff",
    "TIFF whose directory is itself": b"II*\0\x04\0\0\0" + bytes(20),
    "TIFF of many entries": b"II*\0\x08\0\0\0\xff\xff" + bytes(100),
    "TIFF without entries": tiff({}),
    "TIFF without sizes": tiff({258: (3, 1, 8)}),
    "TIFF of no size": tiff_of(0, 0),
    "TIFF of no width": tiff_of(0, 10),
    "TIFF bomb": tiff_of(100_000, 100_000),
    "TIFF larger than anything": tiff_of(2**32 - 1, 2**32 - 1),
    "TIFF whose strips are elsewhere": tiff_of(10, 10, _273=(4, 1, 10**9)),
    "TIFF whose strips are too long": tiff_of(10, 10, _279=(4, 1, 10**9)),
    "TIFF whose strips are empty": tiff_of(10, 10, _279=(4, 1, 0)),
    "TIFF of few strips": tiff_of(10, 10, _278=(4, 1, 1)),
    "TIFF of unknown compression": tiff_of(10, 10, _259=(3, 1, 12345)),
    "TIFF that lies about deflate": tiff_of(10, 10, _259=(3, 1, 8)),
    "TIFF that lies about LZW": tiff_of(10, 10, _259=(3, 1, 5)),
    "TIFF that lies about JPEG": tiff_of(10, 10, _259=(3, 1, 7)),
    "TIFF of CMYK": tiff_of(5, 5, _262=(3, 1, 5), _277=(3, 1, 4)),
    "TIFF of a sensor": tiff_of(10, 10, _262=(3, 1, 32803)),
    "TIFF of 300 bands": tiff_of(1, 1, _277=(3, 1, 300)),
    "TIFF of 64 bits": tiff_of(3, 4, _258=(3, 1, 64)),
    "TIFF of an odd sample format": tiff_of(10, 10, _339=(3, 1, 9)),
    "TIFF of huge tiles": tiff_of(
        10, 10, _322=(4, 1, 2**30), _323=(4, 1, 2**30), _324=(4, 1, 200), _325=(4, 1, 100)
    ),
    "TIFF of a volume": tiff_of(5, 5, _32997=(4, 1, 4)),
    "small TIFF thumbnail alone": tiff_of(10, 10, _254=(4, 1, 1)),
    "BMP bomb": BMP + struct.pack("<LllHHL", 40, 90_000, 90_000, 1, 24, 0) + bytes(100),
    "BMP of no size": BMP + struct.pack("<LllHHL", 40, 0, 0, 1, 24, 0) + bytes(100),
    "BMP of few pixels": BMP + struct.pack("<LllHHL", 40, 500, 500, 1, 24, 0) + bytes(100),
    "JPEG of no size": bytes.fromhex("ffd8ffc0000b080000000001011100ffd9"),
    "JPEG bomb": bytes.fromhex("ffd8ffc0000b08ffffffff01011100ffda0008010100003f00ffd9"),
    "WebP bomb": b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6 + bytes(10),
    "EXR of zeros": b"v/1\x01" + bytes(500),
    "EXR of noise": b"v/1\x01\x02\0\0\0" + RANDOM.bytes(500),
}
HARMLESS = {
    "PNG with a packed text": png(8, 8, 16, 0, bytes(136), TEXT_BOMB),
    "PNG with a profile bomb": png(8, 8, 8, 0, bytes(72), PROFILE_BOMB),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(HOSTILE[kind])
    assert not is_harmless(path)


@pytest.mark.parametrize("kind", HARMLESS)
def test_packed_bombs_beside_the_pixels_are_not_unpacked(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(HARMLESS[kind])
    is_harmless(path)


def test_folders_and_names_are_refused(tmp_path: Path) -> None:
    for name in ("folder.png", "folder.tif"):
        (tmp_path / name).mkdir()
        assert not is_harmless(tmp_path / name)
    assert not is_harmless(tmp_path / "missing.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nothing.png")
    assert not is_harmless(tmp_path / "dangling.png")
    (tmp_path / "circle.png").symlink_to(tmp_path / "circle.png")
    assert not is_harmless(tmp_path / "circle.png")


def test_frames_pages_and_colours_are_refused(tmp_path: Path) -> None:
    picture = PillowImage.fromarray(RGB8)
    other = PillowImage.fromarray(255 - RGB8)
    for name in ("a.gif", "a.webp", "a.png", "a.tif"):
        picture.save(tmp_path / name, save_all=True, append_images=[other])
        assert not is_harmless(tmp_path / name)
    for mode, name in (("CMYK", "b.jpg"), ("CMYK", "b.tif"), ("LAB", "c.tif")):
        picture.convert("RGB" if mode == "LAB" else mode).convert(mode).save(tmp_path / name)
        assert not is_harmless(tmp_path / name)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)
@given(
    start=st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"II*\0",
            b"MM\0*",
            b"II+\0\x08\0\0\0",
            b"\xff\xd8\xff\xe0",
            b"BM",
            b"RIFF\0\1\0\0WEBP",
            b"v/1\x01",
        ]
    ),
    rest=st.binary(max_size=400),
)
def test_whatever_follows_a_signature(start: bytes, rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.tif"
    path.write_bytes(start + rest)
    is_harmless(path)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)
@given(data=st.data())
def test_whatever_is_written_over_a_good_file(
    data: st.DataObject, good: dict[str, bytes], tmp_path: Path
) -> None:
    name = data.draw(st.sampled_from([name for name in NAMES if not name.endswith(".exr")]))
    content = bytearray(good[name])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        patch = data.draw(st.binary(min_size=1, max_size=8))
        content[place : place + len(patch)] = patch
    path = tmp_path / name
    path.write_bytes(content)
    is_harmless(path)


@pytest.mark.parametrize(
    "kind", ["deep PNG bomb", "TIFF of few strips", "EXR of noise", "cut EXR", "text"]
)
def test_the_command_says_one_line_and_leaves_with_code_2(
    kind: str, good: dict[str, bytes], tmp_path: Path
) -> None:
    content = good["eight.exr"][:-100] if kind == "cut EXR" else HOSTILE[kind]
    (tmp_path / "bad.tif").write_bytes(content)
    run = subprocess.run(
        [sys.executable, "-m", "gifnet", "fuse", "bad.tif", "bad.tif", "-o", "out.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert run.stderr.startswith("error: bad.tif: ")
    assert run.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tif"]
