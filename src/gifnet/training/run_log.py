"""The log of a run: JSON lines always, TensorBoard where it is installed."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from gifnet.losses.information_weights import BINS, InformationWeights
from gifnet.training.run_state import LOG_FILE

logger = logging.getLogger(__name__)


class RunLog:
    """Appends to the log of a run.

    Args:
        run: Folder of the run.
    """

    def __init__(self, run: Path) -> None:
        self._file = (run / LOG_FILE).open("a", encoding="utf-8")
        self._writer = _tensorboard(run / "tensorboard")

    def calibration(self, information: InformationWeights) -> None:
        """Log the information weights and their histogram over the calibration batches."""
        self._line(0, "information", information.to_dict())
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

    def close(self) -> None:
        """Finish the files."""
        self._file.close()
        if self._writer is not None:
            self._writer.close()

    def _line(self, step: int, kind: str, values: dict[str, Any]) -> None:
        self._file.write(json.dumps({"step": step, "kind": kind, **values}) + "\n")
        self._file.flush()

    def _scalars(self, kind: str, step: int, values: dict[str, float]) -> None:
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{kind}/{name}", value, step)


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        logger.warning("tensorboard is not installed: the run is logged as JSON lines only")
        return None
    return SummaryWriter(str(folder))
