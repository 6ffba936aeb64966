"""How an untrained network's weights start (D9)."""

import math

import pytest
import torch
from torch import Tensor, nn

from gifnet.model import GIFNet, Initialisation, ModelConfig, build_gifnet
from gifnet.tasks import Task

BRANCHES = [f"cross_fusion.blocks.{block}.branches.{task}" for block in (0, 1) for task in Task]

# std = (8*depth)^(-1/4) * sqrt(2 / (fan_in + fan_out)) with depth = 2; Q/K without the first
# factor. 98 channels; the depthwise layer has a fan-in of 25 and a fan-out of 98 * 25.
DEVIATIONS = {
    "attention.query_key": math.sqrt(2 / (98 + 196)),
    "attention.value": 0.5 * math.sqrt(2 / (98 + 98)),
    "attention.depthwise": 0.5 * math.sqrt(2 / (25 + 2450)),
    "attention.projection": 0.5 * math.sqrt(2 / (98 + 98)),
    "mlp.0": 0.5 * math.sqrt(2 / (98 + 196)),
    "mlp.2": 0.5 * math.sqrt(2 / (196 + 98)),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_attention_and_mlp_start_normal_with_zero_bias(network: GIFNet, branch: str) -> None:
    for layer, deviation in DEVIATIONS.items():
        weight = network.get_parameter(f"{branch}.{layer}.weight")
        # Four standard errors of a standard deviation and of a mean.
        assert weight.std().item() == pytest.approx(
            deviation, rel=4 / math.sqrt(2 * weight.numel())
        ), layer
        assert abs(weight.mean().item()) < 4 * deviation / math.sqrt(weight.numel()), layer
        # Normal, not uniform: 4.55% beyond two deviations.
        beyond = (weight.abs() > 2 * deviation).float().mean().item()
        assert beyond == pytest.approx(0.0455, abs=0.02), layer
        assert not network.get_parameter(f"{branch}.{layer}.bias").any(), layer


@pytest.mark.parametrize("branch", BRANCHES)
def test_the_norm_starts_as_identity_with_a_small_way_back(network: GIFNet, branch: str) -> None:
    norm = f"{branch}.norm"
    assert network.get_parameter(f"{norm}.weight").eq(1).all()
    assert network.get_parameter(f"{norm}.bias").eq(0).all()
    assert network.get_parameter(f"{norm}.rescale_bias").eq(1).all()
    assert network.get_parameter(f"{norm}.rebias_bias").eq(0).all()
    for name in ("rescale_weight", "rebias_weight"):
        weight = network.get_parameter(f"{norm}.{name}")
        assert weight.std().item() == pytest.approx(0.02, rel=0.3)
        assert abs(weight.mean().item()) < 0.01


def test_everything_else_starts_as_pytorch_starts_it(network: GIFNet) -> None:
    for name, module in network.named_modules():
        if not isinstance(module, nn.Conv2d | nn.Linear) or ".branches." in name:
            continue
        bound = 1 / math.sqrt(module.weight[0].numel())
        assert module.weight.abs().max() <= bound, name
        if module.weight.numel() > 500:
            expected = bound / math.sqrt(3)
            assert module.weight.std().item() == pytest.approx(expected, rel=0.1), name


def test_lambda_starts_uniform_between_zero_and_one() -> None:
    config = ModelConfig(encoder_width=2, gate_channels=2, decoder_widths=(2,))
    values = torch.stack(
        [
            build_gifnet(config, seed=seed)
            .get_parameter(f"cross_fusion.blocks.0.auxiliary_weight.{task}")
            .detach()
            for seed in range(40)
            for task in Task
        ]
    )
    assert values.shape == (80, 1)
    assert 0 <= values.min() < 0.1
    assert 0.9 < values.max() < 1


def _extreme_pair() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(6)
    noise = torch.rand(2, 1, 1, 24, 31, generator=generator)
    noise[0, ..., :8], noise[1, ..., 4:12] = 0.0, 0.0
    noise[0, ..., 16:24], noise[1, ..., 20:] = 1.0, 1.0
    return noise[0], noise[1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_mean_start_returns_the_mean_of_the_sources(seed: int) -> None:
    network = build_gifnet(seed=seed, initialisation=Initialisation.MEAN).eval()
    a, b = _extreme_pair()
    with torch.no_grad():
        shared = network.encode(a, b)
        results = [network(a, b), network(a, a)]
        results += [network.decode(network.gate(shared, shared, main=task)) for task in Task]
    for found, expected in zip(results, [(a + b) / 2, a, (a + b) / 2, (a + b) / 2], strict=True):
        assert (found - expected).abs().max() < 0.01


def test_the_mean_start_changes_gate_and_global_decoder_only() -> None:
    mean = build_gifnet(seed=4, initialisation=Initialisation.MEAN).state_dict()
    paper = build_gifnet(seed=4).state_dict()
    changed = {key.rsplit(".", 1)[0] for key in paper if not torch.equal(paper[key], mean[key])}
    assert changed == {
        "gating.reduce",
        "gating.expand",
        *(f"global_decoder.stack.{index}" for index in (0, 2, 4, 6)),
    }


def test_with_the_mean_start_the_rest_of_the_network_learns_from_the_second_step_on() -> None:
    # At first only the path of the mean reaches the output; its last layer opens the others.
    network = build_gifnet(seed=0, initialisation=Initialisation.MEAN)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-4)
    a, b = _extreme_pair()
    for _ in range(2):
        optimiser.zero_grad()
        loss: Tensor = (network(a, b) - torch.maximum(a, b)).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    for name in ("unembedding.weight", "embedding.digital_photography.weight"):
        gradient = network.get_parameter(name).grad
        assert gradient is not None
        assert gradient.abs().max() > 0


@pytest.mark.parametrize("initialisation", list(Initialisation))
def test_a_seed_gives_the_same_weights_again(initialisation: Initialisation) -> None:
    first = build_gifnet(seed=9, initialisation=initialisation).state_dict()
    torch.manual_seed(12345)
    again = build_gifnet(seed=9, initialisation=initialisation).state_dict()
    other = build_gifnet(seed=10, initialisation=initialisation).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["unembedding.weight"], other["unembedding.weight"])


def test_a_seed_gives_the_weights_that_it_always_gave() -> None:
    # Of commit 96f5cf2, PyTorch 2.13: layers draw in the order in which they are built, so that a
    # network built in another order is another one, and a recorded run cannot be repeated.
    weights = build_gifnet(seed=1).state_dict()
    first = {
        "shared_encoder.convolutions.0.weight": 0.1214487,
        "cross_fusion.blocks.0.position_bias.output.bias": -0.0101272,
        "global_decoder.stack.6.weight": -0.0175563,
        "global_decoder.stack.6.bias": 0.0502614,
    }
    for name, value in first.items():
        assert float(weights[name].flatten()[0]) == pytest.approx(value, abs=1e-6)
    total = sum(float(values.double().abs().sum()) for values in weights.values())
    assert total == pytest.approx(24180.0571, abs=1e-3)


def test_building_leaves_the_global_random_generator_alone() -> None:
    torch.manual_seed(77)
    before = torch.get_rng_state()
    build_gifnet(seed=1, initialisation=Initialisation.MEAN)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_two_branches_start_with_different_weights(network: GIFNet) -> None:
    first, second = (network.get_parameter(f"embedding.{task}.weight") for task in Task)
    assert not torch.equal(first, second)
