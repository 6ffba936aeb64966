"""What the benchmark of fusing measured, and its files: one for each part, to be put together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Measured:
    """One case at one size.

    Attributes:
        case: its name.
        height: rows of the picture.
        width: columns.
        seconds: of each round.
        cpu_seconds: of each round, all threads.
        ratios: how many times as fast as the plain case, round by round; none if that did not run.
        peak_bytes: most memory of a fresh process that does nothing else; 0 if not measured.
        gpu_bytes: most memory held on the GPU; 0 if none was used.
        psnr: of the result against plain, dB.
        difference: largest one from plain, of values in [0, 1].
        choice: what computed.
    """

    case: str
    height: int
    width: int
    seconds: Sequence[float]
    cpu_seconds: Sequence[float] = ()
    ratios: Sequence[float] = ()
    peak_bytes: float = 0
    gpu_bytes: float = 0
    psnr: float | None = None
    difference: float | None = None
    choice: str = ""

    @property
    def pixels(self) -> int:
        """Of the picture."""
        return self.height * self.width

    @property
    def size(self) -> str:
        """Width by height, as people write it."""
        return f"{self.width}x{self.height}"

    @property
    def median_seconds(self) -> float:
        """Of all rounds."""
        return median(self.seconds)

    @property
    def times_plain(self) -> float | None:
        """Median of the rounds' ratios."""
        return median(self.ratios) if self.ratios else None


@dataclass(frozen=True)
class Part:
    """What was measured in one run.

    Attributes:
        kind: ``speed``, ``start``, ``curve``, ``large``, ``files`` or ``gpu``.
        name: of its file.
        machine: where, when, and with what.
        rows: the measurements.
        facts: what else there is to tell.
    """

    kind: str
    name: str
    machine: str
    rows: Sequence[Measured]
    facts: Mapping[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write it to ``NAME.json``."""
        text = json.dumps(asdict(self), indent=1)
        (folder / f"{self.name}.json").write_text(text + "\n", encoding="utf-8")


def read_parts(folder: Path) -> list[Part]:
    """Read all parts of a folder, of this run and of earlier ones."""
    parts = []
    for file in sorted(folder.glob("*.json")):
        stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        rows = [Measured(**row) for row in stored.pop("rows")]
        parts.append(Part(rows=rows, **stored))
    return parts


def rows_of(parts: Sequence[Part], *kinds: str) -> list[Measured]:
    """All measurements of some kinds."""
    return [row for part in parts if part.kind in kinds for row in part.rows]
