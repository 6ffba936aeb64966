"""What is told of a picture that was written."""

from dataclasses import dataclass
from pathlib import Path

from gifnet.imaging.arrays import describe_size


@dataclass(frozen=True)
class WrittenFile:
    """A picture that was fused and written.

    Attributes:
        path: the file.
        width: in pixels.
        height: in pixels.
        coloured: whether it was written in colour.
        seconds: from the first byte read to the last one written.
    """

    path: Path
    width: int
    height: int
    coloured: bool
    seconds: float

    def __str__(self) -> str:
        """One line for people."""
        kind = "colour" if self.coloured else "grey"
        size = describe_size((self.height, self.width))
        return f"wrote {self.path} ({size}, {kind}) in {self.seconds:.1f} s"
