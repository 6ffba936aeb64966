"""What does without PyTorch neither imports nor needs it; what needs it names the extra."""

import subprocess
import sys
from pathlib import Path

import pytest

from gifnet.errors import MissingDependencyError
from gifnet.model.needs_torch import require_torch

PICTURES = Path(__file__).resolve().parent.parent / "examples" / "pictures"

WITHOUT_TORCH = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refusing())
"""

# Fuses as `gifnet fuse` does, up to the network and from it on.
FUSE_FILES = """
from pathlib import Path
from gifnet.inference import fuse_files
class Mean:
    def fuse(self, a, b, *, application, progress):
        return (a // 2 + b // 2)
folder, output = Path({folder!r}), Path({output!r})
fuse_files(folder / "coffee-near.jpg", folder / "coffee-far.jpg", output, make_fuser=Mean)
"""

COMMAND = """
import sys
from gifnet.cli import main
sys.argv = ["gifnet", *{arguments!r}]
try:
    main()
except SystemExit as leaving:
    code = leaving.code or 0
"""


def _run(script: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def _leaves_torch_alone(script: str) -> None:
    """Run a script where PyTorch is installed, and once more where it is not."""
    done = _run(f"{script}\nimport sys\nassert 'torch' not in sys.modules, 'imported torch'")
    assert done.returncode == 0, done.stderr
    done = _run(WITHOUT_TORCH + script)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "script",
    [
        "from gifnet.model import MINIMUM_SIZE, ModelConfig; import gifnet.model.weight_shapes",
        "from gifnet.checkpoints import *",
        "from gifnet.checkpoints import load_arrays; assert load_arrays('default').arrays",
        "from gifnet.checkpoints import bundled_names; assert bundled_names()",
        "from gifnet.checkpoints import describe_weights; assert describe_weights().parameters",
        "from gifnet.checkpoints import read_header\n"
        "from gifnet.checkpoints.bundled import weights_file\n"
        "with weights_file() as file:\n    assert read_header(file).recipe_name == 'default'",
        "from gifnet import Fuser, load_model",
        "from gifnet.inference import *",
        "import gifnet.cli.fuse, gifnet.cli.enhance, gifnet.cli.weights, gifnet.cli.export",
    ],
)
def test_these_leave_torch_alone(script: str) -> None:
    _leaves_torch_alone(script)


def test_all_of_fusing_files_but_the_network_leaves_torch_alone(tmp_path: Path) -> None:
    output = tmp_path / "fused.png"
    _leaves_torch_alone(FUSE_FILES.format(folder=str(PICTURES), output=str(output)))
    assert output.stat().st_size > 0


@pytest.mark.parametrize(
    "arguments",
    [("weights", "list"), ("weights", "info"), ("weights", "info", "paper"), ("fuse", "--help")],
)
def test_these_commands_leave_torch_alone(arguments: tuple[str, ...]) -> None:
    _leaves_torch_alone(f"{COMMAND.format(arguments=arguments)}\nassert code == 0, code")


LOADING = "a network of PyTorch"
TORCH, TRAIN = "pip install 'gifnet[torch]'", "pip install 'gifnet[train]'"


@pytest.mark.parametrize(
    ("statement", "purpose", "command"),
    [
        ("from gifnet import GIFNet", "the network", TORCH),
        ("from gifnet.model import build_gifnet", "the network", TORCH),
        ("import gifnet; gifnet.load_model()", LOADING, TORCH),
        (
            "from pathlib import Path; from gifnet.checkpoints import load_checkpoint\n"
            "    load_checkpoint(Path('weights.safetensors'))",
            LOADING,
            TORCH,
        ),
        (
            "from pathlib import Path; from gifnet.checkpoints import convert_published\n"
            "    convert_published(Path(__import__('sys').executable), Path('out.safetensors'))",
            "reading the published checkpoint",
            TORCH,
        ),
        (
            "from gifnet.inference.settings import Device, resolve_device\n"
            "    resolve_device(Device.CUDA)",
            "the device 'cuda'",
            TORCH,
        ),
        ("import gifnet.training.trainer", "training", TRAIN),
        ("from gifnet.training.config import load_config", "training", TRAIN),
    ],
)
def test_what_needs_torch_names_the_extra_where_it_is_missing(
    tmp_path: Path, statement: str, purpose: str, command: str
) -> None:
    script = (
        "from gifnet.errors import MissingDependencyError\n"
        f"try:\n    {statement}\n"
        "except MissingDependencyError as error:\n    print(error)"
    )
    done = _run(WITHOUT_TORCH + script, cwd=tmp_path)
    assert done.stdout == (
        f"{purpose} needs the package 'torch', which is not installed: run  {command}\n"
    ), done.stderr


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("train", "--recipe", "default", "--data", "."), TRAIN),
        (("classify", "--data", ".", "-o", "results"), TRAIN),
        (("ablate", "ablation.toml", "-o", "results"), TRAIN),
        (("weights", "convert", "Final.model", "-o", "out.safetensors"), TORCH),
        (("weights", "info", "Final.model"), TORCH),
        (("inspect", "a.png", "b.png", "-o", "figure.png"), TORCH),
        (("complexity",), TORCH),
    ],
)
def test_commands_that_need_torch_end_in_one_line_and_code_2(
    tmp_path: Path, arguments: tuple[str, ...], command: str
) -> None:
    (tmp_path / "Final.model").write_bytes(b"PK\x03\x04")
    script = f"{WITHOUT_TORCH}{COMMAND.format(arguments=arguments)}\nsys.exit(code)"
    done = _run(script, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.endswith(f"run  {command}\n")
    assert done.stderr.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["Final.model"]


def test_a_package_that_is_marked_as_absent_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_torch("this test")  # installed here
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"^this test needs the package 'torch'"):
        require_torch("this test")
