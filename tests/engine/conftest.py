from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gifnet.checkpoints import load_arrays, load_model
from gifnet.checkpoints.int8_ranges import load_ranges
from gifnet.engine import Plan, Region, Runtime, compute, fold, make_runtime
from gifnet.engine.quantising import ACTIVATIONS, quantise

Array = NDArray[np.float32]


@pytest.fixture(scope="session")
def folded() -> dict[str, Array]:
    return fold(load_arrays().arrays)


@pytest.fixture(scope="session")
def runtime_of(folded: dict[str, Array]) -> Callable[..., Runtime]:
    """Runtimes with the default weights, made once."""
    made: dict[tuple[str, str], Runtime] = {}
    weights = {name: array for name, array in folded.items() if name != "auxiliary_weight"}
    ranges = load_ranges(None, load_arrays().sha256, ACTIVATIONS)

    def get(name: str, precision: str = "float32") -> Runtime:
        if (name, precision) not in made:
            made[name, precision] = make_runtime(
                name,
                quantise(weights, ranges) if precision == "int8" else weights,
                precision=precision,
                device="cpu",
                threads=2,
            )
        return made[name, precision]

    return get


@pytest.fixture(scope="session")
def fuse(folded: dict[str, Array]) -> Callable[..., Array]:
    """What the engine makes of a pair; each pixel must be written once."""

    default = float(folded["auxiliary_weight"][0])

    def run(
        runtime: Runtime, plan: Plan, first: Array, second: Array, weight: float = default
    ) -> Array:
        fused = np.full(first.shape, np.nan, np.float32)

        def read(region: Region) -> Array:
            return np.stack([source[region.slices] for source in (first, second)])[None]

        def write(region: Region, luma: Array) -> None:
            assert np.isnan(fused[region.slices]).all()
            fused[region.slices] = luma

        compute(runtime, plan, read, write, weight)
        assert not np.isnan(fused).any()
        return fused

    return run


@pytest.fixture(scope="session")
def forward() -> Callable[[Array, Array], Array]:
    """``GIFNet.forward`` on whole pictures, with the default weights."""
    network = load_model().eval()

    def run(first: Array, second: Array) -> Array:
        with torch.inference_mode():
            sources = (
                torch.from_numpy(np.ascontiguousarray(source))[None, None]
                for source in (first, second)
            )
            fused: Array = network(*sources)[0, 0].numpy()
        return fused

    return run
