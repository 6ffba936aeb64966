"""Which machine measured: processor, cores, memory, versions of the libraries."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path

from gifnet.engine.memory import physical_memory
from gifnet.engine.processors import usable_processors
from gifnet.version import __version__

_INFORMATION = Path("/proc/cpuinfo")
_GIGABYTE = 1e9


def describe_machine(packages: Sequence[str]) -> str:
    """Name what the time depends on.

    Args:
        packages: whose versions matter; those that are not installed are left out.
    """
    cores = usable_processors()
    facts = [_processor(), f"{cores} core{'s' * (cores != 1)} used"]
    memory = physical_memory()
    if isfinite(memory):
        facts.append(f"{memory / _GIGABYTE:.0f} GB")
    facts += [f"Python {platform.python_version()}", f"gifnet {__version__}"]
    versions = describe_packages(packages)
    return ", ".join([*facts, versions] if versions else facts)


def describe_packages(names: Sequence[str]) -> str:
    """Name the versions of packages; one that is not installed is left out."""
    described = []
    for name in names:
        try:
            described.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(described)


def _processor() -> str:
    try:
        lines = _INFORMATION.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    matrix_units = any(" amx_" in line for line in lines if line.startswith("flags"))
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name} (AMX)" if matrix_units else name
