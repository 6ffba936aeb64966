"""Where and how exactly the network is computed."""

import os
import platform
import re
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from gifnet.errors import SettingError
from gifnet.model.needs_torch import require_torch


class Device(StrEnum):
    """Where the network is computed."""

    AUTO = "auto"
    """A CUDA GPU, else Apple's GPU (MPS), else the CPU."""

    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Runtime(StrEnum):
    """What library computes the network."""

    AUTO = "auto"
    """The first that is installed and can compute what is asked for."""

    OPENVINO = "openvino"
    ONNXRUNTIME = "onnxruntime"
    TORCH = "torch"


class Precision(StrEnum):
    """The numbers that the network computes with."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"
    """Where it is true enough; the other layers compute in bfloat16."""


_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_setting(kind: type[_Choice], value: str) -> _Choice:
    """Find the member of an enumeration that a user named.

    Args:
        kind: the enumeration.
        value: a member or its text.

    Returns:
        The member.

    Raises:
        SettingError: no member has this text.
    """
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(kind)
        words = re.sub("(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
        raise SettingError(f"{words} must be one of {choices}; got {value!r}") from None


def resolve_device(device: Device, *, torch_needed: bool = False) -> str:
    """Turn a wish into a device that this machine has.

    PyTorch is imported only where it is needed: for a GPU that is asked for, or that ``auto`` may
    find.

    Args:
        device: the wish.
        torch_needed: whether PyTorch will compute whatever the device is.

    Returns:
        ``cpu``, ``cuda`` or ``mps``; for ``auto`` the first there is of CUDA, MPS, CPU.

    Raises:
        SettingError: the machine, or this build of PyTorch, has no such device.
        MissingDependencyError: PyTorch is needed and not installed.
    """
    if device is Device.CPU or (device is Device.AUTO and not _gpu_may_be_used()):
        if torch_needed:
            require_torch(f"the device {str(device)!r}")
        return str(Device.CPU)
    require_torch(f"the device {str(device)!r}")
    import torch

    present = {
        Device.CUDA: torch.cuda.is_available(),
        Device.MPS: torch.backends.mps.is_available(),
        Device.CPU: True,
    }
    if device is Device.AUTO:
        device = next(candidate for candidate, there in present.items() if there)
    if not present[device]:
        offered = ", ".join(candidate for candidate, there in present.items() if there)
        raise SettingError(
            f"device {str(device)!r} was asked for, but PyTorch {torch.__version__} finds none on "
            f"this machine (it has: {offered}); choose one of these or 'auto'"
        )
    return str(device)


def _gpu_may_be_used() -> bool:
    """Whether importing PyTorch could find a GPU: it takes seconds, so it is not done in vain."""
    if find_spec("torch") is None:
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32", "nvcuda.dll").exists()
    return Path("/dev/nvidiactl").exists()
