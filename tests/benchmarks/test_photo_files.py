"""The benchmark of photographs from file to file: it runs, and checks what is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "photo_files.py"


@pytest.mark.slow
def test_a_small_pair_is_fused_and_keeps_what_it_says(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARK), "--size", "120x80", "--folder", str(tmp_path)]
    done = subprocess.run(
        [*command, "--", "--detail", "1.5"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "120x80, 16-bit RGB TIFF, --precision float32 --detail 1.5: " in done.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"near.tif", "far.tif", "fused.tif"}
