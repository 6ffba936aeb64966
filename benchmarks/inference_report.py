"""What the benchmark of fusing measured, as Markdown."""

from collections.abc import Iterator, Sequence
from statistics import median

from inference_goals import GIGABYTE, MEGABYTE, judge
from inference_results import Part

# Thousands of multiply-accumulates a pixel, of the network as it is trained.
PLAIN_COST = 786e3


def make_report(parts: Sequence[Part]) -> str:
    """Put all parts into one page.

    Args:
        parts: of one or more runs; each names its machine, and has a row at least.
    """
    writers = {
        "speed": _speed,
        "start": _start,
        "large": _large,
        "files": _large,
        "gpu": _gpu,
    }
    parts = sorted(parts, key=lambda part: part.rows[0].pixels)
    sections = []
    for kind, write in writers.items():
        sections += ["\n".join([*write(p), "", p.machine]) for p in parts if p.kind == kind]
    goals = [str(goal) for goal in judge(parts)]
    if goals:
        sections.append(
            "\n".join(["| goal | wanted | measured | |", "|---|---:|---:|---|", *goals])
        )
    return "\n\n".join(sections) + "\n"


def _speed(part: Part) -> Iterator[str]:
    yield f"### {part.rows[0].size}\n"
    yield (
        "| case | seconds | from to | times plain | from to | µs/pixel | CPU s | peak memory, MB "
        "| dB | largest difference |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for row in part.rows:
        cells = [
            row.case.replace("-", " "),
            f"{row.median_seconds:.3f}",
            f"{min(row.seconds):.3f} to {max(row.seconds):.3f}",
            f"{row.times_plain:.2f}" if row.times_plain is not None else "",
            f"{min(row.ratios):.2f} to {max(row.ratios):.2f}" if row.ratios else "",
            f"{row.median_seconds / row.pixels * 1e6:.2f}",
            f"{median(row.cpu_seconds):.2f}",
            _memory(row.peak_bytes, MEGABYTE, 0),
            f"{row.psnr:.1f}" if row.psnr is not None else "",
            f"{row.difference:.1g}" if row.difference is not None else "",
        ]
        yield f"| {' | '.join(cells)} |"


def _start(part: Part) -> Iterator[str]:
    yield "### A new process\n"
    for row in part.rows:
        yield (
            f"From the start of Python to the end of a program that imports gifnet and fuses a "
            f"pair of {row.size}: {row.median_seconds:.2f} s ({min(row.seconds):.2f} to "
            f"{max(row.seconds):.2f}, {len(row.seconds)} times); PyTorch was "
            f"{'imported' if part.facts.get('imports_of_torch') else 'not imported'}."
        )


def _large(part: Part) -> Iterator[str]:
    how = "grey arrays" if part.kind == "large" else "PNG files in colour, with `gifnet fuse`"
    yield f"### {part.rows[0].size}, {how}\n"
    yield "| computed with | seconds | µs/pixel | peak memory of all processes, GB |"
    yield "|---|---:|---:|---:|"
    for row in part.rows:
        yield (
            f"| {row.choice or 'the defaults'} | {row.median_seconds:.1f} | "
            f"{row.median_seconds / row.pixels * 1e6:.2f} | "
            f"{_memory(row.peak_bytes, GIGABYTE, 2)} |"
        )


def _gpu(part: Part) -> Iterator[str]:
    peak = part.facts["multiply_accumulates_a_second"]
    yield "### GPU\n"
    yield (
        "| case | size | seconds | pictures/s | times plain | GPU memory, GB | memory of the "
        "process, GB | share of the peak | dB |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    for row in part.rows:
        cells = [
            row.case.replace("-", " "),
            row.size,
            f"{row.median_seconds:.4f}",
            f"{1 / row.median_seconds:.1f}",
            f"{row.times_plain:.2f}" if row.times_plain is not None else "",
            _memory(row.gpu_bytes, GIGABYTE, 2),
            _memory(row.peak_bytes, GIGABYTE, 2),
            f"{PLAIN_COST * row.pixels / row.median_seconds / peak:.1%}",
            f"{row.psnr:.1f}" if row.psnr is not None else "",
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield (
        f"The peak is what large matrices reach in bfloat16 on this card, {2 * peak / 1e12:.0f} "
        "TFLOPS; the work is counted as the network was trained, with nothing left out."
    )


def _memory(amount: float, unit: float, decimals: int) -> str:
    return f"{amount / unit:.{decimals}f}" if amount else ""
