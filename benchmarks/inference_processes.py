"""Processes that are timed, and the memory that they take."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from inference_cases import Case

WORKER = Path(__file__).with_name("inference_worker.py")

_PAUSE = 0.02


@dataclass(frozen=True)
class Fused:
    """What fusing one pair took.

    Attributes:
        seconds: on the clock.
        cpu_seconds: of all threads.
        gpu_bytes: most memory held on the GPU so far.
    """

    seconds: float
    cpu_seconds: float
    gpu_bytes: int


class Worker:
    """A process that has loaded a case, and fuses when it is told to; at rest in between.

    Args:
        case: which.
        threads: how many it computes with on a CPU.
    """

    def __init__(self, case: Case, threads: int) -> None:
        self.case = case
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER), json.dumps(asdict(case)), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.choice = str(self._answer()["choice"])

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    def fuse(self, pair: Sequence[Path], save: Path | None = None) -> Fused:
        """Fuse two files of ``write_pair``.

        Args:
            pair: the files.
            save: where the result goes, if anywhere.
        """
        order = {"pair": [str(file) for file in pair], "save": str(save) if save else None}
        if self._process.stdin is None:
            raise RuntimeError("the worker has no input")
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Fused(**self._answer())

    def peak_memory(self) -> float:
        """Most bytes that it, and processes that it started, have held so far."""
        return sum(_peaks(self._process.pid).values())

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(
                f"expected an answer from the process of {self.case.name}, but it ended with code "
                f"{self._process.wait()} (-9 is a lack of memory); its own words are above"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer


class MemoryWatch:
    """Looks again and again how much memory a process and its children hold.

    Args:
        process: the number of the process.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._peaks: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Most bytes of each process that there was, in sum."""
        self._ended.set()
        self._thread.join()
        return sum(self._peaks.values())

    def _look(self) -> None:
        while not self._ended.wait(_PAUSE):
            self._peaks.update(_peaks(self._process))


def _peaks(process: int) -> dict[int, float]:
    """Process -> most bytes held, of one and of all that it has started (Linux).

    ``getrusage`` would not do: a process inherits its parent's figure.
    """
    folder = Path(f"/proc/{process}")
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text(encoding="utf-8"))
        children = [file.read_text(encoding="ascii") for file in folder.glob("task/*/children")]
    except (OSError, ValueError):
        return {}
    peaks = {process: int(found[1]) * 1024.0} if found else {}
    for child in " ".join(children).split():
        peaks |= _peaks(int(child))
    return peaks
