"""Fused files: depth, range, masks, profiles and what the file says."""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageCms
from stand_in_networks import fuser_with, mean_fuser
from torch import Tensor, nn

from gifnet.errors import ImageFileError, SettingError
from gifnet.imaging import Metadata, read_image, write_image
from gifnet.imaging.metadata.exif import make_exif, text_entry
from gifnet.imaging.metadata.xmp import read_provenance
from gifnet.inference import Fuser, enhance_file, fuse_files

RANDOM = np.random.default_rng(0)
RGB16 = RANDOM.integers(0, 65536, (24, 30, 3), dtype=np.uint16)
GREY8 = RANDOM.integers(0, 256, (24, 30), dtype=np.uint8)
EXIF = make_exif({271: text_entry(271, "Maker")}, {})


def blurred_mean(source_a: Tensor, source_b: Tensor) -> Tensor:
    """Blurred a little over its neighbours."""
    mean = (source_a + source_b) / 2
    return nn.functional.avg_pool2d(nn.functional.pad(mean, (2, 2, 2, 2), "replicate"), 5, 1)


def blurring_fuser() -> Fuser:
    return fuser_with(blurred_mean)


def never() -> Fuser:
    pytest.fail("the network was loaded for what cannot be written")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_image(tmp_path / "deep.png", RGB16, metadata=Metadata(exif=EXIF, dpi=(300.0, 300.0)))
    write_image(tmp_path / "grey.png", GREY8)
    write_image(tmp_path / "float.tif", (RGB16 / 65535).astype(np.float32))
    return tmp_path


@pytest.mark.parametrize(
    ("sources", "depth", "dtype"),
    [
        (("grey.png", "grey.png"), None, "uint8"),
        (("grey.png", "deep.png"), None, "uint16"),
        (("deep.png", "float.tif"), None, "float32"),
        (("deep.png", "float.tif"), "8", "uint8"),
        (("grey.png", "grey.png"), "32f", "float32"),
        (("grey.png", "float.tif"), "16", "uint16"),
    ],
)
def test_the_result_has_the_widest_depth_or_the_one_asked_for(
    folder: Path, sources: tuple[str, str], depth: str | None, dtype: str, caplog: Any
) -> None:
    output = folder / "fused.tif"
    paths = [folder / name for name in sources]
    with caplog.at_level(logging.WARNING, logger="gifnet"):
        fuse_files(paths[0], paths[1], output, depth=depth, make_fuser=mean_fuser)
    assert read_image(output).pixels.dtype == dtype
    assert not caplog.records


def test_enhancing_with_a_network_that_changes_nothing_gives_the_same_sixteen_bits(
    folder: Path,
) -> None:
    enhance_file(folder / "deep.png", folder / "a.png", make_fuser=mean_fuser)
    np.testing.assert_array_equal(read_image(folder / "a.png").pixels, RGB16)


def test_what_a_format_cannot_hold_is_warned_of_or_refused_before_computing(
    folder: Path, caplog: Any
) -> None:
    with pytest.raises(ImageFileError, match=r"a\.jpg: JPEG holds 8 bits a sample") as caught:
        enhance_file(folder / "deep.png", folder / "a.jpg", strict=True, make_fuser=never)
    assert "--strict" in str(caught.value)
    assert not (folder / "a.jpg").exists()
    with caplog.at_level(logging.WARNING, logger="gifnet"):
        enhance_file(folder / "deep.png", folder / "a.jpg", make_fuser=mean_fuser)
    assert "JPEG holds 8 bits a sample, so that those of 16 bits are rounded" in caplog.text
    enhance_file(
        folder / "deep.png", folder / "b.jpg", depth="8", strict=True, make_fuser=mean_fuser
    )
    with pytest.raises(ImageFileError, match="BMP cannot hold EXIF"):
        enhance_file(
            folder / "deep.png", folder / "a.bmp", depth="8", strict=True, make_fuser=never
        )


@pytest.mark.parametrize(
    ("numbers", "wish", "maker"), [((0, 1), None, "deep"), ((1, 0), None, "deep"), ((0, 1), 2, "b")]
)
def test_what_the_file_says_comes_from_the_reference(
    folder: Path, numbers: tuple[int, int], wish: int | None, maker: str
) -> None:
    for name, pixels in (("deep", RGB16), ("b", GREY8.astype(np.uint16))):
        exif = make_exif({271: text_entry(271, name)}, {})
        write_image(folder / f"{name}.tif", pixels, metadata=Metadata(exif=exif, dpi=(99.0, 99.0)))
    paths = [folder / f"{('deep', 'b')[number]}.tif" for number in numbers]
    fuse_files(paths[0], paths[1], folder / "out.png", reference=wish, make_fuser=mean_fuser)
    with PillowImage.open(folder / "out.png") as picture:
        assert picture.getexif()[271] == maker
        assert picture.info["dpi"] == pytest.approx((99, 99), abs=0.02)


