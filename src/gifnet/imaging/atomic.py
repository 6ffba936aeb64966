"""Files that appear under their name complete or not at all."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced_atomically(path: Path) -> Iterator[Path]:
    """Have a file written so that nobody ever sees a part of it under its name.

    Args:
        path: the file; one that is there is replaced and its mode is kept. A link is followed.

    Yields:
        An empty file in the same folder, to be written by its name. It takes the name of ``path``
        when the block ends, and is deleted if the block raises.

    Raises:
        OSError: the file cannot be written; nothing is left behind.
    """
    # A link stays a link: the file that it names is the one to replace.
    target = path.resolve()
    # Whose it is stands in the name, so that what a killed process leaves can be told.
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        # "x" and not the tempfile module: the new file shall get the mode that the user's umask
        # gives, not one that only the user can read.
        temporary.open("xb").close()
        yield temporary
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a file so that nobody ever sees a part of it under its name.

    Args:
        path: the file; one that is there is replaced and its mode is kept. A link is followed.
        content: what the file shall hold.

    Raises:
        OSError: the file cannot be written; nothing is left behind.
    """
    with replaced_atomically(path) as temporary:
        temporary.write_bytes(content)


def owner_of_temporary(name: str) -> tuple[str, int] | None:
    """Tell whose a temporary file is.

    Args:
        name: of a file.

    Returns:
        The name that the file would have got, and the process that wrote it; None if the name is
        not one of those that this module gives.
    """
    match = re.fullmatch(r"\.(.+)\.(\d+)\.[0-9a-f]{8}\.tmp", name, re.DOTALL)
    return (match[1], int(match[2])) if match else None
