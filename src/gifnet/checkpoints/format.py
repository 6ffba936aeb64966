"""Our checkpoint format: safetensors with a header that says what the file is."""

import json
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise

from gifnet.checkpoints.strict import require_plain_numbers, require_same_keys
from gifnet.checkpoints.weights_file import is_pickle, require_file
from gifnet.errors import CheckpointError
from gifnet.imaging.atomic import write_atomically
from gifnet.model import GIFNet, ModelConfig, build_gifnet

FORMAT = "gifnet-checkpoint-1"

# A damaged header shall not make us build something that fills the memory.
_LARGEST_HYPER_PARAMETER = 1024
_LARGEST_WINDOW = 64


@dataclass(frozen=True, kw_only=True)
class CheckpointHeader:
    """What a checkpoint says about itself, kept in the file's metadata."""

    step: int | None
    """Training steps done, each an MM and a DP update; None where nobody knows."""
    recipe_name: str
    recipe_digest: str
    """SHA-256 of the training recipe; empty where there is none."""
    licence: str
    """One line on the licence of the weights."""
    steps: int | None = None
    """Steps that the whole recipe has; None where nobody knows."""
    information: dict[str, Any] = field(default_factory=dict)
    """Which information measure weighed the sources, and how it was calibrated."""
    origin: dict[str, str] = field(default_factory=dict)
    """Of converted weights: ``file`` and ``sha256`` of what they were converted from."""
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

        Entries that have a default may be absent: older files lack them.

        Raises:
            KeyError, TypeError, ValueError: An entry is missing or makes no sense.
        """
        values = {
            item.name: json.loads(metadata[item.name])
            for item in fields(cls)
            if item.name in metadata or _is_required(item)
        }
        values["model"] = _model_config(values.get("model", {}))
        header = cls(**values)
        for name in ("step", "steps"):
            count = getattr(header, name)
            if count is not None and (type(count) is not int or count < 0):
                raise ValueError(f"{name} is {count!r}")
        for name in ("recipe_name", "recipe_digest", "licence"):
            if not isinstance(getattr(header, name), str):
                raise TypeError(f"{name} is {getattr(header, name)!r}")
        for name in ("information", "origin"):
            if not isinstance(getattr(header, name), dict):
                raise TypeError(f"{name} is {getattr(header, name)!r}")
        return header


def save_checkpoint(network: GIFNet, file: Path, header: CheckpointHeader) -> None:
    """Write a network's weights atomically; a file that is there is replaced.

    Args:
        network: The network.
        file: The file to write; its folder must exist.
        header: What to say about the weights.

    Raises:
        CheckpointError: The file cannot be written; nothing is left behind.
    """
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
        # Shapes without memory, so that a wrong header is found before anything is built.
        with torch.device("meta"):
            expected = build_gifnet(header.model).state_dict()
        require_same_keys(expected=expected, found=content.keys(), what=f"a GIFNet in {file}")
        state = {key: content.get_tensor(key) for key in expected}
    for key, tensor in state.items():
        if tensor.shape != expected[key].shape:
            raise CheckpointError(
                f"{file}: expected {key!r} with {tuple(expected[key].shape)}, got "
                f"{tuple(tensor.shape)}: this is a network of another size"
            )
    require_plain_numbers(state, what=str(file))
    network = build_gifnet(header.model)
    network.load_state_dict(state)
    return network.eval(), header


def _opened(file: Path) -> Any:
    require_file(file)
    if is_pickle(file):
        raise CheckpointError(
            f"expected a .safetensors file in {file}, got a PyTorch pickle: if it is the "
            f"published checkpoint, convert it first with  gifnet weights convert {file} "
            "-o published.safetensors"
        )
    try:
        return safe_open(file, framework="pt")
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"expected a .safetensors file in {file}, got something else or a damaged file "
            f"({error}): get it again"
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
            f"{file}: the header is incomplete or damaged ({type(error).__name__}: {error}): "
            "get the file again"
        ) from error


def _is_required(item: "Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _model_config(values: dict[str, Any]) -> ModelConfig:
    if "decoder_widths" in values:
        values = {**values, "decoder_widths": tuple(values["decoder_widths"])}
    config = ModelConfig(**values)
    sizes = {**asdict(config), "decoder_widths": 1}
    sizes |= {
        f"decoder_widths[{index}]": width for index, width in enumerate(config.decoder_widths)
    }
    for name, size in sizes.items():
        largest = _LARGEST_WINDOW if name == "window" else _LARGEST_HYPER_PARAMETER
        if type(size) is not int or not 1 <= size <= largest:
            raise ValueError(f"{name} is {size!r}, not a whole number from 1 to {largest}")
    return config
