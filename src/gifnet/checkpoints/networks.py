"""From weights to networks of PyTorch, which is imported when one is made, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

from gifnet.checkpoints.format import CheckpointHeader
from gifnet.checkpoints.weight_arrays import WeightArrays, load_arrays
from gifnet.errors import CheckpointError
from gifnet.imaging.atomic import write_atomically
from gifnet.model.needs_torch import require_torch

if TYPE_CHECKING:
    from gifnet.model import GIFNet

_PURPOSE = "a network of PyTorch"


def load_model(weights: str | Path | None = None) -> "GIFNet":
    """Load a trained network.

    Args:
        weights: ``"default"`` or ``"paper"``, weights of the package, or a .safetensors file in
            our format; the package's default ones if None. A text that is one of the names never
            means a file: ``"./paper"`` does, and so does every ``Path``.

    Returns:
        The network, float32 on the CPU in evaluation mode.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network, or the package has
            no weights of that name.
        MissingDependencyError: PyTorch is not installed; ``load_arrays`` does without.
    """
    require_torch(_PURPOSE)
    return make_network(load_arrays(weights))


def load_checkpoint(file: Path) -> tuple["GIFNet", CheckpointHeader]:
    """Read a network from a checkpoint in our format.

    Args:
        file: A .safetensors file.

    Returns:
        The network, float32 on the CPU in evaluation mode, and the header.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network.
        MissingDependencyError: PyTorch is not installed; ``load_arrays`` does without.
    """
    require_torch(_PURPOSE)
    weights = load_arrays(Path(file))
    return make_network(weights), weights.header


def save_checkpoint(network: "GIFNet", file: Path, header: CheckpointHeader) -> None:
    """Write a network's weights atomically; a file that is there is replaced.

    Args:
        network: The network.
        file: The file to write; its folder must exist.
        header: What to say about the weights.

    Raises:
        CheckpointError: The file cannot be written; nothing is left behind.
    """
    import torch
    from safetensors.torch import save as serialise

    tensors = {
        key: tensor.detach().to("cpu", torch.float32).contiguous()
        for key, tensor in network.state_dict().items()
    }
    if file.is_dir():
        raise CheckpointError(f"expected a file to write weights to, got the folder {file}")
    if not file.parent.is_dir():
        raise CheckpointError(
            f"cannot write weights to {file}: there is no folder {file.parent}; make it first"
        )
    try:
        write_atomically(file, serialise(tensors, metadata=header.to_metadata()))
    except OSError as error:
        raise CheckpointError(f"cannot write weights to {file}: {error.strerror}") from error


def make_network(weights: WeightArrays) -> "GIFNet":
    """Make a network of weights at hand.

    Args:
        weights: What ``load_arrays`` gave.

    Returns:
        The network, float32 on the CPU in evaluation mode.

    Raises:
        MissingDependencyError: PyTorch is not installed.
    """
    require_torch(_PURPOSE)
    import torch

    from gifnet.model import build_gifnet

    network = build_gifnet(weights.header.model)
    network.load_state_dict({key: torch.from_numpy(array) for key, array in weights.arrays.items()})
    return network.eval()
