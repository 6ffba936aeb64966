"""The packages that an evaluation needs, looked for before any work is done."""

from collections.abc import Iterable
from importlib.util import find_spec

from gifnet.errors import MissingDependencyError

_NEEDED = {
    "scipy": "scipy",
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "matplotlib": "matplotlib",
    "jinja2": "jinja2",
}
_METHODS = {"wavelet": ("pywt", "pywavelets")}


def require_packages(methods: Iterable[str] = ()) -> None:
    """Make sure that all packages are installed; none of them is imported.

    Args:
        methods: what is fused with, as ``make_method`` takes it.

    Raises:
        MissingDependencyError: one is not installed.
    """
    for module, package in _NEEDED.items():
        _require(module, package, "evaluating")
    for method in methods:
        name = method.rpartition("=")[2].strip()
        if name in _METHODS:
            _require(*_METHODS[name], f"the method {name!r}")


def _require(module: str, package: str, purpose: str) -> None:
    if find_spec(module) is None:
        raise MissingDependencyError(package, extra="eval", purpose=purpose)
