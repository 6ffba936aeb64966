"""CFGM: the cross-fusion gating mechanism, the middle of the paper's Fig. 3."""

from typing import cast

from torch import Tensor, nn

from gifnet.model.config import Interaction
from gifnet.model.cross_fusion_block import CrossFusionBlock, Freezing
from gifnet.tasks import Task


class CrossFusionGating(nn.Module):
    """Blocks with plain and shifted windows in turn, joining the two branches (Sec. 3.3).

    Args:
        channels: Channels of the features.
        heads: Number of attention heads.
        window: Side of an attention window, in pixels.
        depth: Number of blocks; every second one is shifted.
        interaction: In which blocks the branches meet.
        cross_attention: Whether they meet by cross attention, too.
    """

    def __init__(
        self,
        *,
        channels: int = 98,
        heads: int = 2,
        window: int = 8,
        depth: int = 2,
        interaction: Interaction = "unshifted",
        cross_attention: bool = True,
    ) -> None:
        super().__init__()
        meets = {"unshifted": (True, False), "every": (True, True), "none": (False, False)}
        self.blocks = nn.ModuleList(
            CrossFusionBlock(
                channels=channels,
                heads=heads,
                window=window,
                shifted=index % 2 == 1,
                interacts=meets[interaction][index % 2],
                cross_attention=cross_attention,
            )
            for index in range(depth)
        )

    def forward(
        self,
        main_features: Tensor,
        auxiliary_features: Tensor,
        main: Task,
        freezing: Freezing = Freezing.PAPER,
    ) -> Tensor:
        """Let the auxiliary branch inform the main one.

        Args:
            main_features: Embedded, (B, C, H, W), H and W multiples of 4.
            auxiliary_features: Embedded, same shape.
            main: The task whose branch is main.
            freezing: What of the auxiliary branch gets no gradient.

        Returns:
            Main features, (B, C, H, W).
        """
        blocks = [cast(CrossFusionBlock, block) for block in self.blocks]
        readers = [index for index, block in enumerate(blocks) if block.interacts]
        for index, block in enumerate(blocks):
            if index > max(readers, default=-1):
                # Nothing reads the auxiliary after the last interaction: it is left out (D16).
                main_features = block.run_main_alone(main_features, main)
                continue
            main_features, auxiliary_features = block(
                main_features, auxiliary_features, main, freezing
            )
            if block.interacts:
                main_features = block.interact(main_features, auxiliary_features, main)
        return main_features
