"""docs/export.md: its programs run, its tables are right."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet.export.ports import PORTS

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def picture_of(luma: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(np.rint(luma * 255).astype(np.uint8))


@pytest.fixture
def folder(tmp_path: Path, exported: Path) -> Path:
    """What the programs look for."""
    for name, part in (("first", "near"), ("second", "far")):
        with Image.open(ROOT / "examples" / "pictures" / f"coffee-{part}.jpg") as picture:
            picture.crop((90, 60, 201, 133)).save(tmp_path / f"{name}.jpg", quality=95)
    for file in exported.iterdir():
        (tmp_path / file.name).symlink_to(file)
    return tmp_path


@pytest.mark.parametrize(("program", "mode"), list(zip(PROGRAMS, ("YCbCr", "L"), strict=True)))
def test_the_programs_fuse_as_the_network_does(
    program: str, mode: str, folder: Path, forward: Callable[..., NDArray[np.float32]]
) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    sources = [Image.open(folder / f"{name}.jpg").convert(mode) for name in ("first", "second")]
    lumas = [np.asarray(source.getchannel(0), np.float32) / 255 for source in sources]
    expected = picture_of(forward(np.stack(lumas)[None]))
    if mode == "YCbCr":
        channels = (expected, sources[0].getchannel(1), sources[0].getchannel(2))
        expected = Image.merge("YCbCr", channels).convert("RGB")
    with Image.open(folder / "fused.png") as fused:
        assert fused.mode == expected.mode
        difference = np.asarray(fused, np.int16) - np.asarray(expected, np.int16)
    # Where a half is rounded to the other side.
    assert np.abs(difference).max() <= 1


def test_all_ports_of_the_whole_network_are_in_the_table() -> None:
    whole = PORTS["whole"]
    for kind, ports in (("input", whole.inputs), ("output", whole.outputs)):
        for port in ports:
            shape = str(port).partition(" float32")[0].replace("(1)", "(1,)")
            assert f"| {kind} | `{port.name}` | {shape} |" in TEXT


@pytest.mark.parametrize("stage", ["embed", "interact", "shift", "decode"])
def test_all_ports_of_the_stages_are_in_the_table(stage: str) -> None:
    inputs, outputs = (
        ", ".join(f"`{port.name}`" for port in ports)
        for ports in (PORTS[stage].inputs, PORTS[stage].outputs)
    )
    assert f"| `{stage}` | {inputs} | {outputs} |" in TEXT
