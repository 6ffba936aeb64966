"""GeoTIFF in, GeoTIFF out: nothing of what a file says is lost, and bad files are refused."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_scenes import Truth, error_of, made_truth

from gifnet.errors import (
    CheckpointError,
    GIFNetError,
    ImageFileError,
    ImageSizeError,
    ImageValueError,
    MissingDependencyError,
)
from gifnet.inference import Fuser
from gifnet.pansharpening import pansharpen, pansharpen_files

rasterio = pytest.importorskip("rasterio")

WriteTiff = Callable[..., Path]
EAST, NORTH = 500_000.0, 4_600_000.0


def read(path: Path) -> Any:
    with rasterio.open(path) as dataset:
        return dataset.read().transpose(1, 2, 0)


def test_the_result_has_the_grid_of_one_source_and_the_bands_of_the_other(
    truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    bands = truth.multispectral.round().astype(np.uint16)
    bands[:2] = 0
    pan = write_tiff("pan.tif", truth.panchromatic.round().astype(np.uint16), 0.6)
    ms = write_tiff(
        "ms.tif",
        bands,
        2.4,
        nodata=0,
        descriptions=("blue", "green", "red", "near infrared"),
        tags={"SENSOR": "made", "STATISTICS_MEAN": "3"},
        interleave="pixel",
    )
    written = pansharpen_files(pan, ms, tmp_path / "sharp.tif")
    assert str(written).startswith(f"wrote {tmp_path / 'sharp.tif'} (128 x 96, 4 bands of uint16)")
    with rasterio.open(pan) as fine, rasterio.open(tmp_path / "sharp.tif") as result:
        assert (result.crs, result.transform) == (fine.crs, fine.transform)
        assert result.shape == fine.shape
        assert result.dtypes == ("uint16",) * 4
        assert result.nodatavals == (0,) * 4
        assert result.descriptions == ("blue", "green", "red", "near infrared")
        assert result.profile["tiled"]
        assert result.profile["compress"] == "deflate"
        assert result.tags()["SENSOR"] == "made"
        assert "STATISTICS_MEAN" not in result.tags()
        assert result.tags()["TIFFTAG_SOFTWARE"].startswith("gifnet ")
        tags = result.tags()
        assert tags["GIFNET_METHOD"] == "spectra"
        assert tags["GIFNET_PANCHROMATIC"] == "pan.tif"
        assert tags["GIFNET_MULTISPECTRAL"] == "ms.tif"
        assert abs(float(tags["GIFNET_MOVED_DOWN"])) < 0.2
        pixels = result.read().transpose(1, 2, 0)
    assert (pixels[:8] == 0).all()
    assert (pixels[8:] > 0).all()
    assert error_of(pixels[8:], truth.bands[8:]) < 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ms.tif", "pan.tif", "sharp.tif"]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("bands", [1, 7])
def test_files_give_what_arrays_give(
    dtype: str, bands: int, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    made = made_truth(64, 96, bands)
    factor = 0.1 if dtype == "uint8" else 1
    pan, low = ((p * factor).astype(dtype) for p in (made.panchromatic, made.multispectral))
    ms = write_tiff("ms.tif", low, 4, photometric="minisblack")
    pansharpen_files(write_tiff("pan.tif", pan, 1), ms, tmp_path / "sharp.tif")
    result = read(tmp_path / "sharp.tif")
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, pansharpen(pan, low))


def test_odd_sizes_are_placed_by_the_georeference(write_tiff: WriteTiff, tmp_path: Path) -> None:
    made = made_truth(64, 96)
    pan = write_tiff("pan.tif", made.panchromatic[:61, :93], 1)
    pansharpen_files(pan, write_tiff("ms.tif", made.multispectral, 4), tmp_path / "sharp.tif")
    whole = pansharpen(made.panchromatic, made.multispectral)
    result = read(tmp_path / "sharp.tif")
    assert result.shape == (61, 93, 4)
    truth = made.bands[:61, :93]
    assert error_of(result, truth) < 1.05 * error_of(whole[:61, :93], truth)


def test_extents_that_differ_by_a_fraction_of_a_pixel_are_heeded(
    write_tiff: WriteTiff, tmp_path: Path
) -> None:
    made = made_truth(128, 128)
    fine = made.panchromatic[3:112, 6:118]
    ms = write_tiff("ms.tif", made.multispectral, 4.0)
    pan = write_tiff("pan.tif", fine, 1.0, edge=(EAST + 6, NORTH - 3))
    pansharpen_files(pan, ms, tmp_path / "sharp.tif", alignment="none")
    result = read(tmp_path / "sharp.tif")
    expected = pansharpen(made.panchromatic, made.multispectral, alignment="none")[3:112, 6:118]
    assert error_of(result, expected) < 0.1 * error_of(result, made.bands[3:112, 6:118])
    by_size = pansharpen(fine, made.multispectral, alignment="none")
    assert error_of(result, made.bands[3:112, 6:118]) < 0.5 * error_of(
        by_size, made.bands[3:112, 6:118]
    )


@pytest.mark.parametrize(("nodata", "dtype"), [(None, "uint16"), (9, "uint16"), (None, "float32")])
def test_what_the_bands_do_not_cover_is_no_data(
    nodata: float | None, dtype: str, truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    pan = write_tiff("pan.tif", truth.panchromatic.astype(dtype), 1)
    part = truth.multispectral[:, 4:].astype(dtype)
    ms = write_tiff("ms.tif", part, 4, edge=(EAST + 16, NORTH), nodata=nodata)
    pansharpen_files(pan, ms, tmp_path / "sharp.tif")
    with rasterio.open(tmp_path / "sharp.tif") as result:
        masks = result.read_masks()
    assert (masks[:, :, :12] == 0).all()
    assert (masks[:, :, 16:] == 255).all()


@pytest.mark.parametrize("kind", ["mask", "alpha", "nodata of the other"])
def test_masks_of_all_kinds_are_kept(
    kind: str, truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    bands = truth.multispectral[:, :, :3].astype(np.uint16)
    fine = truth.panchromatic.astype(np.uint16)
    shown = np.full((24, 32), 255, np.uint8)
    shown[:, :8] = 0
    options: dict[str, Any] = {}
    if kind == "mask":
        options = {"mask": shown}
    elif kind == "alpha":
        bands = np.dstack([bands, np.where(shown, 65535, 0).astype(np.uint16)])
        options = {"photometric": "rgb", "alpha": "yes"}
    else:
        fine[:, :32] = 3
    ms = write_tiff("ms.tif", bands, 4, **options)
    pan = write_tiff("pan.tif", fine, 1, nodata=3 if "other" in kind else None)
    pansharpen_files(pan, ms, tmp_path / "sharp.tif")
    with rasterio.open(tmp_path / "sharp.tif") as result:
        assert result.count == 3
        masks = result.read_masks()
        assert result.nodata == (3 if "other" in kind else None)
    assert (masks[:, :, :32] == 0).all()
    assert (masks[:, :, 32:] == 255).all()


def test_four_bands_that_are_called_cmyk_are_taken_as_stored(
    truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    bands = (truth.multispectral / 8).astype(np.uint8)
    pan = write_tiff("pan.tif", truth.panchromatic.astype(np.uint16), 1)
    plain = write_tiff("plain.tif", bands, 4, photometric="minisblack", alpha="no")
    pansharpen_files(pan, plain, tmp_path / "expected.tif")
    ms = write_tiff("cmyk.tif", bands, 4, photometric="cmyk", interleave="pixel")
    pansharpen_files(pan, ms, tmp_path / "sharp.tif")
    np.testing.assert_array_equal(read(tmp_path / "sharp.tif"), read(tmp_path / "expected.tif"))


def test_a_fourth_band_that_is_called_alpha_and_is_none_is_sharpened(
    truth: Truth, write_tiff: WriteTiff, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bands = (truth.multispectral / 8).astype(np.uint8)
    pan = write_tiff("pan.tif", truth.panchromatic.astype(np.uint16), 1)
    ms = write_tiff("ms.tif", bands, 4, photometric="rgb", alpha="yes")
    pansharpen_files(pan, ms, tmp_path / "sharp.tif")
    assert "band 4 is called alpha" in caplog.text
    with rasterio.open(tmp_path / "sharp.tif") as result:
        assert result.count == 4
        assert (result.read_masks() == 255).all()
        assert [colour.name for colour in result.colorinterp] == [
            "red",
            "green",
            "blue",
            "undefined",
        ]


def test_a_palette_is_refused(truth: Truth, write_tiff: WriteTiff, tmp_path: Path) -> None:
    pan = write_tiff("pan.tif", truth.panchromatic, 1)
    ms = write_tiff("ms.tif", np.zeros((24, 32), np.uint8), 4, photometric="palette")
    with rasterio.open(ms, "r+") as dataset:
        dataset.write_colormap(1, {0: (1, 2, 3)})
    with pytest.raises(ImageFileError, match=r"ms.tif: .*palette"):
        pansharpen_files(pan, ms, tmp_path / "sharp.tif")


def test_without_georeferences_the_sizes_count(
    truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    pan = write_tiff("pan.tif", truth.panchromatic, None)
    ms = write_tiff("ms.tif", truth.multispectral, None)
    pansharpen_files(pan, ms, tmp_path / "plain.tif")
    expected = pansharpen(truth.panchromatic, truth.multispectral)
    np.testing.assert_array_equal(read(tmp_path / "plain.tif"), expected)
    ms = write_tiff("placed.tif", truth.multispectral, 4)
    pansharpen_files(pan, ms, tmp_path / "placed-sharp.tif")
    with rasterio.open(tmp_path / "placed-sharp.tif") as result:
        assert result.crs.to_epsg() == 32633
        assert result.transform.a == pytest.approx(1)
        assert (result.transform.c, result.transform.f) == (EAST, NORTH)


def test_a_cloud_optimised_file_has_overviews_and_the_same_pixels(
    write_tiff: WriteTiff, tmp_path: Path
) -> None:
    made = made_truth(1200, 800, 2)
    bands = made.multispectral.astype(np.uint16)
    pan = write_tiff("pan.tif", made.panchromatic.astype(np.uint16), 1)
    ms = write_tiff("ms.tif", bands, 4, descriptions=("red", "green"), nodata=0)
    pansharpen_files(pan, ms, tmp_path / "plain.tif")
    pansharpen_files(pan, ms, tmp_path / "cog.tif", cloud_optimised=True)
    with rasterio.open(tmp_path / "cog.tif") as result:
        assert result.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert result.overviews(1) == [2, 4]
        assert result.descriptions == ("red", "green")
        assert result.nodata == 0
        assert result.tags()["GIFNET_METHOD"] == "spectra"
        assert result.crs.to_epsg() == 32633
    np.testing.assert_array_equal(read(tmp_path / "cog.tif"), read(tmp_path / "plain.tif"))
    assert len(list(tmp_path.iterdir())) == 4


def test_the_weights_are_named_where_the_network_was_asked(
    truth: Truth, fuser: Fuser, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    pan = write_tiff("pan.tif", truth.panchromatic[:40, :40], 1)
    ms = write_tiff("ms.tif", truth.multispectral[:10, :10, :1], 4)
    told: list[float] = []
    pansharpen_files(
        pan,
        ms,
        tmp_path / "sharp.tif",
        method="paper",
        make_fuser=lambda: fuser,
        progress=told.append,
    )
    with rasterio.open(tmp_path / "sharp.tif") as result:
        assert result.tags()["GIFNET_WEIGHTS_SHA256"] == fuser.weights_digest
        assert len(str(fuser.weights_digest)) == 64
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_failure_leaves_nothing_behind_and_the_old_file_as_it_was(
    truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    def broken() -> Fuser:
        raise CheckpointError("no weights")

    pan, ms = write_tiff("pan.tif", truth.panchromatic, 1), write_tiff("ms.tif", truth.bands, 1)
    (tmp_path / "sharp.tif").write_text("old")
    with pytest.raises(CheckpointError):
        pansharpen_files(pan, ms, tmp_path / "sharp.tif", method="paper", make_fuser=broken)
    assert (tmp_path / "sharp.tif").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("pan", "ms", "output", "error", "words"),
    [
        ("pan", "ms", "sharp.png", ImageFileError, "ends in .tif"),
        ("pan", "ms", "none/sharp.tif", ImageFileError, "folder that exists"),
        ("pan", "ms", "pan.tif", ImageFileError, "another file than the sources"),
        ("none", "ms", "sharp.tif", ImageFileError, "none.tif: expected a file, found none"),
        ("text", "ms", "sharp.tif", ImageFileError, "text.tif: expected a GeoTIFF"),
        ("pan", "cut", "sharp.tif", ImageFileError, "cut.tif: expected a GeoTIFF"),
        ("pan", "torn", "sharp.tif", ImageFileError, "torn.tif: expected a whole picture"),
        ("ms", "pan", "sharp.tif", ImageSizeError, "are the two exchanged"),
        ("rgb", "ms", "sharp.tif", ImageValueError, "rgb.tif: expected a panchromatic picture"),
        ("pan", "elsewhere", "sharp.tif", ImageSizeError, "elsewhere.tif: .*do not overlap"),
        ("pan", "degrees", "sharp.tif", ImageFileError, "EPSG:32633 and EPSG:4326; warp"),
        ("pan", "mirrored", "sharp.tif", ImageFileError, "turned or mirrored"),
        ("pan", "doubles", "sharp.tif", ImageValueError, "doubles.tif: expected uint8"),
        ("pan", "empty", "sharp.tif", ImageValueError, "empty.tif: .*no data in all"),
    ],
)
def test_files_that_cannot_be_sharpened_are_refused(
    pan: str,
    ms: str,
    output: str,
    error: type[GIFNetError],
    words: str,
    truth: Truth,
    write_tiff: WriteTiff,
    tmp_path: Path,
) -> None:
    low = truth.multispectral.astype(np.uint16)
    write_tiff("pan.tif", truth.panchromatic.astype(np.uint16), 1)
    write_tiff("rgb.tif", truth.bands[:, :, :3].astype(np.uint16), 1)
    write_tiff("ms.tif", low, 4)
    write_tiff("elsewhere.tif", low, 4, edge=(EAST + 1000, NORTH))
    write_tiff("degrees.tif", low, 0.001, edge=(15, 41), crs="EPSG:4326")
    turned = rasterio.Affine(4, 0, EAST, 0, 4, NORTH - 96)
    write_tiff("mirrored.tif", low, None, transform=turned)
    write_tiff("doubles.tif", truth.multispectral.astype(np.float64), 4)
    write_tiff("empty.tif", np.zeros((24, 32), np.uint8), 4, nodata=0)
    (tmp_path / "text.tif").write_text("no picture")
    whole = write_tiff("cut.tif", low, 4)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    torn = write_tiff("torn.tif", low, 4, compress="deflate", tiled=True)
    content = torn.read_bytes()
    torn.write_bytes(content[:1500] + bytes(len(content) - 3000) + content[-1500:])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error, match=words):
        pansharpen_files(
            tmp_path / f"{pan}.tif", tmp_path / f"{ms}.tif", tmp_path / output, alignment="none"
        )
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_rasterio_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(MissingDependencyError, match=r"gifnet\[geo\]"):
        pansharpen_files("pan.tif", "ms.tif", tmp_path / "sharp.tif")


def test_importing_pansharpening_imports_no_rasterio() -> None:
    code = (
        "import sys, gifnet.pansharpening, gifnet.cli.pansharpen; print('rasterio' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("cloud_optimised", [False, True])
def test_pixels_that_are_points_and_grids_that_are_turned_alike_stay_so(
    cloud_optimised: bool, truth: Truth, write_tiff: WriteTiff, tmp_path: Path
) -> None:
    turned = [
        rasterio.Affine(0.8 * size, -0.6 * size, EAST, -0.6 * size, -0.8 * size, NORTH)
        for size in (1.0, 4.0)
    ]
    pan = write_tiff(
        "pan.tif",
        truth.panchromatic,
        None,
        transform=turned[0],
        tags={"AREA_OR_POINT": "Point"},
    )
    ms = write_tiff("ms.tif", truth.multispectral, None, transform=turned[1])
    pansharpen_files(pan, ms, tmp_path / "sharp.tif", cloud_optimised=cloud_optimised)
    with rasterio.open(pan) as fine, rasterio.open(tmp_path / "sharp.tif") as result:
        assert result.tags()["AREA_OR_POINT"] == fine.tags()["AREA_OR_POINT"] == "Point"
        np.testing.assert_allclose(tuple(result.transform), tuple(fine.transform), atol=1e-6)
    expected = pansharpen(truth.panchromatic, truth.multispectral)
    assert error_of(read(tmp_path / "sharp.tif"), expected) < 1
