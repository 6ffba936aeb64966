"""The measurements of the benchmark of fusing."""

import math
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from inference_cases import DEFAULT, PLAIN, Case, write_pair
from inference_processes import Fused, MemoryWatch, Worker
from inference_results import Measured

Size = tuple[int, int]
"""Height and width."""
Say = Callable[[str], None]
"""Is told what is being done."""

# Measured: what GIFNet.forward takes at least.
_PLAIN_BYTES_PER_PIXEL = 5_300
_CURVE_ROUNDS = 3
# From here on, what is done once in a process matters little.
_SECONDS = 5.0

# What a user does who fuses arrays. It prints whether PyTorch was imported.
_PROGRAM = """
import sys
import numpy as np
import gifnet
a, b = (np.load(file) for file in sys.argv[1:])
gifnet.Fuser().fuse(a, b)
print(int("torch" in sys.modules))
"""


def measure_speed(
    cases: Sequence[Case], size: Size, *, rounds: int, threads: int, folder: Path, say: Say
) -> list[Measured]:
    """Time cases round by round, so that whatever else the machine does hits all of them.

    Each case has a process of its own, that rests while others compute; then each takes one more,
    fresh, for its memory.

    Args:
        cases: the first one is what the others are compared with.
        size: of the picture.
        rounds: how many.
        threads: of each process.
        folder: for pictures.
        say: is told what is being done.
    """
    pair = write_pair(folder, *size, np.float32)
    choices: dict[str, str] = {}
    fused: dict[str, list[Fused]] = {case.name: [] for case in cases}
    with ExitStack() as stack:
        workers = []
        for case in cases:
            say(f"{size[1]}x{size[0]}: warming up {case.name}")
            workers.append(stack.enter_context(Worker(case, threads)))
            workers[-1].fuse(pair, folder / f"{case.name}.npy")
            choices[case.name] = workers[-1].choice
        for number in range(rounds):
            say(f"{size[1]}x{size[0]}: round {number + 1} of {rounds}")
            for worker in workers:
                fused[worker.case.name].append(worker.fuse(pair))
    plain = [one.seconds for one in fused[cases[0].name]]
    truth = np.load(folder / f"{cases[0].name}.npy")
    rows = []
    for case in cases:
        say(f"{size[1]}x{size[0]}: memory of {case.name}")
        seconds = [one.seconds for one in fused[case.name]]
        difference = np.abs(np.load(folder / f"{case.name}.npy") - truth).astype(np.float64)
        # Whole numbers as pictures have them, and one picture: as a user's process.
        alone = measure_alone(case, size, threads=threads, folder=folder)
        rows.append(
            Measured(
                case.name,
                *size,
                seconds=seconds,
                cpu_seconds=[one.cpu_seconds for one in fused[case.name]],
                ratios=[a / b for a, b in zip(plain, seconds, strict=True)],
                peak_bytes=alone.peak_bytes,
                gpu_bytes=alone.gpu_bytes,
                psnr=_psnr(float(np.square(difference).mean())) if case != cases[0] else None,
                difference=float(difference.max()) if case != cases[0] else None,
                choice=choices[case.name],
            )
        )
    return rows


def measure_alone(
    case: Case, size: Size, *, threads: int, folder: Path, rounds: int = 0
) -> Measured:
    """Take the memory of a fresh process that fuses one pair, and its time.

    Args:
        case: which.
        size: of the picture, uint8.
        threads: of the process.
        folder: for pictures.
        rounds: how often it is timed after this one pair; if that took seconds, or there are no
            rounds, the time is that of the first pair.
    """
    pair = write_pair(folder, *size, np.uint8)
    with Worker(case, threads) as worker:
        fused = [worker.fuse(pair)]
        peak = worker.peak_memory()
        if rounds and fused[0].seconds < _SECONDS:
            fused = [worker.fuse(pair) for _ in range(rounds)]
    return Measured(
        case.name,
        *size,
        seconds=[one.seconds for one in fused],
        cpu_seconds=[one.cpu_seconds for one in fused],
        peak_bytes=peak,
        gpu_bytes=fused[-1].gpu_bytes,
        choice=worker.choice,
    )


def measure_curve(
    case: Case, sizes: Sequence[Size], *, threads: int, folder: Path, say: Say
) -> list[Measured]:
    """Time one case over the size of the picture; plain as far as it fits into the memory."""
    from gifnet.engine.memory import free_memory

    rows = []
    for height, width in sizes:
        if case == PLAIN and height * width * _PLAIN_BYTES_PER_PIXEL > free_memory():
            say(f"{case.name} at {width}x{height} does not fit into the memory")
            continue
        say(f"{case.name} at {width}x{height}")
        size = height, width
        alone = measure_alone(case, size, threads=threads, folder=folder, rounds=_CURVE_ROUNDS)
        rows.append(alone)
    return rows


def measure_files(size: Size, *, folder: Path) -> Measured:
    """Fuse two PNG files in colour with ``gifnet fuse``, everything as a user finds it."""
    from PIL import Image

    files = []
    for source in write_pair(folder, *size, np.uint8):
        files.append(str(source.with_suffix(".png")))
        luma = Image.fromarray(np.load(source))
        # Fusing is the same whatever the colour is, but it has to be there.
        colour = Image.merge("RGB", [luma, luma.point([255 - v for v in range(256)]), luma])
        colour.save(files[-1], compress_level=1)
        del luma, colour
    command = [sys.executable, "-m", "gifnet", "fuse", *files, "-o", str(folder / "fused.png")]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        watch = MemoryWatch(process.pid)
        code = process.wait()
    if code:
        raise subprocess.CalledProcessError(code, command)
    seconds = time.perf_counter() - started
    return Measured(DEFAULT.name, *size, seconds=[seconds], peak_bytes=watch.stop())


def measure_start(rounds: int, *, folder: Path) -> tuple[Measured, bool]:
    """Time processes that import gifnet and fuse a pair of 256x256, from their start to their end.

    Returns:
        The measurement, and whether PyTorch was imported.
    """
    size = 256, 256
    pair = [str(file) for file in write_pair(folder, *size, np.uint8)]
    seconds, torch = [], False
    for _ in range(rounds + 1):
        started = time.perf_counter()
        printed = subprocess.check_output([sys.executable, "-c", _PROGRAM, *pair], text=True)
        seconds.append(time.perf_counter() - started)
        torch = torch or printed.strip() != "0"
    # The first one reads the libraries from the disk.
    return Measured(DEFAULT.name, *size, seconds=seconds[1:]), torch


def measure_peak_of_gpu() -> float:
    """Multiply-accumulates a second that this GPU reaches with large matrices in bfloat16."""
    import torch

    side, repeats = 8192, 20
    matrix = torch.randn(side, side, device="cuda", dtype=torch.bfloat16)
    fastest = math.inf
    for _ in range(5):
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(repeats):
            torch.mm(matrix, matrix)
        torch.cuda.synchronize()
        fastest = min(fastest, time.perf_counter() - started)
    return repeats * side**3 / fastest


def _psnr(mean_square: float) -> float:
    return -10 * math.log10(mean_square) if mean_square else math.inf
