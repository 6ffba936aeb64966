"""Make tests/model/golden_model.npz: results of a network whose weights are a formula.

The numbers guard the network's arithmetic where the published checkpoint is not at hand. They
were made by this program with this project's network, at a time when the same code gave the
published network's results to within 1e-6 (tests/model/test_published_parity.py). Weights and
pictures are sines of an index, so no random generator is involved. Make them again only when
the network is meant to compute something else:

    python scripts/make_golden_model.py
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gifnet.model import GIFNet, build_gifnet
from gifnet.tasks import Task

FILE = Path(__file__).parent.parent / "tests" / "model" / "golden_model.npz"
HEIGHT, WIDTH = 21, 34


def wave(count: int, phase: float) -> NDArray[np.float64]:
    """Numbers in [-1, 1] that look random: the sine of a quadratic in the index."""
    index = np.arange(count, dtype=np.float64)
    return np.sin(0.7391 * index + 1e-4 * index * (index % 97) + phase)


def formula_network() -> GIFNet:
    """Build the full network with weights by formula, of a size that keeps every part busy."""
    network = build_gifnet().eval()
    state = {}
    for position, (name, tensor) in enumerate(sorted(network.state_dict().items())):
        values = wave(tensor.numel(), phase=1.9 * position)
        if name.endswith((".norm.weight", ".norm.rescale_bias")):
            values = 1 + 0.3 * values
        elif name.endswith(".norm.rebias_weight"):
            values *= 3  # the mean that it multiplies is small
        elif ".auxiliary_weight." in name:
            values = 0.5 + 0.3 * values
        elif tensor.ndim > 1:
            # Keeps the scale of features; the gate calms it so that the tanh at the end is
            # kept off its limits.
            values *= ((0.3 if name.startswith("gating.") else 3.0) / tensor[0].numel()) ** 0.5
        else:
            values *= 0.2
        state[name] = torch.from_numpy(values.astype(np.float32)).reshape(tensor.shape)
    network.load_state_dict(state)
    return network


def formula_pair(phase: float) -> tuple[Tensor, Tensor]:
    """Two pictures in [0, 1], (1, 1, 21, 34) each."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    a = 0.5 + 0.3 * np.sin(rows / 3 + phase) * np.cos(columns / 5) + 0.2 * np.sin(rows * columns)
    b = 0.5 + 0.4 * np.cos(columns / 2 - rows / 7 + phase) + 0.1 * np.sin(rows * rows + columns)
    first, second = (torch.from_numpy(picture.astype(np.float32))[None, None] for picture in (a, b))
    return first, second


@torch.no_grad()
def compute() -> dict[str, NDArray[np.float32]]:
    """Compute all golden arrays, float32."""
    network = formula_network()
    pair, other_pair = formula_pair(0.0), formula_pair(2.0)
    shared, other_shared = network.encode(*pair), network.encode(*other_pair)
    first, second = network.cross_fusion.blocks
    found = {
        "fused": network(*pair),
        "fused_exchanged": network(*reversed(pair)),
        "shared": shared[:, ::7, ::4, ::5],
        "reconstruction": network.reconstruct(shared),
    }
    padded = torch.nn.functional.pad(shared, [0, 2, 0, 3], mode="reflect")
    other_padded = torch.nn.functional.pad(other_shared, [0, 2, 0, 3], mode="reflect")
    for main in Task:
        gated = network.gate(shared, other_shared, main=main)
        embedded = network.embedding[main.value](padded)
        other_embedded = network.embedding[main.other.value](other_padded)
        features, auxiliary = first(embedded, other_embedded, main)
        found |= {
            f"{main}.fused": network.decode(gated),
            f"{main}.gated": gated[:, ::9, ::4, ::5],
            f"{main}.block0_main": features[:, ::7, ::5, ::6],
            f"{main}.block0_auxiliary": auxiliary[:, ::7, ::5, ::6],
        }
        # The second block's auxiliary side is no part of the network's result.
        features, auxiliary = second(first.interact(features, auxiliary, main), auxiliary, main)  # type: ignore[operator]
        found |= {
            f"{main}.block1_main": features[:, ::7, ::5, ::6],
            f"{main}.block1_auxiliary": auxiliary[:, ::7, ::5, ::6],
        }
    return {name: tensor[0].numpy().astype(np.float32) for name, tensor in found.items()}


if __name__ == "__main__":
    arrays = compute()
    np.savez_compressed(FILE, **arrays)  # type: ignore[arg-type]
    for name, array in arrays.items():
        print(f"{name:<32} {array.shape!s:<16} {array.min():9.4f} to {array.max():9.4f}")
    print(f"{FILE}: {FILE.stat().st_size} bytes")
