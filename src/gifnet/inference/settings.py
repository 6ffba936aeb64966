"""Where and how exactly the network is computed."""

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from gifnet.errors import SettingError

if TYPE_CHECKING:
    import torch


class Device(StrEnum):
    """Where the network is computed."""

    AUTO = "auto"
    """A CUDA GPU, else Apple's GPU (MPS), else the CPU."""

    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Precision(StrEnum):
    """The floating-point format of the network's arithmetic."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


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
        raise SettingError(
            f"{kind.__name__.lower()} must be one of {choices}; got {value!r}"
        ) from None


def resolve_device(device: Device) -> "torch.device":
    """Turn a wish into a device that this machine has.

    Args:
        device: the wish.

    Returns:
        The device; for ``auto`` the first there is of CUDA, MPS, CPU.

    Raises:
        SettingError: the machine, or this build of PyTorch, has no such device.
    """
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
    return torch.device(str(device))
