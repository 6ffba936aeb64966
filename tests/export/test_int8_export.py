"""int8, calibrated on pictures that the user names."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import openvino
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import ExportError
from gifnet.export import export_network

Array = NDArray[np.float32]
Export = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "pictures"


def luma(side: str) -> Array:
    picture = Image.open(EXAMPLES / f"coffee-{side}.jpg").convert("L").crop((150, 100, 390, 300))
    return np.asarray(picture, np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("pictures")
    for side in ("near", "far"):
        (root / side).mkdir()
        values = np.rint(luma(side) * 255).astype(np.uint8)
        Image.fromarray(values).save(root / side / "coffee.png")
    return root / "near", root / "far"


def test_a_whole_int8_graph_runs_on_both_libraries_and_says_how_true_it_is(
    pictures: tuple[Path, Path], run_export: Export, exported: Path, tmp_path: Path
) -> None:
    command = ("--format", "onnx", "--whole", "--precision", "int8", "--pictures", *pictures)
    run = run_export(*command, "-o", "small.onnx", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "int8 on onnxruntime against GIFNet.forward: " in run.stdout.splitlines()[-1]
    assert "dB at least, in 1 of the pairs" in run.stdout
    file = tmp_path / "small.onnx"
    assert file.stat().st_size < 0.8 * (exported / "gifnet.onnx").stat().st_size
    said = {entry.key: entry.value for entry in onnx.load(file).metadata_props}
    assert said["gifnet.precision"] == "int8"
    assert said["gifnet.calibrated_on"] == "1 pairs of near and far"
    weight = np.array([float(said["gifnet.auxiliary_weight"])], np.float32)
    inputs = {"pair": np.stack([luma("near"), luma("far")])[None], "auxiliary_weight": weight}
    exact = onnxruntime.InferenceSession(exported / "gifnet.onnx").run(["fused"], inputs)[0]
    rounded = onnxruntime.InferenceSession(file).run(["fused"], inputs)[0]
    compiled = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for found in (rounded, compiled(inputs)["fused"]):
        error = found - exact
        assert -10 * np.log10(np.mean(error**2)) > 45
        assert np.abs(error).max() > 1e-5  # integers, not floats under another name


def test_stages_in_int8_are_good_to_45_decibels(
    pictures: tuple[Path, Path], tmp_path: Path
) -> None:
    made = export_network(tmp_path / "stages", "openvino", precision="int8", pictures=pictures)
    assert min(made.verification.decibels) > 45
    assert "embed.xml" in {file.name for file in made.files}


def test_int8_needs_pictures_and_nothing_else_takes_them(
    pictures: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match="expected pictures to calibrate int8 on, got none"):
        export_network(tmp_path / "a.onnx", "onnx", whole=True, precision="int8")
    with pytest.raises(ExportError, match="expected pictures for int8 only"):
        export_network(tmp_path / "a.onnx", "onnx", whole=True, pictures=pictures)
    assert not list(tmp_path.iterdir())
