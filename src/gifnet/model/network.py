"""GIFNet: the parts of the paper's Fig. 3 wired together."""

import torch
from torch import Tensor, nn

from gifnet.errors import ImageSizeError
from gifnet.model.config import MINIMUM_SIZE
from gifnet.model.convolution import ReflectConvolution, reflect_pad
from gifnet.model.cross_fusion_block import Freezing
from gifnet.model.cross_fusion_gating import CrossFusionGating
from gifnet.model.gate import Gate, MainFeaturesOnly
from gifnet.model.global_decoder import GlobalDecoder
from gifnet.model.reconstruction_decoder import ReconstructionDecoder
from gifnet.model.shared_encoder import SharedEncoder
from gifnet.tasks import Task

# Of the maps that the branches work on (D12).
_PADDING_MULTIPLE = 4


class GIFNet(nn.Module):
    """The fusion network (Cheng et al., CVPR 2025, Fig. 3 and 4).

    Args:
        shared_encoder: From a pair to C shared features.
        reconstruction_decoder: From shared features to the visible picture (training only).
        cross_fusion: The cross-fusion gating mechanism on C channels.
        gate: From shared and main features to the decoder's input.
        global_decoder: From gated features to the fused picture.
    """

    def __init__(
        self,
        *,
        shared_encoder: SharedEncoder,
        reconstruction_decoder: ReconstructionDecoder,
        cross_fusion: CrossFusionGating,
        gate: Gate | MainFeaturesOnly,
        global_decoder: GlobalDecoder,
    ) -> None:
        super().__init__()
        channels = shared_encoder.channels
        self.shared_encoder = shared_encoder
        self.reconstruction_decoder = reconstruction_decoder
        self.embedding = nn.ModuleDict(
            {task.value: ReflectConvolution(channels, channels) for task in Task}
        )
        self.cross_fusion = cross_fusion
        self.unembedding = ReflectConvolution(channels, channels)
        self.gating = gate
        self.global_decoder = global_decoder

    def forward(
        self, source_a: Tensor, source_b: Tensor, main: Task = Task.DIGITAL_PHOTOGRAPHY
    ) -> Tensor:
        """Fuse a pair: both branches see the same pair, digital photography is main (Fig. 4).

        Args:
            source_a: First source, (B, 1, H, W) in [0, 1], H and W at least ``MINIMUM_SIZE``.
            source_b: Second source, same shape and range. The order matters a little.
            main: Another main task, for a network whose DP branch was not trained (D21).

        Returns:
            The fused picture, (B, 1, H, W) in [0, 1].

        Raises:
            ImageSizeError: The sources differ in shape, or are too small.
        """
        shared_features = self.encode(source_a, source_b)
        gated = self.gate(shared_features, shared_features, main=main)
        return self.decode(gated)

    def encode(self, source_a: Tensor, source_b: Tensor) -> Tensor:
        """Compute the shared features of a pair.

        Args:
            source_a: First source, (B, 1, H, W) in [0, 1].
            source_b: Second source, same shape and range.

        Returns:
            Shared features, (B, C, H, W).

        Raises:
            ImageSizeError: The sources differ in shape, or are too small.
        """
        if source_a.shape != source_b.shape or source_a.ndim != 4 or source_a.shape[1] != 1:
            raise ImageSizeError(
                "expected two sources of one shape (batch, 1, height, width), got "
                f"{tuple(source_a.shape)} and {tuple(source_b.shape)}"
            )
        if min(source_a.shape[-2:]) < MINIMUM_SIZE:
            height, width = source_a.shape[-2:]
            raise ImageSizeError(
                f"expected sources of at least {MINIMUM_SIZE}x{MINIMUM_SIZE} pixels, got "
                f"{width}x{height}: enlarge or pad them first"
            )
        features: Tensor = self.shared_encoder(source_a, source_b)
        return features

    def gate(
        self,
        shared_main: Tensor,
        shared_auxiliary: Tensor,
        *,
        main: Task,
        freezing: Freezing = Freezing.PAPER,
    ) -> Tensor:
        """Run both branches and gate the main one's result.

        Args:
            shared_main: Shared features of the main task's pair, (B, C, H, W).
            shared_auxiliary: Shared features of the auxiliary task's pair, same shape.
            main: The task whose branch is main; the other is auxiliary.
            freezing: What of the auxiliary branch gets no gradient.

        Returns:
            Gated features, (B, 128, H, W), for ``decode``.
        """
        height, width = shared_main.shape[-2:]
        padding = [0, -width % _PADDING_MULTIPLE, 0, -height % _PADDING_MULTIPLE]
        main_features = self._embed(shared_main, main, padding)
        # The auxiliary branch is frozen: the pair's encoder pass always, and in the paper's
        # way everything else of the branch, too.
        learns = torch.is_grad_enabled() and freezing is Freezing.PUBLISHED
        with torch.set_grad_enabled(learns):
            auxiliary_features = self._embed(shared_auxiliary.detach(), main.other, padding)
        main_features = self.cross_fusion(main_features, auxiliary_features, main, freezing)
        main_features = self.unembedding(main_features)[..., :height, :width]
        gated: Tensor = self.gating(shared_main, main_features)
        return gated

    def decode(self, gated_features: Tensor) -> Tensor:
        """Decode gated features into the fused picture.

        Args:
            gated_features: (B, 128, H, W).

        Returns:
            The fused picture, (B, 1, H, W) in [0, 1].
        """
        fused: Tensor = self.global_decoder(gated_features)
        return fused

    def reconstruct(self, shared_features: Tensor) -> Tensor:
        """Rebuild the visible picture from shared features (the REC branch).

        Args:
            shared_features: (B, C, H, W).

        Returns:
            The reconstruction, (B, 1, H, W) in [-1, 1].
        """
        reconstruction: Tensor = self.reconstruction_decoder(shared_features)
        return reconstruction

    def _embed(self, shared_features: Tensor, task: Task, padding: list[int]) -> Tensor:
        embedded: Tensor = self.embedding[task.value](reflect_pad(shared_features, padding))
        return embedded
