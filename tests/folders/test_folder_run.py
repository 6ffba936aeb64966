"""``gifnet fuse`` for folders: what is written, skipped, failed, and what is said of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gifnet import Fuser
from gifnet.imaging import read_image, write_image

Fuse = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path, make_pairs: Callable[..., None]) -> Path:
    make_pairs(tmp_path, 5)
    return tmp_path


def lines_of(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.glob("gifnet-manifest*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def contents(output: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in output.iterdir() if file.suffix != ".jsonl"}


def digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def test_groups_of_three_take_knobs_but_no_colour_table(folder: Path, fuse: Fuse) -> None:
    shutil.copytree(folder / "near", folder / "middle")
    folders = "near", "middle", "far"
    run = fuse(*folders, "-o", "out", "--detail", "1.5", "--chroma", "stronger", folder=folder)
    assert run.returncode == 0, run.stderr
    for line in lines_of(folder / "out"):
        assert len(line["sources"]) == 3
        assert (line["options"]["detail"], line["options"]["chroma"]) == (1.5, "stronger")
    run = fuse(*folders, "-o", "hot", "--lut", "hot", folder=folder)
    assert run.returncode == 2
    assert "expected two sources for the colour table 'hot'" in run.stderr
    assert not (folder / "hot").exists()


def test_pairs_are_fused_and_noted(folder: Path, fuse: Fuse) -> None:
    (folder / "near" / "lonely.png").touch()
    run = fuse("near", "far", "-o", "out", folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote 5 pictures to out in ")
    assert run.stdout.endswith("a second); 1 file unmatched\n")
    assert run.stderr == "unmatched: near/lonely.png (no picture of this name in far)\n"
    output = folder / "out"
    assert sorted(contents(output)) == [f"scene0{number}.png" for number in range(5)]
    for line in lines_of(output):
        name = line["output"]
        assert [source["path"] for source in line["sources"]] == [f"near/{name}", f"far/{name}"]
        for source in line["sources"]:
            assert source["sha256"] == digest(folder / source["path"])
        assert line["written"]["sha256"] == digest(output / name)
        assert line["options"]["weights"].startswith("sha256:")
        assert line["result"] == "written"
        assert line["seconds"] > 0


def test_a_folder_gives_the_bytes_that_single_runs_give(folder: Path, fuse: Fuse) -> None:
    assert fuse("near", "far", "-o", "out", folder=folder).returncode == 0
    pair = "near/scene03.png", "far/scene03.png"
    assert fuse(*pair, "-o", "single.png", folder=folder).returncode == 0
    assert (folder / "out" / "scene03.png").read_bytes() == (folder / "single.png").read_bytes()


def test_names_in_one_folder_are_matched(folder: Path, fuse: Fuse) -> None:
    flight = folder / "flight"
    flight.mkdir()
    for number in range(2):
        shutil.copy(folder / "near" / f"scene0{number}.png", flight / f"DJI_{number}_T.png")
        shutil.copy(folder / "far" / f"scene0{number}.png", flight / f"DJI_{number}_V.png")
    run = fuse("flight", "--match", "DJI_*_{T,V}", "-o", "out", "--suffix", "tif", folder=folder)
    assert run.returncode == 0, run.stderr
    assert sorted(contents(folder / "out")) == ["DJI_0.tif", "DJI_1.tif"]
    assert [Path(s["path"]).name for s in lines_of(folder / "out")[0]["sources"]] in (
        ["DJI_0_T.png", "DJI_0_V.png"],
        ["DJI_1_T.png", "DJI_1_V.png"],
    )


def test_one_bad_file_stops_no_other(folder: Path, fuse: Fuse) -> None:
    (folder / "far" / "scene02.png").write_text("no picture")
    write_image(folder / "near" / "scene04.png", np.zeros((18, 23), np.uint8))
    run = fuse("near", "far", "-o", "out", folder=folder)
    assert run.returncode == 1
    assert run.stdout.startswith("wrote 3 pictures")
    assert "2 failed" in run.stdout
    errors = sorted(run.stderr.splitlines())
    assert errors[0].startswith("error: scene02: far/scene02.png: expected a PNG, JPEG")
    assert errors[1].startswith("error: scene04: ")
    assert len(errors) == 2
    assert sorted(contents(folder / "out")) == ["scene00.png", "scene01.png", "scene03.png"]
    failed = [line for line in lines_of(folder / "out") if line["result"] == "failed"]
    assert sorted(line["output"] for line in failed) == ["scene02.png", "scene04.png"]
    # Mended, it is done next time, and nothing else.
    shutil.copy(folder / "far" / "scene01.png", folder / "far" / "scene02.png")
    shutil.copy(folder / "far" / "scene01.png", folder / "near" / "scene04.png")
    run = fuse("near", "far", "-o", "out", folder=folder)
    assert run.returncode == 0
    assert run.stdout.startswith("wrote 2 pictures")


def test_what_is_done_is_skipped_until_it_changes(folder: Path, fuse: Fuse) -> None:
    output = folder / "out"

    def again(*options: str) -> list[str]:
        """Names of what a further run does."""
        before = len(lines_of(output))
        run = fuse("near", "far", "-o", "out", *options, folder=folder)
        assert run.returncode == 0, run.stderr
        return sorted(line["output"] for line in lines_of(output)[before:])

    assert fuse("near", "far", "-o", "out", folder=folder).returncode == 0
    assert again() == []
    # A new date alone is no change: the content is compared.
    os.utime(folder / "near" / "scene00.png", (1, 1))
    assert again() == []
    shutil.copy(folder / "near" / "scene00.png", folder / "far" / "scene01.png")
    assert again() == ["scene01.png"]
    (output / "scene02.png").unlink()
    (output / "scene03.png").write_bytes(b"spoilt")
    assert again() == ["scene02.png", "scene03.png"]
    every = [f"scene0{number}.png" for number in range(5)]
    assert again("--depth", "16") == every
    assert read_image(output / "scene00.png").pixels.dtype == np.uint16
    assert again("--depth", "16") == []
    assert again("--depth", "16", "--weights", "paper") == every


def test_shares_together_give_the_whole(folder: Path, fuse: Fuse) -> None:
    assert fuse("near", "far", "-o", "whole", folder=folder).returncode == 0
    options = ["near", "far", "-o", "out"]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "gifnet", "fuse", *options, "--shard", f"{number}/2"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    printed = [process.communicate(timeout=120)[0] for process in running]
    assert [text.split()[1] for text in printed] == ["3", "2"]
    assert contents(folder / "out") == contents(folder / "whole")
    assert len(list((folder / "out").glob("gifnet-manifest-*-of-2.jsonl"))) == 2
    run = fuse(*options, folder=folder)
    assert "5 done before" in run.stdout


def test_formats_and_warnings_of_each_picture_are_as_for_one(folder: Path, fuse: Fuse) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (18, 22), dtype=np.uint16)
    write_image(folder / "far" / "scene00.png", deep)
    run = fuse("near", "far", "-o", "out", "--suffix", ".jpg", folder=folder)
    assert run.returncode == 0
    assert "warning: out/scene00.jpg: JPEG holds 8 bits a sample" in run.stderr
    run = fuse("near", "far", "-o", "strict", "--suffix", ".jpg", "--strict", folder=folder)
    assert run.returncode == 1
    assert "error: scene00: strict/scene00.jpg: JPEG holds 8 bits a sample" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("near nothing -o out", "nothing: no such folder"),
        ("near near/scene00.png -o out", "expected a folder like the other sources, got a file"),
        ("near -o out", "expected two folders or more, got only near"),
        ("near far -o near", "near: expected another folder for the results"),
        ("near far -o near/scene00.png", "near/scene00.png: cannot make this folder"),
        ("near far -o out --match *_{T,V}", "expected one folder with --match, got near, far"),
        ("near --match *_{T,V} -o out", "expected pictures whose names fit *_{T,V}"),
        ("near far -o out --shard 3/2", "expected a share such as 1/4"),
        ("near far -o out --suffix .gif", "cannot write the suffix '.gif'"),
        ("near far -o out --reference 3", "reference must be the number of a source, 1 to 2"),
        ("near far -o out --weights none.safetensors", "none.safetensors"),
        ("near far -o out --device cuda", "cuda"),
        ("near/scene00.png far/scene00.png -o a.png --shard 1/2", "--shard is for folders, got"),
        (
            "near/scene00.png -o a.png",
            "expected at least two pictures of one scene, got 1",
        ),
    ],
)
def test_where_nothing_can_run_it_is_one_line_and_exit_code_2(
    folder: Path, fuse: Fuse, arguments: str, message: str
) -> None:
    run = fuse(*arguments.split(), folder=folder)
    assert run.returncode == 2, run.stdout + run.stderr
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1
    assert message in run.stderr
    assert not list(folder.rglob("out/*.png"))


def test_what_was_fused_before_changes_no_bit() -> None:
    random = np.random.default_rng(3)
    # Sizes that change: graphs compiled for one size and for any differ in the last digit.
    pairs = [
        [random.integers(0, 65536, (24 + 9 * (number % 4), 70), dtype=np.uint16) for _ in "ab"]
        for number in range(6)
    ]
    kept = Fuser(threads=1, repeatable=True)
    for first, second in pairs:
        alone = Fuser(threads=2, repeatable=True).fuse(first, second)
        assert np.array_equal(kept.fuse(first, second), alone)
