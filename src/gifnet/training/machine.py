"""What a machine decides about a run, and its recipe does not: how the work is done."""

from pathlib import Path
from typing import Any

from gifnet.training.config import TrainingConfig, validate_config


def on_this_machine(
    config: TrainingConfig,
    *,
    workers: int | None = None,
    memory: float | None = None,
    cache: Path | None = None,
    accumulate: int | None = None,
    device: str | None = None,
    compile: str | None = None,
) -> TrainingConfig:
    """Change how a run's work is done; none of it is in the recipe's digest.

    Args:
        config: The recipe. What is None here stays as it is there.
        workers: ``data.workers``.
        memory: ``data.memory``.
        cache: ``data.cache``.
        accumulate: ``optimiser.accumulate``.
        device: ``optimiser.device``.
        compile: ``optimiser.compile``: "auto", "yes" or "no".

    Raises:
        ConfigError: A value makes no sense.
    """
    compiles: dict[str | None, bool | str | None] = {"yes": True, "no": False}
    changes: dict[str, dict[str, Any]] = {
        "data": {
            "workers": workers,
            "memory": memory,
            "cache": None if cache is None else cache.absolute(),
        },
        "optimiser": {
            "accumulate": accumulate,
            "device": device,
            "compile": compiles.get(compile, compile),
        },
    }
    values = config.model_dump()
    for section, given in changes.items():
        values[section] |= {name: value for name, value in given.items() if value is not None}
    return validate_config(values, source="what this machine is asked to do")
