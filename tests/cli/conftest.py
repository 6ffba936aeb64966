"""The command line in a process of its own, or in this one where that is all a test needs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gifnet.cli import main

GIFNET = [sys.executable, "-W", "error", "-m", "gifnet"]


@pytest.fixture(scope="session")
def run_data() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``gifnet data`` in a process; keywords are variables of its environment."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GIFNET, "data", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )

    return run


@pytest.fixture(scope="session")
def wait_for_step() -> Callable[[Path, int, "subprocess.Popen[str]"], None]:
    """Wait until the log of a run has a step, or the process has ended."""

    def wait(run: Path, step: int, process: "subprocess.Popen[str]") -> None:
        deadline = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < deadline:
            file = run / "log.jsonl"
            if file.exists() and f'"step": {step},' in file.read_text():
                return
            time.sleep(0.005)

    return wait


@pytest.fixture
def train_here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run ``gifnet train`` in this process, on one thread, and return its exit code."""

    def run(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["gifnet", "train", *map(str, arguments)])
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            main()
        except SystemExit as leaving:
            return int(leaving.code or 0)
        finally:
            torch.set_num_threads(threads)
        return 0

    return run
