"""The stages, put together by a program that knows nothing of gifnet."""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import openvino
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet.checkpoints import load_arrays
from gifnet.engine.graph_bytes import STAGES
from gifnet.export.ports import PORTS

Array = NDArray[np.float32]
Forward = Callable[..., Array]

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "examples" / "export" / "fuse_in_tiles.py"
TOLERANCE = 1e-4


@pytest.mark.parametrize(("shape", "side"), [((41, 70), 24), ((9, 33), 8), ((64, 65), 64)], ids=str)
def test_the_example_gives_the_networks_result(
    shape: tuple[int, int], side: int, onnx_stages: Path, forward: Forward
) -> None:
    """It follows README.txt, so this tests that text too."""
    fuse: Callable[..., Array] = runpy.run_path(str(PROGRAM))["fuse"]
    pair = np.random.default_rng(side).random((1, 2, *shape), dtype=np.float32)
    fused = fuse(onnx_stages, pair, side)
    assert np.abs(fused - forward(pair, "paper")).max() < TOLERANCE


def test_the_example_fuses_files_without_gifnet(onnx_stages: Path, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 19, 30), np.uint8)
    for name, picture in zip("ab", pictures, strict=True):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    script = (
        "import runpy, sys; sys.modules['gifnet'] = None\n"
        f"runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(onnx_stages), "a.png", "b.png", "fused.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    with Image.open(tmp_path / "fused.png") as fused:
        assert fused.size == (30, 19)


def test_a_folder_of_stages_describes_itself(onnx_stages: Path) -> None:
    names = {file.name for file in onnx_stages.iterdir()}
    assert names == {"README.txt", "gifnet.json", *(f"{stage}.onnx" for stage in STAGES)}
    manifest = json.loads((onnx_stages / "gifnet.json").read_text(encoding="utf-8"))
    assert manifest["weights"] == "paper"
    assert manifest["weights_sha256"] == load_arrays("paper").sha256
    assert manifest["verified"]["against"] == "GIFNet.forward"
    assert 0 < manifest["verified"]["largest_difference"] < TOLERANCE
    assert [stage for step in manifest["passes"] for stage in step] == list(STAGES)
    for stage, described in manifest["stages"].items():
        model = onnx.load(onnx_stages / described["file"])
        onnx.checker.check_model(model, full_check=True)
        assert [port["name"] for port in described["inputs"]] == [
            port.name for port in model.graph.input
        ]
        assert described["summary"] == PORTS[stage].summary
    text = (onnx_stages / "README.txt").read_text(encoding="utf-8")
    for stage in STAGES:
        assert all(port.name in text for port in PORTS[stage].inputs)


def test_stages_for_openvino_replace_those_for_onnx(
    onnx_stages: Path, tmp_path: Path, run_export: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    folder = tmp_path / "stages"
    folder.mkdir()
    for file in onnx_stages.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    run = run_export("--format", "openvino", "-o", "stages", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "verified on openvino against GIFNet.forward" in run.stdout
    models = {f"{stage}{suffix}" for stage in STAGES for suffix in (".xml", ".bin")}
    assert {file.name for file in folder.iterdir()} == models | {"README.txt", "gifnet.json"}
    model = openvino.Core().read_model(folder / "embed.xml")
    assert model.get_rt_info(["gifnet", "graph"]).astype(str) == "embed"
    assert [path.name for path in tmp_path.iterdir()] == ["stages"]
