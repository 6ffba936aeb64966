"""How fast is fusing, how much memory does it take, and how exact is it?

``GIFNet.forward`` on the whole picture (float32, eager, NCHW) against the engine on every runtime
and in every precision that is installed. At each size all cases take turns, round by round, in
processes of their own; the memory is that of a fresh process for each. Every part of the
measurement writes a file of its own to the folder of ``-o``, from which page and plot are made, so
that parts may be measured one by one; each names its machine and its commit.

    python benchmarks/inference.py --quick                      # two minutes, to try it
    python benchmarks/inference.py -o build/inference           # all but the large ones
    python benchmarks/inference.py -o build/inference --parts --large 6000x4000 12000x8333
    python benchmarks/inference.py -o build/inference --parts   # page and plot again
"""

import argparse
import datetime
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from gifnet.experiments.machine import describe_packages
from inference_cases import DEFAULT, PLAIN, Case, engine_cases
from inference_measuring import (
    Size,
    measure_alone,
    measure_curve,
    measure_files,
    measure_peak_of_gpu,
    measure_speed,
    measure_start,
)
from inference_report import make_report
from inference_results import Part, read_parts, rows_of
from machine import describe_instructions, describe_machine

PARTS = ("speed", "start", "curve", "gpu")
SIZES = ("640x480", "1280x1024")
CURVE = (128, 256, 512, 1024, 2048)
GPU_SIZE, GPU_LARGE_SIZE = (1024, 1280), (4000, 6000)
PACKAGES = "numpy", "openvino", "onnxruntime", "torch"


def main() -> None:
    options = _parse()
    cases = [PLAIN, *(case for case in engine_cases() if _wanted(case, options))]
    folder: Path | None = options.output
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    new = []
    with tempfile.TemporaryDirectory() as scratch:
        for part in _measure(cases, options, Path(scratch)):
            new.append(part)
            if folder:
                part.write(folder)
    parts = read_parts(folder) if folder else new
    report = make_report(parts)
    points = rows_of(parts, "curve", "speed", "large")
    picture: Path | None = options.plot or (folder / "inference-speed.png" if folder else None)
    if folder:
        (folder / "inference.md").write_text(report, encoding="utf-8")
    if picture and points:
        from inference_plot import draw

        draw(points, picture)
    print(report)


def _measure(cases: list[Case], options: argparse.Namespace, scratch: Path) -> Iterator[Part]:
    threads, rounds = options.threads, options.rounds
    if "speed" in options.parts:
        for size in options.sizes:
            rows = measure_speed(
                cases, size, rounds=rounds, threads=threads, folder=scratch, say=_say
            )
            machine = _machine(f"{rounds} rounds", threads=threads)
            yield Part("speed", f"speed-{rows[0].size}", machine, rows)
    if "start" in options.parts:
        _say("new processes")
        row, torch = measure_start(options.starts, folder=scratch)
        machine = _machine(threads=threads)
        yield Part("start", "start", machine, [row], {"imports_of_torch": int(torch)})
    if "curve" in options.parts:
        squares: list[Size] = [(side, side) for side in options.curve]
        for case in cases:
            if _wanted(case, options):
                rows = measure_curve(case, squares, threads=threads, folder=scratch, say=_say)
                if rows:
                    yield Part("curve", f"curve-{case.name}", _machine(threads=threads), rows)
    if "gpu" in options.parts:
        yield from _measure_gpu(options, scratch)
    for size in options.large:
        _say(f"{size[1]}x{size[0]}, arrays")
        row = measure_alone(DEFAULT, size, threads=threads, folder=scratch)
        yield Part("large", f"large-{row.size}", _machine(threads=threads), [row])
    for size in options.files:
        _say(f"{size[1]}x{size[0]}, files")
        row = measure_files(size, folder=scratch)
        yield Part("files", f"files-{row.size}", _machine(), [row])


def _measure_gpu(options: argparse.Namespace, scratch: Path) -> Iterator[Part]:
    """The half-precision cases against plain, and a large picture."""
    try:
        import torch
    except ModuleNotFoundError:
        _say("no GPU: PyTorch is not installed")
        return
    if not torch.cuda.is_available():
        _say("no GPU: PyTorch finds none")
        return
    engine = engine_cases("cuda")
    half = [case for case in engine if case.precision != "float32"]
    rows = measure_speed(
        [Case(PLAIN.runtime, device="cuda"), *engine],
        GPU_SIZE,
        rounds=options.rounds,
        threads=options.threads,
        folder=scratch,
        say=_say,
    )
    for case in half:
        _say(f"{case.name} on the GPU, 24 megapixels")
        large = measure_alone(case, GPU_LARGE_SIZE, threads=options.threads, folder=scratch)
        rows.append(large)
    facts = {"multiply_accumulates_a_second": measure_peak_of_gpu()}
    machine = _machine(threads=options.threads, device=torch.cuda.get_device_name())
    yield Part("gpu", "gpu", machine, rows, facts)


def _machine(*facts: str, threads: int | None = None, device: str | None = None) -> str:
    return describe_machine(
        describe_instructions(),
        *([f"{threads} threads"] if threads else []),
        describe_packages(PACKAGES),
        *facts,
        str(datetime.datetime.now(tz=datetime.UTC).date()),
        device=device,
    )


def _wanted(case: Case, options: argparse.Namespace) -> bool:
    return options.cases is None or case.name in options.cases


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _size(text: str) -> Size:
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT, got {text!r}")
    return int(found[2]), int(found[1])


def _parse() -> argparse.Namespace:
    words = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=words)
    sizes = {"nargs": "+", "type": _size, "metavar": "WIDTHxHEIGHT"}
    add: Callable[..., object] = parser.add_argument
    add("-o", "--output", type=Path, metavar="FOLDER", help="for results; made if not there")
    add("--plot", type=Path, metavar="FILE", help="the plot; inference-speed.png in the folder")
    add("--quick", action="store_true", help="small pictures and few rounds, to try it")
    add("--parts", nargs="*", choices=PARTS, default=PARTS, help="what to measure; all")
    add("--cases", nargs="+", metavar="CASE", help="plain and RUNTIME-PRECISION; all")
    add("--sizes", help="of the table", **sizes)
    add("--curve", nargs="+", type=int, metavar="SIDE", help="sides of the plot's squares")
    add("--rounds", type=int, help="of the table; 5")
    add("--starts", type=int, help="how many new processes; 7")
    add("--large", default=[], help="once each, with the defaults, from grey arrays", **sizes)
    add("--files", default=[], help="the same with gifnet fuse, from PNG files in colour", **sizes)
    add("--threads", type=int, default=len(os.sched_getaffinity(0)), help="all that there are")
    options = parser.parse_args()
    quick = options.quick
    usual = ("160x120",) if quick else SIZES
    options.sizes = options.sizes or [_size(size) for size in usual]
    options.curve = options.curve or (CURVE[:2] if quick else CURVE)
    options.rounds = options.rounds or (2 if quick else 5)
    options.starts = options.starts or (2 if quick else 7)
    return options


if __name__ == "__main__":
    main()
