"""``gifnet fuse``, run as people run it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.checkpoints import CheckpointHeader, save_checkpoint
from gifnet.imaging import read_image, write_image
from gifnet.model import build_gifnet

RANDOM = np.random.default_rng(0)


def gifnet(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gifnet", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    colour = RANDOM.integers(0, 256, (17, 22, 3), dtype=np.uint8)
    write_image(tmp_path / "infrared.png", colour[..., 0])
    write_image(tmp_path / "visible.jpg", colour)
    write_image(tmp_path / "clear.png", colour, colour[..., 1])
    write_image(tmp_path / "large.png", np.zeros((18, 22), np.uint8))
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes((tmp_path / "clear.png").read_bytes()[:200])
    return tmp_path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    header = CheckpointHeader(step=0, recipe_name="none", recipe_digest="0", licence="Apache-2.0")
    save_checkpoint(build_gifnet(seed=0), path, header)
    return path


def test_two_files_become_one(folder: Path, weights: Path) -> None:
    pair = folder / "visible.jpg", folder / "infrared.png"
    before = [path.read_bytes() for path in pair]
    options = ["--weights", str(weights), "--application", "ivif", "--device", "cpu", "-v"]
    run = gifnet("fuse", "visible.jpg", "infrared.png", "-o", "fused.webp", *options, folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote fused.webp (22 x 17, colour) in ")
    assert run.stdout.count("\n") == 1
    assert run.stderr.splitlines() == [
        "the network runs on openvino (cpu) in float32",
        "ivif: the second source is taken first, as published",
        "tiles: 1, of at most 80 pixels; rows kept: all embedded, all after the first block",
    ]
    assert read_image(folder / "fused.webp").pixels.shape == (17, 22, 3)
    assert [path.read_bytes() for path in pair] == before


def test_a_stack_of_files_becomes_one(folder: Path, weights: Path) -> None:
    stack = ["infrared.png", "visible.jpg", "clear.png", "infrared.png"]
    options: list[str | Path] = ["--weights", weights, "--device", "cpu", "--reference", "2"]
    run = gifnet("fuse", *stack, "-o", "fused.png", *options, folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote fused.png (22 x 17, colour) in ")
    assert run.stderr == ""
    fused = read_image(folder / "fused.png")
    assert fused.pixels.shape == (17, 22, 3)
    assert fused.metadata.xmp is not None
    assert all(fused.metadata.xmp.count(name.encode()) for name in stack)


def test_lost_alpha_is_said_on_stderr(folder: Path, weights: Path) -> None:
    arguments = ["clear.png", "infrared.png", "-o", "fused.jpg", "--precision", "bfloat16"]
    run = gifnet("fuse", *arguments, "--weights", weights, folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("warning: fused.jpg: JPEG cannot hold the alpha channel, which")


def test_depth_reference_and_strict_are_options(folder: Path, weights: Path) -> None:
    pair = ["infrared.png", "visible.jpg"]
    options: list[str | Path] = [
        "--weights",
        weights,
        "--depth",
        "16",
        "--reference",
        "1",
        "--strict",
    ]
    run = gifnet("fuse", *pair, "-o", "fused.png", *options, folder=folder)
    assert run.returncode == 0, run.stderr
    assert read_image(folder / "fused.png").pixels.dtype == np.uint16
    run = gifnet("fuse", *pair, "-o", "fused.jpg", *options, folder=folder)
    assert run.returncode == 2
    assert run.stderr.startswith("error: fused.jpg: JPEG holds 8 bits a sample, so that those of")
    assert not (folder / "fused.jpg").exists()
    run = gifnet("fuse", *pair, "-o", "b.png", "--reference", "3", folder=folder)
    assert run.stderr == "error: reference must be the number of a source, 1 to 2; got 3\n"


def test_the_look_is_a_matter_of_options(folder: Path, weights: Path) -> None:
    pair: list[str | Path] = [
        "infrared.png",
        "visible.jpg",
        "-o",
        "fused.png",
        "--weights",
        weights,
    ]
    looks = (
        ["--detail", "2"],
        ["--detail", "0.5", "--luma-range", "full"],
        ["--chroma", "first"],
    )
    for look in looks:
        run = gifnet("fuse", *pair, *look, folder=folder)
        assert run.returncode == 0, run.stderr
    run = gifnet(
        "enhance", "infrared.png", "-o", "more.png", *looks[1], "--weights", weights, folder=folder
    )
    assert run.returncode == 0, run.stderr
    assert read_image(folder / "more.png").pixels.ndim == 2


def test_a_grey_source_is_shown_in_the_colours_of_a_table(folder: Path, weights: Path) -> None:
    write_image(folder / "mri.png", RANDOM.integers(0, 256, (17, 22), dtype=np.uint8))
    table: list[str | Path] = ["--lut", "hot", "--weights", weights]
    run = gifnet("fuse", "infrared.png", "mri.png", "-o", "a.png", *table, "-v", folder=folder)
    assert run.stdout.startswith("wrote a.png (22 x 17, colour)"), run.stderr
    assert "application: medical, since a colour table is asked for" in run.stderr
    written = (folder / "a.png").read_bytes()
    assert b'"lut": "hot"' in written or b"&quot;lut&quot;: &quot;hot&quot;" in written
    run = gifnet(
        "fuse",
        "infrared.png",
        "visible.jpg",
        "-o",
        "b.png",
        *table,
        "--reference",
        "2",
        folder=folder,
    )
    assert run.returncode == 2
    assert run.stderr.startswith(
        "error: visible.jpg: expected a grey picture to show in the colours of 'hot'"
    )
    assert not (folder / "b.png").exists()


def test_a_stack_takes_the_knobs_of_a_pair_but_no_colour_table(folder: Path) -> None:
    stack = ["infrared.png", "visible.jpg", "clear.png"]
    for name, options in {
        "plain.png": [],
        "knobs.png": ["--detail", "2", "--luma-range", "full", "--chroma", "second"],
    }.items():
        run = gifnet("fuse", *stack, "-o", name, *options, folder=folder)
        assert run.returncode == 0, run.stderr
    plain, knobs = (read_image(folder / name) for name in ("plain.png", "knobs.png"))
    assert (plain.pixels != knobs.pixels).any()
    assert knobs.metadata.xmp is not None
    assert b"full" in knobs.metadata.xmp
    run = gifnet("fuse", *stack, "-o", "hot.png", "--lut", "hot", folder=folder)
    assert run.returncode == 2
    assert run.stderr.startswith("error: expected two sources for the colour table 'hot', a grey")
    assert not (folder / "hot.png").exists()


def test_a_detail_that_does_not_exist_is_refused_before_work_starts(folder: Path) -> None:
    run = gifnet(
        "fuse", "infrared.png", "visible.jpg", "-o", "a.png", "--detail", "3", folder=folder
    )
    assert run.returncode == 2
    assert run.stderr == (
        "error: detail must be from 0 (faithful) to 2 (crisp), 1 is as trained; got 3\n"
    )


def test_the_guess_is_said_with_its_reason(folder: Path, weights: Path) -> None:
    rows = np.linspace(0, 1, 40)[:, None] * np.linspace(0.2, 1, 50)
    bright, dark = (np.rint(255 * rows**power).astype(np.uint8) for power in (0.5, 2))
    write_image(folder / "under.png", dark)
    write_image(folder / "over.png", bright)
    pair: list[str | Path] = ["under.png", "over.png", "-o", "a.png", "--weights", weights, "-v"]
    run = gifnet("fuse", *pair, folder=folder)
    assert "application: meif, since both sources are grey, and one is brighter by 0." in run.stderr
    assert "meif: the second source is taken first, as published" in run.stderr
    first = (folder / "a.png").read_bytes()
    run = gifnet("fuse", *pair, "--application", "general", folder=folder)
    assert "application:" not in run.stderr
    assert (folder / "a.png").read_bytes() != first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("missing.png infrared.png -o a.png", "missing.png: no such file; check the name"),
        ("infrared.png empty.png -o a.png", "empty.png: the file is empty"),
        (
            "infrared.png text.png -o a.png",
            "text.png: expected a PNG, JPEG, TIFF, BMP, WEBP or EXR",
        ),
        ("infrared.png cut.png -o a.png", "cut.png: expected a complete picture"),
        ("infrared.png -o a.png", "expected at least two pictures of one scene, got 1"),
        ("infrared.png . -o a.png", ".: expected a picture file, got a folder"),
        ("infrared.png large.png -o a.png", "22 x 17 (infrared.png) and 22 x 18 (large.png)"),
        ("infrared.png clear.png large.png -o a.png", "22 x 17 (infrared.png) and 22 x 18 (large"),
        ("infrared.png clear.png cut.png -o a.png", "cut.png: expected a complete picture"),
        ("infrared.png clear.png visible.jpg -o clear.png", "sources are never overwritten"),
        ("infrared.png clear.png -o a.gif", "a.gif: cannot write the suffix '.gif'"),
        ("infrared.png clear.png -o none/a.png", "the folder none does not exist; create it"),
        ("infrared.png clear.png -o clear.png", "sources are never overwritten"),
        ("infrared.png clear.png -o a.png --weights none.safetensors", "none.safetensors"),
        ("infrared.png clear.png -o a.png --weights text.png", "text.png"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2_and_nothing_is_written(
    folder: Path, arguments: str, message: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run = gifnet("fuse", *arguments.split(), folder=folder)
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1
    assert message in run.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["infrared.png", "clear.png"], "Missing option '--output'"),
        (["-o", "a.png"], "Missing argument"),
        (["infrared.png", "clear.png", "-o", "a.png", "--device", "tpu"], "'tpu' is not one of"),
    ],
)
def test_bad_usage_is_exit_code_2(folder: Path, arguments: list[str], message: str) -> None:
    run = gifnet("fuse", *arguments, folder=folder)
    assert run.returncode == 2
    assert message in run.stderr
    assert "Usage: gifnet fuse" in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_is_exit_code_130_and_leaves_nothing(folder: Path) -> None:
    # The fuser says when it is made and then waits, so that the signal comes in the middle.
    script = textwrap.dedent("""
        import time
        import gifnet.cli.fuse as command
        from gifnet.cli import main

        def wait(*arguments, **options):
            print("ready", flush=True)
            time.sleep(60)

        command.fuser_maker = lambda *options: wait
        main()
    """)
    arguments = ["fuse", "infrared.png", "clear.png", "-o", "a.png"]
    before = sorted(folder.iterdir())
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_in_the_middle_of_a_large_picture_leaves_nothing(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1500, 2000), np.uint8)
    for name in ("a.png", "b.png"):
        Image.fromarray(pixels).save(tmp_path / name, compress_level=1)
    before = sorted(tmp_path.iterdir())
    with subprocess.Popen(
        [sys.executable, "-m", "gifnet", "fuse", "a.png", "b.png", "-o", "c.png", "-v"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # It is said when the tiles are known, which take half a minute.
        assert any("tiles: " in line for line in process.stderr)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tile", "16"), "of at most 16 pixels"),
        (("--max-memory", "900M"), "the network runs on openvino (cpu) in float32"),
        (("--threads", "1", "--precision", "bfloat16"), "openvino (cpu) in bfloat16"),
        (("--precision", "int8"), "openvino (cpu) in int8"),
        (("--runtime", "onnxruntime"), "onnxruntime (cpu) in float32"),
        (("--runtime", "torch", "--precision", "bfloat16"), "torch (cpu) in bfloat16"),
    ],
)
def test_how_it_is_computed_is_a_matter_of_options(
    folder: Path, options: tuple[str, ...], said: str
) -> None:
    sources = ("infrared.png", "clear.png")
    plain = gifnet("fuse", *sources, "-o", "plain.png", folder=folder)
    run = gifnet("fuse", *sources, "-o", "a.png", "-v", *options, folder=folder)
    assert (plain.returncode, run.returncode) == (0, 0), run.stderr
    assert said in run.stderr
    first, second = (np.asarray(Image.open(folder / name), int) for name in ("plain.png", "a.png"))
    assert np.abs(first - second).max() <= 4


def test_fusing_imports_only_what_it_needs(folder: Path, weights: Path) -> None:
    script = textwrap.dedent(f"""
        import sys
        from gifnet.inference import Fuser, fuse_files

        sources = "infrared.png", "visible.jpg"
        fuse_files(*sources, "a.png", make_fuser=lambda: Fuser({str(weights)!r}))
        unneeded = {{"cv2", "pydantic", "scipy", "skimage", "tensorboard", "torch", "typer"}}
        unneeded |= {{"OpenEXR", "imagecodecs", "tifffile"}}
        print(sorted(unneeded & set(sys.modules)))
    """)
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.stdout == "[]\n", run.stderr
