"""The int8 form of weights: made on pictures that the user names, and what it costs in truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from gifnet.checkpoints import WeightArrays, load_arrays
from gifnet.checkpoints.int8_ranges import ranges_bytes, ranges_path
from gifnet.data.luma_pairs import load_calibration_pairs
from gifnet.engine.measured_ranges import measure_ranges
from gifnet.engine.quantising import Ranges
from gifnet.engine.whole_pair import fuse_whole_pair
from gifnet.errors import CheckpointError
from gifnet.imaging.arrays import FloatArray
from gifnet.imaging.atomic import write_atomically
from gifnet.inference.network import Engine
from gifnet.inference.settings import Device, Precision, Runtime


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
    chosen = load_calibration_pairs(folders)
    steps, done = len(chosen.pairs) + 2 * len(chosen.compared), 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress(done / steps)

    ranges = measure_ranges(loaded.foldable, chosen.pairs, advance)
    decibels = _compare(loaded, ranges, chosen.compared, advance)
    path = output or ranges_path(weights)
    content = ranges_bytes(ranges, loaded.sha256, chosen.words)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise CheckpointError(
            f"{path}: could not write the int8 form ({error.strerror or error}); check the "
            "folder's mode and the free space, or name another file with -o"
        ) from error
    return Calibrated(path, len(chosen.pairs), decibels)


def _compare(
    weights: WeightArrays,
    ranges: Ranges,
    pairs: Sequence[FloatArray],
    advance: Callable[[], None],
) -> tuple[float, ...]:
    exact, rounded = (
        Engine(
            weights.foldable,
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
            results.append(fuse_whole_pair(pair, partial(engine.fuse, advance=lambda _: None)))
            advance()
        error = float(np.mean(np.square(results[0] - results[1], dtype=np.float64)))
        decibels.append(float(-10 * np.log10(max(error, 1e-12))))
    return tuple(decibels)
