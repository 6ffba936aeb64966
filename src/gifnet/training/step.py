"""One step of the alternating training: an MM update, then a DP update (Sec. 3.2)."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gifnet.data.patches import Quadruple
from gifnet.losses.private import digital_photography_loss, held_loss, multi_modal_loss
from gifnet.losses.public import Similarity, public_loss
from gifnet.model import Freezing, GIFNet
from gifnet.tasks import Task
from gifnet.training.batches import HeldBatch
from gifnet.training.config import LossConfig
from gifnet.training.update_pass import Pair, Passes, UpdatePass

PrivateLoss = Callable[[Tensor], Tensor]
"""From the fused picture to the private loss."""


class Update(NamedTuple):
    """What one update sees and what it is held to."""

    main: Task
    main_pair: Pair
    auxiliary_pair: Pair
    visible: Tensor
    """What the reconstruction is held to."""
    private_loss: PrivateLoss


class Losses(NamedTuple):
    """The losses of one update, detached scalars."""

    public: Tensor | None
    """None where the reconstruction is held to nothing."""
    private: Tensor

    def named(self, update: str) -> dict[str, Tensor]:
        """Name those that there are, for the log."""
        values = {"public": self.public, "private": self.private}
        return {f"{update}/{name}": loss for name, loss in values.items() if loss is not None}


def run_update(
    network: GIFNet,
    update: Update,
    optimiser: torch.optim.Optimizer,
    *,
    freezing: Freezing,
    autocast: torch.autocast,
    clip: float = 0.0,
    passes: Passes | None = None,
    reconstruction: bool = True,
    similarity: Similarity = "ms-ssim",
) -> Losses:
    """Do one update of the weights.

    Args:
        network: The network, in training mode.
        update: Pairs and losses.
        optimiser: The one optimiser of both tasks.
        freezing: What of the auxiliary branch gets no gradient.
        autocast: Context for the forward pass; the losses are computed in float32.
        clip: Largest norm of the gradient; 0 for no limit.
        passes: Runs the network, where it is not to be run plainly.
        reconstruction: Whether the public loss counts.
        similarity: That of the public loss.

    Returns:
        The losses before the update.
    """
    # The published run zeroes gradients instead of dropping them, so that Adam's momentum
    # moves even frozen weights (D4); the paper's frozen weights rest.
    optimiser.zero_grad(set_to_none=freezing is Freezing.PAPER)
    passes = passes or UpdatePass(network, freezing)
    same = update.auxiliary_pair is update.main_pair
    with autocast:
        fused, reconstructed = passes(
            update.main_pair, None if same else update.auxiliary_pair, update.main
        )
    public = None
    if reconstruction:
        public = public_loss(reconstructed.float(), update.visible, similarity=similarity)
    private = update.private_loss(fused.float())
    (private if public is None else public + private).backward()  # type: ignore[no-untyped-call]
    if clip:
        torch.nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()
    return Losses(None if public is None else public.detach(), private.detach())


def multi_modal_update(
    batch: Quadruple, private_loss: PrivateLoss, photography: Quadruple | None = None
) -> Update:
    """MM update: main pair infrared and visible, auxiliary pair near and far.

    Args:
        batch: One quadruple for each patch.
        private_loss: What the fused picture is held to.
        photography: What near and far are taken from where not from ``batch`` (D21).
    """
    photography = photography or batch
    return Update(
        Task.MULTI_MODAL,
        (batch.infrared, batch.visible),
        (photography.near, photography.far),
        batch.visible,
        private_loss,
    )


def digital_photography_update(
    batch: Quadruple, private_loss: PrivateLoss, photography: Quadruple | None = None
) -> Update:
    """DP update: main pair near and far, auxiliary pair infrared and visible.

    Args:
        batch: One quadruple for each patch.
        private_loss: What the fused picture is held to.
        photography: What near, far and what the reconstruction is held to are taken from where
            not from ``batch`` (D21).
    """
    photography = photography or batch
    return Update(
        Task.DIGITAL_PHOTOGRAPHY,
        (photography.near, photography.far),
        (batch.infrared, batch.visible),
        photography.visible,
        private_loss,
    )


def inference_update(batch: HeldBatch, private_loss: PrivateLoss) -> Update:
    """DP update as inference goes: one pair on both branches (D10)."""
    pair = (batch.source_a, batch.source_b)
    return Update(Task.DIGITAL_PHOTOGRAPHY, pair, pair, batch.reconstructed, private_loss)


def informed(batch: Quadruple, weights: Tensor) -> PrivateLoss:
    """The private MM loss of the paper, with these information weights."""
    return lambda fused: multi_modal_loss(fused, batch.infrared, batch.visible, weights)


def held_to(target: Tensor, loss: LossConfig) -> PrivateLoss:
    """The private loss where it is known what should come out."""
    if loss.held == "squared":
        return lambda fused: digital_photography_loss(fused, target)
    return lambda fused: held_loss(fused, target, gradient=loss.gradient)


def alone(update: Update) -> Update:
    """Let the auxiliary branch see the main pair, for a run of one task (D21)."""
    return update._replace(auxiliary_pair=update.main_pair)


def exchanged(update: Update) -> Update:
    """Give the sources of an update in exchanged order."""
    main_pair = update.main_pair[::-1]
    if update.auxiliary_pair is update.main_pair:
        return update._replace(main_pair=main_pair, auxiliary_pair=main_pair)
    return update._replace(main_pair=main_pair, auxiliary_pair=update.auxiliary_pair[::-1])
