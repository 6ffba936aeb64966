"""Which weights learn with which main task; see D3 and D5 of docs/differences.md.

The lists are written out by hand, so that a change of the routing is a change of this file.
"""

import pytest
import torch
from torch import Tensor

from gifnet.model import Freezing, GIFNet, ModelConfig, build_gifnet
from gifnet.tasks import Task

MM, DP = "multi_modal", "digital_photography"
BLOCKS = "cross_fusion.blocks"

# Learns with either main task: what both share, and what comes after the branches.
ALWAYS = {
    f"{layer}.{kind}"
    for layer in (
        "shared_encoder.convolutions.0",
        "shared_encoder.convolutions.1",
        "shared_encoder.convolutions.2",
        "reconstruction_decoder.stack.0",
        "reconstruction_decoder.stack.2",
        "reconstruction_decoder.stack.4",
        "reconstruction_decoder.stack.6",
        "unembedding",
        "global_decoder.stack.0",
        "global_decoder.stack.2",
        "global_decoder.stack.4",
        "global_decoder.stack.6",
        # Both branches of a block share it; it learns through the main one.
        f"{BLOCKS}.0.position_bias.hidden",
        f"{BLOCKS}.0.position_bias.output",
        f"{BLOCKS}.1.position_bias.hidden",
        f"{BLOCKS}.1.position_bias.output",
    )
    for kind in ("weight", "bias")
} | {"gating.reduce.weight", "gating.expand.weight"}


def main_branch(task: str) -> set[str]:
    """Everything that belongs to the main branch, and the lambda of its direction (block 0)."""
    names = {f"embedding.{task}.weight", f"embedding.{task}.bias"}
    names.add(f"{BLOCKS}.0.auxiliary_weight.{task}")
    for block in (0, 1):
        branch = f"{BLOCKS}.{block}.branches.{task}"
        names |= {
            f"{branch}.norm.weight",
            f"{branch}.norm.bias",
            f"{branch}.norm.rescale_weight",
            f"{branch}.norm.rescale_bias",
            f"{branch}.norm.rebias_weight",
            f"{branch}.norm.rebias_bias",
            f"{branch}.attention.query_key.weight",
            f"{branch}.attention.query_key.bias",
            f"{branch}.attention.value.weight",
            f"{branch}.attention.value.bias",
            f"{branch}.attention.depthwise.weight",
            f"{branch}.attention.depthwise.bias",
            f"{branch}.attention.projection.weight",
            f"{branch}.attention.projection.bias",
            f"{branch}.mlp.0.weight",
            f"{branch}.mlp.0.bias",
            f"{branch}.mlp.2.weight",
            f"{branch}.mlp.2.bias",
        }
    return names


def auxiliary_as_published(task: str) -> set[str]:
    """What the published run forgot to freeze: all but the attention, of the first block only.

    The norm's weight and bias act through the frozen attention alone; its rescale and rebias
    act on what comes out of it. Nothing reads the second block's auxiliary side.
    """
    branch = f"{BLOCKS}.0.branches.{task}"
    return {
        f"embedding.{task}.weight",
        f"embedding.{task}.bias",
        f"{branch}.norm.rescale_weight",
        f"{branch}.norm.rescale_bias",
        f"{branch}.norm.rebias_weight",
        f"{branch}.norm.rebias_bias",
        f"{branch}.mlp.0.weight",
        f"{branch}.mlp.0.bias",
        f"{branch}.mlp.2.weight",
        f"{branch}.mlp.2.bias",
    }


LEARNS = {
    (Freezing.PAPER, Task.MULTI_MODAL): ALWAYS | main_branch(MM),
    (Freezing.PAPER, Task.DIGITAL_PHOTOGRAPHY): ALWAYS | main_branch(DP),
    (Freezing.PUBLISHED, Task.MULTI_MODAL): ALWAYS | main_branch(MM) | auxiliary_as_published(DP),
    (Freezing.PUBLISHED, Task.DIGITAL_PHOTOGRAPHY): (
        ALWAYS | main_branch(DP) | auxiliary_as_published(MM)
    ),
}

# Unused in the shifted block, as published (D5).
NEVER = {f"{BLOCKS}.1.auxiliary_weight.{MM}", f"{BLOCKS}.1.auxiliary_weight.{DP}"}

# A softmax does not change when all its logits do, so these gradients are zero but for rounding.
WITHOUT_EFFECT = {f"{BLOCKS}.{block}.position_bias.output.bias" for block in (0, 1)}


def _network() -> GIFNet:
    # Few channels: the routing does not depend on their number.
    return build_gifnet(ModelConfig(encoder_width=4, gate_channels=6), seed=1)


