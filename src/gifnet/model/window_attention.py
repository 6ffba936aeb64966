"""Attention inside 8x8 windows, and the position bias that both branches share."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from gifnet.model.convolution import reflect_pad
from gifnet.model.depthwise import DepthwiseConvolution


class WindowGrid(NamedTuple):
    """How a feature map of one size is padded and cut into windows."""

    window: int
    left_top: int
    bottom: int
    right: int
    height: int
    width: int

    @classmethod
    def of(cls, height: int, width: int, *, window: int, shifted: bool) -> "WindowGrid":
        """Lay the grid over a map.

        Args:
            height: Height of the map, in pixels.
            width: Width of the map, in pixels.
            window: Side of a window.
            shifted: Whether the grid starts half a window before the map.

        Returns:
            The grid. A shifted one pads by real reflection, without cyclic roll or mask.
        """
        start = window // 2 if shifted else 0
        # The specification's (4 + r) mod 8 for the shifted grid, r for the other: the same sum.
        bottom = (start + (-height) % window) % window
        right = (start + (-width) % window) % window
        return cls(window, start, bottom, right, height, width)

    def cut(self, maps: Tensor, heads: int) -> Tensor:
        """Cut maps into windows.

        Args:
            maps: (B, M*D, H, W), channels head-major.
            heads: Number of heads M.

        Returns:
            (B*N, M, P, D).
        """
        maps = reflect_pad(maps, [self.left_top, self.right, self.left_top, self.bottom])
        batch, channels, height, width = maps.shape
        rows, columns = height // self.window, width // self.window
        # (B, M*D, H, W) -> (B, rows, 8, columns, 8, M, D) -> (B*N, M, P, D): by way of the
        # channels-last form, so that neither this nor its gradient transposes the whole map.
        maps = maps.permute(0, 2, 3, 1)
        maps = maps.reshape(
            batch, rows, self.window, columns, self.window, heads, channels // heads
        ).permute(0, 1, 3, 5, 2, 4, 6)
        return maps.reshape(
            batch * rows * columns, heads, self.window * self.window, channels // heads
        )

    def join(self, windows: Tensor) -> Tensor:
        """Put windows together again and crop the padding: the inverse of ``cut``.

        Args:
            windows: (B*N, M, P, D).

        Returns:
            (B, M*D, H, W).
        """
        rows = (self.height + self.left_top + self.bottom) // self.window
        columns = (self.width + self.left_top + self.right) // self.window
        _, heads, _, depth = windows.shape
        # (B*N, M, P, D) -> (B, rows, columns, M, 8, 8, D) -> (B, rows, 8, columns, 8, M, D),
        # which is the channels-last form of the map
        maps = windows.view(-1, rows, columns, heads, self.window, self.window, depth).permute(
            0, 1, 4, 2, 5, 3, 6
        )
        maps = maps.reshape(-1, rows * self.window, columns * self.window, heads * depth)
        maps = maps.permute(0, 3, 1, 2)
        return maps[
            :,
            :,
            self.left_top : self.left_top + self.height,
            self.left_top : self.left_top + self.width,
        ]


class PositionBias(nn.Module):
    """A small network from relative position to one bias for each head.

    Args:
        window: Side of a window, in pixels.
        heads: Number of heads.
        hidden: Width of the hidden layer.
    """

    relative_positions: Tensor

    def __init__(self, *, window: int = 8, heads: int = 2, hidden: int = 256) -> None:
        super().__init__()
        self.hidden = nn.Linear(2, hidden)
        self.output = nn.Linear(hidden, heads)
        self.register_buffer("relative_positions", _relative_positions(window), persistent=False)

    def forward(self) -> Tensor:
        """Compute the bias.

        Returns:
            (1, M, P, P): added to the logits of every window.
        """
        bias: Tensor = self.output(torch.relu(self.hidden(self.relative_positions)))
        # (P, P, M) -> (1, M, P, P)
        return bias.permute(2, 0, 1).unsqueeze(0)


class BranchAttention(nn.Module):
    """One branch's window attention with its depthwise side path (Sec. 3.3).

    Args:
        channels: Channels of the features.
        heads: Number of heads.
    """

    def __init__(self, *, channels: int = 98, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.query_key = nn.Conv2d(channels, 2 * channels, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.depthwise = DepthwiseConvolution(channels, 5)
        self.projection = nn.Conv2d(channels, channels, 1)

    def forward(
        self, features: Tensor, position_bias: Tensor, grid: WindowGrid, query: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Attend inside windows.

        Args:
            features: Normalised features, (B, C, H, W).
            position_bias: (1, M, P, P).
            grid: The windows.
            query: Windows of another branch's query, (B*N, M, P, D); None for one's own.

        Returns:
            The projected output, (B, C, H, W), and the windows of the query that was used.
        """
        channels = features.shape[1]
        value = self.value(features)
        if query is None:
            query, key = (
                grid.cut(half, self.heads) for half in self.query_key(features).chunk(2, dim=1)
            )
        else:
            # Another branch's query replaces ours, so only the key half is computed.
            layer = self.query_key
            bias = None if layer.bias is None else layer.bias[channels:]
            key = functional.conv2d(features, layer.weight[channels:], bias)
            key = grid.cut(key, self.heads)
        attended = _attend(query, key, grid.cut(value, self.heads), position_bias)
        output: Tensor = self.projection(self.depthwise(value) + grid.join(attended))
        return output, query


def _attend(query: Tensor, key: Tensor, value: Tensor, position_bias: Tensor) -> Tensor:
    """Scaled dot-product attention with a bias; all windows (B*N, M, P, D)."""
    position_bias = position_bias.to(query.dtype)
    if not (torch.is_grad_enabled() and position_bias.requires_grad):
        return functional.scaled_dot_product_attention(
            query, key, value, attn_mask=position_bias.detach()
        )
    # PyTorch has no fused kernel with a gradient for the bias, and its fallback goes through
    # float32 copies. Outside autocast, softmax keeps the dtype and sums in float32 inside.
    with torch.autocast(query.device.type, enabled=False):
        logits = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-2, -1))
        return torch.matmul(torch.softmax(logits + position_bias, dim=-1), value)


def _relative_positions(window: int) -> Tensor:
    """Signed logarithms of (query row - key row, query column - key column), (P, P, 2)."""
    axis = torch.arange(window)
    # (P, 2), row-major
    positions = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1).reshape(-1, 2)
    difference = (positions[:, None] - positions[None]).float()
    return difference.sign() * torch.log1p(difference.abs())
