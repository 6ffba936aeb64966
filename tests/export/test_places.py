"""``gifnet export`` where something is wrong: one line, exit code 2, and no file."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Export = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "other.bin").write_text("mine")
    (tmp_path / "text.safetensors").write_text("no weights")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--format onnx --whole -o a.xml",
            "a.xml: expected a file that ends in .onnx, which onnx files do, got '.xml'; rename "
            "it, or choose --format openvino",
        ),
        (
            "--format openvino --whole -o a.onnx",
            "a.onnx: expected a file that ends in .xml, which openvino files do, got '.onnx'; "
            "rename it, or choose --format onnx",
        ),
        ("--format onnx --whole -o a", "got 'no suffix'; rename it"),
        ("--format onnx -o a.onnx", "a.onnx: expected the name of a folder"),
        ("--format onnx --whole -o none/a.onnx", "the folder none does not exist; create it"),
        ("--format onnx -o none/a", "the folder none does not exist; create it"),
        ("--format onnx -o file", "file: expected a folder, new or empty, got a file"),
        ("--format onnx -o full", "one with letter.txt; choose another folder"),
        ("--format openvino --whole -o other.xml", "other.bin: expected no such file where there"),
        ("--format onnx --whole -o a.onnx --weights paber", "'paber', which is neither"),
        ("--format onnx --whole -o a.onnx --weights text.safetensors", "text.safetensors"),
        ("--format onnx --whole -o a.onnx --weights none.safetensors", "none.safetensors"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    arguments: str, message: str, folder: Path, run_export: Export
) -> None:
    before = content(folder)
    run = run_export(*arguments.split(), folder=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1
    assert message in run.stderr
    assert content(folder) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--whole -o a.onnx", "Missing option '--format'"),
        ("--format onnx", "Missing option '--output'"),
        ("--format caffe --whole -o a.onnx", "'caffe' is not one of 'onnx', 'openvino'"),
        ("--format onnx --whole -o a.onnx --precision float8", "'float8' is not"),
    ],
)
def test_bad_usage_is_exit_code_2(
    arguments: str, message: str, folder: Path, run_export: Export
) -> None:
    run = run_export(*arguments.split(), folder=folder)
    assert run.returncode == 2
    assert message in run.stderr


def test_the_help_says_what_is_written(folder: Path, run_export: Export) -> None:
    run = run_export("--help", folder=folder)
    assert run.returncode == 0, run.stderr
    assert re.search(r"--format .onnx\|openvino.", run.stdout)
    assert "--whole" in run.stdout


# Weights that lose a thousandth on their way into the files.
DAMAGED = """
    import gifnet.export.export as export
    from gifnet.cli import main
    make = export.model_bytes

    def damage(name, source, precision):
        source.folded["decoder3.bias"] = source.folded["decoder3.bias"] + 0.001
        return make(name, source, precision)

    export.model_bytes = damage
    main()
"""


def run_changed(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), "export", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    "arguments",
    ["--format onnx --whole -o a.onnx", "--format openvino --whole -o a.xml", "--format onnx -o a"],
)
def test_files_that_do_not_compute_what_the_network_does_are_not_left(
    arguments: str, folder: Path
) -> None:
    before = content(folder)
    run = run_changed(DAMAGED, *arguments.split(), folder=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert "what GIFNet.forward does to within 1e-04, got a difference of " in run.stderr
    assert "nothing was written" in run.stderr
    assert content(folder) == before


def test_an_earlier_export_stays_where_a_new_one_fails(folder: Path) -> None:
    (folder / "a.onnx").write_text("earlier")
    before = content(folder)
    run = run_changed(DAMAGED, "--format", "onnx", "--whole", "-o", "a.onnx", folder=folder)
    assert run.returncode == 2
    assert content(folder) == before


def test_an_earlier_export_is_replaced_and_a_link_to_it_stays_one(
    folder: Path, run_export: Export
) -> None:
    (folder / "earlier.onnx").write_text("earlier")
    (folder / "a.onnx").symlink_to(folder / "earlier.onnx")
    run = run_export("--format", "onnx", "--whole", "-o", "a.onnx", folder=folder)
    assert run.returncode == 0, run.stderr
    assert (folder / "a.onnx").is_symlink()
    assert (folder / "earlier.onnx").stat().st_size > 1_000_000


WITHOUT_TORCH = """
    import sys
    sys.modules["torch"] = None
    from gifnet.cli import main
    main()
"""


def test_without_torch_the_engine_is_the_judge_and_this_is_said(folder: Path) -> None:
    arguments = ["--format", "onnx", "--whole", "-o", "a.onnx"]
    run = run_changed(WITHOUT_TORCH, *arguments, folder=folder)
    assert run.returncode == 0, run.stderr
    assert "against gifnet's engine on openvino: largest difference" in run.stdout
    assert run.stdout.endswith(
        "to verify against the network itself:  pip install 'gifnet[torch]'\n"
    )


WITHOUT_ONNX_RUNTIME = """
    import importlib.util
    find = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name in {absent!r} else find(name, *rest)
    from gifnet.cli import main
    main()
"""


def test_without_onnx_and_its_runtime_openvino_reads_the_file(folder: Path) -> None:
    arguments = ["--format", "onnx", "--whole", "-o", "a.onnx"]
    script = WITHOUT_ONNX_RUNTIME.format(absent=["onnx", "onnxruntime"])
    run = run_changed(script, *arguments, folder=folder)
    assert run.returncode == 0, run.stderr
    assert "verified on openvino against GIFNet.forward" in run.stdout


@pytest.mark.parametrize(
    ("form", "output", "extra"), [("onnx", "a.onnx", "onnx"), ("openvino", "a.xml", "openvino")]
)
def test_without_any_runtime_the_extra_is_named(
    form: str, output: str, extra: str, folder: Path
) -> None:
    before = content(folder)
    script = WITHOUT_ONNX_RUNTIME.format(absent=["openvino", "onnxruntime"])
    run = run_changed(script, "--format", form, "--whole", "-o", output, folder=folder)
    assert run.returncode == 2
    assert run.stderr.endswith(f"run  pip install 'gifnet[{extra}]'\n")
    assert content(folder) == before


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_is_exit_code_130_and_leaves_nothing(folder: Path) -> None:
    # It says when the files are there and then waits, so that the signal comes in the middle.
    script = textwrap.dedent("""
        import time
        import gifnet.export.export as export
        from gifnet.cli import main

        def wait(*arguments):
            print("ready", flush=True)
            time.sleep(60)

        export.verify = wait
        main()
    """)
    before = content(folder)
    with subprocess.Popen(
        [sys.executable, "-c", script, "export", "--format", "openvino", "-o", "a"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert content(folder) != before
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert content(folder) == before
