"""Strict comparison of a state dict with what a network needs."""

from collections.abc import Iterable, Mapping

from torch import Tensor

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


def require_plain_numbers(state: Mapping[str, Tensor], *, what: str) -> None:
    """Check that weights are plain floating-point tensors without NaN or infinity.

    Args:
        state: The weights.
        what: Where they come from, for the message.

    Raises:
        CheckpointError: Some are not; the message lists their keys.
    """
    odd = [
        key
        for key, tensor in state.items()
        if not tensor.is_floating_point() or not tensor.is_cpu or tensor.is_sparse
    ]
    if odd:
        raise CheckpointError(
            f"{what}: expected plain floating-point tensors, got something else for {_list(odd)}"
        )
    broken = [key for key, tensor in state.items() if not bool(tensor.isfinite().all())]
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
