"""A network with weights of its own, and files made from it."""

from pathlib import Path

import pytest
import torch

from gifnet.checkpoints import CheckpointHeader
from gifnet.checkpoints.published import to_published
from gifnet.model import GIFNet, ModelConfig, build_gifnet


@pytest.fixture(scope="session")
def network() -> GIFNet:
    return build_gifnet(seed=5).eval()


@pytest.fixture(scope="session")
def small_network() -> GIFNet:
    return build_gifnet(SMALL, seed=5).eval()


SMALL = ModelConfig(encoder_width=4, gate_channels=6, decoder_widths=(5, 4))


@pytest.fixture
def header() -> CheckpointHeader:
    return CheckpointHeader(
        step=120,
        recipe_name="first",
        recipe_digest="ab" * 32,
        licence="CC0-1.0",
        information={"measure": "picture", "kind": "calibrated", "scale": 1.5},
        model=SMALL,
    )


@pytest.fixture
def published_file(network: GIFNet, tmp_path: Path) -> Path:
    """A file such as the authors', with other weights: same keys, same shapes, same pickle."""
    state = dict(to_published(network.state_dict()))
    for index, block in enumerate(network.cross_fusion.blocks):
        positions = block.get_buffer("position_bias.relative_positions")
        name = f"layer1.blocks.{index}.attn.attn.relative_positions"
        state[f"extractor_multask.SwinTransformerSpecific.{name}"] = positions
    file = tmp_path / "Final.model"
    torch.save(state, file)
    return file
