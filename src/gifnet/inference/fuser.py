"""Fuser: arrays in, fused array out."""

import copy
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifnet.checkpoints import load_arrays, load_model
from gifnet.engine import Region
from gifnet.engine.quantising import ACTIVATIONS, Ranges
from gifnet.errors import CheckpointError
from gifnet.imaging.arrays import (
    FloatArray,
    Picture,
    from_float,
    require_minimum_size,
    require_same_size,
    widest_dtype,
)
from gifnet.imaging.colour import fuse_chroma, ycbcr_to_rgb
from gifnet.inference.network import Engine, Network, PlainNetwork, Read, Write
from gifnet.inference.settings import Device, Precision, Runtime, parse_setting
from gifnet.inference.source_order import should_swap
from gifnet.inference.sources import Source
from gifnet.inference.stack import fuse_stack, require_several
from gifnet.model.config import MINIMUM_SIZE, ModelConfig
from gifnet.tasks import Application

if TYPE_CHECKING:
    from gifnet.model import GIFNet

logger = logging.getLogger(__name__)

Progress = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""


class Fuser:
    """Fuses pictures with one network, loaded once.

    Args:
        weights: ``"default"`` or ``"paper"``, weights of the package, or a weights file
            (``"./paper"`` and every ``Path`` are files); the package's default ones if None.
        device: ``auto`` (CUDA, else MPS, else CPU), ``cpu``, ``cuda`` or ``mps``; GPUs need the
            extra ``torch``.
        precision: arithmetic of the network: ``float32``; ``bfloat16``, good to about half an
            8-bit level; or ``int8``, good to about a level, for weights that have an int8 form.
        runtime: the library that computes: ``auto``, ``openvino``, ``onnxruntime`` or ``torch``.
        threads: how many to compute with on a CPU; all that the process may use if None.
        tile: longest side of the tiles that pictures are computed in, in pixels; chosen if None.
            The result does not depend on it.
        max_memory: bytes that the process may take; chosen by what is free if None.

    A network of another size than the published one is computed whole, by PyTorch.

    Attributes:
        weights_digest: SHA-256 of the weights' file; None for a network at hand.

    Raises:
        CheckpointError: the weights cannot be loaded.
        SettingError: the device, the precision or the runtime does not exist here.
        MissingDependencyError: the runtime's library is not installed.
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        device: str | Device = Device.AUTO,
        precision: str | Precision = Precision.FLOAT32,
        *,
        runtime: str | Runtime = Runtime.AUTO,
        threads: int | None = None,
        tile: int | None = None,
        max_memory: float | None = None,
    ) -> None:
        device, precision = parse_setting(Device, device), parse_setting(Precision, precision)
        runtime = parse_setting(Runtime, runtime)
        loaded = load_arrays(weights)
        self.weights_digest: str | None = loaded.sha256
        if loaded.header.model != ModelConfig():
            logger.info("a network of another size than the published one: computed as it is")
            self._network: Network = PlainNetwork(load_model(weights), device, precision)
            return
        self._network = Engine(
            loaded.arrays,
            device=device,
            precision=precision,
            runtime=runtime,
            ranges=_ranges(weights, loaded.sha256) if precision is Precision.INT8 else None,
            threads=threads,
            tile=tile,
            max_memory=max_memory,
        )

    @classmethod
    def from_model(
        cls,
        model: "GIFNet",
        device: str | Device = Device.AUTO,
        precision: str | Precision = Precision.FLOAT32,
    ) -> "Fuser":
        """Make a fuser of a network at hand, for example one in training.

        It computes whole pictures with PyTorch, as the network is.

        Args:
            model: the network; it is copied, not changed.
            device: as for ``Fuser``.
            precision: as for ``Fuser``.

        Returns:
            The fuser.

        Raises:
            SettingError: the device or the precision does not exist here.
        """
        fuser = cls.__new__(cls)
        fuser.weights_digest = None
        fuser._network = PlainNetwork(
            copy.deepcopy(model),
            parse_setting(Device, device),
            parse_setting(Precision, precision),
        )
        return fuser

    @property
    def device(self) -> str:
        """Where the network is computed: ``cpu``, ``cuda`` or ``mps``."""
        return self._network.device

    @property
    def precision(self) -> str:
        """The network's arithmetic: ``float32`` or ``bfloat16``."""
        return self._network.precision

    @property
    def runtime(self) -> str:
        """What computes it: ``openvino``, ``onnxruntime`` or ``torch``."""
        return self._network.runtime

    def fuse_luma(
        self, height: int, width: int, read: Read, write: Write, progress: Progress | None = None
    ) -> None:
        """Fuse two grey pictures that are read and written region by region.

        Args:
            height: rows of the pictures, at least 5.
            width: columns, at least 5.
            read: gives both of a region, (1, 2, rows, columns) in [0, 1]; called several times for
                each pixel.
            write: takes the result of a region, (rows, columns) in [0, 1]; each pixel once.
            progress: is told the share of the work that is done.

        Raises:
            CheckpointError: the network gives no finite numbers.
            ImageSizeError: the pictures are too small, or too large for the memory.
        """
        require_minimum_size((height, width), minimum=MINIMUM_SIZE, name="a")

        def write_checked(region: Region, luma: FloatArray) -> None:
            _require_finite(luma)
            write(region, np.clip(luma, 0.0, 1.0))

        self._network.fuse(height, width, read, write_checked, progress or (lambda _: None))

    def fuse(
        self,
        a: Picture,
        b: Picture,
        *,
        application: str | Application = Application.AUTO,
        progress: Progress | None = None,
    ) -> Picture:
        """Fuse two aligned pictures of one scene.

        The network fuses the luma. Colour comes from the source that has any; of two coloured
        ones the stronger chroma counts more, pixel by pixel.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.
            b: the same height and width; shape and dtype may differ otherwise.
            application: what the pair shows. It sets the order of the two sources where their
                pixels tell it; ``auto`` keeps the order given.
            progress: is told the share of the work that is done.

        Returns:
            (H, W, 3) if a source has three channels, else (H, W); of the sources' dtype, the
            wider of two (uint8 < uint16 < float32).

        Raises:
            ImageValueError: a dtype, shape or value is none of those.
            ImageSizeError: the sizes differ, are too small, or too large for the memory.
            SettingError: there is no such application.
        """
        application = parse_setting(Application, application)
        first, second = Source(a, name="a"), Source(b, name="b")
        require_same_size(first.shape, second.shape, names=("a", "b"))
        pair = first, second
        if should_swap(application, first.look, second.look):
            logger.info("%s: the second source is taken first, as published", application)
            pair = second, first
        return self._compute(pair, max(first.shape, second.shape, key=len), a, b, progress=progress)

    def fuse_stack(
        self, pictures: Sequence[Picture], *, progress: Progress | None = None
    ) -> Picture:
        """Fuse any number of aligned pictures of one scene: a focus or an exposure stack.

        Two are fused as by ``fuse``. Of more, sums of all are made first, weighted by how sharp
        and how well exposed each pixel is, and the network sees each pixel once (docs/stacks.md).
        The order plays no part; memory does not grow with the number.

        Args:
            pictures: at least two, as for ``fuse``. Each is asked for once, in turn, by its
                number, and not kept: a sequence that reads a file then holds one at a time.
            progress: is told the share of the work that is done.

        Returns:
            (H, W, 3) if a picture has three channels, else (H, W); of the widest dtype. The chroma
            is that of ``fuse``, for any number.

        Raises:
            ImageValueError: a dtype, shape or value cannot be fused.
            ImageSizeError: there are fewer than two, the sizes differ, are too small, or too large
                for the memory.
        """
        require_several(len(pictures))
        if len(pictures) == 2:
            return self.fuse(pictures[0], pictures[1], progress=progress)
        return fuse_stack(pictures, self.fuse_luma, progress or (lambda _: None))

    def enhance(self, a: Picture, *, progress: Progress | None = None) -> Picture:
        """Enhance a single picture: its luma is fused with itself, its chroma stays.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.
            progress: is told the share of the work that is done.

        Returns:
            The same shape and dtype.

        Raises:
            ImageValueError: the dtype, shape or a value is none of those.
            ImageSizeError: the picture is too small, or too large for the memory.
        """
        source = Source(a, name="a")
        return self._compute((source, source), source.shape, a, progress=progress)

    def _compute(
        self,
        pair: tuple[Source, Source],
        shape: tuple[int, ...],
        *pictures: Picture,
        progress: Progress | None,
    ) -> Picture:
        require_minimum_size(shape, minimum=MINIMUM_SIZE, name="a")
        first, second = pair
        dtype = widest_dtype(*pictures)
        # Written to, so that the budget of memory counts it.
        fused: Picture = np.full(shape, 0, dtype)

        def read(region: Region) -> FloatArray:
            lumas = [source.luma(region.slices) for source in pair]
            stacked: FloatArray = np.stack(lumas)[None]
            return stacked

        def write(region: Region, luma: FloatArray) -> None:
            _require_finite(luma)
            luma = np.clip(luma, 0.0, 1.0)
            chroma = first.chroma(region.slices)
            if second is not first:
                chroma = fuse_chroma(chroma, second.chroma(region.slices))
            fused[region.slices] = from_float(_merge(luma, chroma, dimensions=len(shape)), dtype)

        height, width = shape[:2]
        self._network.fuse(height, width, read, write, progress or (lambda _: None))
        return fused


def _require_finite(luma: FloatArray) -> None:
    if not np.isfinite(luma).all():
        raise CheckpointError(
            "expected finite numbers from the network, got NaN or infinity; its weights are "
            "damaged: take others"
        )


def _ranges(weights: str | Path | None, sha256: str) -> Ranges:
    from gifnet.checkpoints.int8_ranges import load_ranges

    return load_ranges(weights, sha256, ACTIVATIONS)


def _merge(luma: FloatArray, chroma: FloatArray | None, *, dimensions: int) -> FloatArray:
    """The picture (H, W) for two dimensions, (H, W, 3) for three."""
    if chroma is not None:
        return ycbcr_to_rgb(luma, chroma)
    return np.stack([luma] * 3, axis=-1) if dimensions == 3 else luma
