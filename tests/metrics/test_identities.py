"""What must hold of every metric of the catalogue, by its definition."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifnet.errors import ImageError
from gifnet.metrics import METRICS, Needs, en

Picture = NDArray[np.float64]
GREY = {Needs.FUSED, Needs.SOURCES, Needs.TRUTH}
SIDE = 180
"""MS-SSIM needs 176 pixels."""


def textured(seed: int, height: int = SIDE, width: int = SIDE + 13) -> Picture:
    """Whole 8-bit levels from black to white, detail at all scales and no flat areas."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for step in (1, 4, 16, 64):
        coarse = generator.normal(size=(-(-height // step), -(-width // step)))
        total += np.kron(coarse, np.ones((step, step)))[:height, :width] * step**0.3
    return np.asarray(np.round((total - total.min()) / np.ptp(total) * 255), np.float64)


def given_to(name: str, seeds: tuple[int, int, int]) -> tuple[list[Picture], Picture]:
    """Sources and fused picture as the metric takes them; equal seeds make equal pictures."""
    needs = METRICS[name].needs
    grey = [textured(seed) for seed in seeds]
    if needs in {Needs.FUSED, Needs.SOURCES}:
        return grey[:2], grey[2]
    if needs is Needs.TRUTH:
        return grey[:1], grey[2]
    bands = 3 if needs in {Needs.COLOUR, Needs.FUSED_COLOUR} else 4
    coloured = [
        np.stack([textured(100 * seed + band, 192, 256) for band in range(bands)], axis=2)
        for seed in seeds
    ]
    if needs in {Needs.COLOUR, Needs.FUSED_COLOUR}:
        return coloured[:2], coloured[2]
    if needs is Needs.TRUTH_BANDS:
        return coloured[:1], coloured[2]
    fused = coloured[2]
    low = fused.reshape(48, 4, 64, 4, bands).mean(axis=(1, 3))
    return [low, fused.mean(axis=2)], fused


def value(name: str, sources: list[Picture], fused: Picture, **more: Any) -> float:
    return METRICS[name].function(sources, fused, **more)


def _nonlinear_correlation_entropy(correlation: float) -> float:
    """QNCIE of a matrix with this correlation everywhere beside the diagonal."""
    eigenvalues = np.array([1 + 2 * correlation, 1 - correlation, 1 - correlation]) / 3
    return float(1 + (eigenvalues * np.log2(eigenvalues)).sum() / 8)


# metric(A, A, A); those of the fused picture alone have no such value
FUSING_NOTHING: dict[str, Callable[[Picture], float]] = {
    "mi": lambda a: 2 * en([], a),
    "nmi": lambda _: 2.0,
    "qncie": lambda a: _nonlinear_correlation_entropy(en([], a) / 8),
    "ce": lambda _: 0.0,
    "cc": lambda _: 1.0,
    "mse": lambda _: 0.0,
    "psnr": lambda _: math.inf,
    "ssim": lambda _: 1.0,
    "ms_ssim": lambda _: 1.0,
    "mef_ssim": lambda _: 1.0,
    "vifp_sum": lambda _: 2.0,
    "vifp_unit": lambda _: 1.0,
    "vif_wavelet_unit": lambda _: 1.0,
    "nabf": lambda _: 0.0,
    "piella_uqi": lambda _: 1.0,
    "qs": lambda _: 1.0,
    "qw": lambda _: 1.0,
    "qe": lambda _: 1.0,
    "qcb": lambda _: 1.0,
    "qcv": lambda _: 0.0,
    "fmi_pixel": lambda _: 1.0,
    "fmi_gradient": lambda _: 1.0,
    "fmi_dct": lambda _: 1.0,
    "ciede2000": lambda _: 0.0,
    "psnr_truth": lambda _: math.inf,
    "ssim_truth": lambda _: 1.0,
    "sam": lambda _: 0.0,
    "ergas": lambda _: 0.0,
    "q2n": lambda _: 1.0,
    "scc": lambda _: 1.0,
}
ASYMMETRIC = {"viff"}
"""Its published definition takes the first source where both explain a pixel equally well."""


@pytest.mark.parametrize("name", sorted(FUSING_NOTHING))
def test_fusing_nothing_gives_the_known_value(name: str) -> None:
    sources, fused = given_to(name, (1, 1, 1))
    expected = FUSING_NOTHING[name](fused)
    assert value(name, sources, fused) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", [n for n, m in METRICS.items() if m.needs is Needs.FUSED])
def test_metrics_of_the_fused_picture_do_not_look_at_the_sources(name: str) -> None:
    fused = textured(3)
    assert value(name, [], fused) == value(name, [textured(1), textured(2)], fused)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, metric in METRICS.items()
        if metric.needs in {Needs.SOURCES, Needs.COLOUR} and name not in ASYMMETRIC
    ],
)
def test_exchanging_the_sources_changes_nothing(name: str) -> None:
    sources, fused = given_to(name, (1, 2, 3))
    assert value(name, sources[::-1], fused) == pytest.approx(value(name, sources, fused), rel=1e-9)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_the_range_of_the_values_does_not_matter(name: str) -> None:
    sources, fused = given_to(name, (1, 2, 3))
    unit = [source / 255 for source in sources], fused / 255
    # halves of a level may round the other way in unit range: none are in these pictures
    assert value(name, *unit, data_range=1) == pytest.approx(value(name, sources, fused), rel=1e-7)


@pytest.mark.parametrize("name", [n for n, m in METRICS.items() if m.needs in GREY])
@settings(max_examples=12, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 99),
    levels=st.sampled_from([1, 2, 256]),
    same=st.booleans(),
)
def test_small_and_flat_pictures_give_a_value_or_a_clear_error(
    name: str, height: int, width: int, seed: int, levels: int, same: bool
) -> None:
    generator = np.random.default_rng(seed)
    pictures = [
        np.asarray(
            generator.integers(0, levels, (height, width)) * (255 // max(levels - 1, 1)), np.float64
        )
        for _ in range(3)
    ]
    if same:
        pictures = [pictures[0]] * 3
    sources = pictures[:1] if METRICS[name].needs is Needs.TRUTH else pictures[:2]
    try:
        measured = value(name, sources, pictures[2])
    except ImageError as error:
        assert "expected" in str(error)  # noqa: PT017
    else:
        assert np.isfinite(measured) or (measured == math.inf and name.startswith("psnr"))


@pytest.mark.parametrize("name", [n for n in METRICS if not n.endswith(("_tang", "_uint8"))])
def test_the_docstring_says_what_the_table_says(name: str) -> None:
    text = METRICS[name].function.__doc__ or ""
    returns = text[text.index("Returns:") : text.index("Raises:")]
    assert METRICS[name].direction.value in returns.lower()
    assert "Source:" in text


# What a half turn changes, by definition
NOT_OF_THE_SCENE_ALONE = {
    "vif_wavelet_unit": "the blocks of 3x3 coefficients start at the upper left",
    "fmi_dct": "the transform's odd functions change their sign",
}
# What it changes where the side is not right: from the upper left on every second row and column
# is kept, three times, so that the lower right is lost; blocks of 16x16 start there, too
SIDES_OF_GRIDS = {"vifp_sum": (177, 193), "vifp_unit": (177, 193), "viff": (177, 193)}
SIDES_OF_GRIDS["qcv"] = (176, 192)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_half_turn_of_all_pictures_changes_nothing(name: str) -> None:
    sources, fused = given_to(name, (1, 2, 3))
    if name in SIDES_OF_GRIDS:
        first, second, fused = (textured(seed, *SIDES_OF_GRIDS[name]) for seed in (1, 2, 3))
        sources = [first, second]
    turned = [np.ascontiguousarray(picture[::-1, ::-1]) for picture in (*sources, fused)]
    unchanged = pytest.approx(value(name, sources, fused), rel=1e-9)
    assert (value(name, turned[:-1], turned[-1]) == unchanged) is (
        name not in NOT_OF_THE_SCENE_ALONE
    )
