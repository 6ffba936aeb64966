"""The baselines on grey pictures: known answers, invariances, awkward sizes, bad arguments."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from gifnet.baselines import BASELINES, Baseline
from gifnet.errors import (
    EvaluationError,
    ImageSizeError,
    ImageValueError,
    MissingDependencyError,
)

PICTURES = Path(__file__).resolve().parents[2] / "examples" / "pictures"
ALL = pytest.mark.parametrize("baseline", BASELINES.values(), ids=list(BASELINES))
# float32 in and out; the wavelet transform sums over some hundred products
ROUNDING = 3e-6


def _grey(name: str) -> np.ndarray:
    with Image.open(PICTURES / f"{name}.jpg") as picture:
        return np.asarray(picture.convert("L"), np.float32) / np.float32(255)


def _random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, np.float32)


def _psnr(truth: np.ndarray, picture: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((truth - picture) ** 2)))


@pytest.fixture(scope="module")
def focus_pair() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Near focus, far focus, and the truth."""
    return _grey("coffee-near"), _grey("coffee-far"), _grey("coffee-sharp")


@ALL
def test_equal_sources_come_back(baseline: Baseline) -> None:
    picture = _grey("coffee-sharp")[100:231, 150:303]
    for count in (2, 3):
        fused = baseline.function([picture] * count)
        np.testing.assert_allclose(fused, picture, atol=ROUNDING)


@ALL
def test_the_order_of_the_sources_does_not_matter(baseline: Baseline) -> None:
    sources = [_random(37, 50, seed=seed) for seed in range(3)]
    sources[0][:12] = sources[1][:12] = 0.25  # where sources tie
    forward, backward = baseline.function(sources), baseline.function(sources[::-1])
    np.testing.assert_allclose(forward, backward, atol=ROUNDING)


@ALL
@pytest.mark.parametrize("size", [(5, 5), (5, 64), (6, 7), (33, 5), (31, 17)])
def test_any_size_comes_back_in_range(baseline: Baseline, size: tuple[int, int]) -> None:
    sources = [_random(*size, seed=seed) for seed in range(2)]
    copies = [source.copy() for source in sources]
    fused = baseline.function(sources)
    assert fused.shape == size
    assert fused.dtype == np.float32
    assert 0 <= fused.min() <= fused.max() <= 1
    for source, copy in zip(sources, copies, strict=True):
        np.testing.assert_array_equal(source, copy, "the sources were changed")


@ALL
@settings(max_examples=15, deadline=None)
@given(
    sources=arrays(
        np.float32,
        st.tuples(st.integers(2, 3), st.integers(5, 12), st.integers(5, 12)),
        elements=st.floats(0, 1, width=32, allow_subnormal=False),
    )
)
def test_results_stay_in_range_and_turn_with_the_sources(
    baseline: Baseline, sources: np.ndarray
) -> None:
    fused = baseline.function(list(sources))
    assert np.isfinite(fused).all()
    assert 0 <= fused.min() <= fused.max() <= 1
    if baseline.name in {"average", "maximum"}:
        turned = baseline.function(list(sources.swapaxes(1, 2)))
        np.testing.assert_array_equal(turned.T, fused)


@ALL
def test_flat_sources_give_a_flat_picture_between_them(baseline: Baseline) -> None:
    fused = baseline.function([np.full((16, 21), value, np.float32) for value in (0.2, 0.6)])
    assert np.ptp(fused) <= ROUNDING
    assert 0.2 - ROUNDING <= fused[0, 0] <= 0.6 + ROUNDING


def test_the_mean_and_the_maximum_are_just_that() -> None:
    sources = [_random(9, 8, seed=seed) for seed in range(4)]
    mean, largest = BASELINES["average"].function(sources), BASELINES["maximum"].function(sources)
    np.testing.assert_allclose(mean, np.stack(sources).mean(axis=0, dtype=np.float64), atol=1e-7)
    np.testing.assert_array_equal(largest, np.max(sources, axis=0))


