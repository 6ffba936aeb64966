"""The network, one file for each box of the paper's Fig. 3. Imports torch and nothing else.

PyTorch is imported when a name that needs it is first used, so that what is known of the network
without it (``ModelConfig``, ``MINIMUM_SIZE``) costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gifnet.model.config import MINIMUM_SIZE, ModelConfig
from gifnet.model.needs_torch import require_torch

if TYPE_CHECKING:
    from gifnet.model.build import build_gifnet
    from gifnet.model.cross_fusion_block import Freezing
    from gifnet.model.initialisation import Initialisation
    from gifnet.model.network import GIFNet
    from gifnet.model.revised_layer_norm import Moments

__all__ = [
    "MINIMUM_SIZE",
    "Freezing",
    "GIFNet",
    "Initialisation",
    "ModelConfig",
    "Moments",
    "build_gifnet",
]

_HOMES = {
    "Freezing": "gifnet.model.cross_fusion_block",
    "GIFNet": "gifnet.model.network",
    "Initialisation": "gifnet.model.initialisation",
    "Moments": "gifnet.model.revised_layer_norm",
    "build_gifnet": "gifnet.model.build",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        require_torch("the network")
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gifnet.model' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
