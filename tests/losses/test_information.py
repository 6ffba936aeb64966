"""The information weights: the measures, the published softmax, and the calibrated form."""

import json
import logging
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gifnet.errors import CheckpointError, ConfigError, DataError, ImageSizeError, ImageValueError
from gifnet.losses.densenet import DenseNetFeatures
from gifnet.losses.information_measure import (
    DenseNetInformation,
    InformationMeasure,
    PictureInformation,
    gradient_energy,
)
from gifnet.losses.information_weights import (
    InformationWeights,
    WeightKind,
    calibrate,
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Many small layers are slower on several threads, by far so on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def random_pairs(count: int, seed: int = 0) -> NDArray[np.float64]:
    """Measures as pyramids give them: small, log-normal, infrared weaker and more varied."""
    generator = np.random.default_rng(seed)
    infrared = np.exp(generator.normal(-7.0, 0.6, count))
    visible = np.exp(generator.normal(-6.2, 0.4, count))
    return np.stack([infrared, visible], axis=1)


def weigh(weights: InformationWeights, g_ir: float, g_vis: float) -> tuple[float, float]:
    w_ir, w_vis = weights(torch.tensor(g_ir), torch.tensor(g_vis)).tolist()
    return w_ir, w_vis


def test_flat_pictures_have_no_gradient_energy() -> None:
    picture = torch.full((2, 3, 5, 7), 0.3)
    # Sums of 0.3 / 8 round in float32, by about 1e-8 each.
    assert gradient_energy(picture).tolist() == pytest.approx([0.0, 0.0], abs=1e-13)


def test_gradient_energy_of_a_dot_is_as_computed_by_hand() -> None:
    # A dot of 8 amid 5x5 pixels answers -8 at the dot and 1 at each of its 8 neighbours; the
    # reflected border adds nothing, as the dot is two pixels from it.
    picture = torch.zeros(1, 1, 5, 5)
    picture[..., 2, 2] = 8.0
    assert gradient_energy(picture).item() == pytest.approx((64 + 8) / 25)


def test_gradient_energy_reflects_at_the_border() -> None:
    # A dot of 8 in the corner of 3x3 pixels answers -8 there and 1 at its three neighbours. The
    # mirrored border repeats rows and columns 1 only, so it shows no second dot; with repeated
    # edge pixels the corner would answer -5.
    picture = torch.zeros(1, 1, 3, 3)
    picture[..., 0, 0] = 8.0
    assert gradient_energy(picture).item() == pytest.approx((64 + 1 + 1 + 1) / 9)


def test_gradient_energy_sums_the_channels_before_it_squares() -> None:
    picture = torch.rand(1, 1, 8, 9, generator=torch.Generator().manual_seed(0))
    twice = torch.cat([picture, picture], dim=1)
    assert gradient_energy(twice).item() == pytest.approx(4 * gradient_energy(picture).item())
    opposite = torch.cat([picture, -picture], dim=1)
    assert gradient_energy(opposite).item() == 0.0


def test_gradient_energy_is_the_published_convolution() -> None:
    features = torch.randn(2, 6, 7, 5, generator=torch.Generator().manual_seed(1))
    kernel = torch.tensor([[1 / 8, 1 / 8, 1 / 8], [1 / 8, -1.0, 1 / 8], [1 / 8, 1 / 8, 1 / 8]])
    convolution = torch.nn.Conv2d(6, 1, 3, padding=1, padding_mode="reflect", bias=False)
    with torch.no_grad():
        convolution.weight.copy_(kernel.expand(1, 6, 3, 3))
        expected = convolution(features).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(gradient_energy(features), expected)


def test_gradient_energy_is_exact_in_mixed_precision() -> None:
    picture = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    plain = gradient_energy(picture)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = gradient_energy(picture)
    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, plain)


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((3, 8, 8), ImageValueError, r"\(B, C, H, W\), got \(3, 8, 8\)"),
        ((1, 3, 1, 8), ImageSizeError, "at least 2, got 1x8"),
    ],
)
def test_gradient_energy_refuses_other_shapes(
    shape: tuple[int, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        gradient_energy(torch.zeros(shape))


def test_the_picture_measure_averages_five_depths() -> None:
    picture = torch.rand(3, 1, 65, 80, generator=torch.Generator().manual_seed(3))
    levels = [picture]
    for _ in range(4):
        even = levels[-1][..., : levels[-1].shape[-2] // 2 * 2, : levels[-1].shape[-1] // 2 * 2]
        levels.append(
            (even[..., ::2, ::2] + even[..., 1::2, ::2] + even[..., ::2, 1::2]
             + even[..., 1::2, 1::2]) / 4
        )  # fmt: skip
    assert levels[-1].shape[-2:] == (4, 5)
    expected = sum(gradient_energy(level).mean().item() for level in levels) / 5
    assert PictureInformation().measure(picture).item() == pytest.approx(expected)


def test_the_picture_measure_stops_before_it_gets_too_small() -> None:
    picture = torch.rand(1, 1, 7, 40)
    expected = gradient_energy(picture).item()
    assert PictureInformation().measure(picture).item() == pytest.approx(expected)
    with pytest.raises(ImageSizeError, match="at least 4x4 pixels, got 3x40"):
        PictureInformation().measure(torch.rand(1, 1, 3, 40))


def test_the_densenet_measure_repeats_grey_and_averages_five_depths() -> None:
    torch.manual_seed(4)
    extractor = DenseNetFeatures()
    pictures = torch.rand(2, 1, 61, 70)
    depths = extractor(torch.cat([pictures] * 3, dim=1))
    expected = sum(gradient_energy(features).mean().item() for features in depths) / 5
    measured = DenseNetInformation(extractor).measure(pictures)
    assert measured.shape == ()
    assert measured.item() == pytest.approx(expected)
    with pytest.raises(ImageSizeError, match="use larger patches"):
        DenseNetInformation(extractor).measure(torch.rand(1, 1, 60, 70))


@pytest.mark.parametrize("name", ["densenet", "picture"])
def test_measures_refuse_colour_and_keep_no_gradient(name: str) -> None:
    measures: list[InformationMeasure] = [
        DenseNetInformation(DenseNetFeatures()),
        PictureInformation(),
    ]
    (measure,) = (candidate for candidate in measures if candidate.name == name)
    with pytest.raises(ImageValueError, match=r"\(B, 1, H, W\), got \(1, 3, 64, 64\)"):
        measure.measure(torch.zeros(1, 3, 64, 64))
    assert not measure.measure(torch.rand(1, 1, 64, 64, requires_grad=True)).requires_grad


def test_the_softmax_form_is_as_computed_by_hand() -> None:
    weights = InformationWeights(measure="densenet")
    # exp(1) / (exp(1) + exp(1 + ln 3)) = 1 / (1 + 3)
    assert weigh(weights, 1.0, 1.0 + math.log(3)) == pytest.approx((0.25, 0.75))
    assert weigh(weights, 0.7, 0.7) == pytest.approx((0.5, 0.5))


def test_the_softmax_form_survives_large_measures() -> None:
    assert weigh(InformationWeights(measure="densenet"), 5000.0, 20.0) == (1.0, 0.0)


def test_the_softmax_of_pyramid_measures_is_useless_and_hence_calibrated() -> None:
    pairs = random_pairs(200)
    plain = InformationWeights(measure="picture").observe(pairs)
    assert plain.percentiles == pytest.approx((0.5, 0.5), abs=1e-3)
    assert calibrate(pairs, measure="picture").percentiles == pytest.approx((0.2, 0.8))


@pytest.mark.parametrize("count", [20, 57, 400])
def test_calibration_reaches_its_percentiles(count: int) -> None:
    pairs = random_pairs(count, seed=count)
    weights = calibrate(pairs, measure="picture")
    assert weights.kind is WeightKind.CALIBRATED
    assert weights.scale > 0
    w_ir = [weigh(weights, *pair)[0] for pair in pairs.tolist()]
    # float32 on the training side, float64 in the fit
    assert np.percentile(w_ir, [5, 95]).tolist() == pytest.approx([0.2, 0.8], abs=1e-6)


def test_calibration_bears_one_flat_batch() -> None:
    pairs = random_pairs(40)
    pairs[3, 0] = 0.0
    weights = calibrate(pairs, measure="picture")
    assert weights.percentiles == pytest.approx((0.2, 0.8), abs=1e-6)
    assert weights.floor == pytest.approx(1e-6 * np.median(pairs[pairs > 0]))
    w_ir, w_vis = weigh(weights, 0.0, 0.0)
    assert math.isfinite(w_ir)
    assert w_ir + w_vis == pytest.approx(1.0)


def test_calibration_takes_tensors_and_logs_the_histogram(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pairs = [(torch.tensor(g_ir), torch.tensor(g_vis)) for g_ir, g_vis in random_pairs(50)]
    with caplog.at_level(logging.INFO, logger="gifnet"):
        weights = calibrate(pairs, measure="picture")
    assert weights.histogram is not None
    assert len(weights.histogram) == 20
    assert sum(weights.histogram) == 50
    assert "w_ir 0.200 to 0.800 (5th to 95th percentile of 50 batches)" in caplog.text
    assert " ".join(map(str, weights.histogram)) in caplog.text


def test_more_infrared_information_means_more_infrared_weight() -> None:
    for weights in (
        InformationWeights(measure="densenet"),
        calibrate(random_pairs(50), measure="picture"),
    ):
        by_infrared = [weigh(weights, g_ir, 0.002)[0] for g_ir in (0.0005, 0.001, 0.002, 0.004)]
        by_visible = [weigh(weights, 0.002, g_vis)[0] for g_vis in (0.0005, 0.001, 0.002, 0.004)]
        assert by_infrared == sorted(set(by_infrared))
        assert by_visible == sorted(set(by_visible), reverse=True)


def test_swapped_sources_give_swapped_weights() -> None:
    pairs = random_pairs(80)
    weights, swapped = (
        calibrate(pairs, measure="picture"),
        calibrate(pairs[:, ::-1], measure="picture"),
    )
    assert swapped.scale == pytest.approx(weights.scale)
    assert swapped.offset == pytest.approx(-weights.offset)
    assert weigh(swapped, 0.003, 0.001) == pytest.approx(weigh(weights, 0.001, 0.003)[::-1])
    softmax = InformationWeights(measure="densenet")
    assert weigh(softmax, 0.3, 0.1) == weigh(softmax, 0.1, 0.3)[::-1]


def test_calibrated_weights_do_not_depend_on_contrast_common_to_both() -> None:
    weights = calibrate(random_pairs(50), measure="picture")
    assert weigh(weights, 0.002, 0.004) == pytest.approx(weigh(weights, 0.02, 0.04), rel=1e-5)


def test_too_few_batches_are_refused() -> None:
    with pytest.raises(ConfigError, match="at least 20 batches, got 19: raise"):
        calibrate(random_pairs(19), measure="picture")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (np.zeros((30, 2)), "every picture is flat"),
        (np.full((30, 2), 0.01), "ratio of their measures spans only 1 to 1; use more varied"),
        (np.full((30, 2), np.nan), "expected finite measures"),
        (np.full((30, 2), -1.0), "at least 0, got -1 to -1"),
        (np.zeros((0, 2)), "got none"),
    ],
)
def test_degenerate_batches_are_refused(pairs: NDArray[np.float64], message: str) -> None:
    with pytest.raises(DataError, match=message):
        calibrate(pairs, measure="picture")


@pytest.mark.parametrize(
    "weights",
    [InformationWeights(measure="densenet"), calibrate(random_pairs(33), measure="picture")],
    ids=["softmax", "calibrated"],
)
def test_weights_come_back_from_json_unchanged(weights: InformationWeights) -> None:
    stored = json.loads(json.dumps(weights.to_dict()))
    assert stored == weights.to_dict()
    assert type(weights.to_dict()["kind"]) is str
    restored = InformationWeights.from_dict(stored)
    assert restored == weights
    assert weigh(restored, 0.001, 0.002) == weigh(weights, 0.001, 0.002)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "magic"}, "'magic' is not a valid WeightKind"),
        ({"scale": None}, "TypeError"),
        ({"percentiles": [0.2]}, "IndexError"),
    ],
)
def test_damaged_stored_weights_are_refused(change: dict[str, Any], message: str) -> None:
    stored = calibrate(random_pairs(30), measure="picture").to_dict() | change
    with pytest.raises(CheckpointError, match=message):
        InformationWeights.from_dict(stored)
    del stored["measure"]
    with pytest.raises(CheckpointError, match="damaged or of another version"):
        InformationWeights.from_dict(stored)


def test_weights_are_one_float32_pair_without_gradient() -> None:
    def scalar() -> Tensor:
        return torch.tensor(0.01, dtype=torch.bfloat16, requires_grad=True)

    pair = calibrate(random_pairs(30), measure="picture")(scalar(), scalar())
    assert pair.shape == (2,)
    assert pair.dtype == torch.float32
    assert not pair.requires_grad
