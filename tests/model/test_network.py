"""What the whole network promises: sizes, errors, mirrors, memory layouts, precision."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from gifnet.errors import ImageSizeError
from gifnet.model import MINIMUM_SIZE, GIFNet, ModelConfig, build_gifnet
from gifnet.tasks import Task

Pair = tuple[Tensor, Tensor]


def test_the_network_has_as_many_weights_as_the_published_one(network: GIFNet) -> None:
    assert sum(weight.numel() for weight in network.parameters()) == 822_780


@settings(deadline=None, max_examples=40)
@given(height=st.integers(5, 37), width=st.integers(5, 37))
def test_every_size_from_five_by_five_comes_back_unchanged(height: int, width: int) -> None:
    network = _small_network()
    sources = torch.rand(2, 1, 1, height, width, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        fused = network(*sources)
    assert fused.shape == (1, 1, height, width)
    assert bool(fused.isfinite().all())
    assert 0 <= fused.min() <= fused.max() <= 1


_SMALL: list[GIFNet] = []


def _small_network() -> GIFNet:
    # Not the fixture: hypothesis runs one test function many times.
    if not _SMALL:
        config = ModelConfig(encoder_width=4, gate_channels=6)
        _SMALL.append(build_gifnet(config, seed=3).eval())
    return _SMALL[0]


@pytest.mark.parametrize("size", [(5, 5), (5, 64), (9, 9), (8, 8), (13, 6)])
def test_the_full_network_takes_small_and_narrow_sizes(
    network: GIFNet, size: tuple[int, int]
) -> None:
    picture = torch.full((1, 1, *size), 0.5)
    with torch.no_grad():
        fused = network(picture, picture)
    assert fused.shape == picture.shape
    assert bool(fused.isfinite().all())


@pytest.mark.parametrize("size", [(4, 9), (9, 4), (1, 1), (4, 4), (0, 5)])
def test_smaller_sizes_are_refused(small_network: GIFNet, size: tuple[int, int]) -> None:
    height, width = size
    assert MINIMUM_SIZE == 5
    with pytest.raises(
        ImageSizeError,
        match=f"at least 5x5 pixels, got {width}x{height}: enlarge or pad them first",
    ):
        small_network(torch.zeros(1, 1, *size), torch.zeros(1, 1, *size))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, 1, 9, 9), (1, 1, 9, 10)),
        ((2, 1, 9, 9), (1, 1, 9, 9)),
        ((1, 3, 9, 9), (1, 3, 9, 9)),
        ((9, 9), (9, 9)),
    ],
)
def test_sources_of_other_shapes_are_refused_with_their_shapes(
    small_network: GIFNet, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    with pytest.raises(ImageSizeError, match=re.escape(f"got {first} and {second}")):
        small_network(torch.zeros(first), torch.zeros(second))


def test_fusing_has_digital_photography_as_main_and_one_pair_on_both_branches(
    network: GIFNet, pair: Pair
) -> None:
    with torch.no_grad():
        shared = network.encode(*pair)
        gated = network.gate(shared, shared, main=Task.DIGITAL_PHOTOGRAPHY)
        torch.testing.assert_close(network(*pair), network.decode(gated), rtol=0, atol=0)


def test_the_branches_are_exact_mirrors(network: GIFNet, pair: Pair) -> None:
    mirrored = build_gifnet()
    names = [task.value for task in Task]
    exchange = {names[0]: names[1], names[1]: names[0]}
    mirrored.load_state_dict(
        {
            ".".join(exchange.get(part, part) for part in key.split(".")): value
            for key, value in network.state_dict().items()
        }
    )
    other_pair = (pair[1].flip(-1), pair[0].flip(-2))
    with torch.no_grad():
        shared, other_shared = network.encode(*pair), network.encode(*other_pair)
        results = {task: network.gate(shared, other_shared, main=task) for task in Task}
        for main in Task:
            found = mirrored.gate(shared, other_shared, main=main.other)
            torch.testing.assert_close(found, results[main], rtol=0, atol=0)
    assert not torch.equal(*results.values())


def test_a_picture_does_not_depend_on_its_batch(network: GIFNet, pair: Pair) -> None:
    with torch.no_grad():
        together = network(*pair)
        for index in range(2):
            alone = network(pair[0][index : index + 1], pair[1][index : index + 1])
            torch.testing.assert_close(alone, together[index : index + 1], rtol=0, atol=1e-5)
        exchanged = network(pair[0].flip(0), pair[1].flip(0)).flip(0)
        torch.testing.assert_close(exchanged, together, rtol=0, atol=1e-5)


def test_channels_last_gives_the_contiguous_result(network: GIFNet, pair: Pair) -> None:
    other = build_gifnet(seed=3).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    sources = [source.contiguous(memory_format=torch.channels_last) for source in pair]
    with torch.no_grad():
        torch.testing.assert_close(other(*sources), network(*pair), rtol=0, atol=1e-5)


def test_bfloat16_autocast_stays_close(network: GIFNet, pair: Pair) -> None:
    with torch.no_grad():
        expected = network(*pair)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = network(*pair)
    # bfloat16 has eight bits: steps of 0.004 near 1, and some twenty layers one after another.
    assert found.float().sub(expected).abs().max() < 0.02


def test_the_reconstruction_is_a_plain_tanh(network: GIFNet, pair: Pair) -> None:
    # The published one, too: its range is [-1, 1] although its target's is [0, 1] (D11).
    pushed = build_gifnet(seed=3).eval()
    with torch.no_grad():
        last = pushed.reconstruction_decoder.stack[6]
        last.bias.fill_(-20.0)  # type: ignore[operator]
        reconstruction = pushed.reconstruct(pushed.encode(*pair))
        assert network.reconstruct(network.encode(*pair)).shape == pair[0].shape
    assert reconstruction.max() < -0.99


def test_the_order_of_the_sources_matters(network: GIFNet, pair: Pair) -> None:
    with torch.no_grad():
        assert not torch.equal(network(*pair), network(*reversed(pair)))


def test_the_branches_work_on_a_multiple_of_four(small_network: GIFNet) -> None:
    sizes = []
    hook = small_network.unembedding.register_forward_hook(
        lambda module, inputs, output: sizes.append(tuple(output.shape[-2:]))
    )
    try:
        for size in [(5, 5), (8, 12), (13, 18)]:
            with torch.no_grad():
                small_network(torch.rand(1, 1, *size), torch.rand(1, 1, *size))
    finally:
        hook.remove()
    assert sizes == [(8, 8), (8, 12), (16, 20)]
