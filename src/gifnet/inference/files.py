"""Fusing files: read, check, fuse, write."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gifnet.errors import ImageFileError
from gifnet.imaging.arrays import Picture, require_minimum_size, require_same_size
from gifnet.imaging.depth import Depth
from gifnet.imaging.files import check_output, read_image, write_image
from gifnet.imaging.image import Image
from gifnet.imaging.luts import Lut
from gifnet.imaging.writing.losses import Contents
from gifnet.inference.finish import finish, fitting_metadata
from gifnet.inference.fuser import Fuser, Progress
from gifnet.inference.knobs import Knobs, require_pair_for_lut
from gifnet.inference.prepare import Prepared, prepare
from gifnet.inference.provenance import describe_provenance, digest_of
from gifnet.inference.settings import parse_setting
from gifnet.inference.stack import require_several
from gifnet.inference.stack_survey import survey
from gifnet.inference.written_file import WrittenFile
from gifnet.model.config import MINIMUM_SIZE
from gifnet.tasks import Application

logger = logging.getLogger(__name__)

_AS_IT_IS = Knobs()

_LOOKING = 0.2
"""Share of the whole work that the first look at a stack's files counts for in the progress."""


def fuse_files(
    source_a: str | Path,
    source_b: str | Path,
    output: str | Path,
    *,
    application: str | Application = Application.AUTO,
    knobs: Knobs = _AS_IT_IS,
    depth: str | Depth | None = None,
    reference: int | None = None,
    strict: bool = False,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> WrittenFile:
    """Fuse two picture files into a third; the sources are never touched.

    Args:
        source_a: the first picture file.
        source_b: the second, of the same size.
        output: the file to write; its suffix decides the format.
        application: what the pair shows, see ``Fuser.fuse``.
        knobs: the look of the result, see ``make_knobs``; a ``lut`` is for the reference, or the
            first source if there is none.
        depth: of the result, ``"8"``, ``"16"`` or ``"32f"``; the wider of the sources' if None.
        reference: 1 or 2, the source whose EXIF, XMP, profile, resolution, place on the ground
            and nodata value the result gets; if None, the only one with colour, else the first.
        strict: raise where the format cannot hold all of the result, instead of warning.
        make_fuser: gives the fuser; called once the files have been found good, so that a bad
            file is reported without waiting for the network.
        progress: is told the share of the work that is done.

    Returns:
        What was written: in colour if a source has colour, else grey. Alpha is kept; of two alpha
        channels the larger value of each pixel.

    Raises:
        ImageFileError: a file cannot be read or written, or not without loss if ``strict``.
        ImageSizeError: the sizes differ, or are too small.
        CheckpointError: the weights cannot be loaded.
        SettingError: there is no such application, depth, reference, device or precision.
    """
    return fuse_stack_files(
        [source_a, source_b],
        output,
        application=application,
        knobs=knobs,
        depth=depth,
        reference=reference,
        strict=strict,
        make_fuser=make_fuser,
        progress=progress,
    )


def fuse_stack_files(
    sources: Sequence[str | Path],
    output: str | Path,
    *,
    application: str | Application = Application.AUTO,
    knobs: Knobs = _AS_IT_IS,
    depth: str | Depth | None = None,
    reference: int | None = None,
    strict: bool = False,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> WrittenFile:
    """Fuse any number of picture files into another; one of them is held in memory at a time.

    All are read and checked before the network is asked, and read again for fusing; those of
    which colour is taken once more for it.

    Args:
        sources: at least two picture files of the same size.
        output: the file to write; its suffix decides the format.
        application: see ``Fuser.fuse``; more than two sources have no order.
        knobs: the look of the result, see ``make_knobs``; a ``lut`` is for two sources only.
        depth: as for ``fuse_files``.
        reference: as for ``fuse_files``, 1 to the number of sources.
        strict: as for ``fuse_files``.
        make_fuser: as for ``fuse_files``.
        progress: is told the share of the work that is done.

    Returns:
        As ``fuse_files``.

    Raises:
        ImageFileError: a file cannot be read or written, or not without loss if ``strict``.
        ImageSizeError: there are fewer than two sources, their sizes differ, or are too small.
        CheckpointError: the weights cannot be loaded.
        SettingError: there is no such application, depth, reference, device or precision, or
            there is a colour table for more than two sources.
    """
    require_several(len(sources))
    application = parse_setting(Application, application)
    require_pair_for_lut(knobs, len(sources))
    look = knobs.given
    if look.pop("lut", None) is not None and application is Application.AUTO:
        logger.info("application: medical, since a colour table is asked for")
        application = Application.MEDICAL

    def told(first: float, last: float, share: float) -> None:
        if progress is not None:
            progress(first + (last - first) * share)

    def compute(fuser: Fuser, pictures: Sequence[Picture]) -> Picture:
        if len(pictures) > 2:
            return fuser.fuse_stack(
                pictures,
                application=application,
                progress=lambda share: told(_LOOKING, 1.0, share),
                **look,
            )
        first, second = pictures
        return fuser.fuse(first, second, application=application, progress=progress, **look)

    return _process(
        "fuse",
        [Path(source) for source in sources],
        Path(output),
        compute,
        make_fuser,
        options={"application": str(application), **knobs.given},
        lut=knobs.lut,
        depth=depth,
        reference=reference,
        strict=strict,
        looked_at=lambda share: told(0.0, _LOOKING, share),
    )


def enhance_file(
    image: str | Path,
    output: str | Path,
    *,
    knobs: Knobs = _AS_IT_IS,
    depth: str | Depth | None = None,
    strict: bool = False,
    make_fuser: Callable[[], Fuser] = Fuser,
    progress: Progress | None = None,
) -> WrittenFile:
    """Enhance a picture file into another; the picture itself is never touched.

    Args:
        image: the picture file.
        output: the file to write; its suffix decides the format.
        knobs: the look of the result, see ``make_knobs``; detail and range only.
        depth: as for ``fuse_files``; the picture's if None.
        strict: as for ``fuse_files``.
        make_fuser: as for ``fuse_files``.
        progress: as for ``fuse_files``.

    Returns:
        What was written, with all that the picture has beside its pixels.

    Raises:
        ImageFileError: a file cannot be read or written, or not without loss if ``strict``.
        ImageSizeError: the picture is too small.
        CheckpointError: the weights cannot be loaded.
        SettingError: there is no such depth, device or precision.
    """

    def compute(fuser: Fuser, pictures: Sequence[Picture]) -> Picture:
        return fuser.enhance(pictures[0], progress=progress, **knobs.given)

    return _process(
        "enhance",
        [Path(image)],
        Path(output),
        compute,
        make_fuser,
        options=knobs.given,
        depth=depth,
        reference=None,
        strict=strict,
    )


def _process(
    operation: str,
    paths: Sequence[Path],
    output: Path,
    compute: Callable[[Fuser, Sequence[Picture]], Picture],
    make_fuser: Callable[[], Fuser],
    *,
    options: dict[str, object],
    depth: str | Depth | None,
    reference: int | None,
    strict: bool,
    lut: Lut | None = None,
    looked_at: Progress = lambda _: None,
) -> WrittenFile:
    started = time.perf_counter()
    chosen = None if depth is None else parse_setting(Depth, depth)
    prepared = _read(paths, output, reference, lut, looked_at)
    dtype = prepared.dtype if chosen is None else chosen.dtype
    contents = Contents(
        dtype,
        alpha=prepared.alpha is not None,
        nodata=prepared.nodata is not None,
        unbounded=dtype.kind == "f" and not prepared.value_range.is_unit,
        metadata=fitting_metadata(
            prepared, dtype, dimensions=3 if prepared.coloured or prepared.keeps_channels else 2
        ),
    )
    height, width = prepared.shape
    check_output(output, width=width, height=height, contents=contents, strict=strict)
    # Before the work: a source may be gone or another one when it is done.
    digests = [(path.name, digest_of(path)) for path in paths]
    fuser = make_fuser()
    fused = compute(fuser, prepared.pictures)
    result = finish(fused, prepared, depth=chosen)
    pixels = result.pixels
    provenance = describe_provenance(
        operation,
        digests,
        # A stand-in for the fuser may have none.
        weights=getattr(fuser, "weights_digest", None),
        options={
            **options,
            "reference": prepared.reference + 1 if len(paths) > 1 else None,
            "depth": None if chosen is None else str(chosen),
            "precision": getattr(fuser, "precision", None),
        },
        value_range=prepared.value_range,
    )
    write_image(
        output,
        pixels,
        result.alpha,
        nodata=result.nodata,
        metadata=result.metadata,
        provenance=provenance,
        strict=strict,
    )
    return WrittenFile(
        path=output,
        width=width,
        height=height,
        coloured=pixels.ndim == 3 and prepared.coloured,
        seconds=time.perf_counter() - started,
    )


def _read(
    paths: Sequence[Path],
    output: Path,
    reference: int | None,
    lut: Lut | None,
    looked_at: Progress,
) -> Prepared:
    """Read the sources and check them; what they were read into is freed where it can be."""
    place = None if reference is None else reference - 1
    if len(paths) > 2:
        # What can be found out at once is, before hundreds of files are read: suffix and folder.
        check_output(output, width=MINIMUM_SIZE, height=MINIMUM_SIZE)
        require_another_file(output, paths)
        prepared = survey(paths, reference=place, advance=looked_at)
        height, width = prepared.shape
        check_output(output, width=width, height=height)
        return prepared
    sources: list[Image] = [read_image(path) for path in paths]
    for other in sources[1:]:
        require_same_size(
            sources[0].pixels.shape,
            other.pixels.shape,
            names=(str(sources[0].path), str(other.path)),
        )
    height, width = sources[0].pixels.shape[:2]
    check_output(output, width=width, height=height)
    require_another_file(output, paths)
    require_minimum_size((height, width), minimum=MINIMUM_SIZE, name=str(paths[0]))
    return prepare(sources, reference=place, lut=lut)


def require_another_file(output: Path, sources: Sequence[Path]) -> None:
    """Refuse to write over a source.

    Args:
        output: the file to write.
        sources: the files that are read.

    Raises:
        ImageFileError: it is one of them.
    """
    for source in sources:
        if output.exists() and source.exists() and output.samefile(source):
            raise ImageFileError(
                f"{output}: expected another file than the sources, got one of them; choose "
                "another name, sources are never overwritten"
            )
