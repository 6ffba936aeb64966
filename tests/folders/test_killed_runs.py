"""Folder runs that are killed, interrupted, or lose a worker: nothing is lost, nothing is left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Fuse = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
WORKERS = 2
COUNT = 50
COMMAND = ["near", "far", "-o", "out", "--workers", str(WORKERS)]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory, make_pairs: Callable[..., None]) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    make_pairs(folder, COUNT)
    return folder


@pytest.fixture(scope="module")
def undisturbed(pairs: Path, fuse: Fuse) -> dict[str, bytes]:
    """What comes out if nothing happens."""
    run = fuse("near", "far", "-o", "undisturbed", folder=pairs)
    assert run.returncode == 0, run.stderr
    return contents(pairs / "undisturbed")


@pytest.fixture
def folder(pairs: Path, tmp_path: Path) -> Path:
    for name in ("near", "far"):
        (tmp_path / name).symlink_to(pairs / name)
    return tmp_path


def contents(output: Path) -> dict[str, bytes]:
    """All files but the manifest: temporary ones too."""
    return {file.name: file.read_bytes() for file in output.iterdir() if file.suffix != ".jsonl"}


def times_done(output: Path) -> Counter[str]:
    text = (output / "gifnet-manifest.jsonl").read_text()
    return Counter(json.loads(line)["output"] for line in text.splitlines() if line.endswith("}"))


def children_of(process: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if int(parent) == process and state != "Z":
            found.append(int(file.parent.name))
    return found


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@contextmanager
def in_the_middle(folder: Path, done: int) -> Iterator["subprocess.Popen[str]"]:
    """The command, at a moment when it has done so many."""
    manifest = folder / "out" / "gifnet-manifest.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "gifnet", "fuse", *COMMAND],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        wait_until(lambda: manifest.exists() and manifest.read_bytes().count(b"\n") >= done)
        assert process.poll() is None
        yield process


@pytest.mark.parametrize("done", [3, 20])
def test_kill_9_and_the_same_command_give_what_an_undisturbed_run_gives(
    folder: Path, undisturbed: dict[str, bytes], fuse: Fuse, done: int
) -> None:
    with in_the_middle(folder, done) as process:
        started = children_of(process.pid)
        process.kill()
    assert len(started) >= WORKERS
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in started))
    output = folder / "out"
    written = set(contents(output)) & set(undisturbed)
    assert len(written) < COUNT
    noted = set(times_done(output))
    assert len(written - noted) <= WORKERS
    run = fuse(*COMMAND, folder=folder)
    assert run.returncode == 0, run.stderr
    assert contents(output) == undisturbed
    counted = times_done(output)
    assert set(counted) == set(undisturbed)
    assert set(counted.values()) == {1}, "what was noted is not done again"


def test_a_torn_line_and_what_a_killed_writer_left_spoil_nothing(
    folder: Path, undisturbed: dict[str, bytes], fuse: Fuse
) -> None:
    assert fuse(*COMMAND, folder=folder).returncode == 0
    output = folder / "out"
    manifest = output / "gifnet-manifest.jsonl"
    torn = json.loads(manifest.read_text().splitlines()[-1])["output"]
    manifest.write_bytes(manifest.read_bytes()[:-40])
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    (output / f".scene07.png.{gone.pid}.0123abcd.tmp").write_bytes(b"half a picture")
    kept = [
        f".scene08.png.{os.getpid()}.0123abcd.tmp",  # its process runs
        f".other.png.{gone.pid}.0123abcd.tmp",  # of no result of this run
        ".scene09.png.0123abcd.tmp",  # of somebody else
        "scene10.tmp",
    ]
    for name in kept:
        (output / name).write_bytes(b"not ours")
    run = fuse(*COMMAND, folder=folder)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("wrote 1 picture ")
    assert f"{COUNT - 1} done before" in run.stdout
    assert contents(output) == undisturbed | dict.fromkeys(kept, b"not ours")
    last = json.loads(manifest.read_text().splitlines()[-1])
    assert (last["output"], last["result"]) == (torn, "written")


def test_a_worker_that_dies_is_replaced_and_its_pair_tried_again(
    folder: Path, undisturbed: dict[str, bytes]
) -> None:
    with in_the_middle(folder, 5) as process:
        workers = [
            child
            for child in children_of(process.pid)
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    assert stdout.startswith(f"wrote {COUNT} pictures")
    assert contents(folder / "out") == undisturbed


def test_an_interrupt_leaves_whole_pictures_a_true_manifest_and_no_process(
    folder: Path, undisturbed: dict[str, bytes], fuse: Fuse
) -> None:
    with in_the_middle(folder, 5) as process:
        started = children_of(process.pid)
        # As a terminal does: to all processes of the group.
        os.killpg(process.pid, signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == ""
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in started))
    output = folder / "out"
    for name, content in contents(output).items():
        assert content == undisturbed[name]
    assert set(times_done(output)) <= set(contents(output))
    assert len(set(contents(output)) - set(times_done(output))) <= WORKERS
    assert fuse(*COMMAND, folder=folder).returncode == 0
    assert contents(output) == undisturbed


def test_a_second_run_at_the_same_time_is_refused(folder: Path, fuse: Fuse) -> None:
    with in_the_middle(folder, 1) as process:
        # It would be done before a second one has started, on a machine that does more beside.
        os.killpg(process.pid, signal.SIGSTOP)
        try:
            run = fuse(*COMMAND, folder=folder)
        finally:
            os.killpg(process.pid, signal.SIGCONT)
        process.communicate(timeout=120)
    assert run.returncode == 2
    assert "another run fills this folder; wait for it, or share the work with --shard" in (
        run.stderr
    )
    assert process.returncode == 0
