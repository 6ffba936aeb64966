"""Memory over several pictures: a new process each, for its peak is its own."""

import re
import subprocess
import sys

import pytest

PROGRAM = """
import logging, resource, sys
import numpy as np
from gifnet import Fuser

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
rng = np.random.default_rng(0)
pair = [rng.integers(0, 256, (240, 320), np.uint8) for _ in range(2)]
fuser = Fuser(precision=sys.argv[1], max_memory=420e6)
for _ in range(4):
    fuser.fuse(*pair)
    print("peak:", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator and its peak in KiB")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_later_pictures_take_no_more_than_the_first(precision: str) -> None:
    command = [sys.executable, "-c", PROGRAM, precision]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    plans = re.findall(r"^tiles: .*", lines, re.MULTILINE)
    peaks = [int(peak) for peak in re.findall(r"^peak: (\d+)", lines, re.MULTILINE)]
    assert len(plans) == 4
    assert all("kept: all embedded, all after" in plan for plan in plans)
    assert peaks[-1] < peaks[0] + 40e6
