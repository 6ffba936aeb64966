"""Strict comparison of a state dict's keys with what a network needs."""

from collections.abc import Iterable

from gifnet.errors import CheckpointError

_LISTED = 8


def require_same_keys(*, expected: Iterable[str], found: Iterable[str], what: str) -> None:
    """Check that two sets of keys are equal.

    Args:
        expected: Keys that the network needs.
        found: Keys that the file has.
        what: What the keys should be of, for the message.

    Raises:
        CheckpointError: They differ; the message lists the missing and the unknown keys.
    """
    expected_keys, found_keys = set(expected), set(found)
    missing, unknown = sorted(expected_keys - found_keys), sorted(found_keys - expected_keys)
    if not missing and not unknown:
        return
    raise CheckpointError(
        f"expected the keys of {what} ({len(expected_keys)}), got {len(found_keys)}: "
        f"missing {_list(missing)}; unknown {_list(unknown)}"
    )


def _list(keys: list[str]) -> str:
    if not keys:
        return "none"
    more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
    return f"{len(keys)} ({', '.join(keys[:_LISTED])}{more})"
