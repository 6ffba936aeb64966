"""How long does each metric take on one core, and how much memory?

Every metric measures the same pair of 1280x1024 pixels in a process of its own, pinned to one
core; then one process measures all of them, FMI apart. Ratios are to SSIM of the same run.

    python benchmarks/metrics.py
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from gifnet.metrics import METRICS, Needs
from machine import describe_machine

HEIGHT, WIDTH = 1024, 1280

Picture = NDArray[np.float64]


def pictures() -> tuple[Picture, Picture, Picture]:
    """A focus pair and its truth, RGB in whole 8-bit levels: a photograph, enlarged, with grain."""
    import skimage.data
    from scipy.ndimage import gaussian_filter, zoom

    photograph = np.asarray(skimage.data.astronaut(), np.float64)
    scales = (HEIGHT / photograph.shape[0], WIDTH / photograph.shape[1], 1)
    sharp = zoom(photograph, scales, order=3)
    sharp += np.random.default_rng(0).normal(0, 4, sharp.shape)
    soft = gaussian_filter(sharp, (3, 3, 0))
    mask = (np.arange(WIDTH) < WIDTH // 2)[None, :, None]
    near, far = np.where(mask, sharp, soft), np.where(mask, soft, sharp)
    a, b, c = (np.clip(picture.round(), 0, 255) for picture in (near, far, sharp))
    return a, b, c


def arguments() -> dict[Needs, tuple[list[Picture], Picture]]:
    """Sources and fused picture as each kind of metric wants them."""
    near, far, sharp = pictures()
    grey = [(picture @ [0.299, 0.587, 0.114]).round() for picture in (near, far, sharp)]
    bands = np.concatenate([sharp, near[..., :1]], axis=2)
    return {
        Needs.FUSED: (grey[:2], grey[2]),
        Needs.SOURCES: (grey[:2], grey[2]),
        Needs.TRUTH: ([grey[0]], grey[2]),
        Needs.COLOUR: ([near, far], sharp),
        Needs.FUSED_COLOUR: ([near, far], sharp),
        Needs.TRUTH_BANDS: ([bands], np.roll(bands, 1, axis=0)),
        Needs.PANSHARPENING: ([bands[::4, ::4], grey[2]], bands),
    }


def write_arguments(folder: Path) -> None:
    """Write them to files, in 8 bits: making them takes more memory than some metrics do."""
    for needs, (sources, fused) in arguments().items():
        levels = [np.asarray(picture.round(), np.uint8) for picture in (fused, *sources)]
        np.savez(folder / f"{needs}.npz", *levels)


def peak_memory() -> float:
    """Most memory that this process has held, MB (Linux; getrusage would count its parent's)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else float("nan")


def measure_here(names: list[str], rounds: int, folder: Path) -> dict[str, Any]:
    """Measure metrics in this process, on one core: fastest seconds of each, peak memory."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seconds, kept = {}, {}
    for needs in {METRICS[name].needs for name in names}:
        with np.load(folder / f"{needs}.npz") as stored:
            fused, *sources = (stored[key] for key in stored)
        kept[needs] = sources, fused
    before = peak_memory()
    for name in names:
        sources, fused = kept[METRICS[name].needs]
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            METRICS[name].function(sources, fused)
            times.append(time.perf_counter() - start)
        seconds[name] = min(times)
    return {"seconds": seconds, "before": before, "peak": peak_memory()}


def measure_apart(names: list[str], rounds: int, folder: Path) -> dict[str, Any]:
    """Measure metrics in a fresh process."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--here", *names, "--rounds", str(rounds)]
    command += ["--folder", str(folder)]
    printed = subprocess.check_output(command, env=environment, text=True)
    measured: dict[str, Any] = json.loads(printed)
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2, help="the fastest counts")
    parser.add_argument("--here", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure_here(options.here, options.rounds, options.folder)))
        return
    # Bands are no pair's: pansharpening's metrics are in the table, not in the total.
    bands = {Needs.PANSHARPENING, Needs.TRUTH_BANDS}
    pair = [n for n, metric in METRICS.items() if not metric.slow and metric.needs not in bands]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_arguments(folder)
        apart = {
            name: measure_apart([name], options.rounds, folder)
            for name in track(METRICS, "metrics")
        }
        together = measure_apart(pair, 1, folder)
    unit = apart["ssim"]["seconds"]["ssim"]
    print(f"one core of {describe_machine(f'NumPy {np.__version__}')}; {WIDTH}x{HEIGHT}\n")
    print("| metric | seconds | times SSIM | peak memory, MB |\n|---|---:|---:|---:|")
    for name, measured in sorted(apart.items(), key=lambda item: -item[1]["seconds"][item[0]]):
        seconds = measured["seconds"][name]
        print(f"| `{name}` | {seconds:.2f} | {seconds / unit:.1f} | {measured['peak']:.0f} |")
    total = sum(together["seconds"].values())
    print(
        f"\nAll {len(pair)} of a pair but FMI, in one process: {total:.1f} s, "
        f"{total / unit:.0f} times SSIM; peak memory {together['peak']:.0f} MB "
        f"({together['before']:.0f} MB before the first metric)."
    )


if __name__ == "__main__":
    main()
