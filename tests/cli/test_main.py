"""The frame of the command line: help, version, imports."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import gifnet
from gifnet.cli import _COMMANDS

NAMES = [command.name for command in _COMMANDS]
LONG_NAME = 300 * "a" + ".png"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=600
    )


def test_the_version_is_printed() -> None:
    run = python("-m", "gifnet", "--version")
    assert (run.returncode, run.stdout) == (0, f"gifnet {gifnet.__version__}\n")


def test_help_lists_every_command_and_imports_none() -> None:
    script = (
        "import sys, gifnet.cli\n"
        "try:\n    gifnet.cli.main()\n"
        "except SystemExit as leaving:\n    assert leaving.code == 0\n"
        "print(sorted({'torch', 'numpy', 'PIL', 'gifnet.inference'} & set(sys.modules)))"
    )
    run = python("-c", script, "--help")
    assert run.stdout.endswith("[]\n"), run.stderr
    for name in NAMES:
        assert f"\n  {name} " in run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_every_command_ends_with_an_example(name: str) -> None:
    entry = next(command for command in _COMMANDS if command.name == name)
    command = entry.load()
    for single in getattr(command, "commands", {name: command}).values():
        example = single.epilog.split("Example:")[1].strip()
        assert example.startswith(f"gifnet {name} "), single.name


def test_the_help_of_a_command_shows_its_example_last() -> None:
    run = python("-m", "gifnet", "fuse", "--help")
    assert run.stdout.rstrip().splitlines()[-2:] == [
        "  Example:",
        "    gifnet fuse infrared.png visible.png -o fused.png",
    ]


def test_without_arguments_the_help_is_shown() -> None:
    run = python("-m", "gifnet")
    assert "Usage: gifnet" in run.stdout + run.stderr
    assert run.returncode in {0, 2}


def test_a_misspelt_command_is_corrected() -> None:
    run = python("-m", "gifnet", "fues")
    assert run.returncode == 2
    assert "No such command 'fues'. Did you mean 'fuse'?" in run.stderr


@pytest.mark.parametrize("module", ["gifnet", "gifnet.imaging", "gifnet.cli", "gifnet.inference"])
def test_importing_is_cheap(module: str) -> None:
    script = f"import sys, {module}; print({{'torch', 'torchvision', 'cv2'}} & set(sys.modules))"
    run = python("-c", script)
    assert run.stdout == "set()\n", run.stderr


def test_imaging_needs_no_network() -> None:
    script = (
        "import sys, gifnet.imaging; print([n for n in sys.modules if n.startswith('gifnet.')])"
    )
    loaded = python("-c", script).stdout
    for layer in ("model", "checkpoints", "inference", "cli"):
        assert f"gifnet.{layer}" not in loaded


@pytest.mark.parametrize(
    "arguments",
    [
        ("enhance", LONG_NAME, "-o", "out.png"),
        ("enhance", "in.png", "-o", LONG_NAME),
        ("enhance", "in.png", "-o", "out.png", "--weights", LONG_NAME),
        ("export", "--format", "onnx", "-o", 300 * "a"),
        ("weights", "info", LONG_NAME),
        ("data", "preview", LONG_NAME, "-o", "sheet.png"),
        ("train", LONG_NAME),
    ],
)
def test_a_name_that_the_system_refuses_is_an_error_and_no_traceback(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    Image.new("L", (16, 16)).save(tmp_path / "in.png")
    finished = subprocess.run(
        [sys.executable, "-m", "gifnet", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith("error: ")
    assert "File name too long" in finished.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]
