"""The default method: nearer to the truth than others, the same for what does not matter."""

import numpy as np
import pytest
from made_scenes import Pixels, Truth, error_of, made_truth

from gifnet.baselines import PANSHARPENING_BASELINES
from gifnet.engine import Region
from gifnet.errors import ImageSizeError, ImageValueError, SettingError
from gifnet.metrics import ergas, sam
from gifnet.pansharpening import pansharpen, scene
from gifnet.pansharpening.grids import Axis, Grid, grid_by_size
from gifnet.pansharpening.pansharpen import measured
from gifnet.pansharpening.rasters import ArrayRaster, extended, filled
from gifnet.pansharpening.relation import measure_relation
from gifnet.pansharpening.resampling import weights
from gifnet.pansharpening.scene import FinePicture
from gifnet.pansharpening.settings import Alignment
from gifnet.pansharpening.sinks import to_stored


def enlarged(multispectral: Pixels, height: int, width: int) -> Pixels:
    """Plain cubic interpolation: what a panchromatic picture without detail leaves."""
    return pansharpen(np.full((height, width), 500, np.float32), multispectral)


def moved(picture: Pixels, down: float, right: float) -> Pixels:
    fine = FinePicture(lambda region: extended(ArrayRaster(picture, name="made"), 0, region, 0.0))
    return fine.moved(down, right).at(Region(0, 0, *picture.shape))


def test_it_is_nearer_to_the_truth_than_interpolation_and_the_classical_methods(
    truth: Truth,
) -> None:
    height, width = truth.panchromatic.shape
    results = {
        name: baseline.function(truth.multispectral / 4095, truth.panchromatic / 4095) * 4095
        for name, baseline in PANSHARPENING_BASELINES.items()
    }
    results["interpolation"] = enlarged(truth.multispectral, height, width)
    ours = pansharpen(truth.panchromatic, truth.multispectral)
    for metric in (sam, ergas):
        value = metric([truth.bands], ours, data_range=4095)
        others = {name: metric([truth.bands], r, data_range=4095) for name, r in results.items()}
        assert value < min(others.values()), (value, others)


def test_a_displaced_panchromatic_picture_is_put_where_the_bands_show_the_same(
    truth: Truth,
) -> None:
    displaced = moved(truth.panchromatic, -0.6, 0.9)
    grid = grid_by_size(displaced.shape, truth.multispectral.shape[:2])
    pictures = measured(
        ArrayRaster(displaced, name="pan"), ArrayRaster(truth.multispectral, name="ms"), grid
    )
    relation = measure_relation(pictures, Alignment.AUTO)
    assert (relation.down, relation.right) == pytest.approx((0.6, -0.9), abs=0.1)
    there = measure_relation(pictures, Alignment.NONE)
    assert (there.down, there.right) == (0, 0)
    found = error_of(pansharpen(displaced, truth.multispectral), truth.bands)
    left = error_of(pansharpen(displaced, truth.multispectral, alignment="none"), truth.bands)
    assert found < 0.8 * left


def test_a_panchromatic_picture_that_lies_well_stays(truth: Truth) -> None:
    aligned = pansharpen(truth.panchromatic, truth.multispectral)
    exact = pansharpen(truth.panchromatic, truth.multispectral, alignment="none")
    assert error_of(aligned, truth.bands) < 1.1 * error_of(exact, truth.bands)


