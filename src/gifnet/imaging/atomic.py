"""Files that appear under their name complete or not at all."""

import os
import secrets
import shutil
from pathlib import Path


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a file so that nobody ever sees a part of it under its name.

    Args:
        path: the file; one that is there is replaced and its mode is kept. A link is followed.
        content: what the file shall hold.

    Raises:
        OSError: the file cannot be written; nothing is left behind.
    """
    # A link stays a link: the file that it names is the one to replace.
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        # "x" and not the tempfile module: the new file shall get the mode that the user's umask
        # gives, not one that only the user can read.
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
