"""What fusing is to reach, and what of it was reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference_results import Measured, Part, rows_of

MEGABYTE = 1e6
GIGABYTE = 1e9

# Precision -> (at least, aim), times as fast as GIFNet.forward.
_SPEED = {"float32": (3, 5), "bfloat16": (6, 10), "int8": (10, 20)}
# Precision -> dB against GIFNet.forward.
_QUALITY = {"bfloat16": 55, "int8": 45}
_LARGEST_DIFFERENCE = 1e-4
_USUAL_SIZE = "640x480"
_USUAL_BYTES = 500 * MEGABYTE
# Megapixels -> bytes of all processes.
_LARGE_BYTES = {24: 1.5 * GIGABYTE, 100: 2 * GIGABYTE}
_LARGE_RATIO = 1.25
_START_SECONDS = 1.5
_GPU_SPEED, _GPU_QUALITY, _GPU_BYTES = 8, 45, 4 * GIGABYTE


@dataclass(frozen=True)
class Goal:
    """One figure that was to be reached.

    Attributes:
        what: in words.
        measured: the figure.
        wanted: its bound.
        unit: of both, in Python's format, such as ``{:.1f} s``.
        least: whether it was to be at least so much, else at most.
        aim: what would be better still, if anything.
    """

    what: str
    measured: float
    wanted: float
    unit: str
    least: bool = False
    aim: float | None = None

    def reaches(self, bound: float) -> bool:
        """Whether the figure is on the right side of a bound."""
        return self.measured >= bound if self.least else self.measured <= bound

    @property
    def verdict(self) -> str:
        """``ok``, or by how much it was missed."""
        if not self.reaches(self.wanted):
            share = abs(self.measured / self.wanted - 1) if self.wanted else 1
            return f"missed by {share:.0%}" if share >= 0.01 else "missed by less than 1%"
        if self.aim is None:
            return "ok"
        aim = self.unit.format(self.aim)
        return f"ok, and the aim of {aim}" if self.reaches(self.aim) else f"ok; the aim is {aim}"

    def __str__(self) -> str:
        """A row of a Markdown table."""
        bound = "at least" if self.least else "at most"
        wanted, measured = self.unit.format(self.wanted), self.unit.format(self.measured)
        return f"| {self.what} | {bound} {wanted} | {measured} | {self.verdict} |"


def judge(parts: Sequence[Part]) -> list[Goal]:
    """Compare all that was measured with the goals.

    Args:
        parts: of one or more runs.
    """
    goals: list[Goal] = []
    for part in parts:
        if part.kind == "speed":
            goals += _judge_speed(part.rows)
        elif part.kind == "start":
            goals += _judge_start(part)
        elif part.kind == "gpu":
            goals += _judge_gpu(part.rows)
    for kind, how in (("large", "arrays"), ("files", "colour files")):
        goals += _judge_large(rows_of(parts, kind), how)
    return goals


def _judge_speed(rows: Sequence[Measured]) -> Iterator[Goal]:
    """Of each precision the first row counts: the runtime that ``auto`` takes."""
    seen = set()
    for row in rows:
        precision = _precision(row)
        if precision in seen or precision not in _SPEED or row.times_plain is None:
            continue
        seen.add(precision)
        what = f"{row.size}, {precision}"
        least, aim = _SPEED[precision]
        yield Goal(what, row.times_plain, least, "{:.1f}x", least=True, aim=aim)
        if precision in _QUALITY and row.psnr is not None:
            yield Goal(what, row.psnr, _QUALITY[precision], "{:.1f} dB", least=True)
        if precision == "float32" and row.size == _USUAL_SIZE and row.peak_bytes:
            megabytes = row.peak_bytes / MEGABYTE
            yield Goal(f"{what}, peak memory", megabytes, _USUAL_BYTES / MEGABYTE, "{:.0f} MB")
    differences = [
        row.difference
        for row in rows
        if _precision(row) == "float32" and row.difference is not None
    ]
    if differences:
        what = f"{rows[0].size}, float32 on every runtime, largest difference"
        yield Goal(what, max(differences), _LARGEST_DIFFERENCE, "{:.1g}")


def _judge_start(part: Part) -> Iterator[Goal]:
    for row in part.rows:
        what = f"new process, import to fused {row.size}"
        yield Goal(what, row.median_seconds, _START_SECONDS, "{:.2f} s")
    yield Goal("the same: imports of PyTorch", part.facts.get("imports_of_torch", 0), 0, "{:.0f}")


def _judge_large(rows: Sequence[Measured], how: str) -> Iterator[Goal]:
    found = {}
    for row in rows:
        megapixels = round(row.pixels / 1e6)
        if megapixels in _LARGE_BYTES:
            found[megapixels] = row.median_seconds / row.pixels
            gigabytes = row.peak_bytes / GIGABYTE
            wanted = _LARGE_BYTES[megapixels] / GIGABYTE
            what = f"{row.size} ({megapixels} MP), {how}, peak memory"
            yield Goal(what, gigabytes, wanted, "{:.2f} GB")
    if len(found) == len(_LARGE_BYTES):
        ratio = found[100] / found[24]
        what = f"100 MP, {how}, time per pixel against 24 MP"
        yield Goal(what, ratio, _LARGE_RATIO, "{:.2f}x")


def _judge_gpu(rows: Sequence[Measured]) -> Iterator[Goal]:
    for row in rows:
        what = f"GPU, {row.size}, {_precision(row)}"
        if row.times_plain is not None and row.psnr is not None:
            yield Goal(what, row.times_plain, _GPU_SPEED, "{:.1f}x", least=True)
            yield Goal(what, row.psnr, _GPU_QUALITY, "{:.1f} dB", least=True)
        elif not row.ratios:
            gigabytes = row.gpu_bytes / GIGABYTE
            yield Goal(f"{what}, GPU memory", gigabytes, _GPU_BYTES / GIGABYTE, "{:.2f} GB")


def _precision(row: Measured) -> str:
    return row.case.rpartition("-")[2]