def test_a_picture_without_detail_gives_plain_interpolation(truth: Truth) -> None:
    height, width = truth.panchromatic.shape
    linear = np.add.outer(np.arange(24.0), 2 * np.arange(32.0))[:, :, None].astype(np.float32)
    result = enlarged(linear, height, width)
    fine = np.add.outer(np.arange(height) / 4 - 0.375, 2 * (np.arange(width) / 4 - 0.375))
    assert error_of(result[:, :, 0], fine) < 1e-3
    noisy = truth.multispectral
    pans = (np.full((height, width), value, np.float32) for value in (0.1, 1, 777))
    results = [pansharpen(pan, noisy) for pan in pans]
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize("bands", [1, 7])
def test_any_number_of_bands_is_sharpened(bands: int) -> None:
    made = made_truth(64, 64, bands)
    result = pansharpen(made.panchromatic, made.multispectral)
    assert result.shape == (64, 64, bands)
    assert error_of(result, made.bands) < error_of(enlarged(made.multispectral, 64, 64), made.bands)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_whole_numbers_are_the_rounded_results_of_floats(truth: Truth, dtype: str) -> None:
    factor = 0.1 if dtype == "uint8" else 1.0
    pan, bands = ((p * factor).round() for p in (truth.panchromatic, truth.multispectral))
    whole = pansharpen(pan.astype(dtype), bands.astype(dtype))
    floats = pansharpen(pan, bands)
    assert whole.dtype == dtype
    limits = np.iinfo(dtype)
    assert (whole == np.clip(np.rint(floats), limits.min, limits.max)).all()


def test_brighter_pictures_give_the_same_but_brighter(truth: Truth) -> None:
    plain = pansharpen(truth.panchromatic, truth.multispectral)
    bright = pansharpen(16 * truth.panchromatic, 16 * truth.multispectral)
    np.testing.assert_allclose(bright, 16 * plain, rtol=1e-3)


def test_the_two_pictures_may_have_different_scales(truth: Truth) -> None:
    eight_bits = (truth.panchromatic / 10).round().astype(np.uint8)
    result = pansharpen(eight_bits, truth.multispectral.round().astype(np.uint16))
    plain = pansharpen(truth.panchromatic, truth.multispectral)
    assert error_of(result, truth.bands) < 1.1 * error_of(plain, truth.bands)


def test_negative_values_are_sharpened_too(truth: Truth) -> None:
    result = pansharpen(truth.panchromatic - 900, truth.multispectral - 900)
    interpolated = enlarged(truth.multispectral, *truth.panchromatic.shape)
    assert error_of(result + 900, truth.bands) < error_of(interpolated, truth.bands)
    assert result.min() < -500


@pytest.mark.parametrize("size", [(96, 128), (95, 127), (61, 83), (24, 32)])
def test_any_ratio_of_the_sizes_is_taken(truth: Truth, size: tuple[int, int]) -> None:
    fine = truth.panchromatic[: size[0], : size[1]]
    result = pansharpen(fine, truth.multispectral)
    assert result.shape == (*size, 4)
    assert np.isfinite(result).all()


def test_bands_that_were_enlarged_before_are_sharpened_as_well() -> None:
    made = made_truth(160, 160, seed=2)
    before = enlarged(made.multispectral, 160, 160)
    result = pansharpen(made.panchromatic, before)
    assert error_of(result, made.bands) < 0.8 * error_of(before, made.bands)
    direct = pansharpen(made.panchromatic, made.multispectral)
    assert error_of(result, made.bands) < 1.1 * error_of(direct, made.bands)


@pytest.mark.parametrize("hidden", [0.0, 30000.0, np.nan])
def test_what_lies_under_no_data_changes_nothing(truth: Truth, hidden: float) -> None:
    def sharpened(under: float) -> Pixels:
        pan, bands = truth.panchromatic.copy(), truth.multispectral.copy()
        pan[40:60, :30] = under
        bands[:, -6:] = under
        bands[3, 3, 1] = under
        return pansharpen(pan, bands, nodata=under)

    result, other = sharpened(hidden), sharpened(-9999.0)
    gone = other == -9999
    assert gone[40:60, :30].all()
    assert gone[:, -24:].all()
    assert gone[12:16, 12:16, 1].all()
    assert gone.mean() < 0.3
    np.testing.assert_array_equal(result[~gone], other[~gone])
    whole = pansharpen(truth.panchromatic, truth.multispectral)
    beside = np.abs(other - whole)[~gone] / whole[~gone]
    assert np.quantile(beside, 0.99) < 0.2, "no dark fringe beside no data"


