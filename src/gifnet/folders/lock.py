"""One run at a time for each manifest."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gifnet.errors import FolderError

# Windows keeps others from the bytes that are locked: one that no manifest has.
_FAR_BEHIND = 2**40


@contextmanager
def only_run(manifest: Path) -> Iterator[None]:
    """Keep other runs from a manifest; the lock ends with the process, however that ends.

    Args:
        manifest: made if it is not there.

    Raises:
        FolderError: another run has it.
        OSError: it cannot be written.
    """
    with manifest.open("ab") as stream:
        try:
            if sys.platform == "win32":
                import msvcrt

                stream.seek(_FAR_BEHIND)
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise FolderError(
                f"{manifest}: another run fills this folder; wait for it, or share the work with "
                "--shard"
            ) from None
        except OSError:
            # A network's file system without locks: two runs would do the same work twice.
            pass
        yield
