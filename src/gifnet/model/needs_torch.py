"""PyTorch, looked for where something cannot be done without it."""

from importlib.util import find_spec

from gifnet.errors import MissingDependencyError


def require_torch(purpose: str, *, extra: str = "torch") -> None:
    """Make sure that PyTorch is installed; it is not imported.

    Args:
        purpose: What needs it, as the message begins.
        extra: The extra to install: the whole of what the purpose needs.

    Raises:
        MissingDependencyError: It is not installed.
    """
    if not _is_installed():
        raise MissingDependencyError("torch", extra=extra, purpose=purpose)


def _is_installed() -> bool:
    try:
        return find_spec("torch") is not None
    except ModuleNotFoundError:  # what refuses an import may refuse to look for it, too
        return False
