"""Our checkpoint format: safetensors with a header that says what the file is.

Needs no PyTorch; ``weight_arrays.py`` reads the weights, ``networks.py`` makes networks of them.
"""

import json
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from safetensors import SafetensorError, safe_open

from gifnet.checkpoints.weights_file import is_pickle, require_file
from gifnet.errors import CheckpointError
from gifnet.model import ModelConfig
from gifnet.model.config import Interaction

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
            **{
                key: json.dumps(value, sort_keys=True)
                for key, value in (asdict(self) | {"model": self.model.entries()}).items()
            },
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


def read_header(file: Path) -> CheckpointHeader:
    """Read what a checkpoint says about itself, without its weights.

    Args:
        file: A .safetensors file in our format.

    Raises:
        CheckpointError: The file is missing, damaged, or not a gifnet checkpoint.
    """
    require_file(file)
    if is_pickle(file):
        raise CheckpointError(
            f"expected a .safetensors file in {file}, got a PyTorch pickle: if it is the "
            f"published checkpoint, convert it first with  gifnet weights convert {file} "
            "-o published.safetensors"
        )
    try:
        with safe_open(file, framework="numpy") as content:
            metadata = content.metadata()
    except (SafetensorError, OSError) as error:
        raise damaged_file(file, error) from error
    return header_from(metadata, file=file)


def header_from(metadata: dict[str, str] | None, *, file: Path) -> CheckpointHeader:
    """Make the header of a file's metadata.

    Args:
        metadata: What the file has; None if it has none.
        file: The file, for messages.

    Raises:
        CheckpointError: The file is not a gifnet checkpoint, or its header is damaged.
    """
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


def damaged_file(file: Path, error: Exception) -> CheckpointError:
    """Make the error of a file that is not safetensors, or no longer.

    Args:
        file: The file.
        error: What the safetensors library says of it.
    """
    return CheckpointError(
        f"expected a .safetensors file in {file}, got something else or a damaged file "
        f"({error}): get it again"
    )


def _is_required(item: "Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _model_config(values: dict[str, Any]) -> ModelConfig:
    if "decoder_widths" in values:
        values = {**values, "decoder_widths": tuple(values["decoder_widths"])}
    config = ModelConfig(**values)
    if config.interaction not in get_args(Interaction):
        raise ValueError(f"interaction is {config.interaction!r}")
    for name in ("cross_attention", "gated"):
        if type(getattr(config, name)) is not bool:
            raise ValueError(f"{name} is {getattr(config, name)!r}, neither true nor false")
    sizes = {**ModelConfig().entries(), **config.entries(), "decoder_widths": 1}
    for name in ("interaction", "cross_attention", "gated"):
        sizes.pop(name, None)
    sizes |= {
        f"decoder_widths[{index}]": width for index, width in enumerate(config.decoder_widths)
    }
    for name, size in sizes.items():
        largest = _LARGEST_WINDOW if name == "window" else _LARGEST_HYPER_PARAMETER
        if type(size) is not int or not 1 <= size <= largest:
            raise ValueError(f"{name} is {size!r}, not a whole number from 1 to {largest}")
    return config
