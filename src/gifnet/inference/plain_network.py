"""The network as it is trained, on the whole picture: for variants, and for those at hand."""

import logging
from typing import TYPE_CHECKING

import numpy as np

from gifnet.checkpoints import load_model
from gifnet.engine import Region
from gifnet.errors import SettingError
from gifnet.inference.network import Advance, Read, Write, enough_memory
from gifnet.inference.settings import Device, Precision, Runtime, resolve_device
from gifnet.tasks import Task

if TYPE_CHECKING:
    from pathlib import Path

    from gifnet.model import GIFNet

logger = logging.getLogger(__name__)


class PlainNetwork:
    """``GIFNet.forward`` on the whole picture, for a network at hand.

    Args:
        model: the network; it is moved to the device.
        device: where to compute.
        precision: of the arithmetic.
        main: the task whose branch is main.
        threads: how many on a CPU, for the whole process; as PyTorch is set if None.
    """

    runtime = "torch"

    def __init__(
        self,
        model: "GIFNet",
        device: Device,
        precision: Precision,
        main: Task = Task.DIGITAL_PHOTOGRAPHY,
        *,
        threads: int | None = None,
    ) -> None:
        import torch

        if precision is Precision.INT8:
            raise SettingError(
                "int8 is computed by the engine only, which takes networks of the published size; "
                "choose float32 or bfloat16"
            )
        if threads is not None:
            torch.set_num_threads(threads)
        self.device = resolve_device(device, torch_needed=True)
        self.precision = str(precision)
        # Networks of others know of no roles: they are told only where these are unusual.
        self._roles = () if main is Task.DIGITAL_PHOTOGRAPHY else (main,)
        model = model.to(self.device).eval()
        # PyTorch's annotations leave this argument out.
        self._model: GIFNet = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def fuse(self, height: int, width: int, read: Read, write: Write, advance: Advance) -> None:
        """See ``Network.fuse``."""
        import torch

        whole = Region(0, 0, height, width)
        bfloat16 = torch.autocast(
            self.device, dtype=torch.bfloat16, enabled=self.precision == Precision.BFLOAT16
        )
        with enough_memory((height, width)), torch.inference_mode(), bfloat16:
            pair = torch.from_numpy(np.ascontiguousarray(read(whole))).to(self.device)
            fused = self._model(pair[:, :1], pair[:, 1:], *self._roles)[0, 0].float().cpu()
        advance(1.0)
        write(whole, fused.numpy())


def load_plain_network(
    weights: "str | Path | None",
    device: Device,
    precision: Precision,
    *,
    runtime: Runtime,
    threads: int | None,
    tiled: bool,
) -> PlainNetwork:
    """Load weights that the engine does not compute: of another size, or of a variant.

    Args:
        weights: as for ``Fuser``.
        device: where to compute.
        precision: of the arithmetic.
        runtime: what the user wants to compute them.
        threads: how many on a CPU.
        tiled: whether the user sets tiles or a limit of memory; neither is kept, which is said.

    Raises:
        SettingError: another runtime than PyTorch is asked for, or what it cannot do.
        CheckpointError: the weights cannot be loaded.
        MissingDependencyError: PyTorch is not installed.
    """
    logger.info("another network than the published one: computed as it is, by PyTorch")
    if runtime not in {Runtime.AUTO, Runtime.TORCH}:
        raise SettingError(
            f"runtime {str(runtime)!r} does not compute a network of another size or a variant; "
            "choose 'torch' or 'auto'"
        )
    if tiled:
        logger.warning(
            "a network of another size or a variant is computed on the whole picture: there are "
            "no tiles, and no limit of memory is kept"
        )
    return PlainNetwork(load_model(weights), device, precision, threads=threads)
