"""Networks and pairs that several files of model tests use."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gifnet.checkpoints.convert import load_published
from gifnet.model import GIFNet, ModelConfig, build_gifnet


@pytest.fixture(scope="session")
def published_network(shared: Path) -> GIFNet:
    """The network with the authors' weights."""
    return load_published(shared / "weights" / "official" / "Final.model")


@pytest.fixture(scope="session")
def network() -> GIFNet:
    """The full network, untrained."""
    return build_gifnet(seed=3).eval()


@pytest.fixture(scope="session")
def small_network() -> GIFNet:
    """The same structure with few channels, where many sizes or shapes are tried."""
    network = build_gifnet(ModelConfig(encoder_width=4, gate_channels=6), seed=3).eval()
    a, b = torch.rand(2, 1, 1, 9, 9, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        # With few channels some seeds give a network whose last layers are silent.
        assert network(a, b).std() > 1e-4
    return network


@pytest.fixture(scope="session")
def pair() -> tuple[Tensor, Tensor]:
    """Two pairs of one odd size, (2, 1, 21, 34) each."""
    values = np.random.default_rng(7).random((2, 2, 1, 21, 34), dtype=np.float32)
    return torch.from_numpy(values[0]), torch.from_numpy(values[1])
