"""One file for each library that the network runs on, and the table of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from gifnet.engine.graph_bytes import AnyArray
from gifnet.engine.runtime import Runtime
from gifnet.errors import MissingDependencyError, SettingError


@dataclass(frozen=True)
class _Kind:
    package: str
    extra: str
    maker: str
    precisions: tuple[str, ...]
    devices: tuple[str, ...]


# In the order of ``auto``: the fastest on a CPU first.
_KINDS = {
    "openvino": _Kind(
        "openvino", "openvino", "OpenVinoRuntime", ("float32", "bfloat16", "int8"), ("cpu",)
    ),
    "onnxruntime": _Kind("onnxruntime", "onnx", "OnnxRuntime", ("float32",), ("cpu",)),
    "torch": _Kind(
        "torch", "torch", "TorchRuntime", ("float32", "bfloat16"), ("cpu", "cuda", "mps")
    ),
}


def runtime_names() -> tuple[str, ...]:
    """All runtimes, in the order in which ``auto`` tries them."""
    return tuple(_KINDS)


def installed_precisions(device: str) -> tuple[tuple[str, str], ...]:
    """What can be computed here: runtimes that are installed, each with its precisions.

    Args:
        device: ``cpu``, ``cuda`` or ``mps``; whether the machine has it is not asked.

    Returns:
        (runtime, precision), in the order in which ``auto`` tries the runtimes.
    """
    return tuple(
        (name, precision)
        for name, kind in _KINDS.items()
        if device in kind.devices and find_spec(kind.package)
        for precision in kind.precisions
    )


def make_runtime(
    name: str,
    weights: Mapping[str, AnyArray],
    *,
    precision: str,
    device: str,
    threads: int,
) -> Runtime:
    """Load the network on a runtime.

    Args:
        name: one of ``runtime_names``, or ``auto``: the first that is installed and can do it.
        weights: folded weights; for int8 quantised ones.
        precision: ``float32``, ``bfloat16`` or ``int8``.
        device: ``cpu``, ``cuda`` or ``mps``.
        threads: how many to compute with on a CPU.

    Returns:
        The runtime, ready.

    Raises:
        SettingError: the runtime cannot compute so, or not there.
        MissingDependencyError: its library is not installed.
    """
    able = [
        candidate
        for candidate, kind in _KINDS.items()
        if precision in kind.precisions and device in kind.devices
    ]
    if not able:
        raise SettingError(
            f"no runtime computes {precision} on {device!r}; choose the device 'cpu', float32 or "
            "bfloat16"
        )
    if name == "auto":
        name = next(
            (candidate for candidate in able if find_spec(_KINDS[candidate].package)), able[0]
        )
    if name not in able:
        raise SettingError(
            f"runtime {name!r} does not compute {precision} on {device!r}; choose "
            f"{' or '.join(able)}, or 'auto'"
        )
    kind = _KINDS[name]
    if find_spec(kind.package) is None:
        raise MissingDependencyError(
            kind.package, extra=kind.extra, purpose=f"the runtime {name!r}"
        )
    maker = getattr(import_module(f"gifnet.engine.runtimes.{name}"), kind.maker)
    more = {"device": device} if name == "torch" else {}
    runtime: Runtime = maker(weights, precision, threads=threads, **more)
    return runtime
