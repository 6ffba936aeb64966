"""What computes the fused luma of a pair: the engine, or the plain network as it is trained."""

import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

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
from gifnet.tasks import Task

if TYPE_CHECKING:
    from gifnet.model import GIFNet

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
        self.device = resolve_device(device)
        self.precision = str(precision)
        if precision is Precision.INT8:
            if ranges is None:
                raise SettingError("expected ranges of the activations for int8, got none")
            weights: Mapping[str, AnyArray] = quantise(folded, ranges)
        else:
            weights = folded
        self._make_runtime = partial(
            make_runtime,
            str(runtime),
            weights,
            precision=self.precision,
            device=self.device,
            threads=threads or fair_share(),
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
        with _enough_memory((height, width)):
            compute(self._runtime, plan, read, write, self._auxiliary_weight, advance)
        give_back_memory()
        self._retained += max(used_memory() - before, 0.0)

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
            return left_of(budget - self._runtime.fixed_bytes + self._retained)
        # The tiles too must depend on the picture alone: not on what the process holds just now.
        used = _USED_AT_LEAST + _USED_A_PIXEL * pixels
        return max((self._max_memory or _REPEATABLE_BUDGET) - used, _LEAST_FOR_TILES)


class PlainNetwork:
    """``GIFNet.forward`` on the whole picture, for a network at hand.

    Args:
        model: the network; it is moved to the device.
        device: where to compute.
        precision: of the arithmetic.
        main: the task whose branch is main.
    """

    runtime = "torch"

    def __init__(
        self,
        model: "GIFNet",
        device: Device,
        precision: Precision,
        main: Task = Task.DIGITAL_PHOTOGRAPHY,
    ) -> None:
        import torch

        if precision is Precision.INT8:
            raise SettingError(
                "int8 is computed by the engine only, which takes networks of the published size; "
                "choose float32 or bfloat16"
            )
        self.device = resolve_device(device, torch_needed=True)
        self.precision = str(precision)
        # Networks of others know of no roles: they are told only where these are unusual.
        self._roles = () if main is Task.DIGITAL_PHOTOGRAPHY else (main,)
        model = model.to(self.device).eval()
        # PyTorch's annotations leave this argument out.
        self._model: GIFNet = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def fuse(self, height: int, width: int, read: Read, write: Write, advance: Advance) -> None:
        """See ``Network.fuse``."""
        import torch

        whole = Region(0, 0, height, width)
        bfloat16 = torch.autocast(
            self.device, dtype=torch.bfloat16, enabled=self.precision == Precision.BFLOAT16
        )
        with _enough_memory((height, width)), torch.inference_mode(), bfloat16:
            pair = torch.from_numpy(np.ascontiguousarray(read(whole))).to(self.device)
            fused = self._model(pair[:, :1], pair[:, 1:], *self._roles)[0, 0].float().cpu()
        advance(1.0)
        write(whole, fused.numpy())


class _enough_memory:  # noqa: N801 - reads as a statement
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
