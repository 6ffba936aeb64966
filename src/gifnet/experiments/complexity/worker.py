"""One form of the network in a process of its own: it computes pairs, and says what it took.

Run as ``python -m gifnet.experiments.complexity.worker ORDER``, the order in JSON (see ``Order``).
It imports what a user's program would, and no more, so that its memory is the program's.
"""

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

FAILED = 3
"""Exit code where the work itself failed; the last line of stderr says how."""


class Kind(StrEnum):
    """What computes."""

    TRAINED = "trained"
    """``GIFNet.forward`` on the whole picture, by PyTorch."""
    ENGINE = "engine"
    """``Fuser``, as ``gifnet fuse`` does it."""
    GRAPH = "graph"
    """A graph in an ONNX file, by OpenVINO."""


@dataclass(frozen=True)
class Order:
    """What is to be measured.

    Attributes:
        kind: a ``Kind``.
        source: weights as for ``load_model`` (None: the default ones), or the ONNX file.
        height: of the pair, in pixels.
        width: likewise.
        threads: how many to compute with.
        rounds: how often it is timed, after once for warming up.
        shapes: of a graph's inputs.
        kinds: of their numbers.
    """

    kind: str
    source: str | None
    height: int
    width: int
    threads: int
    rounds: int
    shapes: dict[str, tuple[int, ...]]
    kinds: dict[str, str]


def main() -> None:
    """Do what the order says, and print seconds and bytes as a line of JSON."""
    given = json.loads(sys.argv[1])
    given["shapes"] = {name: tuple(shape) for name, shape in given["shapes"].items()}
    order = Order(**given)
    answers = sys.stdout
    # Whatever libraries print goes to the errors.
    with contextlib.redirect_stdout(sys.stderr):
        run = _LOADERS[Kind(order.kind)](order)
        run()
        seconds = []
        for _ in range(order.rounds):
            started = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": seconds, "peak_bytes": peak_memory()}), file=answers)


def peak_memory() -> float | None:
    """Most bytes that this process has held; None where the system does not tell (not Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024.0 if found else None


def _trained(order: Order) -> Callable[[], Any]:
    import torch

    from gifnet.checkpoints import load_model

    torch.set_num_threads(order.threads)
    network = load_model(order.source)
    pair = [torch.from_numpy(luma)[None, None] for luma in _pair(order)]

    def run() -> Any:
        with torch.inference_mode():
            return network(*pair)

    return run


def _engine(order: Order) -> Callable[[], Any]:
    from gifnet.inference import Fuser

    fuser = Fuser(order.source, device="cpu", threads=order.threads)
    pair = _pair(order)
    return lambda: fuser.fuse(pair[0], pair[1], application="general")


def _graph(order: Order) -> Callable[[], Any]:
    import openvino

    from gifnet.experiments.complexity.graph_inputs import random_inputs

    core = openvino.Core()
    model = core.read_model(str(order.source))
    model.reshape({name: list(shape) for name, shape in order.shapes.items()})
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": order.threads,
        "PERFORMANCE_HINT": "LATENCY",
        # Pinned threads of processes side by side would share the first processors.
        "ENABLE_CPU_PINNING": False,
    }
    compiled = core.compile_model(model, "CPU", settings)
    inputs = random_inputs(order.shapes, order.kinds)
    return lambda: compiled(inputs)


_LOADERS = {Kind.TRAINED: _trained, Kind.ENGINE: _engine, Kind.GRAPH: _graph}


def _pair(order: Order) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    random = np.random.default_rng(0)
    return [random.random((order.height, order.width), np.float32) for _ in range(2)]


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # libraries raise nearly anything; the parent passes the words on
        reason = " ".join(str(error).split())[-500:]
        print(f"{type(error).__name__}: {reason}", file=sys.stderr)
        sys.exit(FAILED)
