"""Windows, shifted windows and the position bias, against what one can compute by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from gifnet.model import GIFNet
from gifnet.model.cross_fusion_block import CrossFusionBlock
from gifnet.model.window_attention import BranchAttention, PositionBias, WindowGrid
from gifnet.tasks import Task


@settings(deadline=None)
@given(quarter_height=st.integers(2, 9), quarter_width=st.integers(2, 9), shifted=st.booleans())
def test_joining_undoes_cutting(quarter_height: int, quarter_width: int, shifted: bool) -> None:
    height, width = 4 * quarter_height, 4 * quarter_width
    maps = torch.arange(2 * 6 * height * width).float().reshape(2, 6, height, width)
    grid = WindowGrid.of(height, width, window=8, shifted=shifted)
    windows = grid.cut(maps, heads=2)
    assert windows.shape[1:] == (2, 64, 3)
    assert torch.equal(grid.join(windows), maps)


@pytest.mark.parametrize(
    ("size", "shifted", "padding"),
    [
        (16, False, (0, 0)),
        (12, False, (0, 4)),
        # 4 before; after: (4 + r) mod 8, where r pads the size itself to a multiple of 8
        (16, True, (4, 4)),
        (12, True, (4, 0)),
    ],
)
def test_the_grid_is_padded_as_specified(
    size: int, shifted: bool, padding: tuple[int, int]
) -> None:
    grid = WindowGrid.of(size, 16, window=8, shifted=shifted)
    assert (grid.left_top, grid.bottom) == padding
    assert (size + sum(padding)) % 8 == 0


def test_windows_are_row_major_and_channels_head_major() -> None:
    maps = torch.arange(4 * 16 * 16).float().reshape(1, 4, 16, 16)
    windows = WindowGrid.of(16, 16, window=8, shifted=False).cut(maps, heads=2)
    assert windows.shape == (4, 2, 64, 2)
    # Window 1 is the upper right one; pixel 10 of it is row 1, column 2; head 1 has channels 2, 3.
    assert windows[1, 1, 10].tolist() == [maps[0, 2, 1, 10].item(), maps[0, 3, 1, 10].item()]


def test_relative_positions_are_query_minus_key() -> None:
    positions = PositionBias(window=8).relative_positions
    assert positions.shape == (64, 64, 2)
    # Query at row 3, column 1; key at row 1, column 6: difference (2, -5).
    expected = [math.log1p(2), -math.log1p(5)]
    assert positions[3 * 8 + 1, 1 * 8 + 6].tolist() == pytest.approx(expected)
    assert torch.equal(positions, -positions.transpose(0, 1))


def _by_hand(
    attention: BranchAttention,
    features: Tensor,
    bias: Tensor,
    query_of: BranchAttention,
    other: Tensor,
) -> Tensor:
    """One unshifted 8x8 window, one pixel and one head at a time."""
    channels = features.shape[1]
    width = channels // attention.heads
    query = query_of.query_key(other)[0, :channels].flatten(1)
    key = attention.query_key(features)[0, channels:].flatten(1)
    value = attention.value(features)
    result = torch.zeros(channels, 64)
    for head in range(attention.heads):
        rows = slice(head * width, (head + 1) * width)
        for pixel in range(64):
            logits = (query[rows, pixel] @ key[rows]) / math.sqrt(width) + bias[0, head, pixel]
            result[rows, pixel] = value[0].flatten(1)[rows] @ torch.softmax(logits, dim=0)
    joined: Tensor = attention.projection(
        attention.depthwise(value) + result.reshape(1, channels, 8, 8)
    )
    return joined


@pytest.mark.parametrize("main", list(Task))
def test_the_auxiliary_attends_with_the_query_of_the_main_branch_input(main: Task) -> None:
    """The query is of the block's normalised input, not of the main branch's output (D1), and
    the depthwise layer sees the auxiliary's own value with either main task (D2)."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        block = CrossFusionBlock(channels=6, heads=2)
        main_features, auxiliary_features = torch.rand(2, 1, 6, 8, 8)
    with torch.no_grad():
        _, found = block(main_features, auxiliary_features, main)
        branch, other = block.branches[main.other.value], block.branches[main.value]
        normalised, rescale, rebias = branch.norm(auxiliary_features)  # type: ignore[operator]
        attended = _by_hand(
            branch.attention,  # type: ignore[arg-type]
            normalised,
            block.position_bias(),
            other.attention,  # type: ignore[arg-type]
            other.norm(main_features).features,  # type: ignore[operator]
        )
        expected = auxiliary_features + attended * rescale + rebias
        expected = expected + branch.mlp(expected)  # type: ignore[operator]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("main", list(Task))
def test_the_shifted_block_keeps_the_branches_apart(small_network: GIFNet, main: Task) -> None:
    block = small_network.cross_fusion.blocks[1]
    generator = torch.Generator().manual_seed(1)
    channels = small_network.shared_encoder.channels
    one, two, three = torch.rand(3, 1, channels, 12, 16, generator=generator)
    with torch.no_grad():
        main_alone = block.run_main_alone(one, main)  # type: ignore[operator]
        main_features, auxiliary_features = block(one, two, main)
        _, same_auxiliary = block(three, two, main)
        auxiliary_alone = block.run_main_alone(two, main.other)  # type: ignore[operator]
    torch.testing.assert_close(main_features, main_alone, rtol=0, atol=0)
    torch.testing.assert_close(auxiliary_features, same_auxiliary, rtol=0, atol=0)
    torch.testing.assert_close(auxiliary_features, auxiliary_alone, rtol=0, atol=1e-6)


def test_the_lambda_of_the_shifted_block_changes_nothing(small_network: GIFNet) -> None:
    # Kept for the published checkpoint's parameter count (D5).
    a, b = torch.rand(2, 1, 1, 11, 14, generator=torch.Generator().manual_seed(2))
    names = [f"cross_fusion.blocks.1.auxiliary_weight.{task}" for task in Task]
    with torch.no_grad():
        expected = small_network(a, b)
        weights = [small_network.get_parameter(name) for name in names]
        before = [weight.clone() for weight in weights]
        try:
            for weight in weights:
                weight.fill_(100.0)
            found = small_network(a, b)
        finally:
            for weight, value in zip(weights, before, strict=True):
                weight.copy_(value)
    assert torch.equal(found, expected)


def test_attention_with_a_gradient_computes_what_it_computes_without() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        attention = BranchAttention(channels=6, heads=2)
        bias = PositionBias(window=8, heads=2)
        features = torch.rand(2, 6, 12, 16)
    grid = WindowGrid.of(12, 16, window=8, shifted=True)
    learning, _ = attention(features, bias(), grid, None)
    with torch.no_grad():
        fused, _ = attention(features, bias(), grid, None)
    torch.testing.assert_close(learning.detach(), fused, rtol=0, atol=1e-6)