def test_an_empty_band_does_not_spoil_the_others(truth: Truth) -> None:
    bands = truth.multispectral.copy()
    bands[:, :, 3] = np.nan
    result = pansharpen(truth.panchromatic, bands)
    assert np.isnan(result[:, :, 3]).all()
    expected = pansharpen(truth.panchromatic, truth.multispectral[:, :, :3])
    np.testing.assert_allclose(result[:, :, :3], expected, rtol=1e-4)


def test_data_never_becomes_no_data(truth: Truth) -> None:
    flat = np.full((24, 32, 1), 7, np.uint8)
    flat[:3] = 0
    result = pansharpen(np.full((96, 128), 9, np.uint8), flat, nodata=0)
    assert set(np.unique(result)) == {0, 7}
    again = to_stored(
        np.array([[254.2, 255.9, 3.0]], np.float32),
        np.array([[True, True, False]]),
        np.dtype("uint8"),
        255,
    )
    assert again.tolist() == [[254, 254, 255]]


@pytest.mark.parametrize("side", [32, 64])
def test_the_result_does_not_depend_on_the_blocks(
    truth: Truth, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pan = truth.panchromatic.copy()
    pan[20:30, 40:60] = np.nan
    whole = pansharpen(pan, truth.multispectral)
    monkeypatch.setattr(scene, "BLOCK", side)
    np.testing.assert_allclose(pansharpen(pan, truth.multispectral), whole, rtol=1e-4, atol=0.02)


def test_smoothing_and_interpolating_are_exact_where_they_can_be() -> None:
    line = np.arange(40.0)
    for sigma in (0.0, 1.3):
        matrix = weights(np.array([15.25, 16.0, 21.5]), sigma)
        np.testing.assert_allclose(
            matrix.matrix @ line[matrix.first : matrix.end], [15.25, 16, 21.5], rtol=1e-5
        )


def test_gaps_are_filled_from_the_nearest_pixels() -> None:
    values = np.arange(400, dtype=np.float32).reshape(20, 20)
    valid = np.ones((20, 20), bool)
    valid[5, 5] = False
    assert filled(values, valid, 0.0)[5, 5] == pytest.approx(105)
    assert (filled(values, np.zeros_like(valid), 3.0) == 3).all()


@pytest.mark.parametrize(
    ("pan", "bands", "error", "words"),
    [
        (np.ones((8, 8)), np.ones((2, 2), np.uint8), ImageValueError, "got float64"),
        (np.ones((8, 8), np.uint8), np.ones((2, 2), np.int64), ImageValueError, "got int64"),
        (np.ones((8, 8, 3), np.uint8), np.ones((2, 2), np.uint8), ImageValueError, "3 bands"),
        (np.ones((4, 8), np.uint8), np.ones((2, 2), np.uint8), ImageSizeError, "at least 5"),
        (np.ones((8, 8), np.uint8), np.ones((9, 9), np.uint8), ImageSizeError, "exchanged"),
        (np.full((8, 8), 5, np.uint8), np.ones((2, 2), np.uint8), ImageValueError, "no data in"),
        (np.ones((8, 8), np.uint8), np.ones(4, np.uint8), ImageValueError, r"shape \(4,\)"),
    ],
)
def test_pictures_that_cannot_be_sharpened_are_refused(
    pan: Pixels, bands: Pixels, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        pansharpen(pan, bands, nodata=5)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(SettingError, match="spectra, network, paper"):
        pansharpen(np.ones((8, 8), np.uint8), np.ones((2, 2), np.uint8), method="best")


def test_positions_go_from_grid_to_grid_and_back() -> None:
    axis = Axis(0.25, 1.3, 100, 40)
    fine = np.array([-3.0, 0.0, 17.5])
    np.testing.assert_allclose(axis.fine(axis.coarse(fine)), fine)
    assert Grid(axis, axis).ratio == pytest.approx(4)
