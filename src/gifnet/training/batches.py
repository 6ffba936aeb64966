"""What each step of a run sees, determined by the seed and the step's number alone."""

import signal
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from gifnet.data.contrast_target import contrast_target
from gifnet.data.crops import SceneCrops
from gifnet.data.defocus import make_focus_pair
from gifnet.data.exposure import photography_maker
from gifnet.data.folders import Scene
from gifnet.data.held_pairs import HeldPairSampler
from gifnet.data.masked_blur import make_masked_pair
from gifnet.data.patches import JointPatches, Quadruple
from gifnet.data.samples import JointSampler
from gifnet.training.config import TrainingConfig
from gifnet.training.distributed import ALONE, Processes
from gifnet.training.scenes import Scenes

_FOCUS_PAIRS = {"lens": make_focus_pair, "masked": make_masked_pair}
_EXPOSURE_SHARE = {"focus": 0.0, "exposure": 1.0, "both": 0.5}


class HeldBatch(NamedTuple):
    """Pairs and what they are held to, each (B, 1, P, P) float32 in [0, 1]."""

    source_a: Tensor
    source_b: Tensor
    target: Tensor
    reconstructed: Tensor


class StepBatch(NamedTuple):
    """The data of one step."""

    joint: Quadruple | None
    """For the MM update and, where there are no held pairs, for the DP update; None for neither."""

    contrast: Tensor | None
    """What an MM update holds infrared and visible to, where the recipe asks for it."""

    held: HeldBatch | None
    """For a DP update that goes as inference does."""

    multi_modal: bool
    """Whether the step has an MM update."""

    exchange_multi_modal: bool
    exchange_digital_photography: bool

    photography: Quadruple | None = None
    """For the DP update in place of ``joint``, where the tasks' scenes are kept apart (D21)."""


class StepBatches(Dataset[StepBatch]):
    """The batches of a run by step number; of each, this process's share.

    Args:
        config: The run's configuration.
        scenes: The scenes to draw from.
        processes: Those that share the batches out.
    """

    def __init__(
        self, config: TrainingConfig, scenes: Scenes, processes: Processes = ALONE
    ) -> None:
        self.config = config
        self.processes = processes
        data, seed = config.data, config.seed * 16
        paired = self._crops(scenes.paired, scenes.paired_weights)
        pictures = self._crops(
            scenes.paired + scenes.sharp, scenes.paired_weights + scenes.sharp_weights
        )
        # A short run calibrates on more batches than it trains on.
        batches = max(config.optimiser.steps, config.loss.calibration_batches)
        self._length = batches * config.optimiser.batch
        self.photography: JointPatches | None = None
        if data.joint:
            self.joint = self._joint(paired, seed + 1)
        else:
            apart = [
                self._crops(scenes.paired[first::2], scenes.paired_weights[first::2])
                for first in (0, 1)
            ]
            self.joint = self._joint(apart[0], seed + 1)
            self.photography = self._joint(apart[1], seed + 3)
        self.held = HeldPairSampler(
            paired,
            pictures,
            shares=config.kinds.model_dump(),
            seed=seed + 2,
            augment=data.augment,
            exchange=config.step.exchange > 0,
        )

    def _crops(self, scenes: list[Scene], weights: list[float]) -> SceneCrops:
        data = self.config.data
        return SceneCrops(scenes, patch=data.patch, weights=weights, scales=data.scales)

    def _joint(self, crops: SceneCrops, seed: int) -> JointPatches:
        data = self.config.data
        make_pair = photography_maker(_FOCUS_PAIRS[data.focus], _EXPOSURE_SHARE[data.photography])
        sampler = JointSampler(crops, seed=seed, augment=data.augment, make_pair=make_pair)
        return JointPatches(sampler, length=self._length)

    def __len__(self) -> int:
        return self.config.optimiser.steps

    def __getitem__(self, step: int) -> StepBatch:
        """Make the batches of one step.

        Args:
            step: 0 to ``len(self)`` - 1.
        """
        if not 0 <= step < len(self):
            raise IndexError(step)
        shares = self.config.step
        generator = np.random.default_rng([self.config.seed * 16, step])
        inference, multi_modal, exchange_mm, exchange_dp = generator.random(4)
        has_multi_modal, has_held = (
            multi_modal < shares.share_of_multi_modal,
            inference < shares.inference,
        )
        # Making patches is dear, and each depends on its number alone: what is not used is spared.
        joint = self.joint_batch(step) if has_multi_modal or not has_held else None
        to_contrast = has_multi_modal and self.config.loss.multi_modal == "contrast"
        return StepBatch(
            joint=joint,
            photography=(
                None if self.photography is None else self._stacked(self.photography, step)
            ),
            contrast=_contrast(joint) if to_contrast and joint is not None else None,
            held=self._held_batch(step) if has_held else None,
            multi_modal=has_multi_modal,
            exchange_multi_modal=exchange_mm < shares.exchange,
            exchange_digital_photography=exchange_dp < shares.exchange,
        )

    def joint_batch(self, step: int) -> Quadruple:
        """Make the joint pictures of one step alone.

        Args:
            step: At least 0; calibration may look past the last step.
        """
        return self._stacked(self.joint, step)

    def _stacked(self, patches: JointPatches, step: int) -> Quadruple:
        items = [patches[number] for number in self._numbers(step)]
        return Quadruple(*(torch.stack(pictures) for pictures in zip(*items, strict=True)))

    def _held_batch(self, step: int) -> HeldBatch:
        pairs = [self.held.sample(number) for number in self._numbers(step)]
        pictures = (torch.from_numpy(np.stack(part))[:, None] for part in zip(*pairs, strict=True))
        return HeldBatch(*pictures)

    def _numbers(self, step: int) -> range:
        batch = self.config.optimiser.batch
        return range(step * batch, (step + 1) * batch)[self.processes.share(batch)]

    def iterate(self, start: int) -> Iterator[StepBatch]:
        """Yield the batches from a step on, made by ``data.workers`` processes.

        Args:
            start: First step.
        """
        workers = self.config.data.workers
        options: dict[str, Any] = {}
        if workers:
            options = {"prefetch_factor": 4, "worker_init_fn": _leave_interrupts_to_the_run}
        yield from DataLoader(
            self,
            batch_size=None,
            sampler=range(start, len(self)),
            num_workers=workers,
            **options,
        )


def _contrast(joint: Quadruple) -> Tensor:
    targets = [
        contrast_target(infrared, visible)
        for infrared, visible in zip(
            joint.infrared[:, 0].numpy(), joint.visible[:, 0].numpy(), strict=True
        )
    ]
    return torch.from_numpy(np.stack(targets))[:, None]


def _leave_interrupts_to_the_run(_: int) -> None:
    """Let Ctrl-C, which reaches all processes, end the run in order and not its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
