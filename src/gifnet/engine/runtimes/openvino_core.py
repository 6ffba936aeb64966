"""OpenVINO's core, one for the whole process."""

from functools import cache
from typing import Any

import openvino


@cache
def openvino_core() -> Any:
    """The one core of this process, which lives as long as the process.

    Where processors have matrix units (AMX), each core's CPU plugin gives the thread that made it
    a stack for signals, and puts back the one before when it goes. Two cores that do not go in
    the reverse order of their making leave the thread one that is unmapped by then, and the
    next signal with a handler, Ctrl-C for instance, ends the process with a segmentation fault.
    """
    core = openvino.Core()
    # A file that is mapped into memory cannot be renamed on every system.
    core.set_property({"ENABLE_MMAP": False})
    return core
