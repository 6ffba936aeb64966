"""The methods that ask the network: the paper's, and its detail with our gains."""

from pathlib import Path

import numpy as np
import pytest
from made_scenes import Truth, error_of, made_truth

from gifnet.engine import Region
from gifnet.inference import Fuser
from gifnet.pansharpening import pansharpen, scene
from gifnet.pansharpening.grids import grid_by_size
from gifnet.pansharpening.histogram_matching import Histogram, Matching
from gifnet.pansharpening.network_bands import Scale, common_scale
from gifnet.pansharpening.pansharpen import measured
from gifnet.pansharpening.published import base_layer, match_base
from gifnet.pansharpening.rasters import ArrayRaster
from gifnet.pansharpening.scratch import Scratch

RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def small() -> Truth:
    return made_truth(48, 64, 2)


def histogram_of(values: np.ndarray) -> Histogram:
    histogram = Histogram()
    for part in np.array_split(values.astype(np.float32), 3):
        histogram.add(part)
    return histogram


def test_a_matched_picture_has_the_histogram_of_the_other() -> None:
    source = RANDOM.beta(2, 5, 40_000).astype(np.float32)
    target = RANDOM.beta(6, 2, 30_000).astype(np.float32)
    matched = Matching(histogram_of(source), histogram_of(target))(source)
    ranks = np.linspace(0, 1, 101)
    np.testing.assert_allclose(np.quantile(matched, ranks), np.quantile(target, ranks), atol=2e-3)
    assert (np.diff(matched[np.argsort(source, kind="stable")]) >= 0).all()


def test_values_that_the_other_picture_lacks_do_not_come_up() -> None:
    target = RANDOM.choice(np.array([0.2, 0.7], np.float32), 10_000)
    source = RANDOM.random(10_000).astype(np.float32)
    matched = Matching(histogram_of(source), histogram_of(target))(source)
    assert (np.minimum(np.abs(matched - 0.2), np.abs(matched - 0.7)) < 1e-3).mean() > 0.999


def test_the_base_layer_is_the_published_gaussian_with_a_repeated_border() -> None:
    side = np.exp(-2.0)
    kernel = np.outer([side, 1, side], [side, 1, side])
    kernel /= kernel.sum()
    picture = RANDOM.random((9, 8)).astype(np.float32)
    around = np.pad(picture, 1, mode="edge")
    expected = sum(
        kernel[down, right] * around[down : down + 9, right : right + 8]
        for down in range(3)
        for right in range(3)
    )
    np.testing.assert_allclose(base_layer(around), expected, atol=1e-6)


def test_detail_of_both_signs_is_added_back_in_floating_point(truth: Truth) -> None:
    """D19."""
    height, width = truth.panchromatic.shape
    pictures = measured(
        ArrayRaster(truth.panchromatic, name="pan"),
        ArrayRaster(truth.multispectral, name="ms"),
        grid_by_size((height, width), truth.multispectral.shape[:2]),
    )
    scale = Scale(0.0, 2000.0)
    fused = (truth.panchromatic / 2000).astype(np.float32)
    with Scratch(height, width, None) as kept:
        kept.write(Region(0, 0, height, width), fused)
        [(_, result)] = list(match_base(pictures, 0, kept, scale))
    detail = fused - base_layer(np.pad(fused, 1, mode="edge"))
    base = result / 2000 - detail
    assert (detail < -0.01).any()
    assert (detail > 0.01).any()
    assert np.abs(base * 255 - np.rint(base * 255)).max() > 0.4, "nothing is rounded to 8 bits"
    band = pictures.enlarged(
        pictures.band(0, pictures.coarse_region(Region(0, 0, height, width))).values,
        Region(0, 0, height, width),
    )
    ranks = np.linspace(0, 1, 101)
    np.testing.assert_allclose(
        np.quantile(base, ranks), np.quantile(np.clip(band / 2000, 0, 1), ranks), atol=5e-3
    )


def test_eleven_bits_in_sixteen_are_not_seen_as_a_dark_picture(truth: Truth) -> None:
    def scales(pan_dtype: str, bands_dtype: str) -> tuple[Scale, Scale]:
        pan, bands = truth.panchromatic.copy(), truth.multispectral.copy()
        if pan_dtype == "uint8":
            pan = pan / 10
        grid = grid_by_size(pan.shape, bands.shape[:2])
        return common_scale(
            measured(
                ArrayRaster(pan.astype(pan_dtype), name="pan"),
                ArrayRaster(bands.astype(bands_dtype), name="ms"),
                grid,
            )
        )

    top = float(max(truth.panchromatic.max(), truth.multispectral.max()))
    assert scales("uint16", "uint16")[1] == Scale(0.0, float(int(top)))
    assert scales("uint8", "uint16")[0] == Scale(0.0, 255.0)
    assert scales("uint8", "uint16")[1].largest == int(truth.multispectral.max())


def test_scales_can_be_reversed() -> None:
    scale = Scale(-300.0, 1700.0)
    values = RANDOM.uniform(-300, 1700, 100).astype(np.float32)
    np.testing.assert_allclose(scale.from_unit(scale.to_unit(values)), values, atol=1e-3)
    assert Scale(4.0, 4.0).to_unit(np.full(3, 4, np.float32)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("method", ["network", "paper"])
def test_the_network_sharpens(method: str, small: Truth, fuser: Fuser) -> None:
    result = pansharpen(
        small.panchromatic, small.multispectral[:, :, :2], method=method, make_fuser=lambda: fuser
    )
    plain = pansharpen(np.full_like(small.panchromatic, 9), small.multispectral[:, :, :2])
    gradients = [np.abs(np.diff(picture, axis=0)).mean() for picture in (result, plain)]
    assert gradients[0] > 1.15 * gradients[1]
    if method == "network":
        assert error_of(result, small.bands[:, :, :2]) < error_of(plain, small.bands[:, :, :2])


@pytest.mark.parametrize("method", ["network", "paper"])
def test_what_lies_under_no_data_is_hidden_from_the_network(
    method: str, small: Truth, fuser: Fuser
) -> None:
    def sharpened(under: float) -> np.ndarray:
        pan, bands = small.panchromatic.copy(), small.multispectral[:, :, :1].copy()
        pan[20:30, :20] = under
        bands[:, -3:] = under
        return pansharpen(pan, bands, method=method, nodata=under, make_fuser=lambda: fuser)

    first, second = sharpened(np.nan), sharpened(-9999.0)
    gone = second == -9999
    assert (np.isnan(first) == gone).all()
    np.testing.assert_array_equal(first[~gone], second[~gone])


@pytest.mark.parametrize("method", ["network", "paper"])
def test_the_networks_methods_do_not_depend_on_the_blocks(
    method: str, small: Truth, fuser: Fuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = small.panchromatic, small.multispectral[:, :, :1]
    whole = pansharpen(*pictures, method=method, make_fuser=lambda: fuser)
    monkeypatch.setattr(scene, "BLOCK", 32)
    small = pansharpen(*pictures, method=method, make_fuser=lambda: fuser)
    np.testing.assert_allclose(small, whole, rtol=1e-4, atol=0.1)


def test_a_scratch_picture_leaves_no_file(tmp_path: Path) -> None:
    with Scratch(10, 12, tmp_path) as scratch:
        scratch.write(Region(2, 3, 4, 6), np.ones((2, 3), np.float32))
        assert scratch.read(Region(-2, 0, 12, 14)).values.sum() == 6
        assert list(tmp_path.iterdir()) == []
