"""gifnet: one model that fuses any pictures.

``Fuser`` fuses arrays, ``load_model`` gives the network itself. Names are imported when they
are first used, so that ``import gifnet`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gifnet.errors import GIFNetError
from gifnet.tasks import Application, Task
from gifnet.version import __version__

if TYPE_CHECKING:
    from gifnet.checkpoints import load_model
    from gifnet.inference import Fuser
    from gifnet.model import GIFNet

__all__ = ["Application", "Fuser", "GIFNet", "GIFNetError", "Task", "__version__", "load_model"]

_HOMES = {
    "Fuser": "gifnet.inference",
    "GIFNet": "gifnet.model",
    "load_model": "gifnet.checkpoints",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gifnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