def _pairs() -> list[Tensor]:
    return list(torch.rand(4, 2, 1, 16, 19, generator=torch.Generator().manual_seed(2)))


def _learning(network: GIFNet) -> set[str]:
    return {
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is not None and (name in WITHOUT_EFFECT or bool(parameter.grad.any()))
    }


@pytest.mark.parametrize("main", list(Task))
@pytest.mark.parametrize("freezing", list(Freezing))
def test_exactly_the_listed_parameters_learn(freezing: Freezing, main: Task) -> None:
    network = _network()
    a, b, c, d = _pairs()
    shared_main, shared_auxiliary = network.encode(a, b), network.encode(c, d)
    gated = network.gate(shared_main, shared_auxiliary, main=main, freezing=freezing)
    loss = network.decode(gated).square().mean() + network.reconstruct(shared_main).square().mean()
    loss.backward()  # type: ignore[no-untyped-call]
    learning = _learning(network)
    expected = LEARNS[freezing, main]
    assert sorted(learning - expected) == []
    assert sorted(expected - learning) == []
    # Frozen is frozen: such parameters have no gradient at all, not one of zeros.
    names = {name for name, _ in network.named_parameters()}
    gradients = {name for name, p in network.named_parameters() if p.grad is not None}
    assert gradients <= expected
    assert names >= expected | NEVER


def test_every_parameter_but_the_unused_lambdas_learns_with_one_main_task_or_the_other() -> None:
    names = {name for name, _ in _network().named_parameters()}
    for freezing in Freezing:
        assert set.union(*(LEARNS[freezing, main] for main in Task)) == names - NEVER


@pytest.mark.parametrize("main", list(Task))
@pytest.mark.parametrize("freezing", list(Freezing))
def test_the_auxiliary_encoder_pass_gets_no_gradient(freezing: Freezing, main: Task) -> None:
    network = _network()
    a, b, c, d = _pairs()
    shared_main = network.encode(a, b).detach()
    shared_auxiliary = network.encode(c, d).detach().requires_grad_()
    network.gate(shared_main, shared_auxiliary, main=main, freezing=freezing).sum().backward()  # type: ignore[no-untyped-call]
    assert shared_auxiliary.grad is None
    assert all(p.grad is None for p in network.shared_encoder.parameters())


@pytest.mark.parametrize("main", list(Task))
def test_the_main_query_gets_no_gradient_through_the_auxiliary_attention(main: Task) -> None:
    network = _network()
    block = network.cross_fusion.blocks[0]
    channels = network.shared_encoder.channels
    main_features, auxiliary_features = torch.rand(
        2, 2, channels, 16, 16, generator=torch.Generator().manual_seed(3)
    )
    main_features.requires_grad_()

    # The paper's freezing: nothing at all leads back from the auxiliary's features.
    _, auxiliary = block(main_features, auxiliary_features, main, Freezing.PAPER)
    assert not auxiliary.requires_grad

    # The published freezing: its norm and MLP learn, and the query is still out of reach.
    _, auxiliary = block(main_features, auxiliary_features, main, Freezing.PUBLISHED)
    auxiliary.square().sum().backward()
    assert main_features.grad is None
    learning = {name for name, p in block.named_parameters() if p.grad is not None}
    branch = f"branches.{main.other.value}"
    assert learning == {
        f"{branch}.norm.rescale_weight",
        f"{branch}.norm.rescale_bias",
        f"{branch}.norm.rebias_weight",
        f"{branch}.norm.rebias_bias",
        f"{branch}.mlp.0.weight",
        f"{branch}.mlp.0.bias",
        f"{branch}.mlp.2.weight",
        f"{branch}.mlp.2.bias",
    }


def test_the_main_query_does_reach_the_auxiliary_features() -> None:
    # Without this the test above would hold for a block without cross attention, too.
    network = _network()
    block = network.cross_fusion.blocks[0]
    generator = torch.Generator().manual_seed(4)
    features = torch.rand(3, 1, network.shared_encoder.channels, 8, 8, generator=generator)
    with torch.no_grad():
        _, one = block(features[0], features[2], Task.MULTI_MODAL)
        _, other = block(features[1], features[2], Task.MULTI_MODAL)
    assert (one - other).abs().max() > 1e-5


@pytest.mark.parametrize("freezing", list(Freezing))
def test_freezing_does_not_change_what_is_computed(freezing: Freezing) -> None:
    network = _network()
    a, b, c, d = _pairs()
    for main in Task:
        shared_main, shared_auxiliary = network.encode(a, b), network.encode(c, d)
        with torch.no_grad():
            expected = network.gate(shared_main, shared_auxiliary, main=main)
        found = network.gate(shared_main, shared_auxiliary, main=main, freezing=freezing)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
