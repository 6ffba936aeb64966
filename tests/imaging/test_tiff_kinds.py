"""TIFF files of all kinds, written by other libraries, come back exactly."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import tifffile
from picture_files import exif_by_pillow, make_array, make_exif, quiet, write_by_other
from PIL import Image as PillowImage

from gifnet.errors import ImageFileError
from gifnet.imaging import Metadata, read_image, write_image
from gifnet.imaging.writing import tiff as writing

RGB = {dtype: make_array(dtype, 3) for dtype in ("uint8", "uint16", "float32")}
GREY = {dtype: values[..., 0].copy() for dtype, values in RGB.items()}
LOSSLESS = [None, "deflate", "lzw", "packbits", "lzma", "zstd"]


@pytest.mark.parametrize("dtype", list(RGB))
@pytest.mark.parametrize("compression", LOSSLESS)
@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("form", ["strips", "tiles", "planes", "big"])
def test_forms_and_compressions(
    tmp_path: Path, dtype: str, compression: Any, byteorder: Any, form: str
) -> None:
    forms: dict[str, dict[str, Any]] = {
        "strips": {"rowsperstrip": 5},
        "tiles": {"tile": (16, 16)},
        "planes": {"planarconfig": "separate"},
        "big": {"bigtiff": True},
    }
    options = forms[form]
    array = np.moveaxis(RGB[dtype], 2, 0) if form == "planes" else RGB[dtype]
    predictor = compression in {"deflate", "lzw"}
    tifffile.imwrite(
        tmp_path / "a.tif",
        array,
        photometric="rgb",
        compression=compression,
        byteorder=byteorder,
        predictor=predictor,
        metadata=None,
        **options,
    )
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.dtype == dtype
    np.testing.assert_array_equal(image.pixels, RGB[dtype])


@pytest.mark.parametrize("dtype", list(RGB))
@pytest.mark.parametrize("compress", ["NONE", "DEFLATE", "LZW", "PACKBITS"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tiled": True, "blockxsize": 16, "blockysize": 16},
        {"interleave": "band"},
        {"BIGTIFF": "YES"},
    ],
)
def test_files_of_gdal(tmp_path: Path, dtype: str, compress: str, options: Any) -> None:
    write_by_other(tmp_path / "a.tif", "TIFF", RGB[dtype], compress=compress, **options)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, RGB[dtype])


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_files_of_pillow(tmp_path: Path, mode: str, compression: str) -> None:
    picture = PillowImage.fromarray(make_array("uint8", 4), "RGBA").convert(mode)
    picture.save(tmp_path / "a.tif", compression=compression)
    image = read_image(tmp_path / "a.tif")
    grey = mode in {"1", "L", "LA"}
    expected = np.asarray(picture.convert("L" if grey else "RGB"))
    np.testing.assert_array_equal(image.pixels, expected)
    if mode in {"LA", "RGBA"}:
        np.testing.assert_array_equal(image.alpha, np.asarray(picture)[..., -1])


@pytest.mark.parametrize("photometric", ["RGB", "YCBCR"])
def test_jpeg_within_tiff_is_what_gdal_reads(tmp_path: Path, photometric: str) -> None:
    array = make_array("uint8", 3, smooth=True)
    with (
        quiet(),
        rasterio.open(
            tmp_path / "a.tif",
            "w",
            driver="GTiff",
            width=31,
            height=24,
            count=3,
            dtype="uint8",
            compress="JPEG",
            photometric=photometric,
            tiled=True,
            blockxsize=16,
            blockysize=16,
        ) as file,
    ):
        file.write(np.moveaxis(array, 2, 0))
    with quiet(), rasterio.open(tmp_path / "a.tif") as file:
        theirs = np.moveaxis(file.read(), 0, 2).astype(int)
    ours = read_image(tmp_path / "a.tif").pixels.astype(int)
    # Decoders differ in how they enlarge chroma.
    assert np.abs(ours - theirs).max() <= 4
    assert np.abs(ours - array).mean() < 6


@pytest.mark.parametrize("dtype", ["int8", "int16", "float16", "float64", "uint32", "int32"])
def test_other_samples_become_floats_exactly(tmp_path: Path, dtype: str, caplog: Any) -> None:
    values = np.arange(-12, 36).reshape(6, 8)
    array = (values if dtype[0] != "u" else values + 12).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", array)
    image = read_image(tmp_path / "a.tif")
    assert image.pixels.dtype == np.float32
    np.testing.assert_array_equal(image.pixels, array.astype(np.float32))
    assert not caplog.records


def test_float64_that_float32_does_not_hold_is_warned_of(tmp_path: Path, caplog: Any) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.full((5, 6), 0.1))
    with caplog.at_level(logging.WARNING, logger="gifnet"):
        assert read_image(tmp_path / "a.tif").pixels[0, 0] == np.float32(0.1)
    assert caplog.messages == [
        f"{tmp_path / 'a.tif'}: samples of 64 bits are rounded to float32, to about 7 digits; "
        "take an offset off them first if more count"
    ]
    tifffile.imwrite(tmp_path / "a.tif", np.full((5, 6), 1e300))
    with pytest.raises(ImageFileError, match=r"a\.tif: expected numbers that float32 holds"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(("bits", "largest"), [(2, 255), (4, 255), (10, 65535), (12, 65535)])
def test_odd_depths_are_spread_over_the_whole_range(
    tmp_path: Path, bits: int, largest: int
) -> None:
    levels = (np.arange(48).reshape(6, 8) % 2**bits).astype("u1" if bits < 8 else "u2")
    levels[0, 0] = 2**bits - 1
    tifffile.imwrite(tmp_path / "a.tif", levels, bitspersample=bits, photometric="minisblack")
    pixels = read_image(tmp_path / "a.tif").pixels
    assert pixels.max() == largest
    np.testing.assert_array_equal(np.rint(pixels / largest * (2**bits - 1)), levels)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_white_as_zero_is_turned_round(tmp_path: Path, dtype: str) -> None:
    tifffile.imwrite(tmp_path / "a.tif", GREY[dtype], photometric="miniswhite")
    expected = np.iinfo(dtype).max - GREY[dtype]
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, expected)


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    picture = PillowImage.fromarray(RGB["uint8"]).quantize(16)
    picture.save(tmp_path / "a.tif")
    expected = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, expected)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_colours_multiplied_with_alpha_are_divided(tmp_path: Path, dtype: str) -> None:
    largest = 1.0 if dtype == "float32" else np.iinfo(dtype).max
    straight = make_array(dtype, 4).astype(np.float64)
    straight[..., 3] = np.where(straight[..., 3] > largest / 2, largest, largest / 2).round(4)
    multiplied = straight.copy()
    multiplied[..., :3] *= straight[..., 3:] / largest
    stored = multiplied if dtype == "float32" else multiplied.round()
    tifffile.imwrite(
        tmp_path / "a.tif", stored.astype(dtype), photometric="rgb", extrasamples=["assocalpha"]
    )
    found = read_image(tmp_path / "a.tif").pixels.astype(np.float64)
    tolerance = 1e-6 if dtype == "float32" else 2
    np.testing.assert_allclose(found, straight[..., :3], atol=tolerance)


def test_overviews_and_masks_of_gdal(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    array = np.random.default_rng(0).integers(0, 255, (3, 64, 80), dtype=np.uint8)
    mask = np.zeros((64, 80), np.uint8)
    mask[10:50, 20:70] = 255
    with quiet(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=80,
            height=64,
            count=3,
            dtype="uint8",
            photometric="RGB",
        ) as file:
            file.write(array)
            file.write_mask(mask)
        with rasterio.open(path, "r+") as file:
            file.build_overviews([2, 4])
    image = read_image(path)
    np.testing.assert_array_equal(image.pixels, np.moveaxis(array, 0, 2))
    np.testing.assert_array_equal(image.alpha, mask)


@pytest.mark.parametrize("nodata", [0.0, 65535.0])
def test_the_place_on_the_ground_survives(tmp_path: Path, nodata: float) -> None:
    array = np.random.default_rng(0).integers(1, 65535, (1, 20, 30), dtype=np.uint16)
    array[0, :4] = nodata
    profile: Any = {
        "driver": "GTiff",
        "width": 30,
        "height": 20,
        "count": 1,
        "dtype": "uint16",
        "crs": "EPSG:25832",
        "transform": rasterio.Affine(0.5, 0.1, 500_000, -0.1, -0.5, 5_900_000),
        "nodata": nodata,
    }
    with rasterio.open(tmp_path / "a.tif", "w", **profile) as file:
        file.write(array)
        file.update_tags(SENSOR="X")
    image = read_image(tmp_path / "a.tif")
    assert image.nodata is not None
    np.testing.assert_array_equal(image.nodata, array[0] == nodata)
    write_image(tmp_path / "b.tif", image.pixels, nodata=image.nodata, metadata=image.metadata)
    with rasterio.open(tmp_path / "a.tif") as before, rasterio.open(tmp_path / "b.tif") as after:
        assert before.crs == after.crs
        assert before.transform == after.transform
        assert before.nodata == after.nodata
        assert after.tags()["SENSOR"] == "X"
        np.testing.assert_array_equal(before.read(), after.read())


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", "<>")
def test_exif_goes_into_tiff_and_out_again(
    tmp_path: Path, big: bool, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if big:
        monkeypatch.setattr(writing, "_LARGEST_CLASSIC", 0)
    exif = make_exif(order=order)
    write_image(tmp_path / "a.tif", RGB["float32"], metadata=Metadata(exif=exif))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_bigtiff is big
        assert file.pages.first.tags["ExifTag"].value["ISOSpeedRatings"] == 400
        assert file.pages.first.tags["GPSTag"].value["GPSLatitude"] == (52, 1, 31, 1, 25, 2)
    image = read_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.pixels, RGB["float32"])
    write_image(tmp_path / "b.jpg", RGB["uint8"], metadata=image.metadata)
    PillowImage.new("RGB", (4, 4)).save(tmp_path / "c.jpg", exif=b"Exif\0\0" + exif)
    found, expected = exif_by_pillow(tmp_path / "b.jpg"), exif_by_pillow(tmp_path / "c.jpg")
    for directory in found.values():
        directory.pop(0x0112, None)  # 1 need not be said
        directory.pop(0x8769, None)  # places within the file
        directory.pop(0x8825, None)
    assert all(expected[name].items() >= found[name].items() for name in found)
    assert set(expected["exif"]) == set(found["exif"])


def test_exif_that_pillow_wrote_into_tiff_is_read(tmp_path: Path) -> None:
    exif = PillowImage.Exif()
    exif.load(b"Exif\0\0" + make_exif())
    PillowImage.fromarray(RGB["uint8"]).save(tmp_path / "a.tif", exif=exif)
    image = read_image(tmp_path / "a.tif")
    write_image(tmp_path / "b.png", image.pixels, metadata=image.metadata)
    found = exif_by_pillow(tmp_path / "b.png")
    assert found["first"][0x010F] == "Maker"
    assert found["exif"][0x9003] == "2024:05:06 07:08:09"
    assert found["gps"][1] == "N"
