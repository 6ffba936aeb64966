"""Which machine and which commit a benchmark ran on."""

import os
import platform
import subprocess
from pathlib import Path

_INFORMATION = Path("/proc/cpuinfo")

# As Linux calls them: what makes reduced precision fast.
_INSTRUCTIONS = {
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX-512 VNNI",
    "avx512_bf16": "AVX-512 bfloat16",
    "amx_bf16": "AMX bfloat16",
    "amx_int8": "AMX int8",
}


def describe_machine(*facts: str, device: str | None = None) -> str:
    """Name the processor, the cores and the commit.

    Args:
        facts: what else matters, such as versions and threads.
        device: the name of the accelerator that was used, if one was.
    """
    model = platform.processor() or platform.machine()
    if _INFORMATION.is_file():
        names = [line for line in _INFORMATION.read_text().splitlines() if "model name" in line]
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


def describe_instructions() -> str:
    """Name the wide instructions that the processor has, and say if it has no AMX (Linux)."""
    if not _INFORMATION.is_file():
        return "instructions unknown"
    flags = {
        flag
        for line in _INFORMATION.read_text().splitlines()
        if line.startswith("flags")
        for flag in line.split(":")[1].split()
    }
    found = [words for flag, words in _INSTRUCTIONS.items() if flag in flags]
    missing = [] if any(words.startswith("AMX") for words in found) else ["no AMX"]
    return ", ".join(found + missing)
