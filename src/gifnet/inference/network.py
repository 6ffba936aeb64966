"""What computes the fused luma of a pair: the engine."""

import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gifnet.engine import Plan, Region, compute, fold, make_plan, make_runtime
from gifnet.engine.graph_bytes import AnyArray
from gifnet.engine.memory import (
    default_budget,
    give_back_memory,
    gpu_budget,
    keep_large_blocks_apart,
    left_of,
    used_memory,
)
from gifnet.engine.processors import fair_share
from gifnet.engine.quantising import Ranges, quantise
from gifnet.errors import ImageSizeError, SettingError
from gifnet.imaging.arrays import FloatArray, describe_size
from gifnet.inference.settings import Device, Precision, Runtime, resolve_device

logger = logging.getLogger(__name__)

# A budget that has shrunk by less is met by the same plan.
_NEARLY = 0.85
_REPEATABLE_BUDGET = 1300 * 2**20
_LEAST_FOR_TILES = 260 * 2**20
# What a process holds beside tiles and features (measured): libraries, and the pictures.
_USED_AT_LEAST = 200 * 2**20
_USED_A_PIXEL = 48

Read = Callable[[Region], FloatArray]
Write = Callable[[Region, FloatArray], None]
Advance = Callable[[float], None]


class Network(Protocol):
    """Computes the fused luma of a pair of pictures."""

    device: str
    precision: str
    runtime: str

    def fuse(self, height: int, width: int, read: Read, write: Write, advance: Advance) -> None:
        """Fuse.

        Args:
            height: rows of the pictures.
            width: columns.
            read: gives both sources' luma of a region, (1, 2, rows, columns) in [0, 1].
            write: takes the fused luma of a region, (rows, columns).
            advance: is told the share of the work that is done.
        """
        ...


class Engine:
    """The engine: tiles, on a runtime, within a budget of memory.

    Args:
        arrays: the network's weights, of the published size.
        device: where to compute.
        precision: of the arithmetic.
        runtime: what computes.
        ranges: of the activations, for int8: from ``load_ranges``.
        threads: how many on a CPU; its share of the processors if None.
        tile: longest side of a tile, in pixels; chosen if None.
        max_memory: bytes that the process may take; chosen if None.
        repeatable: as for ``Fuser``.

    Raises:
        CheckpointError: the weights are not of the published size.
        SettingError: the runtime or the device cannot do it.
        MissingDependencyError: a library is not installed.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[np.float32]],
        *,
        device: Device,
        precision: Precision,
        runtime: Runtime,
        ranges: Ranges | None = None,
        threads: int | None = None,
        tile: int | None = None,
        max_memory: float | None = None,
        repeatable: bool = False,
    ) -> None:
        keep_large_blocks_apart()
        folded = fold(arrays)
        self._auxiliary_weight = float(folded.pop("auxiliary_weight")[0])
        if device is Device.AUTO and (
            precision is Precision.INT8 or runtime not in {Runtime.AUTO, Runtime.TORCH}
        ):
            # Of the runtimes PyTorch alone computes on a GPU, and not with integers.
            device = Device.CPU
        self.device = resolve_device(device)
        self.precision = str(precision)
        if precision is Precision.INT8:
            if ranges is None:
                raise SettingError("expected ranges of the activations for int8, got none")
            weights: Mapping[str, AnyArray] = quantise(folded, ranges)
        else:
            weights = folded
        # With threads set, too, others see this process.
        share = fair_share()
        self._make_runtime = partial(
            make_runtime,
            str(runtime),
            weights,
            precision=self.precision,
            device=self.device,
            threads=threads or share,
        )
        self._runtime = self._make_runtime()
        self.runtime = self._runtime.name
        self._tile = tile
        self._retained = 0.0
        self._max_memory = max_memory
        self._repeatable = repeatable
        self._plan: Plan | None = None
        self._planned_for = 0.0
        logger.info("the network runs on %s (%s) in %s", self.runtime, self.device, self.precision)

    def fuse(self, height: int, width: int, read: Read, write: Write, advance: Advance) -> None:
        """See ``Network.fuse``."""
        if self._repeatable and self._plan is not None and not self._plan.is_of(height, width):
            # Which graphs are compiled for one size, and which for any, depends on what came
            # before; the last digit of the result depends on that.
            self._runtime = self._make_runtime()
        before = used_memory()
        plan = self._plan_of(height, width)
        logger.info(
            "tiles: %d, of at most %d pixels; rows kept: %s embedded, %s after the first block",
            len(plan.passes[0].tiles),
            plan.tile,
            *(
                "all" if rows >= height else rows
                for rows in (plan.kept_embedded_rows, plan.kept_feature_rows)
            ),
        )
        with enough_memory((height, width)):
            compute(self._runtime, plan, read, write, self._auxiliary_weight, advance)
        give_back_memory()
        self._retained = max(self._retained + used_memory() - before, 0.0)

    def _plan_of(self, height: int, width: int) -> Plan:
        """The plan of a picture: that of the one before if it had the same size.

        A few megabytes more or less in use would else choose other tiles, for which graphs are
        compiled anew.
        """
        budget = self._budget(height * width)
        kept = self._plan is not None and self._plan.is_of(height, width)
        if self._plan is None or not kept or budget < _NEARLY * self._planned_for:
            self._plan = make_plan(
                height,
                width,
                budget=budget,
                bytes_per_feature=self._runtime.bytes_per_feature,
                working_bytes=self._runtime.working_bytes,
                best_tile=self._runtime.best_tile,
                tile=self._tile,
            )
            self._planned_for = budget
        return self._plan

    def _budget(self, pixels: int) -> float:
        """Bytes for tiles and kept features."""
        if self.device != "cpu":
            chosen = _REPEATABLE_BUDGET if self._repeatable else gpu_budget(self.device)
            return self._max_memory or chosen
        if not self._repeatable:
            budget = self._max_memory or default_budget(pixels)
            # What fusing leaves behind is used again by the next picture, so that the plan is the
            # same for every one.
            budget += self._retained - self._runtime.fixed_bytes
            left = left_of(budget)
            if self._max_memory and self._plan is None and used_memory() + left > budget:
                lacking = used_memory() + left - budget
                logger.warning(
                    "expected a memory limit of at least %.0f MB, got %.0f MB, which libraries, "
                    "pictures and the smallest tiles exceed",
                    (self._max_memory + lacking) / 1e6,
                    self._max_memory / 1e6,
                )
            return left
        # The tiles too must depend on the picture alone: not on what the process holds just now.
        used = _USED_AT_LEAST + _USED_A_PIXEL * pixels
        return max((self._max_memory or _REPEATABLE_BUDGET) - used, _LEAST_FOR_TILES)


class enough_memory:  # noqa: N801 - reads as a statement
    """Turn a lack of memory into an error that says what to do."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        lacking = isinstance(error, MemoryError) or (
            # CUDA's error has a type of its own; others are told by their words only.
            isinstance(error, RuntimeError)
            and re.search("out of memory|not enough memory|can't allocate memory", str(error))
        )
        if lacking:
            raise ImageSizeError(
                "expected a picture that fits into the device's memory, got "
                f"{describe_size(self._shape)} pixels; make it smaller, choose smaller tiles, or a "
                "device with more memory"
            ) from error
