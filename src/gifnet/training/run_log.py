"""The log of a run: JSON lines always, TensorBoard where it is installed."""

import json
import logging
import math
from pathlib import Path
from typing import Any, Self

import numpy as np

from gifnet.losses.information_weights import BINS, InformationWeights
from gifnet.training.run_state import LOG_FILE

logger = logging.getLogger(__name__)


class RunLog:
    """Appends to the log of a run; a context that finishes the files.

    Args:
        run: Folder of the run.
        step: Steps done so far; TensorBoard hides what it was told of later ones.
    """

    def __init__(self, run: Path, *, step: int = 0) -> None:
        self._file = (run / LOG_FILE).open("a", encoding="utf-8")
        self._writer = _tensorboard(run / "tensorboard", step)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
        self._file.close()

    def calibration(self, information: InformationWeights) -> None:
        """Log the information weights and their histogram over the calibration batches."""
        self._line(0, "information", {"information": information.to_dict()})
        if self._writer is not None and information.histogram is not None:
            centres = (np.arange(BINS) + 0.5) / BINS
            self._writer.add_histogram(
                "information/infrared_weight", np.repeat(centres, information.histogram), 0
            )

    def losses(self, step: int, values: dict[str, float], *, learning_rate: float) -> None:
        """Log the losses of one step."""
        self._line(step, "losses", values | {"learning_rate": learning_rate})
        self._scalars("losses", step, values | {"learning_rate": learning_rate})

    def validation(self, step: int, values: dict[str, float]) -> None:
        """Log the validation metrics after a step."""
        self._line(step, "validation", values)
        self._scalars("validation", step, values)

    def _line(self, step: int, kind: str, values: dict[str, Any]) -> None:
        # JSON has no infinity, which is the PSNR of equal pictures.
        plain = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in values.items()
        }
        self._file.write(json.dumps({"step": step, "kind": kind, **plain}, allow_nan=False) + "\n")
        self._file.flush()

    def _scalars(self, kind: str, step: int, values: dict[str, float]) -> None:
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{kind}/{name}", value, step)


def _tensorboard(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        logger.warning("tensorboard is not installed: the run is logged as JSON lines only")
        return None
    return SummaryWriter(str(folder), purge_step=step + 1 if step else None)
