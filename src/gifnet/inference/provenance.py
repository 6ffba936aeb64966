"""Where a picture comes from, in words that are written into its file."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from gifnet.imaging.value_range import ValueRange
from gifnet.version import __version__


def digest_of(path: Path) -> str:
    """Compute a file's SHA-256, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe_provenance(
    operation: str,
    sources: Sequence[tuple[str, str]],
    *,
    weights: str | None,
    options: Mapping[str, object],
    value_range: ValueRange,
) -> dict[str, object]:
    """Say where a picture comes from.

    Args:
        operation: what was done, for example ``fuse``.
        sources: the name of each file, without its folder, and its SHA-256.
        weights: SHA-256 of the weights' file, if it is known.
        options: what else decided the result; those that are None are left out.
        value_range: what floats were scaled from.

    Returns:
        Fields by name, to be written in the namespace of gifnet.
    """
    fields: dict[str, object] = {
        "software": f"gifnet {__version__}",
        "operation": operation,
        "sources": [{"name": name, "sha256": digest} for name, digest in sources],
        "options": {name: value for name, value in options.items() if value is not None},
    }
    if weights is not None:
        fields["weights"] = f"sha256:{weights}"
    if not value_range.is_unit:
        fields["valueRange"] = {"low": value_range.low, "high": value_range.high}
    return fields
