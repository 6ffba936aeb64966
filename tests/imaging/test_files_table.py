"""The table of docs/files.md: format x depth x what is kept, each cell by a round trip."""

import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
import tifffile
from picture_files import (
    DTYPES,
    LAYOUTS,
    SUFFIXES,
    XMP,
    exif_by_pillow,
    make_array,
    make_exif,
    make_icc,
    quiet,
    read_by_other,
    split,
    write_by_other,
)
from PIL import Image as PillowImage
from PIL import IptcImagePlugin

from gifnet.errors import ImageFileError
from gifnet.imaging import Metadata, read_image, write_image
from gifnet.imaging.formats import FORMATS
from gifnet.imaging.metadata.directories import Entry
from gifnet.imaging.reading.exr import require_openexr

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "files.md"
ICC = make_icc()
IPTC = b"\x1c\x01\x5a\x00\x03\x1b%G\x1c\x02\x78\x00\x05Zo\xc3\xab!"
GEO = (
    Entry(33550, 12, 3, np.array([2.0, 2.0, 0.0]).tobytes()),
    Entry(33922, 12, 6, np.array([0, 0, 0, 400_000.0, 5_800_000.0, 0]).tobytes()),
    Entry(
        34735,
        3,
        16,
        np.array([1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633], "<u2").tobytes(),
    ),
)
BESIDE = {
    "EXIF": Metadata(exif=make_exif()),
    "XMP": Metadata(xmp=XMP),
    "ICC": Metadata(icc=ICC),
    "IPTC": Metadata(iptc=IPTC),
    "DPI": Metadata(dpi=(300.0, 240.0)),
    "GeoTIFF": Metadata(geo=GEO),
}


