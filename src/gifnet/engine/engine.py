"""The whole picture's result, computed tile by tile in passes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gifnet.engine.folding import MARGIN, WINDOW
from gifnet.engine.graph_bytes import STAGES
from gifnet.engine.kept import BandStore, KeptFeatures
from gifnet.engine.moments import MomentSums
from gifnet.engine.plan import Pass, Plan
from gifnet.engine.regions import Region, padded
from gifnet.engine.runtime import Embedded, Features, FloatArray, Padding, Runtime, Sums

Read = Callable[[Region], FloatArray]
"""Gives both sources' luma of a region of the picture, (1, 2, height, width) in [0, 1]."""
Write = Callable[[Region, NDArray[np.float32]], None]
"""Takes the fused luma of a region, (height, width)."""
Advance = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""

# Pixels that a result depends on: through three convolutions of the encoder and the embedding,
_EMBED_MARGIN = 4
# through the encoder's three and the decoder's four.
_DECODE_MARGIN = 7
_SHIFT = WINDOW // 2
# So many rows above a row of tiles are still asked for: two windows.
_LOOK_BACK = 2 * WINDOW


def compute(
    runtime: Runtime,
    plan: Plan,
    read: Read,
    write: Write,
    auxiliary_weight: float,
    advance: Advance = lambda _: None,
) -> None:
    """Fuse a picture.

    The result is that of ``GIFNet.forward`` on the whole picture, whatever the tiles are: the
    norms' moments are those of the whole picture, windows lie where the whole picture's lie, and
    each stage sees as much around a tile as decides it. True borders are reflected in every layer,
    as there.

    Args:
        runtime: computes the stages.
        plan: the tiles, and how much is kept between passes.
        read: gives the sources; called several times for each pixel.
        write: takes the result, tile by tile; every pixel once.
        auxiliary_weight: the paper's lambda.
        advance: is told the progress.
    """
    picture = _Picture(runtime, plan, read, write, auxiliary_weight)
    steps = {
        "embed": picture.measure_embedded,
        "interact": picture.measure_features,
        "shift": picture.shift,
        "decode": picture.decode,
    }
    done, total = 0.0, sum(work.total for work in plan.passes)
    for work in plan.passes:
        picture.prepare(work)
        following = [*(tile.top for tile in work.tiles[1:]), plan.height]
        for tile, top in zip(work.tiles, following, strict=True):
            steps[work.stage](tile)
            picture.forget(work.stage, top)
            done += work.cost * tile.height * tile.width
            advance(min(done / total, 1.0))
        runtime.release()


