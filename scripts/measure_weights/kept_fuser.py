"""A fuser that finds again what it has fused before, so that a stopped run goes on."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np

from gifnet.imaging.arrays import Picture
from gifnet.imaging.atomic import write_atomically
from gifnet.inference import Fuser


class KeptFuser:
    """Fuses, and keeps each result by the digest of its sources.

    Args:
        fuser: What fuses.
        folder: Where results are kept; it must belong to this fuser's weights, device, precision
            and code alone. None keeps none.
    """

    def __init__(self, fuser: Fuser, folder: Path | None = None) -> None:
        self.fuser = fuser
        self._folder = folder

    def fuse(self, first: Picture, second: Picture) -> Picture:
        """Fuse two grey pictures, or take what an earlier run made of them.

        Raises:
            CheckpointError: What came out is not finite; that is not kept.
        """
        file = self._file("fused", first, second)
        if (found := _kept(file)) is not None:
            return found
        return _keep(file, self.fuser.fuse(first, second, application="general"))

    def enhance(self, picture: Picture) -> Picture:
        """Enhance a grey picture, or take what an earlier run made of it."""
        file = self._file("enhanced", picture)
        if (found := _kept(file)) is not None:
            return found
        return _keep(file, self.fuser.enhance(picture))

    def _file(self, operation: str, *sources: Picture) -> Path | None:
        if self._folder is None:
            return None
        digest = sha256(operation.encode())
        for source in sources:
            digest.update(f"{source.dtype}{source.shape}".encode())
            digest.update(np.ascontiguousarray(source).tobytes())
        return self._folder / f"{digest.hexdigest()[:32]}.npy"


def _kept(file: Path | None) -> Picture | None:
    if file is None or not file.is_file():
        return None
    found: Picture = np.load(file, allow_pickle=False)
    return found


def _keep(file: Path | None, fused: Picture) -> Picture:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = BytesIO()
        np.save(stream, fused, allow_pickle=False)
        write_atomically(file, stream.getvalue())
    return fused
