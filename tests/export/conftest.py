"""Exports, made once by the command line in a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gifnet.checkpoints import load_model

Array = NDArray[np.float32]
Export = Callable[..., subprocess.CompletedProcess[str]]


def export(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gifnet", "export", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="session")
def run_export() -> Export:
    """Run ``gifnet export`` in a folder."""
    return export


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the default weights as ``gifnet.onnx`` and ``gifnet.xml``."""
    folder = tmp_path_factory.mktemp("exported")
    for form, file in (("onnx", "gifnet.onnx"), ("openvino", "gifnet.xml")):
        run = export("--format", form, "--whole", "-o", file, folder=folder)
        assert run.returncode == 0, run.stderr
        lines = run.stdout.splitlines()
        assert lines[0].startswith(f"wrote {file} ("), run.stdout
        assert "against GIFNet.forward: largest difference " in lines[-1]
    return folder


@pytest.fixture(scope="session")
def onnx_stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of stages with the weights ``paper``."""
    folder = tmp_path_factory.mktemp("exported")
    run = export("--format", "onnx", "--weights", "paper", "-o", "stages", folder=folder)
    assert run.returncode == 0, run.stderr
    assert "on onnxruntime against GIFNet.forward" in run.stdout.splitlines()[-1]
    return folder / "stages"


@pytest.fixture(scope="session")
def forward() -> Callable[..., Array]:
    """``GIFNet.forward`` of a pair (1, 2, height, width), with the weights of a name."""

    def run(pair: Array, weights: str | Path = "default") -> Array:
        both = torch.from_numpy(pair)
        with torch.inference_mode():
            fused: Array = load_model(weights)(both[:, :1], both[:, 1:])[0, 0].numpy()
        return fused

    return run
