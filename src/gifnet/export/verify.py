"""Exported files, compared with the network they were made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.graph_bytes import WHOLE
from gifnet.errors import ExportError
from gifnet.export.file_stages import FileStages
from gifnet.export.loaded import Run, library_for, load
from gifnet.export.models import Source
from gifnet.export.reference import NETWORK, Fuse, fuse_in_tiles, make_reference
from gifnet.export.settings import Format

FloatArray = NDArray[np.float32]
Advance = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""

TOLERANCE = 1e-4
"""Of float32, in a luma of 0 to 1; sums in another order differ by some 1e-6."""

LEAST_DECIBELS = 30
"""Of int8: less is a mistake, not rounding."""

SIZES = ((5, 7), (47, 59), (29, 131), (86, 58))
"""Rows and columns: smaller than a window, prime, wide, and no multiple of 4."""

# Longest side of the parts of pictures that int8 is compared on.
_PART = 320

# Sides of tiles, and bytes to keep features in between the passes: nothing, all, a part. One more
# than sizes, so that a size is not always cut alike.
_TILINGS = ((64, 0.0), (24, np.inf), (40, 2e6), (48, 0.0), (16, np.inf))


@dataclass(frozen=True)
class Verification:
    """What came of comparing.

    Attributes:
        library: what the files were run on.
        reference: what they were compared with.
        pairs: how many pairs of pictures.
        sizes: rows and columns of the pictures.
        difference: the largest one, in a luma of 0 to 1.
        decibels: of int8, PSNR in each pair; else none.
    """

    library: str
    reference: str
    pairs: int
    sizes: tuple[tuple[int, int], ...]
    difference: float
    decibels: tuple[float, ...] = ()

    @property
    def against_network(self) -> bool:
        """Whether the reference was the network itself."""
        return self.reference == NETWORK

    def __str__(self) -> str:
        """One line for people."""
        if self.decibels:
            return (
                f"int8 on {self.library} against {self.reference}: "
                f"{float(np.mean(self.decibels)):.1f} dB on average, {min(self.decibels):.1f} dB "
                f"at least, in {self.pairs} of the pairs that it was calibrated on"
            )
        sizes = ", ".join(f"{width} x {height}" for height, width in self.sizes)
        return (
            f"verified on {self.library} against {self.reference}: largest difference "
            f"{self.difference:.1e} in {self.pairs} pairs ({sizes} pixels)"
        )


def verify(
    files: Mapping[str, Path],
    source: Source,
    form: Format,
    advance: Advance,
    pictures: Sequence[FloatArray] = (),
) -> Verification:
    """Compare exported files with the network, on sizes that were nowhere said to them.

    Args:
        files: the whole graph, or all stages, by their names.
        source: the weights that they were made of.
        form: their format.
        advance: is told the progress.
        pictures: for int8: pairs that it is compared on; parts of them are enough.

    Returns:
        The largest difference, at most ``TOLERANCE``; of int8 at least ``LEAST_DECIBELS``.

    Raises:
        ExportError: they differ more.
        MissingDependencyError: nothing is installed that runs the files.
    """
    library = library_for(form)
    runs = {name: load(file, library) for name, file in files.items()}
    name, reference = make_reference(source)
    fuse = _whole(runs[WHOLE]) if WHOLE in runs else _tiled(FileStages(runs))
    if pictures:
        return _compare_int8(fuse, (library, name, reference), pictures, source, advance)
    pairs = list(_pairs(source.auxiliary_weight))
    largest = 0.0
    for done, (pair, auxiliary_weight) in enumerate(pairs, 1):
        difference = fuse(pair, auxiliary_weight) - reference(pair, auxiliary_weight)
        worst = float(np.abs(difference).max())
        # NaN is no more than anything.
        if not worst <= TOLERANCE:
            raise _differs(
                pair,
                f"{name} does to within {TOLERANCE:.0e}",
                f"a difference of {worst:.1e}",
                library,
            )
        largest = max(largest, worst)
        advance(done / len(pairs))
    return Verification(library, name, len(pairs), SIZES, largest)


def _compare_int8(
    fuse: Fuse,
    against: tuple[str, str, Fuse],
    pictures: Sequence[FloatArray],
    source: Source,
    advance: Advance,
) -> Verification:
    library, name, reference = against
    decibels, largest = [], 0.0
    for done, picture in enumerate(pictures, 1):
        pair = np.ascontiguousarray(picture[..., :_PART, :_PART])
        difference = fuse(pair, source.auxiliary_weight) - reference(pair, source.auxiliary_weight)
        largest = max(largest, float(np.abs(difference).max()))
        error = max(float(np.mean(np.square(difference, dtype=np.float64))), 1e-12)
        decibels.append(float(-10 * np.log10(error)))
        if not decibels[-1] >= LEAST_DECIBELS:
            raise _differs(
                pair, f"{name} does to {LEAST_DECIBELS} dB", f"{decibels[-1]:.1f} dB", library
            )
        advance(done / len(pictures))
    sizes = tuple(dict.fromkeys((picture.shape[-2], picture.shape[-1]) for picture in pictures))
    return Verification(library, name, len(pictures), sizes, largest, tuple(decibels))


def _differs(pair: FloatArray, wanted: str, found: str, library: str) -> ExportError:
    height, width = pair.shape[-2:]
    return ExportError(
        f"expected exported files that give what {wanted}, got {found} at "
        f"{width} x {height} pixels on {library}; nothing was written: try another version of "
        f"{library}, and please report it"
    )


def _whole(run: Run) -> Fuse:
    def fuse(pair: FloatArray, auxiliary_weight: float) -> FloatArray:
        weight = np.array([auxiliary_weight], np.float32)
        fused: FloatArray = run({"pair": pair, "auxiliary_weight": weight})["fused"][0, 0]
        return fused

    return fuse


def _tiled(stages: FileStages) -> Fuse:
    """Each picture in other tiles."""
    count = 0

    def fuse(pair: FloatArray, auxiliary_weight: float) -> FloatArray:
        nonlocal count
        tile, budget = _TILINGS[count % len(_TILINGS)]
        count += 1
        return fuse_in_tiles(stages, pair, auxiliary_weight, tile=tile, budget=budget)

    return fuse


def _pairs(trained: float) -> Iterator[tuple[FloatArray, float]]:
    """Random and structured pairs with the trained influence, and one with another."""
    generator = np.random.default_rng(0)
    for height, width in SIZES:
        yield generator.random((1, 2, height, width), dtype=np.float32), trained
    for height, width in SIZES:
        yield _structured(height, width), trained
    yield _structured(*SIZES[1]), trained / 2 + 0.25


def _structured(height: int, width: int) -> FloatArray:
    """Waves on a slope beside a bright disc on black: smooth, sharp and flat parts."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = 0.25 + 0.25 * np.sin(rows / 3 + columns / 7) + 0.5 * columns / width
    distance = np.hypot(rows - height / 2, columns - width / 3)
    return np.stack([waves, distance < min(height, width) / 3])[None].astype(np.float32)
