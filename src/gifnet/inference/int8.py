"""The int8 form of weights: made on pictures that the user names, and what it costs in truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifnet.checkpoints import WeightArrays, load_arrays
from gifnet.checkpoints.int8_ranges import ranges_bytes, ranges_path
from gifnet.data.luma_pairs import MOST_PAIRS, find_pairs, load_luma
from gifnet.engine import Region, fold
from gifnet.engine.quantising import Ranges
from gifnet.errors import CheckpointError, MissingDependencyError
from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.atomic import write_atomically
from gifnet.inference.network import Engine
from gifnet.inference.processors import usable_processors
from gifnet.inference.settings import Device, Precision, Runtime

_COMPARED = 8


@dataclass(frozen=True)
class Calibrated:
    """An int8 form that was made.

    Attributes:
        path: its file.
        pairs: how many pairs of pictures it was calibrated on.
        decibels: PSNR against float32 of some of them, at most eight.
    """

    path: Path
    pairs: int
    decibels: tuple[float, ...]

    def __str__(self) -> str:
        """One line for people."""
        mean, lowest = float(np.mean(self.decibels)), min(self.decibels)
        return (
            f"wrote {self.path}: calibrated on {self.pairs} pairs; against float32 "
            f"{mean:.1f} dB on average, {lowest:.1f} dB at least, in {len(self.decibels)} of them"
        )


def calibrate_weights(
    weights: str | Path | None,
    folders: Sequence[Path],
    output: Path | None = None,
    *,
    progress: Callable[[float], None] = lambda _: None,
) -> Calibrated:
    """Make the int8 form of weights, which ``precision="int8"`` asks for.

    Args:
        weights: as for ``Fuser``.
        folders: two folders with pictures of equal name, or one, whose pictures are pairs with
            themselves; like those that are to be fused.
        output: the file to write; beside the weights if None, where it is looked for.
        progress: is told the share of the work that is done.

    Returns:
        What was made, and how true it is.

    Raises:
        DataError: there are no pictures, or one cannot be read.
        CheckpointError: the weights cannot be loaded or the file cannot be written.
        MissingDependencyError: OpenVINO, which measures, is not installed.
    """
    loaded = load_arrays(weights)
    files = find_pairs(folders, MOST_PAIRS)
    pairs = [load_luma(pair) for pair in files]
    folded = fold(loaded.foldable)
    steps, done = len(pairs) + 2 * min(len(pairs), _COMPARED), 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress(done / steps)

    try:
        from gifnet.engine.calibration import calibrate
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "openvino", extra="openvino", purpose="calibrating for int8"
        ) from error
    ranges = calibrate(folded, pairs, usable_processors(), advance)
    decibels = _compare(loaded, ranges, pairs[:: -(-len(pairs) // _COMPARED)], advance)
    path = output or ranges_path(weights)
    names = " and ".join(folder.name for folder in folders)
    content = ranges_bytes(ranges, loaded.sha256, f"{len(pairs)} pairs of {names}")
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CheckpointError(
            f"{path}: could not write the int8 form ({error.strerror or error}); check the "
            "folder's mode and the free space, or name another file with -o"
        ) from error
    return Calibrated(path, len(pairs), decibels)


def _compare(
    weights: WeightArrays,
    ranges: Ranges,
    pairs: Sequence[FloatArray],
    advance: Callable[[], None],
) -> tuple[float, ...]:
    exact, rounded = (
        Engine(
            weights.arrays,
            device=Device.CPU,
            precision=precision,
            runtime=Runtime.OPENVINO,
            ranges=ranges,
        )
        for precision in (Precision.FLOAT32, Precision.INT8)
    )
    decibels = []
    for pair in pairs:
        results = []
        for engine in (exact, rounded):
            results.append(_fused(engine, pair))
            advance()
        error = float(np.mean(np.square(results[0] - results[1], dtype=np.float64)))
        decibels.append(float(-10 * np.log10(max(error, 1e-12))))
    return tuple(decibels)


def _fused(engine: Engine, pair: FloatArray) -> FloatArray:
    height, width = pair.shape[-2:]
    fused = np.empty((height, width), np.float32)

    def read(region: Region) -> FloatArray:
        return pair[(slice(None), slice(None), *region.slices)]

    def write(region: Region, luma: FloatArray) -> None:
        fused[region.slices] = luma

    engine.fuse(height, width, read, write, lambda _: None)
    return fused