def read_table() -> dict[tuple[str, str, str], str]:
    """The cells of the table, by format, depth and column."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    columns = rows[0][2:]
    return {
        (row[0], row[1], column): cell
        for row in rows[2:]
        for column, cell in zip(columns, row[2:], strict=True)
    }


TABLE = read_table()
PIXELS = [cell for cell in TABLE if cell[2] in LAYOUTS]
REST = [cell for cell in TABLE if cell[2] in BESIDE]


def test_the_table_has_a_cell_for_all_that_is_tested() -> None:
    depths = {dtype: depth for depth, dtype in DTYPES.items()}
    rows = {(item.name, depths[dtype]) for item in FORMATS for dtype in item.dtypes}
    columns = [*LAYOUTS, *BESIDE, "nodata"]
    assert list(TABLE) == [
        (name, depth, column)
        for name, depth in dict.fromkeys(key[:2] for key in TABLE)
        for column in columns
    ]
    assert {key[:2] for key in TABLE} == rows
    assert set(TABLE.values()) == {"yes", "no", "near", "as RGB", "as alpha", "as NaN"}


@pytest.mark.parametrize("cell", PIXELS, ids="-".join)
def test_pixels(cell: tuple[str, str, str], tmp_path: Path, caplog: Any) -> None:
    name, depth, layout = cell
    kept = TABLE[cell]
    array = make_array(DTYPES[depth], LAYOUTS[layout], smooth=kept == "near")
    ours, theirs = tmp_path / f"ours{SUFFIXES[name]}", tmp_path / f"theirs{SUFFIXES[name]}"
    pixels, alpha = split(array)
    if kept == "no":
        with caplog.at_level(logging.WARNING, logger="gifnet"):
            write_image(ours, pixels, alpha)
        assert "cannot hold the alpha channel" in caplog.text
        with pytest.raises(ImageFileError, match="cannot hold the alpha channel"):
            write_image(ours, pixels, alpha, strict=True)
        return
    # Levels that JPEG may be off; digits that EXR's multiplied colours may be.
    tolerance = 6.0 if kept == "near" else 2e-7 if name == "EXR" and alpha is not None else 0.0
    expected: Any = (
        array if kept != "as RGB" else np.dstack([pixels] * 3 + ([] if alpha is None else [alpha]))
    )

    write_image(ours, pixels, alpha, strict=True)
    np.testing.assert_allclose(read_by_other(ours, name), expected, rtol=0, atol=tolerance)

    if name != "WEBP" or layout in {"RGB", "RGBA"}:  # others do not write grey WebP at all
        write_by_other(theirs, name, array)
        image = read_image(theirs)
        found: Any = np.dstack([image.pixels, *([] if image.alpha is None else [image.alpha])])
        np.testing.assert_allclose(found, array, rtol=0, atol=tolerance)
        assert image.pixels.dtype == DTYPES[depth]
        assert image.format == name

    # Read, written and read again: nothing has changed but by JPEG's rounding.
    first = read_image(ours)
    again = tmp_path / f"again{SUFFIXES[name]}"
    write_image(again, first.pixels, first.alpha, metadata=first.metadata, strict=True)
    second = read_image(again)
    np.testing.assert_allclose(second.pixels, first.pixels, rtol=0, atol=tolerance)
    if first.alpha is not None:
        np.testing.assert_array_equal(second.alpha, first.alpha)


@pytest.mark.parametrize("cell", REST, ids="-".join)
def test_what_a_file_says(cell: tuple[str, str, str], tmp_path: Path) -> None:
    name, depth, column = cell
    metadata = BESIDE[column]
    file, again = tmp_path / f"a{SUFFIXES[name]}", tmp_path / f"b{SUFFIXES[name]}"
    pixels, _ = split(make_array(DTYPES[depth], 3))
    if TABLE[cell] == "no":
        with pytest.raises(ImageFileError, match=f"a{SUFFIXES[name]}: {name} cannot hold .* lost"):
            write_image(file, pixels, metadata=metadata, strict=True)
        assert not file.exists()
        return
    write_image(file, pixels, metadata=metadata, strict=True)
    CHECKS[column](file, name)
    image = read_image(file)
    write_image(again, image.pixels, metadata=image.metadata, strict=True)
    CHECKS[column](again, name)


@pytest.mark.parametrize("cell", [cell for cell in TABLE if cell[2] == "nodata"], ids="-".join)
def test_pixels_without_data(cell: tuple[str, str, str], tmp_path: Path, caplog: Any) -> None:
    name, depth, _ = cell
    array = make_array(DTYPES[depth], 3)
    mask = np.zeros(array.shape[:2], np.bool_)
    mask[3:9, 4:7] = True
    value = float("nan") if depth == "32f" else 7.0
    array[mask] = value
    file = tmp_path / f"a{SUFFIXES[name]}"
    metadata = Metadata(nodata=-9999.0 if depth == "32f" else 7.0)
    with caplog.at_level(logging.WARNING, logger="gifnet"):
        write_image(file, array, nodata=mask, metadata=metadata)
    image = read_image(file)
    match TABLE[cell]:
        case "no":
            assert "cannot hold the mask of pixels without data" in caplog.text
            with pytest.raises(ImageFileError, match="mask of pixels without data"):
                write_image(file, array, nodata=mask, metadata=metadata, strict=True)
        case "as alpha":
            assert image.alpha is not None
            np.testing.assert_array_equal(image.alpha == 0, mask)
            np.testing.assert_array_equal(read_by_other(file, name)[..., 3] == 0, mask)
        case "as NaN":
            np.testing.assert_array_equal(image.nodata, mask)
        case _:
            np.testing.assert_array_equal(image.nodata, mask)
            assert image.metadata.nodata == metadata.nodata
            with quiet(), rasterio.open(file) as opened:
                assert opened.nodata == metadata.nodata
    if TABLE[cell] not in {"no"}:
        assert not caplog.records


def check_exif(file: Path, name: str) -> None:
    found = exif_by_pillow(file) if readable_by_pillow(file) else None
    if name == "TIFF":
        with tifffile.TiffFile(file) as opened:
            tags = opened.pages.first.tags
            assert tags["Make"].value == "Maker"
            assert tags["Copyright"].value == "(c) Ada"
            assert tags["Software"].value == "Camera 2.0"
            assert tags["ExifTag"].value["DateTimeOriginal"] == "2024:05:06 07:08:09"
            assert tags["ExifTag"].value["MakerNote"] == b"MAKERNOTE" + bytes(range(40))
            assert tags["GPSTag"].value["GPSLatitudeRef"] == "N"
    else:
        _, kinds, contents = cv2.imreadWithMetadata(str(file), cv2.IMREAD_UNCHANGED)
        exif = contents[list(kinds).index(cv2.IMAGE_METADATA_EXIF)].tobytes()
        assert exif == make_exif()
    if found is not None:
        assert found["first"][0x010F] == "Maker"
        assert found["first"].get(0x0112, 1) == 1
        assert found["exif"][0x8827] == 400
        assert found["exif"][0x829A] == pytest.approx(0.004)
        assert found["exif"][0x927C] == b"MAKERNOTE" + bytes(range(40))
        assert found["gps"][2] == (52.0, 31.0, 12.5)


def check_xmp(file: Path, name: str) -> None:
    if name == "TIFF":
        with tifffile.TiffFile(file) as opened:
            assert bytes(opened.pages.first.tags[700].value) == XMP
    elif name == "EXR":
        with require_openexr(file).File(str(file), header_only=True) as opened:
            assert opened.header()["xmp"].encode() == XMP
    else:
        with PillowImage.open(file) as opened:
            assert opened.info["xmp"] == XMP


def check_icc(file: Path, name: str) -> None:
    if name == "TIFF":
        with tifffile.TiffFile(file) as opened:
            assert bytes(opened.pages.first.tags[34675].value) == ICC
    else:
        _, kinds, contents = cv2.imreadWithMetadata(str(file), cv2.IMREAD_UNCHANGED)
        assert contents[list(kinds).index(cv2.IMAGE_METADATA_ICCP)].tobytes() == ICC
    if readable_by_pillow(file):
        with PillowImage.open(file) as opened:
            assert opened.info["icc_profile"] == ICC


def check_iptc(file: Path, name: str) -> None:
    with quiet(), PillowImage.open(file) if name == "JPEG" else tifffile.TiffFile(file) as opened:
        if isinstance(opened, tifffile.TiffFile):
            assert bytes(opened.pages.first.tags[33723].value) == IPTC
            return
        found = IptcImagePlugin.getiptcinfo(opened)
    assert found is not None
    assert found[(2, 120)] == "Zoë!".encode()


def check_dpi(file: Path, name: str) -> None:
    if name == "EXR":
        with require_openexr(file).File(str(file), header_only=True) as opened:
            assert opened.header()["xDensity"] == 300.0
    elif name == "TIFF":
        with tifffile.TiffFile(file) as opened:
            tags = opened.pages.first.tags
            assert [tags[n].value for n in (282, 283)] == [(300, 1), (240, 1)]
            assert tags[296].value == 2
    elif name == "WEBP":
        first = exif_by_pillow(file)["first"]
        assert (first[0x011A], first[0x011B], first[0x0128]) == (300, 240, 2)
    else:
        with PillowImage.open(file) as opened:
            assert opened.info["dpi"] == pytest.approx((300, 240), abs=0.02)


def check_geo(file: Path, name: str) -> None:
    with rasterio.open(file) as opened:
        assert opened.crs.to_epsg() == 32633
        assert tuple(opened.transform)[:6] == (2.0, 0.0, 400_000.0, 0.0, -2.0, 5_800_000.0)


def readable_by_pillow(file: Path) -> bool:
    try:
        with quiet(), PillowImage.open(file):
            return True
    except OSError:
        return False


CHECKS = {
    "EXIF": check_exif,
    "XMP": check_xmp,
    "ICC": check_icc,
    "IPTC": check_iptc,
    "DPI": check_dpi,
    "GeoTIFF": check_geo,
}
