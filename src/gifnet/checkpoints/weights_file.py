"""What can be said of a file of weights before it is opened: that it is there, and its kind."""

import hashlib
from pathlib import Path

from gifnet.errors import CheckpointError

# A zip archive, which torch.save writes today, and a bare pickle, which it wrote once.
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def require_file(file: Path) -> None:
    """Check that there is something to read.

    Args:
        file: The file.

    Raises:
        CheckpointError: It is missing, a folder, or empty, or it may not be read.
    """
    try:
        with file.open("rb") as stream:
            empty = not stream.read(1)
    except IsADirectoryError:
        raise CheckpointError(
            f"expected a file of weights, got the folder {file}: name the file"
        ) from None
    except FileNotFoundError:
        raise CheckpointError(
            f"expected weights in {file}, found no such file: check the path"
        ) from None
    except OSError as error:
        raise CheckpointError(f"cannot read the weights in {file}: {error.strerror}") from error
    if empty:
        raise CheckpointError(f"expected weights in {file}, got an empty file: get it again")


def is_pickle(file: Path) -> bool:
    """Tell whether a file starts as what torch.save writes."""
    with file.open("rb") as stream:
        return stream.read(4).startswith(_PICKLE_STARTS)


def is_safetensors(file: Path) -> bool:
    """Tell whether a file starts as safetensors: the header's length, then JSON."""
    with file.open("rb") as stream:
        return stream.read(9)[8:] == b"{"


def sha256_of(file: Path) -> str:
    """Compute a file's SHA-256, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
