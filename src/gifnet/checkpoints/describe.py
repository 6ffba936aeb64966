"""What a file of weights is."""

from dataclasses import dataclass
from pathlib import Path

from gifnet.checkpoints.bundled import weights_file
from gifnet.checkpoints.convert import load_published
from gifnet.checkpoints.format import FORMAT, CheckpointHeader
from gifnet.checkpoints.weight_arrays import load_arrays
from gifnet.checkpoints.weights_file import is_pickle, require_file, sha256_of

PUBLISHED_FORMAT = "published pickle"


@dataclass(frozen=True, kw_only=True)
class WeightsDescription:
    """What a file of weights is, found by reading all of it."""

    file: Path
    format: str
    """``gifnet-checkpoint-1``, or ``published pickle``."""
    parameters: int
    sha256: str
    """Of the file, in hexadecimal digits."""
    header: CheckpointHeader | None
    """None for the published pickle, which says nothing about itself."""


def describe_weights(weights: str | Path | None = None) -> WeightsDescription:
    """Read a file of weights and tell what it is.

    Args:
        weights: The name of weights of the package, a file in our format, or the published
            pickle; see ``load_arrays``. The package's default ones if None.

    Returns:
        The description. The weights were loaded for it, so they are known to be whole.

    Raises:
        CheckpointError: The file is missing, damaged, would run code, or is of another network.
        MissingDependencyError: It is the published pickle, and PyTorch is not installed.
    """
    with weights_file(weights) as file:
        require_file(file)
        if is_pickle(file):
            network = load_published(file)
            return WeightsDescription(
                file=file,
                format=PUBLISHED_FORMAT,
                parameters=sum(weight.numel() for weight in network.parameters()),
                sha256=sha256_of(file),
                header=None,
            )
        found = load_arrays(file)
        return WeightsDescription(
            file=file,
            format=FORMAT,
            parameters=sum(array.size for array in found.arrays.values()),
            sha256=found.sha256,
            header=found.header,
        )