# Each floor is some dB below what the method reaches, and far above the 32.1 dB of the mean.
@pytest.mark.parametrize(
    ("name", "floor"),
    [("laplacian", 41), ("wavelet", 41), ("guided_filter", 54), ("focus_measure", 56)],
)
def test_a_focus_pair_comes_nearer_to_the_truth_than_the_mean(
    name: str, floor: float, focus_pair: tuple[np.ndarray, ...]
) -> None:
    near, far, sharp = focus_pair
    mean = _psnr(sharp, BASELINES["average"].function([near, far]))
    assert _psnr(sharp, BASELINES[name].function([near, far])) > floor > mean + 5


@pytest.mark.parametrize("name", ["laplacian", "wavelet", "guided_filter", "focus_measure"])
def test_three_sources_are_fused_as_well(name: str, focus_pair: tuple[np.ndarray, ...]) -> None:
    near, far, sharp = (picture[:200, :301] for picture in focus_pair)
    blurred = np.full_like(sharp, sharp.mean())
    blurred += 0.8 * (near - sharp.mean())  # everywhere weaker than the near picture
    sources = [near, far, blurred]
    mean = _psnr(sharp, BASELINES["average"].function(sources))
    assert _psnr(sharp, BASELINES[name].function(sources)) > mean + 3


def test_exposures_give_a_picture_that_is_neither_dark_nor_burnt_out() -> None:
    under, over = _grey("cat-under"), _grey("cat-over")
    fused = BASELINES["mertens"].function([under, over])
    lost = [np.mean((picture < 0.05) | (picture > 0.97)) for picture in (under, over, fused)]
    assert lost[2] < min(lost[0], lost[1])
    # without a saturation to weigh, the weights have to come from somewhere else
    assert np.abs(fused - (under + over) / 2).max() > 0.05


def test_float64_sources_are_taken() -> None:
    picture = _random(8, 8).astype(np.float64)
    assert BASELINES["average"].function([picture, picture]).dtype == np.float32


@ALL
def test_bad_sources_are_named(baseline: Baseline) -> None:
    picture = _random(8, 9)
    with pytest.raises(EvaluationError, match="at least two sources to fuse, got 1"):
        baseline.function([picture])
    with pytest.raises(ImageSizeError, match=r"one size, got \(8, 9\) and \(8, 8\)"):
        baseline.function([picture, picture[:, 1:]])
    with pytest.raises(ImageSizeError, match=r"5x5 pixels, got \(4, 9\)"):
        baseline.function([picture[:4], picture[:4]])
    with pytest.raises(ImageValueError, match=r"from 0 to 1, got .* to 2.*divide by"):
        baseline.function([picture, np.full_like(picture, 2)])
    with pytest.raises(ImageValueError, match="from 0 to 1, got nan"):
        baseline.function([picture, picture * np.nan])
    with pytest.raises(ImageValueError, match=r"floating point numbers, got uint8"):
        baseline.function([np.zeros((8, 9), np.uint8)] * 2)
    with pytest.raises(ImageValueError, match=r"\(H, W\) .* of shape \(8, 9, 3\)"):
        baseline.function([np.dstack([picture] * 3)] * 2)


@pytest.mark.parametrize(
    ("module", "package", "names"),
    [
        (
            "cv2",
            "opencv-python-headless",
            ["laplacian", "wavelet", "guided_filter", "mertens", "focus_measure"],
        ),
        ("pywt", "pywavelets", ["wavelet"]),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    module: str, package: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    picture = _random(8, 8)
    for name in names:
        wanted = rf"'{name}' needs the package '{package}'.*gifnet\[eval\]"
        with pytest.raises(MissingDependencyError, match=wanted):
            BASELINES[name].function([picture, picture])
    BASELINES["average"].function([picture, picture])


def test_importing_the_baselines_imports_no_library_but_numpy() -> None:
    code = (
        "import gifnet.baselines, sys\n"
        "print(*{'cv2', 'pywt', 'scipy', 'skimage', 'torch', 'PIL'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert printed.stdout.split() == []


def test_the_table_says_what_each_baseline_is_for() -> None:
    for name, baseline in BASELINES.items():
        assert baseline.name == name == baseline.function.__name__
        assert baseline.purpose
        assert baseline.source
