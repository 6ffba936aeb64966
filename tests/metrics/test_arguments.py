"""What every metric refuses, and says of it."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.errors import ImageValueError
from gifnet.metrics import METRICS, Needs

SIDE = 180
"""MS-SSIM needs 176 pixels."""
ALL = pytest.mark.parametrize("name", sorted(METRICS))
TAKES_SOURCES = pytest.mark.parametrize(
    "name",
    [n for n, m in METRICS.items() if m.needs not in {Needs.FUSED, Needs.FUSED_COLOUR}],
)


def _given_to(name: str) -> tuple[list[NDArray[Any]], NDArray[Any]]:
    """Pictures of all 8-bit levels, as the metric takes them."""
    generator = np.random.default_rng(1)

    def picture(*shape: int) -> NDArray[Any]:
        values = generator.integers(0, 256, shape).astype(np.float64)
        values.flat[:2] = 0, 255
        return values

    needs = METRICS[name].needs
    if needs is Needs.PANSHARPENING:
        low, high = (SIDE // 4, SIDE // 4), (SIDE, SIDE)
        return [picture(*low, 3), picture(*high)], picture(*high, 3)
    shape = (SIDE, SIDE)
    if needs in {Needs.COLOUR, Needs.FUSED_COLOUR, Needs.TRUTH_BANDS}:
        shape = (*shape, 3)  # type: ignore[assignment]
    count = 1 if needs in {Needs.TRUTH, Needs.TRUTH_BANDS} else 2
    return [picture(*shape) for _ in range(count)], picture(*shape)


def _measure(name: str, sources: Any, fused: Any, **more: Any) -> float:
    return METRICS[name].function(sources, fused, **more)


@ALL
def test_pictures_of_16_bits_need_their_range(name: str) -> None:
    sources, fused = _given_to(name)
    deep = [(257 * picture).astype(np.uint16) for picture in (*sources, fused)]
    expected = "expected values from 0 to data_range=255, got 65535; say data_range=65535, or clip"
    with pytest.raises(ImageValueError, match=expected):
        _measure(name, deep[:-1], deep[-1])
    of_deep = _measure(name, deep[:-1], deep[-1], data_range=65535)
    assert of_deep == pytest.approx(_measure(name, sources, fused), rel=1e-7)


@ALL
@pytest.mark.parametrize(
    ("change", "data_range", "message"),
    [
        (lambda p: p * 1.2, 255, "data_range=255, got 306; say data_range=65535, or clip"),
        (lambda p: p, 1, "data_range=1, got 255; say data_range=255, or clip"),
        (lambda p: p - 26, 255, "got -26; shift or clip them"),
        (lambda p: p * 1000, 255, "got 255000; say data_range=the largest possible value"),
        (lambda p: p * 1e303, 255, "got 2.55e+305"),
    ],
)
def test_values_outside_the_range_are_named(
    name: str, change: Callable[[NDArray[Any]], NDArray[Any]], data_range: float, message: str
) -> None:
    sources, fused = _given_to(name)
    with pytest.raises(ImageValueError, match=re.escape(message)):
        _measure(name, sources, change(fused), data_range=data_range)
    if sources:
        changed = [*sources[:-1], change(sources[-1])]
        with pytest.raises(ImageValueError, match=re.escape(message)):
            _measure(
                name, changed, fused if data_range == 255 else fused / 255, data_range=data_range
            )


@ALL
def test_values_may_overshoot_the_range_by_a_tenth(name: str) -> None:
    sources, fused = _given_to(name)
    over = 1.19 * fused - 24  # from -24 to 279.45
    assert np.isfinite(_measure(name, sources, over))


@pytest.mark.parametrize("name", ["ssim", "fmi_dct", "cc", "sf", "mse", "qcv"])
@pytest.mark.parametrize("value", [1e305, -1e305, np.float64(1.7e308)])
def test_absurd_values_give_an_error_instead_of_nan(name: str, value: float) -> None:
    sources, fused = _given_to(name)
    fused[5, 5] = value
    with pytest.raises(ImageValueError, match="expected values from 0 to data_range=255"):
        _measure(name, sources, fused)


@ALL
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p * 1j, "real numbers, got ndarray with dtype complex128"),
        (lambda p: p.astype("U3"), "real numbers, got ndarray with dtype <U3"),
        (lambda p: p.astype(object), "real numbers, got ndarray with dtype object"),
        (lambda p: p.astype("M8[s]"), "real numbers, got ndarray with dtype datetime64"),
        (lambda _: None, "real numbers, got NoneType"),
        (lambda _: "fused.png", "real numbers, got str"),
        (lambda _: [[1, 2], [3]], "a picture as an array of real numbers"),
    ],
)
def test_what_is_no_picture_is_refused(
    name: str, change: Callable[[NDArray[Any]], Any], message: str
) -> None:
    sources, fused = _given_to(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageValueError, match=message):
            _measure(name, sources, change(fused.round()))


@ALL
@pytest.mark.parametrize("data_range", [None, "255", 255j, [255], np.nan, -1, 10**400])
def test_what_is_no_range_is_refused(name: str, data_range: Any) -> None:
    sources, fused = _given_to(name)
    with pytest.raises(ImageValueError, match=r"positive data_range, got .*say 255, 65535 or 1"):
        _measure(name, sources, fused, data_range=data_range)


@pytest.mark.parametrize("data_range", [np.uint8(255), np.float32(255), np.int64(255), 255.0])
def test_the_range_may_be_any_number(data_range: Any) -> None:
    sources, fused = _given_to("ssim")
    assert _measure("ssim", sources, fused, data_range=data_range) == _measure(
        "ssim", sources, fused
    )


@ALL
def test_sources_that_are_none_are_refused(name: str) -> None:
    _, fused = _given_to(name)
    with pytest.raises(ImageValueError, match=r"a list of sources, got NoneType; say \[\] for no"):
        _measure(name, None, fused)


@TAKES_SOURCES
def test_sources_may_come_from_a_generator(name: str) -> None:
    sources, fused = _given_to(name)
    assert _measure(name, (s for s in sources), fused) == _measure(name, sources, fused)
