"""The alternating step: which pairs an update sees, what it is held to, which weights it moves."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gifnet.data.patches import Quadruple
from gifnet.losses.private import digital_photography_loss, held_loss, multi_modal_loss
from gifnet.losses.public import public_loss
from gifnet.model import Freezing, GIFNet, ModelConfig, build_gifnet
from gifnet.tasks import Task
from gifnet.training.batches import HeldBatch
from gifnet.training.config import LossConfig
from gifnet.training.step import (
    Update,
    digital_photography_update,
    exchanged,
    held_to,
    inference_update,
    informed,
    multi_modal_update,
    run_update,
)

SMALL = ModelConfig(encoder_width=4, gate_channels=6)
WEIGHTS = torch.tensor([0.3, 0.7])
MM, DP = Task.MULTI_MODAL, Task.DIGITAL_PHOTOGRAPHY


@pytest.fixture
def batch() -> Quadruple:
    generator = torch.Generator().manual_seed(0)
    return Quadruple(*torch.rand(4, 2, 1, 16, 16, generator=generator))


def _updates(batch: Quadruple) -> dict[str, Update]:
    focus = held_to(batch.visible, LossConfig())
    held = HeldBatch(batch.near, batch.far, batch.visible, batch.visible)
    return {
        "multi_modal": multi_modal_update(batch, informed(batch, WEIGHTS)),
        "digital_photography": digital_photography_update(batch, focus),
        "inference": inference_update(held, focus),
    }


@pytest.mark.parametrize(
    ("name", "main", "main_pair", "auxiliary_pair"),
    [
        ("multi_modal", MM, ("infrared", "visible"), ("near", "far")),
        ("digital_photography", DP, ("near", "far"), ("infrared", "visible")),
        ("inference", DP, ("near", "far"), ("near", "far")),
    ],
)
def test_each_update_sees_its_pairs(
    batch: Quadruple,
    name: str,
    main: Task,
    main_pair: tuple[str, str],
    auxiliary_pair: tuple[str, str],
) -> None:
    update = _updates(batch)[name]
    assert update.main is main
    assert all(a is getattr(batch, b) for a, b in zip(update.main_pair, main_pair, strict=True))
    for picture, field in zip(update.auxiliary_pair, auxiliary_pair, strict=True):
        assert picture is getattr(batch, field)
    assert update.visible is batch.visible
    # Equal pairs are one object, so that they are encoded once; exchanged ones stay so.
    same = main_pair == auxiliary_pair
    turned = exchanged(update)
    assert (update.auxiliary_pair is update.main_pair) is same
    assert (turned.auxiliary_pair is turned.main_pair) is same
    assert turned.main_pair == update.main_pair[::-1]
    assert turned.auxiliary_pair == update.auxiliary_pair[::-1]


def test_the_private_losses_are_those_of_the_tasks(batch: Quadruple) -> None:
    fused = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    updates = _updates(batch)
    modal = multi_modal_loss(fused, batch.infrared, batch.visible, WEIGHTS)
    focus = digital_photography_loss(fused, batch.visible)
    assert updates["multi_modal"].private_loss(fused) == modal
    assert updates["digital_photography"].private_loss(fused) == focus
    assert updates["inference"].private_loss(fused) == focus
    absolute = held_to(batch.visible, LossConfig(held="absolute", gradient=2.0))
    assert absolute(fused) == held_loss(fused, batch.visible, gradient=2.0)


class _Step:
    """A small network with its optimiser."""

    def __init__(self, freezing: Freezing = Freezing.PAPER, **options: Any) -> None:
        self.network: GIFNet = build_gifnet(SMALL, seed=1)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.freezing, self.options = freezing, options

    def run(self, update: Update) -> tuple[Tensor, Tensor]:
        losses = run_update(
            self.network,
            update,
            self.optimiser,
            freezing=self.freezing,
            autocast=torch.autocast("cpu", enabled=False),
            **self.options,
        )
        assert losses.public is not None
        return losses.public, losses.private

    def moved(self, update: Update) -> set[str]:
        before = {name: p.detach().clone() for name, p in self.network.named_parameters()}
        self.run(update)
        return {n for n, p in self.network.named_parameters() if not torch.equal(p, before[n])}


def test_the_losses_are_those_of_the_network_before_the_update(batch: Quadruple) -> None:
    step = _Step()
    update = _updates(batch)["multi_modal"]
    with torch.no_grad():
        shared = step.network.encode(*update.main_pair)
        other = step.network.encode(*update.auxiliary_pair)
        fused = step.network.decode(step.network.gate(shared, other, main=MM))
        public = public_loss(step.network.reconstruct(shared), batch.visible)
    losses = step.run(update)
    torch.testing.assert_close(losses, (public, update.private_loss(fused)))
    assert not any(loss.requires_grad for loss in losses)


@pytest.mark.parametrize("name", ["multi_modal", "digital_photography", "inference", "exchanged"])
def test_an_update_leaves_the_other_tasks_weights_alone_bit_for_bit(
    batch: Quadruple, name: str
) -> None:
    step = _Step()
    updates = _updates(batch)
    updates["exchanged"] = exchanged(updates["inference"])
    for update in updates.values():  # so that Adam has momentum for every weight
        step.run(update)
    update = updates[name]
    own, other = f".{update.main}", f".{update.main.other}"
    moved = step.moved(update)
    assert not {weight for weight in moved if other in weight}
    for part in ("embedding", "cross_fusion.blocks.0.branches", "cross_fusion.blocks.1.branches"):
        assert any(weight.startswith(f"{part}{own}") for weight in moved)
    assert f"cross_fusion.blocks.0.auxiliary_weight{own}" in moved
    for part in ("shared_encoder", "reconstruction_decoder", "gating", "global_decoder"):
        assert any(weight.startswith(part) for weight in moved)


def test_frozen_weights_have_no_gradient_and_no_state(batch: Quadruple) -> None:
    step = _Step()
    step.run(_updates(batch)["multi_modal"])
    for name, parameter in step.network.named_parameters():
        if ".digital_photography" in name:
            assert parameter.grad is None
            assert parameter not in step.optimiser.state


def test_the_gradient_is_clipped_to_its_norm(batch: Quadruple) -> None:
    def norm(clip: float) -> float:
        step = _Step(clip=clip)
        step.run(_updates(batch)["multi_modal"])
        gradients = [p.grad for p in step.network.parameters() if p.grad is not None]
        return float(torch.linalg.vector_norm(torch.cat([g.flatten() for g in gradients])))

    free = norm(0.0)
    assert norm(free / 2) == pytest.approx(free / 2, rel=1e-4)
    assert norm(free * 2) == pytest.approx(free)


def test_a_few_steps_lower_the_losses_on_one_batch(batch: Quadruple) -> None:
    step = _Step()
    updates = [_updates(batch)["multi_modal"], _updates(batch)["digital_photography"]]
    first = [sum(step.run(update)) for update in updates]
    for _ in range(25):
        last = [sum(step.run(update)) for update in updates]
    assert all(
        float(after) < 0.9 * float(before) for before, after in zip(first, last, strict=True)
    )
