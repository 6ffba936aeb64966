"""``gifnet pansharpen``, run as people run it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

rasterio = pytest.importorskip("rasterio")


def gifnet(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gifnet", "pansharpen", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for name, count, side in (("pan", 1, 40), ("ms", 3, 10)):
        with rasterio.open(
            tmp_path / f"{name}.tif",
            "w",
            driver="GTiff",
            height=side,
            width=side,
            count=count,
            dtype="uint16",
            crs="EPSG:32633",
            transform=rasterio.Affine(40 / side, 0, 500_000, 0, -40 / side, 4_600_000),
        ) as dataset:
            dataset.write(random.integers(100, 2000, (count, side, side), dtype=np.uint16))
    return tmp_path


def test_a_multispectral_file_becomes_a_fine_one(folder: Path) -> None:
    run = gifnet("pan.tif", "ms.tif", "-o", "sharp.tif", "--cog", "-v", folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote sharp.tif (40 x 40, 3 bands of uint16) in ")
    assert "the bands are blurred by" in run.stderr
    with rasterio.open(folder / "sharp.tif") as dataset:
        assert dataset.count == 3


def test_the_papers_method_is_run_by_name(folder: Path) -> None:
    options = ["--method", "paper", "--device", "cpu", "--weights", "paper"]
    run = gifnet("pan.tif", "ms.tif", "-o", "sharp.tif", *options, folder=folder)
    assert run.returncode == 0, run.stderr
    assert all(line.startswith("sharpening: ") for line in run.stderr.splitlines())
    with rasterio.open(folder / "sharp.tif") as dataset:
        assert dataset.tags()["GIFNET_METHOD"] == "paper"


def test_exchanged_files_are_told(folder: Path) -> None:
    run = gifnet("ms.tif", "pan.tif", "-o", "sharp.tif", folder=folder)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ms.tif")
    assert run.stdout == ""


def test_the_help_ends_with_an_example(folder: Path) -> None:
    run = gifnet("--help", folder=folder)
    assert run.stdout.rstrip().endswith(
        "gifnet pansharpen panchromatic.tif multispectral.tif -o sharp.tif"
    )
