"""What a run needs to go on exactly where it stopped, and its files."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gifnet.errors import CheckpointError, ConfigError
from gifnet.imaging.atomic import write_atomically

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

        Raises:
            OSError: The state cannot be written; the old one stays.
        """
        content = io.BytesIO()
        torch.save(vars(self), content)
        write_atomically(run / STATE_FILE, content.getbuffer())

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
            raise CheckpointError(
                f"expected the state of a run in {file}, found none: a run has one once its "
                "information weights are calibrated; start it without --resume"
            )
        try:
            state = cls(**torch.load(file, map_location="cpu", weights_only=True))
        except Exception as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise CheckpointError(
                f"expected the state of a run in {file}, got a damaged file ({reason}): start "
                f"anew in another folder; weights that were saved are still in {run}"
            ) from error
        if state.digest != digest:
            raise ConfigError(
                f"the run in {run} was started with another recipe (digest {state.digest[:12]}, "
                f"this one {digest[:12]}): resume with the configuration that it was started with"
            )
        return state


def find_state(
    run: Path, *, resume: bool, digest: str, others: Sequence[str] = ()
) -> RunState | None:
    """Read the state to go on from, or make sure that the folder is new.

    Args:
        run: Folder of the run.
        resume: Whether to go on.
        digest: Digest of the recipe that wants to.
        others: Names of further files that tell of a run.

    Returns:
        The state; None for a new run.

    Raises:
        CheckpointError: There is no state to go on from, or it cannot be read.
        ConfigError: The folder holds a run already, or the run is another recipe's.
    """
    if resume:
        return RunState.load(run, digest=digest)
    if any((run / name).exists() for name in (STATE_FILE, LOG_FILE, *others)):
        raise ConfigError(
            f"{run} holds a run already: go on with --resume {run}, or name another folder"
        )
    return None


def take_back(run: Path, step: int) -> None:
    """Remove what an interrupted run wrote after its state: log lines and unfinished files.

    Args:
        run: Folder of the run.
        step: Step of the state; what comes after it is about to be done again. At 0 that is
            everything.
    """
    for unfinished in run.rglob(".*.tmp"):
        unfinished.unlink()
    file = run / LOG_FILE
    if not file.is_file():
        return
    kept = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            if 0 < step >= json.loads(line)["step"]:
                kept.append(line + "\n")
        except (json.JSONDecodeError, KeyError, TypeError):
            continue  # a line cut off by the interruption
    write_atomically(file, "".join(kept).encode())
