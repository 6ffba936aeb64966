"""Time and memory of one form, in a fresh process."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from statistics import median

from gifnet.errors import EvaluationError
from gifnet.experiments.complexity.worker import Order


@dataclass(frozen=True)
class Measured:
    """What one process took.

    Attributes:
        seconds: of each round.
        peak_bytes: most that it held, libraries included; None where the system does not tell.
    """

    seconds: tuple[float, ...]
    peak_bytes: float | None

    @property
    def median(self) -> float:
        """Of the seconds."""
        return median(self.seconds)


def measure(order: Order, name: str) -> Measured:
    """Have an order carried out by a fresh process.

    Args:
        order: what to do.
        name: what errors call it.

    Raises:
        EvaluationError: the process failed, or was killed for want of memory.
    """
    command = [sys.executable, "-m", "gifnet.experiments.complexity.worker"]
    with subprocess.Popen(
        [*command, json.dumps(asdict(order))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            answer, words = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        last = (words.strip().splitlines() or ["it said nothing"])[-1]
        killed = "; it was killed, most likely for want of memory" if process.returncode < 0 else ""
        raise EvaluationError(
            f"{name}: expected a run of {order.height}x{order.width} (height x width), but its "
            f"process ended with code {process.returncode}{killed}: {last}; try a smaller --size"
        )
    read = json.loads(answer)
    return Measured(tuple(read["seconds"]), read["peak_bytes"])
