"""Compiling the passes of an update, where that makes them faster."""

import logging
import warnings
from collections.abc import Sequence
from textwrap import shorten
from typing import Literal

import torch
from torch.nn import functional

from gifnet.tasks import Task
from gifnet.training.config import StepConfig
from gifnet.training.update_pass import UpdatePass

logger = logging.getLogger(__name__)

Kind = tuple[Task, bool]
"""A kind of update: the main task, and whether the auxiliary branch sees a pair of its own."""


def kinds_of_update(config: StepConfig) -> list[Kind]:
    """List the kinds of update that a run's steps have.

    Args:
        config: Their shares.
    """
    if config.tasks != "both":
        return [(Task(config.tasks), False)]
    shares = {
        (Task.MULTI_MODAL, True): config.multi_modal,
        (Task.DIGITAL_PHOTOGRAPHY, True): 1 - config.inference,
        (Task.DIGITAL_PHOTOGRAPHY, False): config.inference,
    }
    return [kind for kind, share in shares.items() if share > 0]


def wants_compiling(choice: bool | Literal["auto"], device: torch.device) -> bool:
    """Tell whether a run compiles its passes.

    Args:
        choice: ``optimiser.compile``; "auto" compiles on CUDA alone. On a CPU, compiling takes
            minutes and the compiled step is no faster.
        device: Device of the run.
    """
    return device.type == "cuda" if choice == "auto" else choice


def compile_passes(
    passes: UpdatePass,
    *,
    kinds: Sequence[Kind],
    share: int,
    patch: int,
    device: torch.device,
    autocast: torch.autocast,
    backend: str = "inductor",
) -> None:
    """Compile the passes of an update; where that fails, a warning is logged and they stay.

    Each kind of update is tried out, with its gradient: compiling fails there or not at all.

    Args:
        passes: Is changed: its parts are computed by the compiled form.
        kinds: The kinds of update to compile.
        share: Pictures of a batch that this process works on.
        patch: Side of a patch, in pixels.
        device: Device of the run.
        autocast: Context of the forward pass.
        backend: As for ``torch.compile``.
    """
    try:
        passes.run_part = torch.compile(passes.run_plainly, backend=backend, dynamic=False)
        pictures = torch.rand((share, 4, patch, patch), generator=torch.Generator().manual_seed(0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what compilers warn of is not the user's doing
            _try_out(passes, kinds, pictures.to(device), autocast)
    except Exception as error:  # whatever a compiler may raise
        passes.run_part = passes.run_plainly
        reason = shorten(str(error) or type(error).__name__, 200, placeholder=" ...")
        logger.warning(
            "the step cannot be compiled here (%s): training goes on without; "
            "optimiser.compile = false spares the attempt",
            reason,
        )


def _try_out(
    passes: UpdatePass, kinds: Sequence[Kind], pictures: torch.Tensor, autocast: torch.autocast
) -> None:
    """Run each kind of update and its gradient, which is thrown away."""
    weights = [weight for weight in passes.parameters() if weight.requires_grad]
    infrared, visible, near, far = (picture.contiguous() for picture in pictures.chunk(4, dim=1))
    for main, own_pair in kinds:
        with autocast:
            outputs = passes((infrared, visible), (near, far) if own_pair else None, main)
        loss = functional.mse_loss(torch.stack(outputs).float().mean(0), visible)
        torch.autograd.grad(loss, weights, allow_unused=True)
