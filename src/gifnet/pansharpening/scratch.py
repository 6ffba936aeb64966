"""A picture of floats on the disk, for what does not fit into the memory."""

import tempfile
from pathlib import Path
from types import TracebackType

import numpy as np

from gifnet.engine import Region
from gifnet.imaging.arrays import FloatArray
from gifnet.pansharpening.rasters import Window


class Scratch:
    """A temporary file without a name, gone with the process.

    Args:
        height: rows.
        width: columns.
        folder: where it lies; the system's own place if None.
    """

    def __init__(self, height: int, width: int, folder: Path | None) -> None:
        self._shape = height, width
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed on leaving
        self._file.truncate(4 * height * width)

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, region: Region, values: FloatArray) -> None:
        """Put values into a region."""
        self._mapped("r+")[region.slices] = values

    def read(self, region: Region) -> Window:
        """Give a region, which may leave the picture: its border is repeated."""
        rows = np.clip(np.arange(region.top, region.bottom), 0, self._shape[0] - 1)
        columns = np.clip(np.arange(region.left, region.right), 0, self._shape[1] - 1)
        values = np.array(self._mapped("r")[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])[
            np.ix_(rows - rows[0], columns - columns[0])
        ]
        return Window(values, np.ones(values.shape, bool))

    def _mapped(self, mode: str) -> "np.memmap[tuple[int, int], np.dtype[np.float32]]":
        # Mapped anew each time, so that what was touched does not stay in the memory.
        return np.memmap(self._file, np.float32, mode, shape=self._shape)  # type: ignore[call-overload, no-any-return]
