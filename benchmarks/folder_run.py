"""How busy does a folder keep the processors?

``gifnet fuse`` on a folder of pairs, as users run it, against the same command with one process of
one thread, and against one process with all threads. Everything counts: the start, reading,
writing, the manifest. The runs take turns; each gets a new folder for its results.

    python benchmarks/folder_run.py
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from gifnet.experiments.machine import describe_packages
from machine import describe_machine

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "pictures"
PLAIN = "one process, one thread"
USUAL = "as users run it"
GOAL = 1.6


def cases(threads: int) -> dict[str, list[str]]:
    """Options of each row."""
    return {
        PLAIN: ["--workers", "1", "--threads", "1"],
        f"one process, {threads} threads": ["--workers", "1"],
        USUAL: [],
    }


def make_pairs(folder: Path, count: int, width: int, height: int) -> None:
    """Cut pairs from the focus pair of the examples, each at another place."""
    for name in ("near", "far"):
        (folder / name).mkdir()
        with Image.open(EXAMPLES / f"coffee-{name}.jpg") as whole:
            for number in range(count):
                left = number * 13 % (whole.width - width + 1)
                top = number * 7 % (whole.height - height + 1)
                crop = whole.crop((left, top, left + width, top + height))
                crop.save(folder / name / f"{number:03d}.png")


def fuse(folder: Path, output: Path, options: list[str]) -> tuple[float, float]:
    """Run the command; seconds on the clock, and of all processors together."""
    before = os.times()
    started = time.perf_counter()
    command = [sys.executable, "-m", "gifnet", "fuse", "near", "far", "-o", str(output), *options]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = os.times()
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--size", default="320x240", help="WIDTHxHEIGHT, within 600x400")
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    rows = cases(threads or 1)
    walls: dict[str, list[float]] = {name: [] for name in rows}
    busy: dict[str, list[float]] = {name: [] for name in rows}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_pairs(folder, chosen.pairs, width, height)
        results = []
        for turn in range(chosen.rounds):
            for number, (name, options) in enumerate(rows.items()):
                output = folder / f"out-{turn}-{number}"
                wall, processors = fuse(folder, output, options)
                walls[name].append(wall)
                busy[name].append(processors / wall)
                results.append({file.name: file.read_bytes() for file in output.glob("*.png")})
        same = all(result == results[0] for result in results)
        complete = len(results[0]) == chosen.pairs
    print(f"{chosen.pairs} pairs of {chosen.size}, RGB PNG; {chosen.rounds} rounds")
    print(describe_machine(describe_packages(["openvino", "numpy", "pillow"])))
    print(f"\n| {'folder':26} | seconds | pairs/s | processors busy | times one thread |")
    print(f"|{'-' * 28}|---:|---:|---:|---:|")
    ratios = {}
    for name in rows:
        turns = zip(walls[PLAIN], walls[name], strict=True)
        ratios[name] = statistics.median(plain / wall for plain, wall in turns)
        wall = statistics.median(walls[name])
        print(
            f"| {name:26} | {wall:.1f} | {chosen.pairs / wall:.2f} | "
            f"{statistics.median(busy[name]):.2f} | {ratios[name]:.2f} |"
        )
    verdict = "met" if ratios[USUAL] >= GOAL else "missed"
    print(f"\ngoal: {GOAL} times the rate of one process with one thread: {verdict}")
    print(f"all pairs written: {complete}; the same bytes in all runs: {same}")
    if not (complete and same):
        sys.exit(1)


if __name__ == "__main__":
    main()
