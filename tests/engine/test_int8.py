"""int8: the graphs that compute with integers, the file beside the weights, and how true it is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet import Fuser
from gifnet.checkpoints import bundled_names, load_arrays
from gifnet.checkpoints.bundled import weights_file
from gifnet.checkpoints.int8_ranges import load_ranges, ranges_bytes, ranges_path
from gifnet.engine import fold
from gifnet.engine.quantising import ACTIVATIONS, LAYERS, quantise
from gifnet.errors import CheckpointError, DataError, SettingError
from gifnet.inference.int8 import calibrate_weights

Array = NDArray[np.float32]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "pictures"


def decibels(found: NDArray[np.generic], wanted: NDArray[np.generic]) -> float:
    error = found.astype(np.float64) - wanted.astype(np.float64)
    return float(-10 * np.log10(np.mean(error**2)))


def luma(name: str) -> Array:
    return np.asarray(Image.open(EXAMPLES / name).convert("L"), np.float32) / np.float32(255)


@pytest.mark.parametrize("name", bundled_names())
def test_the_package_has_an_int8_form_of_its_weights_with_their_digest(name: str) -> None:
    sha256 = load_arrays(name).sha256
    ranges = load_ranges(name, sha256, ACTIVATIONS)
    for lowest, highest, mean in ranges.values():
        assert (lowest <= mean).all()
        assert (mean <= highest * 1.0001).all()
    with pytest.raises(CheckpointError, match="the weights have changed"):
        load_ranges(name, "0" * 64, ACTIVATIONS)


@pytest.mark.parametrize(
    ("first", "second"),
    [("coffee-near.jpg", "coffee-far.jpg"), ("camera.png", "camera.png")],
)
def test_int8_is_good_to_45_decibels_on_the_examples(first: str, second: str) -> None:
    pair = luma(first), luma(second)
    exact, rounded = (Fuser(precision=p).fuse(*pair) for p in ("float32", "int8"))
    assert decibels(rounded, exact) > 45


@pytest.mark.shared
@pytest.mark.slow
def test_reduced_precisions_are_good_enough_on_every_sample(shared: Path) -> None:
    """The issue's bounds: 55 dB for bfloat16, 45 dB for int8."""
    samples = shared / "data" / "samples"
    pairs = [
        ("IVIF", "ir", "vis"),
        ("NIR-VIS", "nir", "vis"),
        ("MFIF", "ir", "vis"),
        ("MEIF", "ir", "vis"),
        ("Medical", "pet", "mri"),
        *(("Remote", f"MS_band{band}", "PAN") for band in (1, 2, 3, 4)),
    ]
    fusers = {name: Fuser(precision=name) for name in ("float32", "bfloat16", "int8")}
    for application, *sources in pairs:
        pair = []
        for source in sources:
            (file,) = (samples / application / source).iterdir()
            picture = Image.open(file).convert("L")
            # A part is enough, as every layer but the norms is local.
            pair.append(np.asarray(picture, np.float32)[:400, :400] / np.float32(255))
        fused = {name: fuser.fuse(*pair) for name, fuser in fusers.items()}
        assert decibels(fused["bfloat16"], fused["float32"]) > 55, application
        assert decibels(fused["int8"], fused["float32"]) > 45, application


def test_rounded_weights_are_within_half_a_step() -> None:
    loaded = load_arrays()
    folded = fold(loaded.arrays)
    quantised = quantise(folded, load_ranges(None, loaded.sha256, ACTIVATIONS))
    for layer, activations in LAYERS.items():
        scale = np.concatenate([quantised[f"{name}.scale"] for name in activations])
        step = quantised[f"{layer}.kernel_scale"][:, None, None, None]
        # What the graph multiplies q / 255 with, back to what multiplies x.
        found = quantised[f"{layer}.kernel_int8"] * step / (255 * scale)[:, None, None]
        half = 0.5 * step / (255 * scale)[:, None, None]
        assert (np.abs(found - folded[f"{layer}.kernel"]) <= half * 1.001).all()
        assert np.abs(quantised[f"{layer}.kernel_int8"]).max(axis=(1, 2, 3)).min() == 127


def test_the_engine_gives_the_same_in_any_tiles(
    runtime_of: Callable[..., object], fuse: Callable[..., Array]
) -> None:
    from gifnet.engine import make_plan

    runtime = runtime_of("openvino", "int8")
    pair = luma("coffee-near.jpg")[:150, :200], luma("coffee-far.jpg")[:150, :200]
    results = [
        fuse(
            runtime,
            make_plan(
                150, 200, budget=1e9, bytes_per_feature=2, working_bytes=1, best_tile=96, tile=tile
            ),
            *pair,
        )
        for tile in (48, 200)
    ]
    # bfloat16 beside the integers rounds what is summed in another order differently.
    assert decibels(*results) > 55


def _folders(root: Path, count: int = 2) -> list[Path]:
    folders = [root / "near", root / "far"]
    for folder in folders:
        folder.mkdir()
        for index in range(count):
            picture = Image.open(EXAMPLES / f"coffee-{folder.name}.jpg").convert("L")
            picture.crop((60 * index, 0, 60 * index + 120, 100)).save(folder / f"{index}.png")
    return folders


def test_weights_of_ones_own_are_calibrated_and_used(tmp_path: Path) -> None:
    with weights_file("paper") as file:
        mine = tmp_path / "mine.safetensors"
        mine.write_bytes(file.read_bytes())
    with pytest.raises(CheckpointError, match="gifnet weights calibrate"):
        Fuser(mine, precision="int8")
    folders = [str(folder) for folder in _folders(tmp_path)]
    command = [sys.executable, "-m", "gifnet", "weights", "calibrate", str(mine), "--pictures"]
    done = subprocess.run([*command, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "calibrated on 2 pairs; against float32" in done.stdout
    assert ranges_path(mine) == tmp_path / "mine.int8.safetensors"
    pair = luma("coffee-near.jpg"), luma("coffee-far.jpg")
    rounded = Fuser(mine, precision="int8").fuse(*pair)
    assert decibels(rounded, Fuser(mine).fuse(*pair)) > 40


def test_other_pictures_give_other_ranges(tmp_path: Path) -> None:
    folders = _folders(tmp_path)
    made = []
    for name, chosen in (("both", folders), ("one", folders[:1])):
        calibrate_weights(None, chosen, tmp_path / f"{name}.safetensors")
        made.append((tmp_path / f"{name}.safetensors").read_bytes())
    assert made[0] != made[1]


def test_no_pictures_and_damaged_files_are_refused(tmp_path: Path) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    near.mkdir()
    far.mkdir()
    with pytest.raises(DataError, match=r"pictures of equal name in .*near and .*far, found none"):
        calibrate_weights(None, [near, far], tmp_path / "ranges.safetensors")
    weights = tmp_path / "mine.safetensors"
    ranges_path(weights).write_bytes(b"something else")
    with pytest.raises(CheckpointError, match=r"mine\.int8\.safetensors, got a damaged file"):
        load_ranges(weights, "0", ACTIVATIONS)
    ranges_path(weights).write_bytes(ranges_bytes({"other": np.ones((3, 2), np.float32)}, "0", ""))
    with pytest.raises(CheckpointError, match="got something else"):
        load_ranges(weights, "0", ACTIVATIONS)


def test_runtimes_without_int8_say_which_has_it() -> None:
    with pytest.raises(SettingError, match=r"does not compute int8 .* choose openvino"):
        Fuser(precision="int8", runtime="onnxruntime")
