"""Memory over several pictures: a new process each, for its peak is its own."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gifnet.engine import memory
from gifnet.engine.folding import CHANNELS
from gifnet.engine.moments import MomentSums
from gifnet.engine.runtime import Sums

PROGRAM = r"""
import logging, re, sys
from pathlib import Path
import numpy as np
from gifnet import Fuser

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
rng = np.random.default_rng(0)
pair = [rng.integers(0, 256, (240, 320), np.uint8) for _ in range(2)]
fuser = Fuser(precision=sys.argv[1], max_memory=420e6)
for _ in range(4):
    fuser.fuse(*pair)
    # Not getrusage: its peak is that of the process before, which was a copy of the tests.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print("peak:", int(peak[1]) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator, Linux's /proc")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_later_pictures_take_no_more_than_the_first(precision: str) -> None:
    command = [sys.executable, "-c", PROGRAM, precision]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    plans = re.findall(r"^tiles: .*", lines, re.MULTILINE)
    peaks = [int(peak) for peak in re.findall(r"^peak: (\d+)", lines, re.MULTILINE)]
    assert len(plans) == 4
    assert all("kept: all embedded, all after" in plan for plan in plans)
    assert peaks[-1] < peaks[0] + 40e6
    assert peaks[-1] < 420e6 * 1.05


def test_a_limit_that_cannot_be_kept_is_said() -> None:
    program = PROGRAM.replace("420e6", "100e6").replace("range(4)", "range(2)")
    command = [sys.executable, "-c", program, "float32"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    said = re.findall(r"expected a memory limit of at least (\d+) MB, got 100 MB", lines)
    assert len(said) == 1
    assert int(said[0]) > 300


def test_a_container_limits_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    without = memory.free_memory()
    (tmp_path / "memory.max").write_text("300000000\n")
    (tmp_path / "memory.current").write_text("250000000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 40000000\n")
    assert memory.free_memory() == 90e6 < without
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_memory() > 90e6
    (tmp_path / "memory.max").write_text("nonsense\n")
    assert memory.free_memory() > 90e6


def test_moments_of_a_hundred_megapixels_lose_no_digit() -> None:
    """Mean far above the deviation, where single precision would have nothing left of it."""
    mean, deviation = 30.0, 0.01
    generator = np.random.default_rng(0)
    sums = MomentSums()
    for _ in range(50):
        values = generator.normal(mean, deviation, (1, 50, 400, CHANNELS))
        pixels = Sums(
            values.sum(axis=-1).astype(np.float32),
            np.linalg.norm(values, axis=-1).astype(np.float32),
        )
        # The same tile again and again: 100 megapixels in all.
        for _ in range(100):
            sums.add(pixels)
    found_mean, found_deviation = sums.moments()
    assert found_mean == pytest.approx(mean, rel=1e-6)
    assert found_deviation == pytest.approx(np.hypot(deviation, np.sqrt(1e-5)), rel=0.05)
