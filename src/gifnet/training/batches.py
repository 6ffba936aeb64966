"""What each step of a run sees, determined by the seed and the step's number alone."""

import signal
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from gifnet.data.folders import Scene, load_singles
from gifnet.data.patches import JointPatches, Quadruple
from gifnet.data.set_search import load_training_pairs
from gifnet.errors import DataError
from gifnet.training.config import TrainingConfig

Kind = Literal["joint", "same_pair", "modal"]


class StepBatch(NamedTuple):
    """The data of one step."""

    joint: Quadruple
    """For the MM update and, in a joint or modal step, for the DP update."""

    focus: Quadruple
    """For the DP update of a same-pair step; otherwise ``joint`` itself."""

    kind: Kind
    exchange_multi_modal: bool
    exchange_digital_photography: bool


class Scenes(NamedTuple):
    """Decoded scenes with their drawing weights, and those kept for validation."""

    paired: list[Scene]
    paired_weights: list[float]
    sharp: list[Scene]
    sharp_weights: list[float]
    held_out: list[Scene]


def load_scenes(config: TrainingConfig) -> Scenes:
    """Decode all training folders into memory.

    Every n-th picture of a folder is held out for validation, ``validation.holdout`` of each.

    Args:
        config: The run's configuration.

    Returns:
        The scenes. Each folder's weight is shared out equally among its scenes.

    Raises:
        DataError: A folder is missing, empty, or too small to hold pictures out.
    """
    scenes = Scenes([], [], [], [], [])
    holdout = config.validation.holdout
    for pairs in config.data.pairs:
        loaded = list(load_training_pairs(pairs.layout, pairs.root, pairs.infrared, pairs.visible))
        kept = _hold_out(loaded, holdout, scenes.held_out)
        scenes.paired.extend(kept)
        scenes.paired_weights.extend([pairs.weight / len(kept)] * len(kept))
    for singles in config.data.sharp:
        kept = _hold_out(list(load_singles(singles.root)), holdout, scenes.held_out)
        scenes.sharp.extend(kept)
        scenes.sharp_weights.extend([singles.weight / len(kept)] * len(kept))
    return scenes


def _hold_out(scenes: list[Scene], count: int, held_out: list[Scene]) -> list[Scene]:
    if len(scenes) <= count:
        folder = scenes[0].name.split("/")[0]
        raise DataError(
            f"expected more than validation.holdout = {count} pictures in {folder!r}, found "
            f"{len(scenes)}: add pictures or lower it"
        )
    chosen = {round(index * (len(scenes) - 1) / max(count - 1, 1)) for index in range(count)}
    held_out.extend(scene for index, scene in enumerate(scenes) if index in chosen)
    return [scene for index, scene in enumerate(scenes) if index not in chosen]


class StepBatches(Dataset[StepBatch]):
    """The batches of a run by step number.

    Args:
        config: The run's configuration.
        scenes: The scenes to draw from.
    """

    def __init__(self, config: TrainingConfig, scenes: Scenes) -> None:
        self.config = config
        # A short run calibrates on more batches than it trains on.
        batches = max(config.optimiser.steps, config.loss.calibration_batches)
        count = batches * config.optimiser.batch
        shares = config.step
        self.joint = self._patches(scenes.paired, scenes.paired_weights, count, stream=1)
        self.focus = self._patches(
            scenes.paired + scenes.sharp,
            scenes.paired_weights + scenes.sharp_weights,
            count,
            stream=2,
            single=shares.single,
            drawn=shares.drawn,
        )

    def _patches(
        self,
        scenes: Sequence[Scene],
        weights: Sequence[float],
        count: int,
        *,
        stream: int,
        single: float = 0.0,
        drawn: float = 0.0,
    ) -> JointPatches:
        data = self.config.data
        return JointPatches(
            scenes,
            patch=data.patch,
            seed=self.config.seed * 16 + stream,
            length=count,
            weights=weights,
            scales=data.scales,
            augment=data.augment,
            single=single,
            drawn=drawn,
        )

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
        draw, exchange_mm, exchange_dp = generator.random(3)
        kind: Kind = "joint"
        if draw < shares.same_pair:
            kind = "same_pair"
        elif draw < shares.same_pair + shares.modal:
            kind = "modal"
        joint = self.joint_batch(step)
        focus = self._collate(self.focus, step) if kind == "same_pair" else joint
        return StepBatch(
            joint, focus, kind, exchange_mm < shares.exchange, exchange_dp < shares.exchange
        )

    def joint_batch(self, step: int) -> Quadruple:
        """Make the joint pictures of one step alone.

        Args:
            step: At least 0; calibration may look past the last step.
        """
        return self._collate(self.joint, step)

    def _collate(self, patches: JointPatches, step: int) -> Quadruple:
        batch = self.config.optimiser.batch
        items = [patches[number] for number in range(step * batch, (step + 1) * batch)]
        return Quadruple(*(torch.stack(pictures) for pictures in zip(*items, strict=True)))

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


def _leave_interrupts_to_the_run(_: int) -> None:
    """Let Ctrl-C, which reaches all processes, end the run in order and not its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
