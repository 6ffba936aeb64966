"""Which machine and which commit a benchmark ran on."""

import os
import platform
import subprocess
from pathlib import Path


def describe_machine(*facts: str, device: str | None = None) -> str:
    """Name the processor, the cores and the commit.

    Args:
        facts: what else matters, such as versions and threads.
        device: the name of the accelerator that was used, if one was.
    """
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [line for line in information.read_text().splitlines() if "model name" in line]
        model = names[0].split(":")[1].strip() if names else model
    if device:
        model = f"{device}, {model}"
    root = Path(__file__).resolve().parent
    try:
        commit = subprocess.check_output(
            ["git", "-C", str(root), "describe", "--always", "--dirty"], text=True
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        commit = "unknown"
    return "; ".join([model, f"{os.cpu_count()} cores", *facts, f"commit {commit}"])
