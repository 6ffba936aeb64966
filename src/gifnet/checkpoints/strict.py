"""Strict comparison of named weights with what a network needs, whatever library holds them."""

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
        f"missing {_list(missing)}; unknown {_list(unknown)}; this is another network's file"
    )


def require_no_others(others: list[str], *, what: str) -> None:
    """Refuse weights that are something else than plain floating-point tensors.

    Args:
        others: Keys of those that are.
        what: Where they come from, for the message.

    Raises:
        CheckpointError: There are some; the message lists their keys.
    """
    if others:
        raise CheckpointError(
            f"{what}: expected plain floating-point tensors, got something else for {_list(others)}"
        )


def require_none_broken(broken: list[str], *, what: str) -> None:
    """Refuse weights with NaN or infinity.

    Args:
        broken: Keys of those that have some.
        what: Where they come from, for the message.

    Raises:
        CheckpointError: There are some; the message lists their keys.
    """
    if broken:
        raise CheckpointError(
            f"{what}: expected finite weights, got NaN or infinity in {_list(broken)}: the "
            "training that made them went wrong, or the file is damaged"
        )


def _list(keys: list[str]) -> str:
    if not keys:
        return "none"
    more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
    return f"{len(keys)} ({', '.join(keys[:_LISTED])}{more})"
