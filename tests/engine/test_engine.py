"""The engine's result is the whole network's, whatever the tiles, the memory and the runtime."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifnet.checkpoints import convert_published, load_arrays
from gifnet.engine import Plan, Runtime, fold, make_plan, make_runtime, runtime_names

Array = NDArray[np.float32]
Fuse = Callable[..., Array]
RuntimeOf = Callable[..., Runtime]
Forward = Callable[[Array, Array], Array]

# The bound; sums in another order differ by some 1e-6.
TOLERANCE = 1e-4
# Budgets in which nothing, a part, and all of the features are kept.
BUDGETS = (0.0, 3.5e6, 1e9)


def pair_of(height: int, width: int, seed: int = 0) -> tuple[Array, Array]:
    first, second = np.random.default_rng(seed).random((2, height, width), dtype=np.float32)
    return first, second


def plan_of(runtime: Runtime, shape: tuple[int, ...], *, budget: float, tile: int) -> Plan:
    return make_plan(
        *shape[:2],
        budget=budget,
        bytes_per_feature=runtime.bytes_per_feature,
        working_bytes=100,
        best_tile=runtime.best_tile,
        tile=tile,
    )


# Odd, prime, as small as can be, a row above a tile, narrower than a window, ends of 1 to 4 pixels.
SIZES = [(5, 5), (5, 70), (6, 7), (33, 32), (65, 41), (97, 101), (64, 100), (68, 9), (12, 132)]
# The tiling is the same code for all, and PyTorch makes its kernels anew for every size it meets.
CASES = [
    (name, shape) for name in runtime_names() for shape in (SIZES[:4] if name == "torch" else SIZES)
]


@pytest.mark.parametrize(("name", "shape"), CASES, ids=str)
def test_tiles_change_nothing(
    name: str, shape: tuple[int, int], runtime_of: RuntimeOf, fuse: Fuse, forward: Forward
) -> None:
    runtime = runtime_of(name)
    pair = pair_of(*shape)
    expected = forward(*pair)
    for budget in BUDGETS:
        fused = fuse(runtime, plan_of(runtime, shape, budget=budget, tile=32), *pair)
        assert np.abs(fused - expected).max() < TOLERANCE


@pytest.mark.parametrize("name", runtime_names())
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    height=st.integers(5, 150),
    width=st.integers(5, 150),
    tile=st.integers(8, 160),
    budget=st.sampled_from(BUDGETS),
    seed=st.integers(0, 99),
)
def test_any_size_any_tile_any_memory(
    name: str,
    height: int,
    width: int,
    tile: int,
    budget: float,
    seed: int,
    runtime_of: RuntimeOf,
    fuse: Fuse,
    forward: Forward,
) -> None:
    runtime = runtime_of(name)
    pair = pair_of(height, width, seed)
    plan = plan_of(runtime, (height, width), budget=budget, tile=tile)
    assert np.abs(fuse(runtime, plan, *pair) - forward(*pair)).max() < TOLERANCE


def test_budgets_of_the_tests_keep_nothing_a_part_and_all(runtime_of: RuntimeOf) -> None:
    runtime = runtime_of("openvino")
    kept = [
        plan_of(runtime, (97, 101), budget=budget, tile=32).kept_feature_rows for budget in BUDGETS
    ]
    assert kept[0] == 0 < kept[1] < kept[2] == 100


def test_brightness_far_from_zero_loses_no_digit(
    runtime_of: RuntimeOf, fuse: Fuse, forward: Forward
) -> None:
    """Flat pictures have the least deviation beside their mean."""
    pair = np.full((40, 72), 0.93, np.float32), np.full((40, 72), 0.97, np.float32)
    runtime = runtime_of("openvino")
    fused = fuse(runtime, plan_of(runtime, (40, 72), budget=0, tile=24), *pair)
    assert np.abs(fused - forward(*pair)).max() < TOLERANCE


@pytest.mark.parametrize("name", ["openvino", "torch"])
def test_bfloat16_is_good_to_55_decibels_on_smooth_pictures(
    name: str, runtime_of: RuntimeOf, fuse: Fuse, forward: Forward
) -> None:
    rows, columns = np.mgrid[0:120, 0:150].astype(np.float32)
    pair = 0.5 + 0.4 * np.sin(rows / 7 + columns / 11), 0.5 + 0.3 * np.cos(columns / 5)
    first, second = (source.astype(np.float32) for source in pair)
    runtime = runtime_of(name, "bfloat16")
    plan = plan_of(runtime, first.shape, budget=1e9, tile=64)
    error = fuse(runtime, plan, first, second) - forward(first, second)
    assert -10 * np.log10(np.mean(error**2)) > 55


@pytest.mark.shared
@pytest.mark.parametrize("name", runtime_names())
def test_golden_pictures_of_the_published_checkpoint(
    name: str, shared: Path, tmp_path: Path, fuse: Fuse
) -> None:
    file = tmp_path / "published.safetensors"
    convert_published(shared / "weights" / "official" / "Final.model", file)
    folded = fold(load_arrays(file).arrays)
    weight = float(folded.pop("auxiliary_weight")[0])
    runtime = make_runtime(name, folded, precision="float32", device="cpu", threads=2)
    with np.load(shared / "golden" / "inference.npz") as golden:
        names = sorted({key.rsplit("_", 1)[0] for key in golden})
        for pair in names:
            first, second = (golden[f"{pair}_{side}"].astype(np.float32) / 255 for side in "ab")
            expected = golden[f"{pair}_fused"]
            plan = plan_of(runtime, expected.shape, budget=2e7, tile=88)
            fused = fuse(runtime, plan, first, second, weight)
            assert np.abs(fused - expected).max() < TOLERANCE, pair