class _Picture:
    """One picture on its way through the passes."""

    def __init__(
        self, runtime: Runtime, plan: Plan, read: Read, write: Write, auxiliary_weight: float
    ) -> None:
        self._runtime = runtime
        self._height, self._width = plan.height, plan.width
        self._rows, self._columns = padded(plan.height), padded(plan.width)
        self._read, self._write = read, write
        self._auxiliary_weight = np.array([auxiliary_weight], np.float32)
        self._largest: dict[str, tuple[int, int]] = {}
        self._sums = {name: MomentSums() for name in ("dp", "mm", "features")}
        store = BandStore(runtime.allocate, plan.spare)
        self._dp, self._mm, self._features, self._shifted = (
            KeptFeatures(store, rows, self._columns)
            for rows in (
                plan.kept_embedded_rows,
                plan.kept_embedded_rows,
                plan.kept_feature_rows,
                plan.kept_shifted_rows,
            )
        )

    def prepare(self, work: Pass) -> None:
        """Find out the sizes of a pass before it starts, so that all its tiles have the same."""
        for tile in work.tiles:
            region = tile
            if work.stage == "decode":
                region = self._around(tile)
                if self._shifted.holds(region):
                    continue
            if work.stage in {"shift", "decode"}:
                region, _ = self._with_margin(self._windows("shift", region, _SHIFT))
                if self._features.holds(region):
                    continue
            if work.stage != "embed":
                region, _ = self._with_margin(self._windows("interact", region, 0))
                if self._dp.holds(region):
                    continue
            self._embed_region(region)
        for stage in STAGES:
            self._runtime.expect(stage, len(work.tiles))

    def forget(self, stage: str, following: int) -> None:
        """Forget what no later tile of a pass needs.

        Args:
            stage: of the pass.
            following: top of the next tile.
        """
        for kept in self._needed_by(stage):
            kept.forget_above(following - _LOOK_BACK)

    def measure_embedded(self, tile: Region) -> None:
        """First pass: moments of the unshifted norms."""
        embedded = self._embed(tile)
        self._dp.put(tile, embedded.dp)
        self._mm.put(tile, embedded.mm)
        self._sums["dp"].add(embedded.dp_sums)
        self._sums["mm"].add(embedded.mm_sums)

    def measure_features(self, tile: Region) -> None:
        """Second pass: moments of the shifted norm."""
        features, sums = self._interact(tile)
        self._features.put(tile, features)
        self._sums["features"].add(sums)

    def shift(self, tile: Region) -> None:
        """A pass of its own for the shifted block, where its result is kept."""
        self._shifted.put(tile, self._shift(tile))

    def decode(self, tile: Region) -> None:
        """Last pass: the result."""
        around = self._around(tile)
        region = Region(
            around.top,
            around.left,
            self._rows if around.bottom == self._height else around.bottom,
            self._columns if around.right == self._width else around.right,
        )
        parts = self._shifted.parts(region)
        shifted = self._join(parts) if parts else self._shift(region)
        fused = self._runtime.decode(self._read(around), shifted)
        wanted = tile.clipped(self._height, self._width)
        self._write(wanted, fused[0, 0][wanted.within(around).slices])

    def _needed_by(self, stage: str) -> tuple[KeptFeatures, ...]:
        """What a pass works on, and no later one does."""
        return {
            "embed": (),
            "interact": (self._dp, self._mm),
            "shift": (self._features,),
            "decode": (self._shifted,),
        }[stage]

    def _around(self, tile: Region) -> Region:
        """What the decoder sees of a tile's surroundings."""
        around = tile.grown(_DECODE_MARGIN).clipped(self._height, self._width)
        return self._as_large("decode", around, Region(0, 0, self._height, self._width), 1)

    def _shift(self, region: Region) -> Features:
        windows = self._windows("shift", region, _SHIFT)
        inside, padding = self._with_margin(windows)
        parts = self._features.parts(inside) or [self._interact(inside)[0]]
        shifted = self._runtime.shift(
            self._runtime.assemble(parts, padding), self._moments("features")
        )
        return shifted[_inner(region, windows)]

    def _interact(self, region: Region) -> tuple[Features, Sums]:
        windows = self._windows("interact", region, 0)
        inside, padding = self._with_margin(windows)
        dp, mm = self._dp.parts(inside), self._mm.parts(inside)
        if not dp:
            embedded = self._embed(inside)
            dp, mm = [embedded.dp], [embedded.mm]
        features, sums = self._runtime.interact(
            self._runtime.assemble(dp, padding),
            self._runtime.assemble(mm, padding),
            self._moments("dp", "mm"),
            self._auxiliary_weight,
        )
        inner = _inner(region, windows)
        return features[inner], Sums(*(values[inner] for values in sums))

    def _embed(self, region: Region) -> Embedded:
        around = self._embed_region(region)
        embedded = self._runtime.embed(self._read(around))
        inner = _inner(region, around)
        return Embedded(
            embedded.dp[inner],
            embedded.mm[inner],
            Sums(*(values[inner] for values in embedded.dp_sums)),
            Sums(*(values[inner] for values in embedded.mm_sums)),
        )

    def _embed_region(self, region: Region) -> Region:
        """What the embedding sees: from a multiple of 4, so that a padded end is where it is."""
        around = region.grown(_EMBED_MARGIN)
        around = Region(
            around.top // 4 * 4, around.left // 4 * 4, padded(around.bottom), padded(around.right)
        ).clipped(self._height, self._width)
        return self._as_large("embed", around, Region(0, 0, self._height, self._width), 4)

    def _windows(self, stage: str, region: Region, start: int) -> Region:
        """Whole windows around a region."""
        limits = Region(0, 0, self._rows, self._columns).windows(start)
        return self._as_large(stage, region.windows(start), limits, WINDOW)

    def _as_large(self, stage: str, region: Region, limits: Region, step: int) -> Region:
        """Make a region as large as the largest one of a stage so far.

        A new size costs a runtime more than some pixels at the border do.
        """
        height, width = self._largest.get(stage, (0, 0))
        region = region.enlarged(height, width, limits, step)
        self._largest[stage] = max(height, region.height), max(width, region.width)
        return region

    def _with_margin(self, windows: Region) -> tuple[Region, Padding]:
        """What of windows and their margin lies in the picture, and how much is reflected."""
        around = windows.grown(MARGIN)
        inside = around.clipped(self._rows, self._columns)
        padding = Padding(
            inside.top - around.top,
            around.bottom - inside.bottom,
            inside.left - around.left,
            around.right - inside.right,
        )
        return inside, padding

    def _join(self, parts: list[Features]) -> Features:
        return self._runtime.assemble(parts, Padding(0, 0, 0, 0))

    def _moments(self, *names: str) -> FloatArray:
        return np.array([self._sums[name].moments() for name in names], np.float32).ravel()


def _inner(region: Region, outer: Region) -> tuple[slice, slice, slice]:
    return (slice(None), *region.within(outer).slices)
