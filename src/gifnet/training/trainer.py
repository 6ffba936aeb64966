"""A training run: calibrate, alternate the updates, log, validate, save, resume."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch

from gifnet.checkpoints import CheckpointHeader, load_model, save_checkpoint
from gifnet.errors import ConfigError
from gifnet.losses.densenet import load_densenet
from gifnet.losses.information_measure import (
    DenseNetInformation,
    InformationMeasure,
    PictureInformation,
)
from gifnet.losses.information_weights import InformationWeights, calibrate
from gifnet.model import Freezing, GIFNet, Initialisation, build_gifnet
from gifnet.training.batches import Scenes, StepBatch, StepBatches, load_scenes
from gifnet.training.config import TrainingConfig
from gifnet.training.devices import autocast_for, choose_device
from gifnet.training.run_log import RunLog
from gifnet.training.run_state import STATE_FILE, RunState, truncate_log
from gifnet.training.step import (
    Losses,
    Update,
    digital_photography_update,
    exchanged,
    modal_inference_update,
    multi_modal_update,
    run_update,
)
from gifnet.training.validation import Validation

logger = logging.getLogger(__name__)

WEIGHTS_FILE = "weights.safetensors"


class StepReport(NamedTuple):
    """What a step tells the one who watches."""

    step: int
    steps: int
    losses: dict[str, float]
    steps_per_second: float


class Trainer:
    """One training run in one folder.

    Args:
        config: The run's configuration.
        run: Folder of the run; made where it does not exist.
        resume: Whether to go on from the folder's state. Without it the folder must be new.

    Raises:
        ConfigError: The folder holds a run already, or another recipe's run is resumed.
        DataError: The training data lack something.
        CheckpointError: The state or the starting weights cannot be read.
    """

    def __init__(self, config: TrainingConfig, run: Path, *, resume: bool = False) -> None:
        if not resume and (run / STATE_FILE).exists():
            raise ConfigError(
                f"{run} holds a run already: go on with --resume {run}, or name another folder"
            )
        state = RunState.load(run, digest=config.digest) if resume else None
        run.mkdir(parents=True, exist_ok=True)
        self.config = config
        self.run_folder = run
        self.device = choose_device(config.optimiser.device)
        self.autocast = autocast_for(self.device, config.optimiser.precision)
        self.scenes: Scenes = load_scenes(config)
        self.batches = StepBatches(config, self.scenes)
        self.validation = Validation(config.validation, self.scenes.held_out, run)
        self.measure = self._choose_measure()
        self.network = self._start_network()
        self.optimiser = torch.optim.Adam(
            self.network.parameters(), lr=config.optimiser.learning_rate
        )
        self.freezing = Freezing(config.step.freezing)
        if self.freezing is Freezing.PUBLISHED:
            # Gradients are zeroed, never absent, from the first step on (D4).
            for parameter in self.network.parameters():
                parameter.grad = torch.zeros_like(parameter)
        self.average: dict[str, torch.Tensor] = {}
        if state is None:
            self.step = 0
            self.information = self._calibrate()
            if config.optimiser.average:
                self.average = {k: v.clone() for k, v in self.network.state_dict().items()}
            self.save()
        else:
            self.step = state.step
            self.network.load_state_dict(state.network)
            self.optimiser.load_state_dict(state.optimiser)
            self.average = {k: v.to(self.device) for k, v in state.average.items()}
            self.information = InformationWeights.from_dict(state.information)
            truncate_log(run, state.step)

    def train(
        self, report: Callable[[StepReport], None] | None = None, *, stop_after: int | None = None
    ) -> Path:
        """Run the remaining steps.

        Args:
            report: Called after each step.
            stop_after: Step after which to stop early (the state is saved).

        Returns:
            The file of the finished weights.
        """
        config = self.config
        last = min(config.optimiser.steps, stop_after or config.optimiser.steps)
        log = RunLog(self.run_folder)
        if self.step == 0:
            log.calibration(self.information)
        self.network.train()
        batches = self.batches.iterate(self.step)
        started, first = time.perf_counter(), self.step
        while self.step < last:
            losses = self.alternate(next(batches))
            self.step += 1
            rate = (self.step - first) / (time.perf_counter() - started)
            values = {name: float(value) for name, value in losses.items()}
            log.losses(self.step, values, learning_rate=self._learning_rate(self.step - 1))
            if report is not None:
                report(StepReport(self.step, config.optimiser.steps, values, rate))
            if self.step % config.validation.every == 0 or self.step == last:
                log.validation(self.step, self.validation.run(self.averaged_network(), self.step))
            if self.step % config.checkpoint_every == 0 or self.step == last:
                self.save()
        log.close()
        return self.run_folder / WEIGHTS_FILE

    def alternate(self, batch: StepBatch) -> dict[str, torch.Tensor]:
        """Do one step: an MM update, then a DP update.

        Args:
            batch: The step's data.

        Returns:
            The losses of both updates by name.
        """
        batch = batch._replace(joint=self._send(batch.joint), focus=self._send(batch.focus))
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate(self.step)
        loss = self.config.loss
        weights = self.information(
            self.measure.measure(batch.joint.infrared), self.measure.measure(batch.joint.visible)
        ).to(self.device)

        update = multi_modal_update(batch.joint, weights, loss.gradient)
        multi_modal = self._update(update, exchange=batch.exchange_multi_modal)

        if batch.kind == "modal":
            update = modal_inference_update(batch.joint, weights, loss.gradient)
        else:
            update = digital_photography_update(
                batch.focus,
                same_pair=batch.kind == "same_pair",
                absolute=loss.digital_photography == "absolute",
            )
        digital = self._update(update, exchange=batch.exchange_digital_photography)
        self._update_average()
        kind = "modal" if batch.kind == "modal" else "digital_photography"
        return {
            "multi_modal/public": multi_modal.public,
            "multi_modal/private": multi_modal.private,
            f"{kind}/public": digital.public,
            f"{kind}/private": digital.private,
            "infrared_weight": weights[0],
        }

    def _update(self, update: Update, *, exchange: bool) -> Losses:
        return run_update(
            self.network,
            exchanged(update) if exchange else update,
            self.optimiser,
            freezing=self.freezing,
            autocast=self.autocast,
            clip=self.config.optimiser.clip,
        )

    def averaged_network(self) -> GIFNet:
        """Copy the network with the averaged weights, in evaluation mode."""
        network = build_gifnet()
        network.load_state_dict(self.average or self.network.state_dict())
        return network.eval()

    def save(self) -> None:
        """Write the run's state and the weights so far, each atomically."""
        state = RunState(
            step=self.step,
            network=self.network.state_dict(),
            optimiser=self.optimiser.state_dict(),
            average=self.average,
            information=self.information.to_dict(),
            digest=self.config.digest,
        )
        header = CheckpointHeader(
            step=self.step,
            recipe_digest=self.config.digest,
            recipe_name=self.config.name,
            licence=self.config.data_licence,
            information=self.information.to_dict(),
        )
        save_checkpoint(self.averaged_network(), self.run_folder / WEIGHTS_FILE, header)
        state.save(self.run_folder)

    def _learning_rate(self, step: int) -> float:
        optimiser = self.config.optimiser
        rate = optimiser.learning_rate
        if step < optimiser.warmup:
            return rate * (step + 1) / optimiser.warmup
        if optimiser.schedule == "cosine":
            left = 1 - (step - optimiser.warmup) / max(optimiser.steps - optimiser.warmup, 1)
            return rate * (0.5 - 0.5 * float(torch.cos(torch.tensor(left * torch.pi))))
        return rate

    @torch.no_grad()
    def _update_average(self) -> None:
        if not self.average:
            return
        # Early on the decay is smaller, so that the start does not linger in the average.
        decay = min(self.config.optimiser.average, (1 + self.step) / (10 + self.step))
        for key, value in self.network.state_dict().items():
            self.average[key].lerp_(value, 1 - decay)

    def _start_network(self) -> GIFNet:
        model = self.config.model
        if model.weights is not None:
            network = load_model(model.weights)
        else:
            network = build_gifnet(
                seed=self.config.seed, initialisation=Initialisation(model.initialisation)
            )
        layout = (
            torch.channels_last if self.config.optimiser.channels_last else torch.contiguous_format
        )
        return network.train().to(device=self.device, memory_format=layout)  # type: ignore[call-overload,no-any-return]

    def _choose_measure(self) -> InformationMeasure:
        densenet = self.config.loss.densenet
        if densenet is None:
            return PictureInformation()
        return DenseNetInformation(load_densenet(densenet).to(self.device))

    def _calibrate(self) -> InformationWeights:
        """Calibrate the information weights on the first batches that training will see."""
        pairs = []
        for step in range(self.config.loss.calibration_batches):
            joint = self._send(self.batches.joint_batch(step))
            pairs.append(
                (self.measure.measure(joint.infrared), self.measure.measure(joint.visible))
            )
        if self.config.loss.densenet is not None:
            return InformationWeights(measure=self.measure.name).observe(pairs)
        return calibrate(pairs, measure=self.measure.name)

    def _send(self, pictures: Any) -> Any:
        return type(pictures)(*(picture.to(self.device) for picture in pictures))
