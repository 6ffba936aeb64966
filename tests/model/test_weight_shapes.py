"""The shapes told without building a network are those of the network built."""

import pytest

from gifnet.model import ModelConfig, build_gifnet
from gifnet.model.weight_shapes import weight_shapes

CONFIGS = [
    ModelConfig(),
    ModelConfig(encoder_width=4, gate_channels=6, decoder_widths=(5, 4)),
    ModelConfig(encoder_width=3, encoder_depth=1, heads=5, window=4, blocks=1, decoder_widths=()),
    ModelConfig(encoder_width=2, encoder_depth=4, heads=1, blocks=3, decoder_widths=(7, 1, 3, 2)),
]


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_names_shapes_and_their_order_are_those_of_the_state_dict(config: ModelConfig) -> None:
    state = build_gifnet(config).state_dict()
    expected = [(key, tuple(tensor.shape)) for key, tensor in state.items()]
    assert list(weight_shapes(config).items()) == expected
