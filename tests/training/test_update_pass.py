"""Working through a batch in parts changes its memory and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from two_processes import batch, difference, focus_update, gradients, network, updates

from gifnet.data.patches import Quadruple
from gifnet.model import Freezing
from gifnet.training.config import TrainingConfig
from gifnet.training.trainer import Trainer
from gifnet.training.update_pass import UpdatePass

MakeConfig = Callable[..., TrainingConfig]


@pytest.mark.parametrize("freezing", list(Freezing))
@pytest.mark.parametrize("name", ["multi_modal", "digital_photography", "inference"])
def test_the_gradient_of_the_parts_is_that_of_the_whole(name: str, freezing: Freezing) -> None:
    whole, cut = network(), network()
    expected = gradients(UpdatePass(whole, freezing), whole, updates()[name])
    assert any(gradient is None for gradient in expected.values())
    found = gradients(UpdatePass(cut, freezing, parts=4), cut, updates()[name])
    # In float64: rounding makes less, everything else more.
    assert difference(found, expected) < 1e-14


def test_the_mean_gradient_of_two_half_batches_is_another_one() -> None:
    """Why the losses must see the whole batch: the public loss is no mean over it (D6)."""
    net = network()
    passes = UpdatePass(net, Freezing.PAPER)
    whole = gradients(passes, net, focus_update(batch()))
    halves = [
        gradients(passes, net, focus_update(Quadruple(*(p[half] for p in batch()))))
        for half in (slice(0, 2), slice(2, 4))
    ]
    mean: dict[str, Tensor | None] = {}
    for name, one in halves[0].items():
        other = halves[1][name]
        mean[name] = None if one is None or other is None else (one + other) / 2
    assert difference(mean, whole) > 1e-4


def test_parts_keep_little_until_their_gradient_is_due() -> None:
    def kept(parts: int) -> int:
        net, update = network(), updates()["multi_modal"]
        sizes: list[int] = []

        def note(tensor: Tensor) -> Tensor:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            passes = UpdatePass(net, Freezing.PAPER, parts=parts)
            passes(update.main_pair, update.auxiliary_pair, update.main)
        return sum(sizes)

    assert kept(2) < kept(1) / 100


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_in_parts_is_the_run_and_goes_on_with_it(
    make_config: MakeConfig, tmp_path: Path, precision: str
) -> None:
    curves: dict[str, list[dict[str, float]]] = {"whole": [], "mixed": []}
    for name, curve in curves.items():
        for parts, last in ((1 if name == "whole" else 2, 2), (1, 3)):
            optimiser = {"batch": 2, "steps": 3, "accumulate": parts, "precision": precision}
            trainer = Trainer(make_config(optimiser=optimiser), tmp_path / name, resume=bool(curve))
            trainer.train(lambda report: curve.append(report.losses), stop_after=last)  # noqa: B023
        assert len(curve) == 3
    # Rounding, in the order of sums; bfloat16 has 8 bits.
    tolerance = 1e-5 if precision == "float32" else 2e-2
    for whole, mixed in zip(curves["whole"], curves["mixed"], strict=True):
        assert mixed == pytest.approx(whole, rel=tolerance)
