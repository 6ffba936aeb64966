"""One classifier: trained on one set of pictures from one seed, tested after every epoch."""

import hashlib
import io
import json
import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gifnet.errors import SettingError
from gifnet.experiments.classification.augmentation import cut_and_flip, draw_epoch
from gifnet.experiments.classification.picture_set import Labelled, Pictures, PictureSet
from gifnet.experiments.classification.recipe import Recipe
from gifnet.experiments.classification.residual_network import build_residual_network
from gifnet.imaging.atomic import write_atomically

logger = logging.getLogger(__name__)

# Raised when a run of the same recipe and pictures gives another result.
_REVISION = 1
_TEST_BATCH = 500
_PART = 1000


@dataclass
class Progress:
    """How far a classifier is.

    Attributes:
        epoch: that are done.
        top1: test accuracy after each of them, in per cent.
        top5: likewise; empty for five classes or fewer.
        loss: mean training loss of each.
        seconds: that training and testing took so far.
    """

    epoch: int = 0
    top1: list[float] = field(default_factory=list)
    top5: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Statistics:
    """Mean and deviation of each channel of the original training pictures, (3,) in [0, 1]."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, pictures: Pictures) -> "Statistics":
        """Measure them on (N, H, W, 3)."""
        total, squares = np.zeros(3, np.int64), np.zeros(3, np.int64)
        # In parts: eight times the bytes of a data set need not fit into memory.
        for first in range(0, len(pictures), _PART):
            values = pictures[first : first + _PART].reshape(-1, 3).astype(np.int64)
            total += values.sum(axis=0)
            squares += np.square(values).sum(axis=0)
        mean = total / (pictures.size / 3)
        variance = np.maximum(squares / (pictures.size / 3) - np.square(mean), 0)
        deviation = np.maximum(np.sqrt(variance), 1)
        return cls(tuple((mean / 255).tolist()), tuple((deviation / 255).tolist()))


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """What decides a classifier and its result.

    Attributes:
        train: what it is trained on; enhanced or not.
        test: what it is tested on, as published.
        classes: how many.
        statistics: of the *original* training pictures, by which all pictures are normalised.
        recipe: of the training.
        seed: of first weights, order and augmentation.
    """

    train: Labelled
    test: Labelled
    classes: int
    statistics: Statistics
    recipe: Recipe
    seed: int

    @classmethod
    def of(
        cls,
        found: PictureSet,
        train: Labelled,
        *,
        recipe: Recipe,
        seed: int,
        statistics: Statistics,
    ) -> "TrainingRun":
        """Make the run of a set whose training pictures are replaced."""
        return cls(
            train=train,
            test=found.test,
            classes=len(found.classes),
            statistics=statistics,
            recipe=recipe,
            seed=seed,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the result, but the machine."""
        parts: dict[str, Any] = {
            "train": self.train.digest,
            "test": self.test.digest,
            "classes": self.classes,
            "statistics": asdict(self.statistics),
            "recipe": asdict(self.recipe),
            "seed": self.seed,
            "revision": _REVISION,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def complete(
        self, state_file: Path, *, device: str, report: Callable[[Progress], None]
    ) -> Progress:
        """Train up to the last epoch, from where an earlier process stopped.

        Args:
            state_file: kept after every epoch; of another run, it is overwritten.
            device: what to compute on.
            report: told at the start, and after every epoch.

        Returns:
            The progress after the last epoch.

        Raises:
            SettingError: the loss is no longer a number.
            OSError: the state cannot be written.
        """
        classifier = _Classifier(self, torch.device(device))
        classifier.load(state_file)
        report(classifier.progress)
        while classifier.progress.epoch < self.recipe.epochs:
            classifier.run_epoch()
            classifier.save(state_file)
            report(classifier.progress)
        return classifier.progress


class _Classifier:
    """A network in training, with its pictures on the device."""

    def __init__(self, run: TrainingRun, device: torch.device) -> None:
        self.run, self.device = run, device
        recipe = run.recipe
        network = build_residual_network(depth=recipe.depth, classes=run.classes, seed=run.seed)
        # PyTorch's annotations leave the layout out.
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.SGD(
            self.network.parameters(),
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
        )
        self.autocast = torch.autocast(
            device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"
        )
        # (3,) -> (1, 3, 1, 1)
        self.mean, self.deviation = (
            torch.tensor(values, device=device).view(1, 3, 1, 1)
            for values in (run.statistics.mean, run.statistics.deviation)
        )
        self.train, self.test = (self._send(part) for part in (run.train, run.test))
        self.progress = Progress()

    def run_epoch(self) -> None:
        started = time.perf_counter()
        recipe, run = self.run.recipe, self.run
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate_of(self.progress.epoch)
        draw = draw_epoch(
            seed=run.seed,
            epoch=self.progress.epoch,
            count=len(run.train),
            padding=recipe.padding,
        )
        self.network.train()
        total = torch.zeros((), device=self.device)
        for first in range(0, len(run.train), recipe.batch):
            batch = slice(first, first + recipe.batch)
            numbers = draw.order[batch].to(self.device)
            if len(numbers) == 1 and len(run.train) > 1:
                continue  # one picture has no deviation for a batch norm to divide by
            pictures = cut_and_flip(
                self._normalised(self.train[0][numbers]),
                rows=draw.rows[batch].to(self.device),
                columns=draw.columns[batch].to(self.device),
                flips=draw.flips[batch].to(self.device),
                padding=recipe.padding,
            )
            with self.autocast:
                loss = functional.cross_entropy(self.network(pictures), self.train[1][numbers])
            self.optimiser.zero_grad()
            torch.autograd.backward(loss)
            self.optimiser.step()
            total += loss.detach() * len(numbers)
        mean_loss = float(total) / len(run.train)
        if not math.isfinite(mean_loss):
            raise SettingError(
                f"the loss of seed {run.seed} is no longer a number after epoch "
                f"{self.progress.epoch + 1}: choose a lower learning rate than "
                f"{recipe.learning_rate:g}"
            )
        self._test()
        self.progress.loss.append(mean_loss)
        self.progress.epoch += 1
        self.progress.seconds += time.perf_counter() - started

    @torch.inference_mode()
    def _test(self) -> None:
        self.network.eval()
        right = torch.zeros(2, dtype=torch.int64, device=self.device)
        pictures, labels = self.test
        best = min(5, self.run.classes)
        for first in range(0, len(labels), _TEST_BATCH):
            batch = slice(first, first + _TEST_BATCH)
            with self.autocast:
                scores = self.network(self._normalised(pictures[batch]))
            hits = scores.float().topk(best, dim=1).indices == labels[batch, None]
            right += torch.stack([hits[:, 0].sum(), hits.any(dim=1).sum()])
        top1, top5 = (100 * int(count) / len(labels) for count in right)
        self.progress.top1.append(top1)
        if self.run.classes > 5:
            self.progress.top5.append(top5)

    def _send(self, labelled: Labelled) -> tuple[Tensor, Tensor]:
        """(N, H, W, 3) -> (N, 3, H, W) in bytes, which even all of CIFAR takes little of."""
        pictures = torch.tensor(labelled.pictures, device=self.device).permute(0, 3, 1, 2)
        return pictures, torch.tensor(labelled.labels, device=self.device)

    def _normalised(self, pictures: Tensor) -> Tensor:
        return (pictures.float() / 255 - self.mean) / self.deviation

    def save(self, file: Path) -> None:
        """Write all that it takes to go on, atomically."""
        state = {
            "digest": self.run.digest,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": asdict(self.progress),
        }
        content = io.BytesIO()
        torch.save(state, content)
        write_atomically(file, content.getbuffer())

    def load(self, file: Path) -> None:
        """Go on from a state, if there is one of this very run."""
        if not file.is_file():
            return
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
            if state["digest"] != self.run.digest:
                return
            progress = Progress(**state["progress"])
            self.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
        except Exception as error:  # torch.load raises nearly anything at damaged files
            reason = (str(error) or type(error).__name__).splitlines()[0]
            logger.warning("%s is damaged (%s): this classifier starts anew", file, reason)
            fresh = _Classifier(self.run, self.device)
            self.network, self.optimiser = fresh.network, fresh.optimiser
            return
        self.progress = progress
