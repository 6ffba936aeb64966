"""Our checkpoint format: safetensors with a header that says what the file is."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise

from gifnet.checkpoints.strict import require_same_keys
from gifnet.errors import CheckpointError
from gifnet.model import GIFNet, ModelConfig, build_gifnet

FORMAT = "gifnet-checkpoint-1"


@dataclass(frozen=True, kw_only=True)
class CheckpointHeader:
    """What a checkpoint says about itself, kept in the file's metadata."""

    step: int
    """Training steps done; each is an MM and a DP update."""
    recipe_name: str
    recipe_digest: str
    """SHA-256 of the training recipe."""
    licence: str
    """One line on the licence of the weights."""
    information: dict[str, Any] = field(default_factory=dict)
    """Which information measure weighed the sources, and how it was calibrated."""
    model: ModelConfig = field(default_factory=ModelConfig)

    def to_metadata(self) -> dict[str, str]:
        """Return the header as safetensors metadata: strings only, JSON where it is nested."""
        return {
            "format": FORMAT,
            **{key: json.dumps(value, sort_keys=True) for key, value in asdict(self).items()},
        }

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> "CheckpointHeader":
        """Read what ``to_metadata`` wrote.

        Raises:
            KeyError, TypeError, ValueError: An entry is missing or makes no sense.
        """
        values = {item.name: json.loads(metadata[item.name]) for item in fields(cls)}
        model = values.pop("model")
        model["decoder_widths"] = tuple(model["decoder_widths"])
        return cls(model=ModelConfig(**model), **values)


def save_checkpoint(network: GIFNet, file: Path, header: CheckpointHeader) -> None:
    """Write a network's weights atomically.

    Args:
        network: The network.
        file: The file to write; its folder must exist.
        header: What to say about the weights.
    """
    tensors = {
        key: tensor.detach().to("cpu", torch.float32).contiguous()
        for key, tensor in network.state_dict().items()
    }
    temporary = file.with_name(f".{file.name}.partial")
    with temporary.open("wb") as stream:
        stream.write(serialise(tensors, metadata=header.to_metadata()))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def read_header(file: Path) -> CheckpointHeader:
    """Read what a checkpoint says about itself, without its weights.

    Args:
        file: A .safetensors file in our format.

    Raises:
        CheckpointError: The file is missing, damaged, or not a gifnet checkpoint.
    """
    with _opened(file) as content:
        return _header(file, content.metadata())


def load_checkpoint(file: Path) -> tuple[GIFNet, CheckpointHeader]:
    """Read a network from a checkpoint in our format.

    Args:
        file: A .safetensors file.

    Returns:
        The network, float32 on the CPU in evaluation mode, and the header.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network.
    """
    with _opened(file) as content:
        header = _header(file, content.metadata())
        network = build_gifnet(header.model)
        expected = network.state_dict()
        require_same_keys(expected=expected, found=content.keys(), what=f"a GIFNet in {file}")
        state = {key: content.get_tensor(key) for key in expected}
    for key, tensor in state.items():
        if tensor.shape != expected[key].shape:
            raise CheckpointError(
                f"{file}: expected {key!r} with {tuple(expected[key].shape)}, got "
                f"{tuple(tensor.shape)}"
            )
    network.load_state_dict(state)
    return network.eval(), header


def _opened(file: Path) -> Any:
    if not file.is_file():
        raise CheckpointError(f"expected weights in {file}, found no such file")
    try:
        return safe_open(file, framework="pt")
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"expected a .safetensors file in {file}, got something else or a damaged file "
            f"({error}): for the published checkpoint, convert it first with  gifnet weights "
            f"convert {file.name} -o published.safetensors"
        ) from error


def _header(file: Path, metadata: dict[str, str] | None) -> CheckpointHeader:
    found = (metadata or {}).get("format")
    if metadata is None or found != FORMAT:
        raise CheckpointError(
            f"expected a gifnet checkpoint (format {FORMAT!r}) in {file}, got "
            f"{'no format' if found is None else repr(found)} in its metadata: this is another "
            "program's file"
        )
    try:
        return CheckpointHeader.from_metadata(metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file}: the header is incomplete or damaged ({type(error).__name__}: {error})"
        ) from error
