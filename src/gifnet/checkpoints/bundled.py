"""The one way in: weights that come with the package, or a file of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from gifnet.checkpoints.format import load_checkpoint
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet

BUNDLED = "gifnet.safetensors"


def load_model(weights: str | Path | None = None) -> GIFNet:
    """Load a trained network.

    Args:
        weights: A .safetensors file in our format; the weights of the package by default.

    Returns:
        The network, float32 on the CPU in evaluation mode.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network.
    """
    with weights_file(weights) as file:
        return load_checkpoint(file)[0]


@contextmanager
def weights_file(weights: str | Path | None = None) -> Iterator[Path]:
    """Give the file that weights lie in, for as long as the context lasts.

    Args:
        weights: A file, given back as it is; the weights of the package by default, which may
            lie in a zip archive and are unpacked for the time being.

    Raises:
        CheckpointError: The package has no weights.
    """
    if weights is not None:
        yield Path(weights)
        return
    resource = files("gifnet.weights") / BUNDLED
    if not resource.is_file():
        raise CheckpointError(
            f"expected the weights of the package in gifnet/weights/{BUNDLED}, found none: "
            "reinstall gifnet, or give a file of weights"
        )
    with as_file(resource) as file:
        yield file
