"""Sharing the network's work among processes, such that losses still see the whole batch.

Not every loss is a mean over the batch: the similarity of the public loss is a product of such
means, and its range is chosen by the smallest value of the whole batch (D6, D11). So the shares
of the pictures that the network makes, one channel each, are put together before the losses, and
every process computes the losses of the whole batch.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from gifnet.losses.information_measure import InformationMeasure
from gifnet.model import Freezing, GIFNet
from gifnet.tasks import Task
from gifnet.training.compiled import compile_passes, kinds_of_update, wants_compiling
from gifnet.training.config import TrainingConfig
from gifnet.training.distributed import Processes
from gifnet.training.update_pass import Pair, Passes, UpdatePass


def make_passes(
    network: GIFNet,
    config: TrainingConfig,
    device: torch.device,
    autocast: torch.autocast,
    processes: Processes,
) -> Passes:
    """Choose how a run's updates run the network: in parts, compiled, shared out.

    Args:
        network: The network, in training mode, on its device.
        config: The run's configuration.
        device: Device of the run.
        autocast: Context of the forward pass.
        processes: Those that train together.
    """
    optimiser = config.optimiser
    passes = UpdatePass(network, Freezing(config.step.freezing), parts=optimiser.accumulate)
    if wants_compiling(optimiser.compile, device):
        compile_passes(
            passes,
            kinds=kinds_of_update(config.step),
            share=optimiser.batch // processes.count,
            patch=config.data.patch,
            device=device,
            autocast=autocast,
        )
    return passes if processes.alone else SharedPass(passes, processes)


class SharedPass:
    """Runs each process's share of an update; takes and returns whole batches.

    Args:
        passes: Runs the network on a share.
        processes: Those that train together. All must call, with the same batch.
    """

    def __init__(self, passes: UpdatePass, processes: Processes) -> None:
        self.processes = processes
        # What is frozen, and what nothing reads, changes from update to update: such weights are
        # searched for in each graph, and their gradients stay as absent as in one process (D4).
        self.module = DistributedDataParallel(passes, find_unused_parameters=True)

    def __call__(self, main_pair: Pair, auxiliary_pair: Pair | None, main: Task) -> Pair:
        """Run the network; see ``Passes``."""
        own_auxiliary = None if auxiliary_pair is None else self._share(auxiliary_pair)
        fused, reconstruction = self.module(self._share(main_pair), own_auxiliary, main)
        # (B / processes, 2, H, W): one exchange for both
        pictures = torch.cat([fused, reconstruction], dim=1)
        whole: Tensor = _Gather.apply(pictures, self.processes)  # type: ignore[no-untyped-call]
        fused, reconstruction = (picture.contiguous() for picture in whole.chunk(2, dim=1))
        return fused, reconstruction

    def _share(self, pair: Pair) -> Pair:
        share = self.processes.share(len(pair[0]))
        return pair[0][share], pair[1][share]


class _Gather(torch.autograd.Function):
    """Puts the shares of all processes together."""

    @staticmethod
    def forward(ctx: Any, share: Tensor, processes: Processes) -> Tensor:
        ctx.processes = processes
        return processes.gather(share)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        # The whole batch's gradient is known in every process, and each passes on that of its
        # own share. The whole is their sum, while what follows takes the mean over processes.
        processes: Processes = ctx.processes
        return gradient[processes.share(len(gradient))] * processes.count, None


class SharedMeasure:
    """Measures the information of a whole batch, each process that of its share.

    Args:
        measure: A mean over the pictures of a batch.
        processes: Those that train together.
    """

    def __init__(self, measure: InformationMeasure, processes: Processes) -> None:
        self.inner, self.processes = measure, processes

    @property
    def name(self) -> str:
        """The name under which checkpoints record the measure."""
        return self.inner.name

    def measure(self, pictures: Tensor) -> Tensor:
        """Measure (B, 1, H, W) in [0, 1], the whole batch, as one scalar."""
        share = self.processes.share(len(pictures))
        return self.processes.mean(self.inner.measure(pictures[share]))
