"""What a run needs to go on exactly where it stopped, and its files."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gifnet.errors import CheckpointError, ConfigError

STATE_FILE = "state.pt"
LOG_FILE = "log.jsonl"


@dataclass
class RunState:
    """A moment of a run, after ``step`` whole steps.

    Everything random is determined by seed and step number, so no generator is kept.
    """

    step: int
    network: dict[str, Tensor]
    optimiser: dict[str, Any]
    average: dict[str, Tensor]
    """Running average of the weights; empty where none is kept."""
    information: dict[str, Any]
    """The calibrated information weights."""
    digest: str
    """Digest of the recipe that the run was started with."""

    def save(self, run: Path) -> None:
        """Write the state atomically: a kill at any moment leaves the old or the new one.

        Args:
            run: Folder of the run.
        """
        temporary = run / f".{STATE_FILE}.partial"
        with temporary.open("wb") as stream:
            torch.save(vars(self), stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(run / STATE_FILE)

    @classmethod
    def load(cls, run: Path, *, digest: str) -> "RunState":
        """Read the state of a run.

        Args:
            run: Folder of the run.
            digest: Digest of the recipe that wants to go on.

        Raises:
            CheckpointError: There is no state, or it cannot be read.
            ConfigError: The run was started with another recipe.
        """
        file = run / STATE_FILE
        if not file.is_file():
            raise CheckpointError(f"expected the state of a run in {file}, found none")
        try:
            state = cls(**torch.load(file, map_location="cpu", weights_only=True))
        except Exception as error:
            raise CheckpointError(f"cannot read the state of the run in {file}: {error}") from error
        if state.digest != digest:
            raise ConfigError(
                f"the run in {run} was started with another recipe (digest {state.digest[:12]}, "
                f"this one {digest[:12]}): resume with the configuration that it was started with"
            )
        return state


def truncate_log(run: Path, step: int) -> None:
    """Drop the log's lines after a step: an interrupted run is about to write them again.

    Args:
        run: Folder of the run.
        step: Steps that are kept.
    """
    file = run / LOG_FILE
    if not file.is_file():
        return
    kept = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line + "\n")
        except (json.JSONDecodeError, KeyError, TypeError):
            continue  # a line cut off by the interruption
    temporary = file.with_suffix(".partial")
    temporary.write_text("".join(kept), encoding="utf-8")
    temporary.replace(file)
