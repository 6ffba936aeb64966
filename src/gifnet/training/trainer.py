"""A training run: calibrate, alternate the updates, log, validate, save, resume."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import torch

from gifnet.checkpoints import CheckpointHeader, save_checkpoint
from gifnet.data.patches import Quadruple
from gifnet.losses.information_weights import InformationWeights
from gifnet.model import Freezing, GIFNet, build_gifnet
from gifnet.training.batches import StepBatch, StepBatches
from gifnet.training.config import TrainingConfig
from gifnet.training.devices import autocast_for
from gifnet.training.distributed import ALONE, Processes
from gifnet.training.divergence import require_numbers
from gifnet.training.information import UNUSED, calibrate_on_batches, choose_measure
from gifnet.training.run_folder import alone_in, make_folder, writing_to
from gifnet.training.run_log import RunLog
from gifnet.training.run_state import RunState, find_state, take_back
from gifnet.training.scenes import Scenes, load_scenes
from gifnet.training.schedule import learning_rate
from gifnet.training.start import start_network
from gifnet.training.step import (
    Losses,
    Update,
    alone,
    digital_photography_update,
    exchanged,
    held_to,
    inference_update,
    informed,
    multi_modal_update,
    run_update,
)
from gifnet.training.validation import Validation
from gifnet.training.whole_batch import SharedMeasure, make_passes

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
        processes: Those that train together; each has a trainer of its own.

    Raises:
        ConfigError: The folder holds a run already, another recipe's run is resumed, the batch
            cannot be shared out, or the processes have different recipes or pictures.
        DataError: The training data lack something.
        CheckpointError: The state or the starting weights cannot be read, or nothing can be
            written to the folder.
        ImageError: A picture of the validation panel cannot be used.
    """

    def __init__(
        self,
        config: TrainingConfig,
        run: Path,
        *,
        resume: bool = False,
        processes: Processes = ALONE,
    ) -> None:
        self.config = config
        self.run_folder = run
        self.processes = processes
        processes.require_shares(config.optimiser)
        with processes.together():
            self.digest = config.digest  # once: weights to start from may change meanwhile
        processes.require_same("recipe (by its digest)", self.digest)
        state = processes.from_main(
            lambda: find_state(run, resume=resume, digest=self.digest, others=(WEIGHTS_FILE,))
        )
        with processes.together():
            self._prepare()
        processes.require_same("training pictures (by names, sizes and rows)", self.scenes.digest)
        self.passes = make_passes(self.network, config, self.device, self.autocast, processes)
        if state is None:
            self._start()
        else:
            self._go_on(state)

    def _prepare(self) -> None:
        config, run = self.config, self.run_folder
        self.device = self.processes.device(config.optimiser.device)
        self.autocast = autocast_for(self.device, config.optimiser.precision)
        self.scenes: Scenes = load_scenes(config)
        self.batches = StepBatches(config, self.scenes, self.processes)
        self.validation = Validation(
            config.validation, self.scenes.held_out, run, config.step.main_when_fusing
        )
        self.measure = SharedMeasure(choose_measure(config, self.device), self.processes)
        self.network = start_network(config, self.device)
        self.optimiser = torch.optim.Adam(
            self.network.parameters(), lr=config.optimiser.learning_rate
        )
        self.freezing = Freezing(config.step.freezing)
        if self.freezing is Freezing.PUBLISHED:
            # Gradients are zeroed, never absent, from the first step on (D4).
            for parameter in self.network.parameters():
                parameter.grad = torch.zeros_like(parameter)
        self.average: dict[str, torch.Tensor] = {}
        self.stopped = False

    def _start(self) -> None:
        """Calibrate where that is of use; from here on the run can be resumed."""
        self.processes.from_main(lambda: make_folder(self.run_folder))
        self.step = 0
        self.information = calibrate_on_batches(
            self.config, self.measure, lambda step: self._send(self.batches.joint_batch(step))
        )
        if self.config.optimiser.average:
            self.average = {k: v.clone() for k, v in self.network.state_dict().items()}
        with writing_to(self.run_folder):
            self.processes.from_main(self._save_state)

    def _go_on(self, state: RunState) -> None:
        self.step = state.step
        self.network.load_state_dict(state.network)
        self.optimiser.load_state_dict(state.optimiser)
        self.average = {k: v.to(self.device) for k, v in state.average.items()}
        self.information = InformationWeights.from_dict(state.information)

    def train(
        self, report: Callable[[StepReport], None] | None = None, *, stop_after: int | None = None
    ) -> Path:
        """Run the remaining steps.

        Args:
            report: Called after each step of this process.
            stop_after: Step after which to stop early (the state is saved).

        Returns:
            The file of the weights.

        Raises:
            ConfigError: Another process is training there; or a loss or a weight is no longer a
                number, and the last state is kept.
            CheckpointError: The folder of the run cannot be written to.
        """
        last = min(self.config.optimiser.steps, stop_after or self.config.optimiser.steps)
        with ExitStack() as stack:
            stack.enter_context(writing_to(self.run_folder))
            log: RunLog | None = None
            with self.processes.together():
                if self.processes.is_main:
                    stack.enter_context(alone_in(self.run_folder))
                    take_back(self.run_folder, self.step)
                    log = stack.enter_context(RunLog(self.run_folder, step=self.step))
                    if self.step == 0 and self.information != UNUSED:
                        log.calibration(self.information)
            self._run_steps(last, log, report)
        return self.run_folder / WEIGHTS_FILE

    def stop(self) -> None:
        """Stop after the step that is being done, with the state saved; for signal handlers."""
        self.stopped = True

    def _run_steps(
        self, last: int, log: RunLog | None, report: Callable[[StepReport], None] | None
    ) -> None:
        """Do the steps; the process with the log is the main one."""
        config = self.config
        batches = self.batches.iterate(self.step)
        started, first = time.perf_counter(), self.step
        ending = self.step >= last
        while not ending:
            rate = learning_rate(config.optimiser, self.step)
            losses = {k: float(v) for k, v in self.alternate(next(batches), rate).items()}
            self.step += 1
            require_numbers(losses, step=self.step)
            with self.processes.together():
                if log is not None:
                    log.losses(self.step, losses, learning_rate=rate)
                if report is not None:
                    speed = (self.step - first) / (time.perf_counter() - started)
                    report(StepReport(self.step, config.optimiser.steps, losses, speed))
            if self.processes.any(self.stopped):
                self.stop()
            finished = self.step == last
            ending = finished or self.stopped
            with self.processes.together():
                if log is not None and (finished or self.step % config.validation.every == 0):
                    values = self.validation.run(self.averaged_network(), self.step)
                    log.validation(self.step, values)
                if log is not None and (ending or self.step % config.checkpoint_every == 0):
                    self.save()

    def alternate(self, batch: StepBatch, rate: float) -> dict[str, torch.Tensor]:
        """Do one step: an MM update, then a DP update.

        Args:
            batch: The step's data.
            rate: The learning rate of both updates.

        Returns:
            The losses of both updates by name.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        joint = self._send(batch.joint)
        losses: dict[str, torch.Tensor] = {}
        if batch.multi_modal:
            losses |= self._multi_modal(joint, batch)
        if self.config.step.tasks != "multi_modal":
            losses |= self._digital_photography(joint, batch)
        self._update_average()
        return losses

    def _multi_modal(self, joint: Quadruple, batch: StepBatch) -> dict[str, torch.Tensor]:
        extra: dict[str, torch.Tensor] = {}
        if batch.contrast is not None:
            private = held_to(
                self.processes.gather(batch.contrast.to(self.device)), self.config.loss
            )
        else:
            weights = self.information(
                self.measure.measure(joint.infrared), self.measure.measure(joint.visible)
            ).to(self.device)
            private = informed(joint, weights)
            extra["infrared_weight"] = weights[0]
        update = multi_modal_update(joint, private, self._photography(joint, batch))
        done = self._update(update, exchange=batch.exchange_multi_modal)
        return done.named("multi_modal") | extra

    def _digital_photography(self, joint: Quadruple, batch: StepBatch) -> dict[str, torch.Tensor]:
        loss = self.config.loss
        if batch.held is not None:
            held = self._send(batch.held)
            name, update = "inference", inference_update(held, held_to(held.target, loss))
        else:
            name, photography = "digital_photography", self._photography(joint, batch)
            truth = held_to(photography.visible, loss)
            update = digital_photography_update(joint, truth, photography)
        done = self._update(update, exchange=batch.exchange_digital_photography)
        return done.named(name)

    def _photography(self, joint: Quadruple, batch: StepBatch) -> Quadruple:
        return joint if batch.photography is None else self._send(batch.photography)

    def _update(self, update: Update, *, exchange: bool) -> Losses:
        if self.config.step.tasks != "both":
            update = alone(update)
        return run_update(
            self.network,
            exchanged(update) if exchange else update,
            self.optimiser,
            freezing=self.freezing,
            autocast=self.autocast,
            clip=self.config.optimiser.clip,
            passes=self.passes,
            reconstruction=self.config.loss.reconstruction,
            similarity=self.config.loss.similarity,
        )

    def averaged_network(self) -> GIFNet:
        """Copy the network with the averaged weights, in evaluation mode.

        Raises:
            ConfigError: A weight is not a number.
        """
        require_numbers(self.network.state_dict(), step=self.step)
        network = build_gifnet(self.config.model.network)
        network.load_state_dict(self.average or self.network.state_dict())
        return network.eval()

    def save(self) -> None:
        """Write the run's state and the weights so far, each atomically.

        Raises:
            ConfigError: A weight is not a number; nothing is written.
            CheckpointError, OSError: The files cannot be written; the old ones stay.
        """
        header = CheckpointHeader(
            step=self.step,
            steps=self.config.optimiser.steps,
            recipe_digest=self.digest,
            recipe_name=self.config.name,
            licence=self.config.data_licence,
            information=self.information.to_dict(),
            model=self.config.model.network,
        )
        # The state comes last: once it says that the run is finished, the weights are there.
        save_checkpoint(self.averaged_network(), self.run_folder / WEIGHTS_FILE, header)
        self._save_state()

    def _save_state(self) -> None:
        state = RunState(
            step=self.step,
            network=self.network.state_dict(),
            optimiser=self.optimiser.state_dict(),
            average=self.average,
            information=self.information.to_dict(),
            digest=self.digest,
        )
        state.save(self.run_folder)

    @torch.no_grad()
    def _update_average(self) -> None:
        if not self.average:
            return
        # Early on the decay is smaller, so that the start does not linger in the average.
        decay = min(self.config.optimiser.average, (1 + self.step) / (10 + self.step))
        for key, value in self.network.state_dict().items():
            self.average[key].lerp_(value, 1 - decay)

    def _send(self, pictures: Any) -> Any:
        """Move a share of pictures, if there is one, to the device, and gather the whole batch."""
        if pictures is None:
            return None
        whole = self.processes.gather(torch.cat(pictures, dim=1).to(self.device))
        return type(pictures)(*(picture.contiguous() for picture in whole.chunk(len(pictures), 1)))
