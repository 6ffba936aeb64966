"""Results of classifiers, and the file that notes each once it is known."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gifnet.batch.json_lines import LineWriter, read_lines

logger = logging.getLogger(__name__)

NOTES = "runs.jsonl"


@dataclass(frozen=True)
class Outcome:
    """What one classifier reached.

    Attributes:
        method: that made its training pictures.
        seed: of its first weights, order and augmentation.
        top1: test pictures whose class it named first, in per cent, after the last epoch.
        top5: whose class is among the five that it named first; None for five classes or fewer.
        epochs: of the training.
        seconds: that training and testing took, in all processes that worked on it.
        device: what the last of them computed on.
        curve: top1 after every epoch.
        losses: mean training loss of every epoch.
    """

    method: str
    seed: int
    top1: float
    top5: float | None
    epochs: int
    seconds: float
    device: str
    curve: tuple[float, ...]
    losses: tuple[float, ...]


def read_notes(folder: Path) -> dict[str, Outcome]:
    """Read what earlier runs reached.

    Args:
        folder: of the results.

    Returns:
        Digest of the run -> outcome. Lines that say something else are passed over.
    """
    notes: dict[str, Outcome] = {}
    for line in read_lines(folder / NOTES):
        try:
            values = dict(line["outcome"])
            values |= {name: tuple(values[name]) for name in ("curve", "losses")}
            notes[str(line["run"])] = Outcome(**values)
        except (KeyError, TypeError, ValueError):
            logger.warning("%s: a line that notes no run is passed over", folder / NOTES)
    return notes


def note(folder: Path, digest: str, outcome: Outcome) -> None:
    """Append an outcome to the notes.

    Args:
        folder: of the results.
        digest: of the run.
        outcome: what it reached.

    Raises:
        OSError: the notes cannot be written.
    """
    with LineWriter(folder / NOTES) as writer:
        writer.append({"run": digest, "outcome": asdict(outcome)})


def by_method(outcomes: Mapping[tuple[str, int], Outcome], method: str) -> dict[int, Outcome]:
    """Choose the outcomes of one method.

    Args:
        outcomes: (method, seed) -> outcome.
        method: its name.

    Returns:
        Seed -> outcome.
    """
    return {seed: outcome for (name, seed), outcome in outcomes.items() if name == method}
