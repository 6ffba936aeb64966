"""``gifnet classify`` as its users run it: whole, killed, stopped, refused."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

COMMAND = [sys.executable, "-W", "error", "-m", "gifnet", "classify"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
TINY = ("--depth", "8", "--epochs", "2", "--batch", "8")
METHODS = """
import numpy as np

def darker(sources):
    return sources[0] * np.float32(0.5)

def failing(sources):
    raise RuntimeError("no luck")
"""


def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )


def rows_of(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "classification.csv").open(encoding="utf-8") as stream:
        return {(row["method"], row["seed"]): row for row in csv.DictReader(stream)}


def results_of(folder: Path) -> dict[tuple[str, str], tuple[str, str]]:
    return {key: (row["top1"], row["top5"]) for key, row in rows_of(folder).items()}


def losses_of(folder: Path) -> list[str]:
    """What each classifier's losses were, which tell more than so few test pictures."""
    lines = (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    return [line.partition('"losses"')[2] for line in lines]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A set of six classes of stripes, 16 x 16, and a module with two methods."""
    generator = np.random.default_rng(0)
    rows = np.arange(16)[:, None, None]
    for part, count in (("train", 4), ("test", 3)):
        for label in range(6):
            folder = tmp_path / "set" / part / f"class{label}"
            folder.mkdir(parents=True)
            for number in range(count):
                noise = 10 * generator.standard_normal((16, 16, 3))
                values = 128 + 60 * np.sin(rows * (0.3 + label / 2)) + noise
                pixels = np.clip(values, 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    (tmp_path / "my.py").write_text(METHODS)
    return tmp_path


def test_the_whole_experiment_leaves_tables_and_pictures(place: Path) -> None:
    methods = ("none", "gifnet:default", "average", "dark=my:darker")
    wanted = ("--data", "set", "-o", "out", "--methods", *methods, *TINY)
    seeds = ("--seeds", "0", "1")
    done = run(*wanted, *seeds, "--shown", "3", folder=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "out"
    assert "average: a picture fused with itself comes out as it was" in done.stdout
    rows = rows_of(place / "out")
    trained = ("none", "gifnet-default", "dark")
    assert list(rows) == [(method, seed) for method in trained for seed in "01"]
    assert all(row["epochs"] == "2" and float(row["seconds"]) > 0 for row in rows.values())
    # Classifiers that saw other pictures, or the same in another order, have other losses.
    assert len(set(losses_of(place / "out"))) == 6
    text = (place / "out" / "classification.md").read_text(encoding="utf-8")
    assert done.stdout.startswith(text)
    plot = np.asarray(Image.open(place / "out" / "classification.png").convert("RGB"))
    assert min(plot.shape[:2]) > 300
    # Of the originals and the two methods that change something, three cells of 128 each.
    panel = np.asarray(Image.open(place / "out" / "panel.png"))
    assert panel.shape[1] == 12 + 3 * (128 + 12)
    assert panel.shape[0] > 3 * 128

    before = (place / "out" / "runs.jsonl").read_bytes()
    again = run(*wanted, *seeds, folder=place)
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout
    assert (place / "out" / "runs.jsonl").read_bytes() == before, "nothing is trained twice"

    # Another variant in the same folder: what is known is used, what is new is added.
    more = run(*wanted, "--seeds", "2", "--epochs", "1", folder=place)
    assert more.returncode == 0, more.stderr
    assert list(rows_of(place / "out")) == [(method, "2") for method in trained]
    assert len(losses_of(place / "out")) == 6 + 3


LONGER = (
    *("--data", "set", "--methods", "none", "dark=my:darker", "--seeds", "0", "1"),
    *("--depth", "8", "--epochs", "12", "--batch", "4"),
)


def end_after(count: int, how: signal.Signals, *, folder: Path) -> tuple[int, str]:
    """Start a run, and end it once so many classifiers are done and the next one has a state."""
    process = subprocess.Popen(
        [*COMMAND, *LONGER, "-o", "stopped"],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    try:
        deadline = time.monotonic() + 120
        notes = folder / "stopped" / "runs.jsonl"
        while process.poll() is None and time.monotonic() < deadline:
            done = notes.read_bytes().count(b"\n") if notes.exists() else 0
            if done >= count and list((folder / "stopped" / "states").glob("[!.]*.pt")):
                break
            time.sleep(0.005)
        process.send_signal(how)
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert len(losses_of(folder / "stopped")) < 4, "it was not ended in the middle"
    return process.returncode, stderr


def test_a_run_that_was_killed_and_stopped_goes_on_to_the_same_results(place: Path) -> None:
    code, _ = end_after(1, signal.SIGKILL, folder=place)
    assert code == -signal.SIGKILL
    code, stderr = end_after(2, signal.SIGINT, folder=place)
    assert code == 130, stderr
    assert "running the same command again goes on" in stderr
    assert "Traceback" not in stderr
    rest = run(*LONGER, "-o", "stopped", folder=place)
    whole = run(*LONGER, "-o", "whole", folder=place)
    assert rest.returncode == whole.returncode == 0, rest.stderr
    assert results_of(place / "stopped") == results_of(place / "whole")
    assert losses_of(place / "stopped") == losses_of(place / "whole")
    assert not list((place / "stopped").rglob("*.pt"))


def test_a_folder_is_filled_by_one_run_and_by_its_own(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "mine.txt").write_text("mine")
    wanted = ("--data", "set", "--methods", "none", "--seeds", "0", *TINY, "-o", "out")
    done = run(*wanted, folder=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert "got out with mine.txt; choose another folder" in done.stderr
    (place / "out" / "mine.txt").rename(place / "out" / ".gifnet-classification")
    with FileLock(place / "out" / "run.lock"):
        done = run(*wanted, folder=place)
    assert done.returncode == 2
    assert "another process is training in out: wait for it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "nowhere"), "nowhere: expected a folder of pictures to classify"),
        (("--methods", "nothing"), "there is no method 'nothing'"),
        (("--methods", "average"), "got only such that change nothing: average"),
        (("--methods", "none", "my:failing"), "the function failed with RuntimeError: no luck"),
        (("--methods", "gifnet:missing"), "missing"),
        (("--seeds", "1", "1"), "expected different seeds, none below 0, got 1, 1"),
        (("--depth", "55"), "expected a depth of 6 n + 2"),
        (("--shown", "0"), "at least one picture in the panel, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    place: Path, arguments: tuple[str, ...], message: str
) -> None:
    methods = () if "--methods" in arguments else ("--methods", "none")
    done = run("--data", "set", *methods, *TINY, *arguments, "-o", "out", folder=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
