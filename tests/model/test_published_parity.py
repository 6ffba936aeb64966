"""The network with the published weights computes what the published network computes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gifnet.model import GIFNet
from gifnet.tasks import Task

pytestmark = pytest.mark.shared

PAIRS = (
    "ivif",
    "mfif",
    "meif",
    "nir_vis",
    "medical",
    "tiny9x9",
    "tiny16x23",
    "tiny33x64",
)
# Sums of float32 in another order differ by some 1e-6 here; a wrong layer by more than 1e-2.
TOLERANCE = 1e-4

Array = NDArray[np.float32]


def _report(found: Array, expected: Array, scale: float = 1.0) -> str:
    """Say how an error is distributed, for the message of a failure."""
    error = np.abs(found - expected) / scale
    percentiles = ", ".join(
        f"{level}%: {np.percentile(error, level):.2e}" for level in (50, 90, 99, 100)
    )
    worst = tuple(int(index) for index in np.unravel_index(error.argmax(), error.shape))
    share = float((error > TOLERANCE).mean())
    return f"error {percentiles}; {share:.1%} above {TOLERANCE:g}; worst at {worst}"


@pytest.fixture(scope="module")
def intermediates(shared: Path) -> dict[str, Array]:
    with np.load(shared / "golden" / "intermediates.npz") as archive:
        return dict(archive)


@pytest.mark.parametrize("name", PAIRS)
def test_a_fused_picture_is_the_published_one(
    shared: Path, published_network: GIFNet, name: str
) -> None:
    with np.load(shared / "golden" / "inference.npz") as golden:
        assert {key.rsplit("_", 1)[0] for key in golden} == set(PAIRS)
        sources = [
            torch.from_numpy(golden[f"{name}_{side}"])[None, None].float() / 255 for side in "ab"
        ]
        expected = golden[f"{name}_fused"]
    with torch.no_grad():
        found = published_network(*sources)[0, 0].numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < TOLERANCE, _report(found, expected)


def _trace(
    network: GIFNet, shared_main: Tensor, shared_auxiliary: Tensor, main: Task
) -> dict[str, Tensor]:
    """Run the network as in training and collect what it computes on the way."""
    seen: dict[str, Tensor] = {}
    names = {Task.MULTI_MODAL: "mm", Task.DIGITAL_PHOTOGRAPHY: "dp"}
    first, second = network.cross_fusion.blocks

    def keep(name: str) -> object:
        def hook(module: object, inputs: object, output: Tensor) -> None:
            seen[name] = output

        return hook

    def keep_block(module: object, inputs: object, output: tuple[Tensor, Tensor]) -> None:
        seen[f"block0_{names[main]}"], seen[f"block0_{names[main.other]}"] = output

    hooks = [
        network.embedding[task.value].register_forward_hook(keep(f"embed_{names[task]}"))  # type: ignore[arg-type]
        for task in Task
    ]
    hooks.append(network.unembedding.register_forward_hook(keep("unembed")))  # type: ignore[arg-type]
    hooks.append(first.register_forward_hook(keep_block))
    try:
        gated = network.gate(shared_main, shared_auxiliary, main=main)
    finally:
        for hook in hooks:
            hook.remove()
    # The network leaves out the auxiliary side of the last block, which nothing reads.
    main_features = seen[f"block0_{names[main]}"]
    auxiliary_features = seen[f"block0_{names[main.other]}"]
    main_features = first.interact(main_features, auxiliary_features, main)  # type: ignore[operator]
    seen[f"block1_{names[main]}"], seen[f"block1_{names[main.other]}"] = second(
        main_features, auxiliary_features, main
    )
    seen["fused"] = network.decode(gated)
    seen["reconstruction"] = network.reconstruct(shared_main)
    return seen


@pytest.mark.parametrize("case", ["train_mm", "train_dp", "infer"])
def test_every_intermediate_result_is_the_published_one(
    published_network: GIFNet, intermediates: dict[str, Array], case: str
) -> None:
    pictures = {
        name: torch.from_numpy(intermediates[name])[None, None]
        for name in ("mm_a", "mm_b", "dp_a", "dp_b")
    }
    main = Task.MULTI_MODAL if case == "train_mm" else Task.DIGITAL_PHOTOGRAPHY
    main_pair, auxiliary_pair = {
        "train_mm": ("mm", "dp"),
        "train_dp": ("dp", "mm"),
        "infer": ("mm", "mm"),
    }[case]
    with torch.no_grad():
        shared_main, shared_auxiliary = (
            published_network.encode(pictures[f"{name}_a"], pictures[f"{name}_b"])
            for name in (main_pair, auxiliary_pair)
        )
        found = _trace(published_network, shared_main, shared_auxiliary, main)
    found["shared_main"] = shared_main

    expected = {
        name.removeprefix(f"{case}."): array
        for name, array in intermediates.items()
        if name.startswith(f"{case}.")
    }
    assert len(expected) == {"train_mm": 10, "train_dp": 10, "infer": 8}[case]
    failures = []
    for name, array in expected.items():
        result = found[name][0].numpy()
        result = result[0] if array.ndim == 2 else result[::7]
        assert result.shape == array.shape, name
        scale = float(np.abs(array).max())
        if np.abs(result - array).max() >= TOLERANCE * scale:
            failures.append(f"{case}.{name}: {_report(result, array, scale)}")
    assert not failures, "\n".join(failures)
