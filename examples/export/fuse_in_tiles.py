"""Fuse two pictures tile by tile with exported stages: NumPy, ONNX Runtime and Pillow alone.

    gifnet export --format onnx -o gifnet-stages
    python fuse_in_tiles.py gifnet-stages first.png second.png fused.png

Written for reading, after README.txt of the exported folder: features are kept whole, and only luma
is fused. The result is that of the whole network, whatever the tiles are.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Rectangle = tuple[int, int, int, int]
"""First row, first column, end of the rows, end of the columns."""
CHANNELS = 98


class Sums:
    """Mean and deviation of a whole picture's features, gathered over its tiles."""

    def __init__(self) -> None:
        self.count, self.sum, self.square = 0, 0.0, 0.0

    def add(self, sums: Array, norms: Array) -> None:
        self.count += sums.size * CHANNELS
        self.sum += float(sums.sum(dtype=np.float64))
        self.square += float(np.square(norms, dtype=np.float64).sum())

    def moments(self) -> list[float]:
        mean = self.sum / self.count
        return [mean, (self.square / self.count - mean**2 + 1e-5) ** 0.5]


def fuse(folder: Path, pair: Array, side: int = 96) -> Array:
    """Fuse a pair.

    Args:
        folder: exported stages.
        pair: luma of both sources, (1, 2, height, width) in [0, 1].
        side: of the tiles, a multiple of 8.

    Returns:
        The fused luma, (height, width) in [0, 1].
    """
    influence = json.loads((folder / "gifnet.json").read_text("utf-8"))["auxiliary_weight"]
    stages = {
        name: onnxruntime.InferenceSession(str(folder / f"{name}.onnx"))
        for name in ("embed", "interact", "shift", "decode")
    }
    height, width = pair.shape[2:]
    rows, columns = -(-height // 4) * 4, -(-width // 4) * 4
    dp, mm, features = (np.empty((1, rows, columns, CHANNELS), np.float32) for _ in range(3))
    dp_sums, mm_sums, features_sums = Sums(), Sums(), Sums()

    for tile in tiles(rows, columns, side):
        top, left, bottom, right = grown(tile, 4, grid=4)
        top, left, bottom, right = max(top, 0), max(left, 0), min(bottom, height), min(right, width)
        around = (top, left, bottom, right)
        out = run(stages["embed"], pair=pair[:, :, top:bottom, left:right])
        dp[inside(tile)] = out["dp"][inside(tile, around)]
        mm[inside(tile)] = out["mm"][inside(tile, around)]
        dp_sums.add(out["dp_sums"][inside(tile, around)], out["dp_norms"][inside(tile, around)])
        mm_sums.add(out["mm_sums"][inside(tile, around)], out["mm_norms"][inside(tile, around)])

    moments = np.array(dp_sums.moments() + mm_sums.moments(), np.float32)
    for tile in tiles(rows, columns, side):
        windows = grown(tile, 0, grid=8)
        out = run(
            stages["interact"],
            dp=reflected(dp, grown(windows, 2)),
            mm=reflected(mm, grown(windows, 2)),
            moments=moments,
            auxiliary_weight=np.array([influence], np.float32),
        )
        part = inside(tile, windows)
        features[inside(tile)] = out["features"][part]
        features_sums.add(out["features_sums"][part], out["features_norms"][part])

    moments = np.array(features_sums.moments(), np.float32)
    fused = np.empty((height, width), np.float32)
    for tile in tiles(rows, columns, side):
        top, left, bottom, right = grown(tile, 7)
        region = (max(top, 0), max(left, 0), min(bottom, rows), min(right, columns))
        windows = grown(region, 0, grid=8, start=4)
        out = run(stages["shift"], features=reflected(features, grown(windows, 2)), moments=moments)
        shifted = out["shifted"][inside(region, windows)]
        top, left, bottom, right = region
        out = run(stages["decode"], pair=pair[:, :, top:bottom, left:right], shifted=shifted)
        # What lies beyond the picture is neither in the output nor in the array that takes it.
        fused[inside(tile)[1:]] = out["fused"][0][inside(tile, region)][0]
    return fused


def tiles(rows: int, columns: int, side: int) -> Iterator[Rectangle]:
    """Cut rows and columns; a last tile that is too narrow to be reflected joins the one before."""
    for top, bottom in cuts(rows, side):
        for left, right in cuts(columns, side):
            yield top, left, bottom, right


def cuts(length: int, side: int) -> list[tuple[int, int]]:
    starts = [start for start in range(0, length, side) if start == 0 or length - start >= 8]
    return list(zip(starts, [*starts[1:], length], strict=True))


def grown(tile: Rectangle, margin: int, *, grid: int = 1, start: int = 0) -> Rectangle:
    """Add a margin, then go outwards to a grid."""
    top, left, bottom, right = tile
    first = [(value - margin - start) // grid * grid + start for value in (top, left)]
    last = [-((start - value - margin) // grid) * grid + start for value in (bottom, right)]
    return first[0], first[1], last[0], last[1]


def inside(tile: Rectangle, outer: Rectangle = (0, 0, 0, 0)) -> tuple[slice, slice, slice]:
    """Where a rectangle lies in an array (1, rows, columns, ...) that begins at another one."""
    top, left, bottom, right = tile
    return (
        slice(None),
        slice(top - outer[0], bottom - outer[0]),
        slice(left - outer[1], right - outer[1]),
    )


def reflected(features: Array, wanted: Rectangle) -> Array:
    """Cut a rectangle out, and reflect what lies beyond the features."""
    top, left, bottom, right = wanted
    rows, columns = features.shape[1:3]
    part = features[:, max(top, 0) : min(bottom, rows), max(left, 0) : min(right, columns)]
    sides = (
        (0, 0),
        (max(-top, 0), max(bottom - rows, 0)),
        (max(-left, 0), max(right - columns, 0)),
        (0, 0),
    )
    return np.pad(part, sides, mode="reflect")


def run(stage: onnxruntime.InferenceSession, **inputs: Array) -> dict[str, Any]:
    names = [output.name for output in stage.get_outputs()]
    return dict(zip(names, stage.run(names, inputs), strict=True))


def main() -> None:
    folder, first, second, output = sys.argv[1:]
    lumas = [np.asarray(Image.open(file).convert("L"), np.float32) for file in (first, second)]
    fused = fuse(Path(folder), np.stack(lumas)[None] / np.float32(255))
    Image.fromarray(np.rint(fused * 255).astype(np.uint8)).save(output)


if __name__ == "__main__":
    main()
