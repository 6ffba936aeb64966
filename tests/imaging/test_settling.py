"""What a file says is made true for upright pixels, and the rest of it stays as it is."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from picture_files import XMP, exif_by_pillow, make_array, make_exif
from PIL import Image as PillowImage
from PIL import PngImagePlugin

from gifnet.imaging import Metadata, read_image, write_image
from gifnet.imaging.metadata.exif import orientation_of, settle_exif
from gifnet.imaging.metadata.xmp import (
    read_provenance,
    settle_xmp,
    with_provenance,
    xmp_orientation,
)

RGB = make_array("uint16", 3)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_pictures_are_turned_upright_too(tmp_path: Path, orientation: int, order: str) -> None:
    exif = make_exif(orientation=orientation, order=order, thumbnail=True)
    assert cv2.imwriteWithMetadata(
        str(tmp_path / "a.png"),
        RGB[..., ::-1],
        [cv2.IMAGE_METADATA_EXIF],
        [np.frombuffer(exif, np.uint8)],
    )
    tifffile.imwrite(
        tmp_path / "a.tif", RGB, photometric="rgb", extratags=[(274, 3, 1, orientation, True)]
    )
    # Pillow is the judge, on eight bits.
    judge = PillowImage.fromarray((RGB // 257).astype(np.uint8))
    judge.getexif()[0x0112] = orientation
    from PIL import ImageOps

    upright = np.asarray(ImageOps.exif_transpose(judge))
    for name in ("a.png", "a.tif"):
        image = read_image(tmp_path / name)
        np.testing.assert_array_equal(image.pixels // 257, upright)
        write_image(tmp_path / f"b-{name}", image.pixels, metadata=image.metadata)
        again = read_image(tmp_path / f"b-{name}")
        np.testing.assert_array_equal(again.pixels, image.pixels)
    found = exif_by_pillow(tmp_path / "b-a.png")
    assert found["first"][0x0112] == 1
    assert found["exif"][0x927C] == b"MAKERNOTE" + bytes(range(40))
    assert (found["exif"][0xA002], found["exif"][0xA003]) == image.pixels.shape[1::-1]


@pytest.mark.parametrize("order", "<>")
def test_the_thumbnail_is_dropped_and_nothing_else_moves(order: str) -> None:
    plain, full = make_exif(order=order), make_exif(orientation=6, order=order, thumbnail=True)
    assert b"\xff\xd8" in full
    settled = settle_exif(full, width=31, height=24)
    assert settled is not None
    assert b"\xff\xd8" not in settled
    assert orientation_of(settled) == 1
    exif = PillowImage.Exif()
    exif.load(b"Exif\0\0" + settled)
    assert 513 not in exif.get_ifd(1)
    # The maker's note lies where it lay.
    assert settled.index(b"MAKERNOTE") == plain.index(b"MAKERNOTE")


def test_damaged_exif_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    PillowImage.new("RGB", (8, 9)).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert read_image(tmp_path / "a.jpg").metadata.exif is None
    assert "a.jpg: its EXIF is damaged and is not kept" in caplog.text


def test_xmp_is_changed_only_where_it_has_to_be() -> None:
    turned = XMP.replace(b'tiff:Orientation="1"', b'tiff:Orientation="8"')
    assert xmp_orientation(turned) == 8
    assert settle_xmp(turned, width=3, height=4) == XMP
    assert settle_xmp(b"\xff\xfe odd", width=3, height=4) == b"\xff\xfe odd"


def test_provenance_is_put_beside_what_is_there_and_replaced_when_told_again() -> None:
    told = with_provenance(XMP, {"software": "gifnet 1", "sources": [{"name": "a & <b>.png"}]})
    assert told is not None
    assert b"Zo\xc3\xab" in told
    assert read_provenance(told) == {
        "software": "gifnet 1",
        "sources": '[{"name": "a & <b>.png"}]',
    }
    again = with_provenance(told, {"software": "gifnet 2"})
    assert again is not None
    assert read_provenance(again) == {"software": "gifnet 2"}
    assert again.count(b"<gifnet:software>") == 1
    # A parser of XML sees both.
    from xml.etree import ElementTree

    tree = ElementTree.parse(BytesIO(again))
    texts = [element.text for element in tree.iter() if element.text and element.text.strip()]
    assert texts == ["Zoë", "gifnet 2"]
    assert read_provenance(with_provenance(None, {"software": "x"})) == {"software": "x"}
    assert with_provenance(b"\xff\xff", {"software": "x"}) is None
    assert with_provenance(b"no packet", {"software": "x"}) is None


def test_what_is_too_long_for_jpeg_is_said_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    long = Metadata(xmp=XMP + b" " * 70_000, iptc=b"\x1c" * 70_000, exif=make_exif())
    write_image(tmp_path / "a.jpg", (RGB // 257).astype(np.uint8), metadata=long)
    for name in ("XMP", "IPTC"):
        assert f"a.jpg: JPEG cannot hold {name} of 7" in caplog.text
    assert "write TIFF to keep it" in caplog.text
    metadata = read_image(tmp_path / "a.jpg").metadata
    assert (metadata.xmp, metadata.iptc) == (None, None)
    assert metadata.exif == make_exif()


def test_texts_of_a_png_are_kept_in_png_and_missed_elsewhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Ada")
    texts.add_itxt("Title", "Zoë", zip=True)
    PillowImage.new("RGB", (8, 9)).save(tmp_path / "a.png", pnginfo=texts)
    image = read_image(tmp_path / "a.png")
    write_image(tmp_path / "b.png", image.pixels, metadata=image.metadata)
    assert not caplog.records
    with PillowImage.open(tmp_path / "b.png") as written:
        assert (written.info["Author"], written.info["Title"]) == ("Ada", "Zoë")
    write_image(tmp_path / "b.tif", image.pixels, metadata=image.metadata)
    assert "cannot hold the texts of a PNG file (Author, Title)" in caplog.text
