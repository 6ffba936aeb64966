"""Fusing files: read, check, fuse, write."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.errors import ImageFileError
from gifnet.imaging.alpha import fuse_alpha
from gifnet.imaging.arrays import Picture, describe_size, require_minimum_size, require_same_size
from gifnet.imaging.files import Image, check_output, read_image, write_image
from gifnet.inference.fuser import Fuser, Progress
from gifnet.inference.settings import parse_setting
from gifnet.model.config import MINIMUM_SIZE
from gifnet.tasks import Application


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


def fuse_files(
    source_a: str | Path,
    source_b: str | Path,
    output: str | Path,
    *,
    application: str | Application = Application.AUTO,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> WrittenFile:
    """Fuse two picture files to a third; the sources are never touched.

    Args:
        source_a: the first picture file.
        source_b: the second, of the same size.
        output: the file to write; its suffix decides the format.
        application: what the pair shows, see ``Fuser.fuse``.
        make_fuser: gives the fuser; called once the files have been found good, so that a bad
            file is reported without waiting for the network.
        progress: is told the share of the work that is done.

    Returns:
        What was written: in colour if a source has colour, else grey. Alpha is kept; of two alpha
        channels the larger value of each pixel.

    Raises:
        ImageFileError: a file cannot be read or written.
        ImageSizeError: the sizes differ, or are too small.
        CheckpointError: the weights cannot be loaded.
        SettingError: there is no such application, device or precision.
    """
    started = time.perf_counter()
    application = parse_setting(Application, application)
    first, second = read_image(source_a), read_image(source_b)
    require_same_size(
        first.pixels.shape, second.pixels.shape, names=(str(first.path), str(second.path))
    )
    _check(Path(output), first, second)
    fuser = make_fuser()
    fused = fuser.fuse(first.pixels, second.pixels, application=application, progress=progress)
    return _write(Path(output), fused, fuse_alpha(first.alpha, second.alpha), started)


def enhance_file(
    image: str | Path,
    output: str | Path,
    *,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> WrittenFile:
    """Enhance a picture file into another; the picture itself is never touched.

    Args:
        image: the picture file.
        output: the file to write; its suffix decides the format.
        make_fuser: as for ``fuse_files``.
        progress: as for ``fuse_files``.

    Returns:
        What was written, with the picture's alpha channel if it has one.

    Raises:
        ImageFileError: a file cannot be read or written.
        ImageSizeError: the picture is too small.
        CheckpointError: the weights cannot be loaded.
        SettingError: there is no such device or precision.
    """
    started = time.perf_counter()
    picture = read_image(image)
    _check(Path(output), picture)
    enhanced = make_fuser().enhance(picture.pixels, progress=progress)
    return _write(Path(output), enhanced, picture.alpha, started)


def _check(output: Path, *sources: Image) -> None:
    height, width = sources[0].pixels.shape[:2]
    check_output(output, width=width, height=height)
    for source in sources:
        if output.exists() and output.samefile(source.path):
            raise ImageFileError(
                f"{output}: expected another file than the sources, got one of them; choose "
                "another name, sources are never overwritten"
            )

    require_minimum_size((height, width), minimum=MINIMUM_SIZE, name=str(sources[0].path))


def _write(
    output: Path, fused: Picture, alpha: NDArray[np.uint8] | None, started: float
) -> WrittenFile:
    pixels = fused.astype(np.uint8, copy=False)
    coloured = pixels.ndim == 3 and not (pixels == pixels[..., :1]).all()
    if pixels.ndim == 3 and not coloured:
        pixels = pixels[..., 0]
    write_image(output, pixels, alpha)
    return WrittenFile(
        path=output,
        width=pixels.shape[1],
        height=pixels.shape[0],
        coloured=coloured,
        seconds=time.perf_counter() - started,
    )
