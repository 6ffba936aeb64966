"""The check of the names of toolboxes whose quirks a metric can reproduce."""

from gifnet.errors import SettingError


def require_known(compat: str | None, *known: str) -> None:
    """Check the name of a toolbox's quirk.

    Args:
        compat: The name; None for the correct value.
        known: The names that the metric has.

    Raises:
        SettingError: The metric has no such quirk.
    """
    if compat is not None and compat not in known:
        names = ", ".join(repr(name) for name in known)
        raise SettingError(f"expected compat to be None or {names}, got {compat!r}")
