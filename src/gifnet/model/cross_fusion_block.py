"""One block of the cross-fusion gating mechanism, with both branches in it."""

from enum import StrEnum

import torch
from torch import Tensor, nn

from gifnet.model.revised_layer_norm import Moments, RevisedLayerNorm
from gifnet.model.window_attention import BranchAttention, PositionBias, WindowGrid
from gifnet.tasks import Task


class Freezing(StrEnum):
    """How much of the auxiliary branch is frozen while the main one learns."""

    PAPER = "paper"
    """Everything that belongs to the auxiliary branch (Sec. 3.3)."""

    PUBLISHED = "published"
    """Only its attention and its encoder pass, as the published run did (D3)."""


class CrossFusionBranch(nn.Module):
    """One branch's side of a block: norm, attention, MLP, each with its residual.

    Args:
        channels: Channels of the features.
        heads: Number of attention heads.
    """

    def __init__(self, *, channels: int = 98, heads: int = 2) -> None:
        super().__init__()
        self.norm = RevisedLayerNorm(channels=channels)
        self.attention = BranchAttention(channels=channels, heads=heads)
        self.mlp = nn.Sequential(
            nn.Conv2d(channels, 2 * channels, 1), nn.ReLU(), nn.Conv2d(2 * channels, channels, 1)
        )

    def forward(
        self,
        features: Tensor,
        position_bias: Tensor,
        grid: WindowGrid,
        *,
        query: Tensor | None = None,
        attention_frozen: bool = False,
        moments: Moments | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Run the branch.

        Args:
            features: (B, C, H, W).
            position_bias: (1, M, P, P).
            grid: The windows.
            query: Windows of the main branch's query for cross attention, (B*N, M, P, D): of
                its normalised input, as published, and not of its output as in Eq. 4 (D1).
            attention_frozen: Whether no gradient passes through norm and attention.
            moments: Moments for the norm instead of the features' own.

        Returns:
            The new features, (B, C, H, W), and the windows of the query that was used.
        """
        normalised, rescale, rebias = self.norm(features, moments)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not attention_frozen):
            attended, query = self.attention(normalised, position_bias, grid, query)
        features = features + torch.addcmul(rebias, attended, rescale)
        return features + self.mlp(features), query


class CrossFusionBlock(nn.Module):
    """Both branches, the shared position bias, and the auxiliary's influence (Eq. 4).

    The branches are exact mirrors with either main task (D2).

    Args:
        channels: Channels of the features.
        heads: Number of attention heads.
        window: Side of an attention window, in pixels.
        shifted: Whether the windows start half a window earlier.
        interacts: Whether the branches meet here, by cross attention and by
            ``auxiliary_weight``; in the unshifted block only if None.
        cross_attention: Whether an auxiliary branch that is met attends with the main one's
            query (Eq. 4), or with its own (D21).
    """

    def __init__(
        self,
        *,
        channels: int = 98,
        heads: int = 2,
        window: int = 8,
        shifted: bool = False,
        interacts: bool | None = None,
        cross_attention: bool = True,
    ) -> None:
        super().__init__()
        self.window = window
        self.shifted = shifted
        self.interacts = not shifted if interacts is None else interacts
        self.cross_attention = cross_attention
        self.branches = nn.ModuleDict(
            {task.value: CrossFusionBranch(channels=channels, heads=heads) for task in Task}
        )
        self.position_bias = PositionBias(window=window, heads=heads)
        # The paper's lambda, one for each main task. The shifted block has one as published,
        # although nothing reads it (D5).
        self.auxiliary_weight = nn.ParameterDict(
            {task.value: nn.Parameter(torch.rand(1)) for task in Task}
        )

    def forward(
        self,
        main_features: Tensor,
        auxiliary_features: Tensor,
        main: Task,
        freezing: Freezing = Freezing.PAPER,
    ) -> tuple[Tensor, Tensor]:
        """Run both branches; the main one does not yet get the auxiliary's features.

        Args:
            main_features: (B, C, H, W).
            auxiliary_features: (B, C, H, W).
            main: The task whose branch is main.
            freezing: What of the auxiliary branch gets no gradient.

        Returns:
            Main and auxiliary features, (B, C, H, W) each, before ``interact``.
        """
        position_bias, grid = self.position_bias(), self._grid(main_features)
        main_features, query = self.branches[main.value](main_features, position_bias, grid)
        frozen = freezing is Freezing.PAPER
        # The auxiliary branch is frozen: no gradient reaches its weights, nor, through its
        # cross attention, the main branch's query.
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            auxiliary_features, _ = self.branches[main.other.value](
                auxiliary_features,
                position_bias,
                grid,
                query=query if self.interacts and self.cross_attention else None,
                attention_frozen=True,
            )
        return main_features, auxiliary_features

    def run_main_alone(self, main_features: Tensor, main: Task) -> Tensor:
        """Run the main branch, where nothing reads the auxiliary one.

        Args:
            main_features: (B, C, H, W).
            main: The task whose branch is main.

        Returns:
            Main features, (B, C, H, W).
        """
        features: Tensor = self.branches[main.value](
            main_features, self.position_bias(), self._grid(main_features)
        )[0]
        return features

    def interact(self, main_features: Tensor, auxiliary_features: Tensor, main: Task) -> Tensor:
        """Add the auxiliary's features, weighted by the learnt lambda (Eq. 4).

        Args:
            main_features: (B, C, H, W).
            auxiliary_features: (B, C, H, W).
            main: The task whose branch is main.

        Returns:
            Main features, (B, C, H, W).
        """
        weight = self.auxiliary_weight[main.value].to(main_features.dtype)
        return torch.addcmul(main_features, weight, auxiliary_features)

    def _grid(self, features: Tensor) -> WindowGrid:
        height, width = features.shape[-2:]
        return WindowGrid.of(height, width, window=self.window, shifted=self.shifted)
