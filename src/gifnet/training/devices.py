"""The device and the precision that a run computes with."""

import torch

from gifnet.errors import ConfigError


def choose_device(name: str) -> torch.device:
    """Choose the device of a run.

    Args:
        name: "auto" (CUDA, else MPS, else the CPU), "cpu", "cuda" or "mps".

    Raises:
        ConfigError: The device is not there.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(device for device, there in present.items() if there))
    if not present.get(name, False):
        raise ConfigError(
            f"optimiser.device: expected a device of this machine "
            f"({', '.join(d for d, there in present.items() if there)} or auto), got {name!r}"
        )
    return torch.device(name)


def autocast_for(device: torch.device, precision: str) -> torch.autocast:
    """Make the context of the forward pass.

    Args:
        device: Device of the run.
        precision: "float32" or "bfloat16".
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")