def test_a_reference_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(SettingError, match="the number of a source, 1 to 2; got 3"):
        fuse_files(
            folder / "deep.png",
            folder / "grey.png",
            folder / "a.png",
            reference=3,
            make_fuser=never,
        )


def test_provenance_names_sources_weights_and_options(folder: Path) -> None:
    fuse_files(folder / "deep.png", folder / "grey.png", folder / "a.png", make_fuser=Fuser)
    told = read_provenance(read_image(folder / "a.png").metadata.xmp)
    assert told["software"].startswith("gifnet ")
    assert told["operation"] == "fuse"
    assert json.loads(told["sources"]) == [
        {"name": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for name in ("deep.png", "grey.png")
    ]
    weights = Path(__file__).parents[2] / "src/gifnet/weights/default.safetensors"
    assert told["weights"] == f"sha256:{hashlib.sha256(weights.read_bytes()).hexdigest()}"
    assert json.loads(told["options"]) == {
        "application": "auto",
        "reference": 1,
        "precision": "float32",
    }
    assert str(folder) not in json.dumps(told)


def test_floats_of_any_range_come_back_in_it(folder: Path) -> None:
    kelvin = (270 + 40 * RANDOM.random((24, 30))).astype(np.float32)
    other = (265 + 30 * RANDOM.random((24, 30))).astype(np.float32)
    tifffile.imwrite(folder / "a.tif", kelvin)
    tifffile.imwrite(folder / "b.tif", other)
    fuse_files(folder / "a.tif", folder / "b.tif", folder / "out.tif", make_fuser=mean_fuser)
    found = tifffile.imread(folder / "out.tif")
    np.testing.assert_allclose(found, (kelvin + other) / 2, atol=1e-3)
    told = read_provenance(read_image(folder / "out.tif").metadata.xmp)
    low, high = min(kelvin.min(), other.min()), max(kelvin.max(), other.max())
    assert json.loads(told["valueRange"]) == {"low": float(low), "high": float(high)}


def test_sources_of_whole_numbers_keep_their_own_range_beside_bright_floats(
    folder: Path,
) -> None:
    light = (50 * RANDOM.random((24, 30))).astype(np.float32)
    light[0, 0], light[0, 1] = 0.0, 50.0
    tifffile.imwrite(folder / "a.tif", light)
    fuse_files(folder / "a.tif", folder / "grey.png", folder / "out.exr", make_fuser=mean_fuser)
    found = read_image(folder / "out.exr").pixels
    np.testing.assert_allclose(found, (light + GREY8 / 255 * 50) / 2, atol=1e-4)


def test_bright_floats_are_spread_over_sixteen_bits_and_not_cut(folder: Path) -> None:
    light = np.linspace(0, 50, 24 * 30, dtype=np.float32).reshape(24, 30)
    tifffile.imwrite(folder / "a.tif", light)
    enhance_file(folder / "a.tif", folder / "out.png", make_fuser=mean_fuser)
    found = read_image(folder / "out.png").pixels
    np.testing.assert_allclose(found, light / 50 * 65535, atol=1)


@pytest.mark.parametrize("hidden_colour", [(0, 0, 0), (255, 0, 255)])
def test_what_is_transparent_leaves_no_trace(folder: Path, hidden_colour: Any) -> None:
    colour = RANDOM.integers(100, 256, (24, 30, 3), dtype=np.uint8)
    alpha = np.full((24, 30), 255, np.uint8)
    alpha[:, :15] = 0
    reference, hidden = colour.copy(), colour.copy()
    hidden[:, :15] = hidden_colour
    write_image(folder / "reference.png", reference, alpha)
    write_image(folder / "hidden.png", hidden, alpha)
    results = []
    for name in ("reference.png", "hidden.png"):
        fuse_files(
            folder / name, folder / "grey.png", folder / f"out-{name}", make_fuser=blurring_fuser
        )
        enhance_file(folder / name, folder / f"alone-{name}", make_fuser=blurring_fuser)
        results.append([read_image(folder / f"{how}-{name}").pixels for how in ("out", "alone")])
    for first, second in zip(*results, strict=True):
        np.testing.assert_array_equal(first, second)


def test_there_is_no_dark_fringe_at_a_mask(folder: Path) -> None:
    flat = np.full((24, 30, 3), 200, np.uint8)
    alpha = np.full((24, 30), 255, np.uint8)
    alpha[:, :15] = 0
    flat[:, :15] = 0
    write_image(folder / "flat.png", flat, alpha)
    PillowImage.fromarray(np.full((24, 30), 200, np.uint8)).save(folder / "other.png")
    fuse_files(
        folder / "flat.png", folder / "other.png", folder / "a.png", make_fuser=blurring_fuser
    )
    enhance_file(folder / "flat.png", folder / "b.png", make_fuser=blurring_fuser)
    for name in ("a.png", "b.png"):
        assert (read_image(folder / name).pixels == 200).all()


@pytest.mark.parametrize("value", [None, -9999.0, 0.0])
def test_pixels_without_data_stay_so_where_no_source_has_any(
    folder: Path, value: float | None
) -> None:
    pictures = [RANDOM.random((24, 30)).astype(np.float32) for _ in range(2)]
    masks = [np.zeros((24, 30), np.bool_) for _ in range(2)]
    masks[0][:10], masks[1][5:15] = True, True
    for name, picture, mask in zip("ab", pictures, masks, strict=True):
        picture[mask] = np.nan if value is None else value
        write_image(folder / f"{name}.tif", picture, metadata=Metadata(nodata=value))
    fuse_files(folder / "a.tif", folder / "b.tif", folder / "out.tif", make_fuser=mean_fuser)
    image = read_image(folder / "out.tif")
    assert image.nodata is not None
    np.testing.assert_array_equal(image.nodata, masks[0] & masks[1])
    assert image.metadata.nodata == value
    # Where only one source has data, the result is that one's.
    np.testing.assert_allclose(image.pixels[:5], pictures[1][:5], atol=1e-6)
    np.testing.assert_allclose(image.pixels[10:15], pictures[0][10:15], atol=1e-6)


def test_measured_pixels_never_get_the_nodata_value(folder: Path) -> None:
    pixels = np.tile(np.arange(4, dtype=np.uint8), (24, 30))[:, :30].copy()
    write_image(folder / "a.tif", pixels, metadata=Metadata(nodata=0.0))
    write_image(folder / "b.png", pixels)
    fuse_files(folder / "a.tif", folder / "b.png", folder / "out.tif", make_fuser=mean_fuser)
    image = read_image(folder / "out.tif")
    assert image.nodata is None
    np.testing.assert_array_equal(image.pixels, np.maximum(pixels, 1))


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wide_profile() -> bytes:
    """sRGB's profile with red and green swapped: every colour changes visibly."""
    icc = srgb_profile()
    return icc.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")


def test_sources_are_converted_to_the_profile_of_the_reference(folder: Path) -> None:
    srgb, swapped = srgb_profile(), wide_profile()
    write_image(folder / "a.png", RGB16, metadata=Metadata(icc=srgb))
    write_image(folder / "b.png", RGB16[..., [1, 0, 2]], metadata=Metadata(icc=swapped))
    fuse_files(folder / "a.png", folder / "b.png", folder / "out.png", make_fuser=mean_fuser)
    image = read_image(folder / "out.png")
    assert image.metadata.icc == srgb
    # Both show the same colours.
    assert np.abs(image.pixels.astype(int) - RGB16).max() <= 40
    assert np.abs(image.pixels.astype(int) - RGB16).mean() < 3


def test_a_grey_sources_profile_is_not_applied_to_colours(folder: Path) -> None:
    grey_profile = bytearray(srgb_profile())
    grey_profile[16:20] = b"GRAY"
    write_image(folder / "a.tif", GREY8, metadata=Metadata(icc=bytes(grey_profile)))
    write_image(folder / "b.png", RGB16, metadata=Metadata(icc=wide_profile()))
    fuse_files(
        folder / "a.tif", folder / "b.png", folder / "out.png", reference=1, make_fuser=mean_fuser
    )
    assert read_image(folder / "out.png").metadata.icc == wide_profile()


def test_a_grey_result_keeps_three_channels_for_its_profile(folder: Path) -> None:
    grey: NDArray[np.uint8] = np.stack([GREY8] * 3, axis=-1)
    write_image(folder / "a.png", grey, metadata=Metadata(icc=srgb_profile()))
    enhance_file(folder / "a.png", folder / "out.png", make_fuser=mean_fuser)
    image = read_image(folder / "out.png")
    np.testing.assert_array_equal(image.pixels, grey)
    assert image.metadata.icc == srgb_profile()
