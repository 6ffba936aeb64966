"""Threads: as many as there are processors for this process, and its share beside others."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gifnet.engine import processors

WAITING = """
import sys
from gifnet.engine.processors import fair_share
print(fair_share(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    held: dict[Path, int] = {}
    monkeypatch.setattr(processors, "_held", held)
    monkeypatch.setattr(processors, "usable_processors", lambda: 12)
    yield
    for descriptor in held.values():
        os.close(descriptor)


def start() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert int(process.stdout.readline()) >= 1
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="no locks of that kind")
def test_a_process_takes_its_share_beside_others_and_all_when_they_are_gone() -> None:
    assert processors.fair_share() == 12
    others = [start(), start()]
    assert processors.fair_share() == 4
    others[0].kill()
    others[0].communicate()
    assert processors.fair_share() == 6
    others[1].communicate("\n")
    assert processors.fair_share() == 12


def test_one_process_is_counted_once() -> None:
    assert [processors.fair_share() for _ in range(3)] == [12, 12, 12]


def test_without_a_place_for_files_nobody_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/dev/null")
    assert processors.fair_share() == 12


def test_a_quota_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(processors, "_CGROUP", quota)
    for text, expected in (("50000 100000", 1), ("150000 100000", 2), ("max 100000", 8)):
        quota.write_text(text)
        assert processors.usable_processors() == expected
    quota.write_text("nonsense")
    assert processors.usable_processors() == 8


@pytest.mark.skipif(sys.platform == "win32", reason="no locks of that kind")
def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "project"
    elsewhere.mkdir()
    lock = elsewhere / "poetry.lock"
    lock.write_text("kept")
    folder = tmp_path / f"gifnet-{os.getuid()}"
    folder.symlink_to(elsewhere)
    assert processors.fair_share() == 12
    assert [file.name for file in elsewhere.iterdir()] == ["poetry.lock"]
    folder.unlink()
    elsewhere.rename(folder)
    assert processors.fair_share() == 12
    assert (folder / "poetry.lock").read_text() == "kept"
