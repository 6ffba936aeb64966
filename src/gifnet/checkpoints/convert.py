"""From the authors' published pickle to our format, without running anything of the pickle."""

import pickle
import pickletools
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifnet.checkpoints.format import CheckpointHeader
from gifnet.checkpoints.networks import save_checkpoint
from gifnet.checkpoints.published import from_published
from gifnet.checkpoints.weights_file import is_safetensors, require_file, sha256_of
from gifnet.errors import CheckpointError
from gifnet.model.needs_torch import require_torch

if TYPE_CHECKING:
    from torch import Tensor

    from gifnet.model import GIFNet

RECIPE_NAME = "published"
LICENCE = "none: the authors published these weights without one; do not redistribute them"

# The published run's measure, in the words of the training's own headers.
_INFORMATION = {"measure": "densenet", "kind": "softmax"}


def convert_published(file: Path, output: Path) -> CheckpointHeader:
    """Convert the published checkpoint to our format.

    Args:
        file: The published pickle of a state dict (``Final.model``).
        output: The .safetensors file to write. One that is there is replaced, but only when
            the conversion succeeded.

    Returns:
        The header that was written.

    Raises:
        CheckpointError: ``file`` is missing, damaged, would run code, or is of another network;
            or ``output`` is ``file`` itself or cannot be written.
        MissingDependencyError: PyTorch is not installed.
    """
    require_file(file)
    if output.exists() and output.samefile(file):
        raise CheckpointError(
            f"expected another file to write to, got {output}, which is the published checkpoint "
            "itself: name another output"
        )
    network = load_published(file)
    header = CheckpointHeader(
        step=None,
        recipe_name=RECIPE_NAME,
        recipe_digest="",
        licence=LICENCE,
        information=dict(_INFORMATION),
        origin={"file": file.name, "sha256": sha256_of(file)},
    )
    save_checkpoint(network, output, header)
    return header


def load_published(file: Path) -> "GIFNet":
    """Read the published checkpoint.

    Args:
        file: The published pickle of a state dict.

    Returns:
        The network, float32 on the CPU in evaluation mode.

    Raises:
        CheckpointError: The file is missing, damaged, would run code, or is of another network.
        MissingDependencyError: PyTorch is not installed.
    """
    require_torch("reading the published checkpoint")
    from gifnet.model import build_gifnet

    network = build_gifnet()
    published = _read_tensors(file)
    try:
        state = from_published(published, network.state_dict())
    except CheckpointError as error:
        raise CheckpointError(f"{file}: {error}") from error
    network.load_state_dict(state)
    return network.eval()


def _read_tensors(file: Path) -> "dict[str, Tensor]":
    """Read a pickle of named tensors; nothing but tensors is ever made from it."""
    import torch

    require_file(file)
    if is_safetensors(file):
        raise CheckpointError(
            f"expected the published pickle in {file}, got a .safetensors file: it needs no "
            f"conversion; see what it is with  gifnet weights info {file}"
        )
    try:
        with warnings.catch_warnings():
            # Of old kinds of file PyTorch warns, whose errors below say more.
            warnings.simplefilter("ignore")
            content = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(_describe_refusal(file, error)) from error
    except Exception as error:  # what PyTorch raises for damaged files depends on the damage
        raise CheckpointError(
            f"expected a PyTorch pickle in {file}, got a damaged or truncated file "
            f"({type(error).__name__}: {_reason(error)}): get it again"
        ) from error
    return _require_named_tensors(file, content)


def _describe_refusal(file: Path, error: pickle.UnpicklingError) -> str:
    refused = re.search(r"GLOBAL (\S+)", str(error))
    wanted = refused[1] if refused is not None else _first_import(file)
    if wanted is not None:
        return (
            f"expected a pickle of tensors only in {file}, got one that asks for {wanted!r}: "
            "opening it could run any code, so it was not opened; do not trust this file"
        )
    return (
        f"expected a PyTorch pickle of tensors only in {file}, got something else or a damaged "
        f"file ({_reason(error)}): nothing of it was run; get it again"
    )


def _first_import(file: Path) -> str | None:
    """Find what a bare pickle asks for, by reading its instructions without following them.

    PyTorch gives up at instructions newer than it uses itself, before it comes to the name.
    """
    words: list[str] = []
    try:
        with file.open("rb") as stream:
            for instruction, argument, _ in pickletools.genops(stream):
                if instruction.name in {"GLOBAL", "INST"}:
                    words = str(argument).split(" ")
                if instruction.name in {"GLOBAL", "INST", "STACK_GLOBAL"}:
                    wanted = ".".join(words[-2:])
                    if not wanted.startswith(("torch.", "collections.OrderedDict")):
                        return wanted
                elif isinstance(argument, str):
                    words.append(argument)
    except ValueError:
        pass  # no pickle, or a damaged one
    return None


def _require_named_tensors(file: Path, content: Any) -> "dict[str, Tensor]":
    from torch import Tensor

    if not isinstance(content, dict):
        raise CheckpointError(
            f"expected a state dict in {file}, got a {type(content).__name__}: this is another "
            "program's file"
        )
    others = [str(key) for key, value in content.items() if not isinstance(value, Tensor)]
    if others:
        raise CheckpointError(
            f"expected a state dict of tensors in {file}, got other things for "
            f"{', '.join(others[:8])}: this is another network's file, or a whole training state"
        )
    return {str(key): value for key, value in content.items()}


def _reason(error: Exception) -> str:
    """The one line of PyTorch's message that is about the file."""
    text = str(error).strip() or "no reason given"
    about = re.search(r"WeightsUnpickler error: *(.+)", text)
    line = about[1] if about is not None else text.splitlines()[0]
    return line.strip()[:160] or "it cannot be read"
