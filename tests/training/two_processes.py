"""What ``test_distributed.py`` lets two processes do, started by torchrun.

Each process writes what it saw to ``process_R.json`` in the folder that is the argument, which
holds three configurations, named in ``main``, and ``begun``, the folder of a run of three steps of
the first one.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from gifnet.data.patches import Quadruple
from gifnet.errors import DataError, GIFNetError
from gifnet.losses.public import public_loss
from gifnet.model import Freezing, GIFNet, ModelConfig, build_gifnet
from gifnet.training.batches import HeldBatch
from gifnet.training.config import LossConfig, TrainingConfig
from gifnet.training.distributed import Processes, join_processes
from gifnet.training.step import (
    Update,
    digital_photography_update,
    held_to,
    inference_update,
    informed,
    multi_modal_update,
)
from gifnet.training.trainer import Trainer
from gifnet.training.update_pass import Passes, UpdatePass
from gifnet.training.whole_batch import SharedPass

SMALL = ModelConfig(encoder_width=4, gate_channels=6)


def batch() -> Quadruple:
    """Four patches in float64."""
    generator = torch.Generator().manual_seed(0)
    return Quadruple(*torch.rand(4, 4, 1, 16, 16, generator=generator, dtype=torch.float64))


def updates() -> dict[str, Update]:
    """An update of each kind."""
    pictures, weights = batch(), torch.tensor([0.3, 0.7], dtype=torch.float64)
    return {
        "multi_modal": multi_modal_update(pictures, informed(pictures, weights)),
        "digital_photography": focus_update(pictures),
        "inference": inference_update(
            HeldBatch(pictures.near, pictures.far, pictures.visible, pictures.infrared),
            held_to(pictures.visible, LossConfig(held="absolute", gradient=0.5)),
        ),
    }


def focus_update(pictures: Quadruple) -> Update:
    """The DP update of the paper."""
    return digital_photography_update(pictures, held_to(pictures.visible, LossConfig()))


def network() -> GIFNet:
    """A small network in float64, the same at each call."""
    return build_gifnet(SMALL, seed=1).double()


def gradients(passes: Passes, network: GIFNet, update: Update) -> dict[str, Tensor | None]:
    """The gradient of an update's losses, by name of the weight; None where it is absent."""
    network.zero_grad(set_to_none=True)
    same = update.auxiliary_pair is update.main_pair
    pairs = update.main_pair, None if same else update.auxiliary_pair
    fused, reconstruction = passes(*pairs, update.main)
    loss = public_loss(reconstruction, update.visible) + update.private_loss(fused)
    loss.backward()  # type: ignore[no-untyped-call]
    return {name: weight.grad for name, weight in network.named_parameters()}


def difference(one: dict[str, Tensor | None], other: dict[str, Tensor | None]) -> float:
    """The largest difference of two gradients; infinity where one alone is absent."""
    largest = 0.0
    for name, gradient in one.items():
        reference = other[name]
        if gradient is None or reference is None:
            largest = largest if gradient is reference else float("inf")
        else:
            largest = max(largest, float((gradient - reference).abs().max()))
    return largest


def _compare_gradients(processes: Processes) -> dict[str, float]:
    """Compare those of two processes with those of this one alone."""
    found = {}
    for freezing in Freezing:
        for parts in (1, 2) if freezing is Freezing.PAPER else (1,):
            alone, ours = network(), network()
            plain = UpdatePass(alone, freezing)
            shared = SharedPass(UpdatePass(ours, freezing, parts=parts), processes)
            for name, update in updates().items():
                found[f"{freezing} {name} in {parts}"] = difference(
                    gradients(shared, ours, update), gradients(plain, alone, update)
                )
    return found


def _fail_apart(processes: Processes) -> str:
    try:
        with processes.together():
            if processes.rank == 1:
                raise DataError("the pictures of this machine are gone")
    except GIFNetError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _without_room(config: TrainingConfig, run: Path, processes: Processes) -> str:
    trainer = Trainer(config, run, processes=processes)
    if processes.is_main:
        (run / "log.jsonl").symlink_to("/dev/full")
    try:
        trainer.train()
    except GIFNetError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _diverge_apart(config: TrainingConfig, run: Path, processes: Processes) -> str:
    trainer = Trainer(config, run, processes=processes)
    trainer.train(stop_after=1)
    if processes.rank == 1:
        with torch.no_grad():
            trainer.network.get_parameter("gating.expand.weight")[0, 0] = float("nan")
    try:
        trainer.train()
    except GIFNetError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _differ(config: TrainingConfig, folder: Path, processes: Processes) -> list[str]:
    """Train with another recipe, and with another picture, in the second process."""
    changed = folder / "changed" / config.data.sharp[0].root.name
    other_seed = config.model_copy(update={"seed": 77})
    other_root = config.data.sharp[0].model_copy(update={"root": changed})
    data = config.data.model_copy(update={"sharp": [other_root]})
    other_picture = config.model_copy(update={"data": data})
    if processes.rank == 1:
        shutil.copytree(config.data.sharp[0].root, changed)
        Image.new("L", (56, 40)).save(changed / "2.png")
    messages = []
    for other in (other_seed, other_picture):
        try:
            Trainer(
                other if processes.rank == 1 else config, folder / "differ", processes=processes
            )
        except GIFNetError as error:
            messages.append(f"{type(error).__name__}: {error}")
    return messages


def _stop_apart(config: TrainingConfig, run: Path, processes: Processes) -> int:
    trainer = Trainer(config, run, processes=processes)

    def stop_in_one(report: Any) -> None:
        if processes.rank == 1 and report.step == 2:
            trainer.stop()

    trainer.train(stop_in_one)
    return trainer.step


def _shape_of_step(trainer: Trainer) -> list[int]:
    return list(trainer.batches.joint_batch(0).visible.shape)


def main() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    config, contrast, published = (
        TrainingConfig.model_validate_json((folder / f"{name}.json").read_text())
        for name in ("config", "contrast", "published")
    )
    with join_processes("cpu") as processes:
        seen: dict[str, Any] = {"rank": processes.rank, "count": processes.count}
        seen["gradients"] = _compare_gradients(processes)

        trainer = Trainer(config, folder / "whole", processes=processes)
        seen["shape"] = _shape_of_step(trainer)
        trainer.train(stop_after=3)
        trainer.train()
        Trainer(config, folder / "begun", resume=True, processes=processes).train()
        Trainer(published, folder / "published", processes=processes).train()
        seen["stopped"] = _stop_apart(contrast, folder / "stopped", processes)
        seen["different"] = _differ(config, folder, processes)
        seen["failed"] = _fail_apart(processes)
        seen["diverged"] = _diverge_apart(config, folder / "diverged", processes)
        if Path("/dev/full").exists():
            seen["full"] = _without_room(config, folder / "full", processes)
    name = f"process_{os.environ['RANK']}.json"
    (folder / name).write_text(json.dumps(seen), encoding="utf-8")


if __name__ == "__main__":
    main()
