"""Fuser: arrays in, fused array out."""

import copy
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifnet.checkpoints import load_arrays
from gifnet.engine import Region
from gifnet.engine.quantising import ACTIVATIONS, Ranges
from gifnet.imaging.arrays import (
    FloatArray,
    Picture,
    require_minimum_size,
)
from gifnet.imaging.chroma_rules import ChromaRule
from gifnet.imaging.luts import Lut
from gifnet.inference.knobs import LumaRange, make_knobs, settled
from gifnet.inference.network import Engine, Network, Read, Write
from gifnet.inference.pair import enhance, fuse_pair
from gifnet.inference.plain_network import PlainNetwork, load_plain_network
from gifnet.inference.result import require_finite
from gifnet.inference.settings import Device, Precision, Runtime, parse_setting
from gifnet.inference.stack import fuse_stack, require_several
from gifnet.model.config import MINIMUM_SIZE, ModelConfig
from gifnet.tasks import Application, Task

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
        threads: how many to compute with on a CPU; if None, all that the process may use, or its
            share of them where other processes fuse already.
        tile: longest side of the tiles that pictures are computed in, in pixels; chosen if None.
            The result does not depend on it.
        max_memory: bytes that the process may take; chosen by what is free if None.
        repeatable: let a result depend on its sources and the settings alone, to the last bit, and
            not on what was fused before or on the memory in use; pictures of changing size take a
            little longer.

    A network of another size than the published one, or a variant, is computed whole, by PyTorch.

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
        repeatable: bool = False,
    ) -> None:
        device, precision = parse_setting(Device, device), parse_setting(Precision, precision)
        runtime = parse_setting(Runtime, runtime)
        loaded = load_arrays(weights)
        self.weights_digest: str | None = loaded.sha256
        if loaded.header.model != ModelConfig():
            self._network: Network = load_plain_network(
                weights,
                device,
                precision,
                runtime=runtime,
                threads=threads,
                tiled=tile is not None or max_memory is not None,
            )
            return
        self._network = Engine(
            loaded.foldable,
            device=device,
            precision=precision,
            runtime=runtime,
            ranges=_ranges(weights, loaded.sha256) if precision is Precision.INT8 else None,
            threads=threads,
            tile=tile,
            max_memory=max_memory,
            repeatable=repeatable,
        )

    @classmethod
    def from_model(
        cls,
        model: "GIFNet",
        device: str | Device = Device.AUTO,
        precision: str | Precision = Precision.FLOAT32,
        *,
        main: Task = Task.DIGITAL_PHOTOGRAPHY,
    ) -> "Fuser":
        """Make a fuser of a network at hand, for example one in training.

        It computes whole pictures with PyTorch, as the network is.

        Args:
            model: the network; it is copied, not changed.
            device: as for ``Fuser``.
            precision: as for ``Fuser``.
            main: the task whose branch is main: another one for a network whose DP branch was
                not trained.

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
            main,
        )
        return fuser

    @property
    def device(self) -> str:
        """Where the network is computed: ``cpu``, ``cuda`` or ``mps``."""
        return self._network.device

    @property
    def precision(self) -> str:
        """The network's arithmetic: ``float32``, ``bfloat16`` or ``int8``."""
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
            require_finite(luma)
            write(region, np.clip(luma, 0.0, 1.0))

        self._network.fuse(height, width, read, write_checked, progress or _nobody)

    def fuse(
        self,
        a: Picture,
        b: Picture,
        *,
        application: str | Application = Application.AUTO,
        detail: float | None = None,
        chroma: str | ChromaRule | None = None,
        luma_range: str | LumaRange = LumaRange.KEEP,
        lut: str | Lut | None = None,
        lut_source: int = 1,
        progress: Progress | None = None,
    ) -> Picture:
        """Fuse two aligned pictures of one scene.

        The network fuses the luma. Colour comes from the source that has any; that of two
        coloured ones from both, pixel by pixel.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.
            b: the same height and width; shape and dtype may differ otherwise.
            application: what the pair shows. It sets the order of the two sources where their
                pixels tell it, and what ``detail`` and ``chroma`` are if None. ``auto`` guesses
                it where the pixels are clear; ``general`` keeps the order given.
            detail: 0 (faithful: no detail that is stronger than in a source) to 2 (crisp); 1 is
                as trained.
            chroma: how two coloured sources share: ``exposed``, ``stronger``, ``paper``,
                ``first`` (``a`` alone) or ``second``.
            luma_range: ``keep``, or ``full``: stretched to the whole range.
            lut: shows a grey source in colour over the other one: ``hot``, ``rainbow``, ``jet``,
                ``viridis`` or ``inferno``.
            lut_source: 1 or 2, the source that ``lut`` shows in colour.
            progress: is told the share of the work that is done.

        Returns:
            (H, W, 3) if a source has three channels or ``lut`` is set, else (H, W); of the
            sources' dtype, the wider of two (uint8 < uint16 < float32).

        Raises:
            ImageValueError: a dtype, shape or value is none of those.
            ImageSizeError: the sizes differ, are too small, or too large for the memory.
            SettingError: there is no such application, detail, rule, range or table.
        """
        application = parse_setting(Application, application)
        knobs = make_knobs(detail=detail, chroma=chroma, luma_range=luma_range, lut=lut)
        return fuse_pair(
            a, b, application, knobs, lut_source, self._network.fuse, progress or _nobody
        )

    def fuse_stack(
        self,
        pictures: Sequence[Picture],
        *,
        application: str | Application = Application.AUTO,
        detail: float | None = None,
        chroma: str | ChromaRule | None = None,
        luma_range: str | LumaRange = LumaRange.KEEP,
        progress: Progress | None = None,
    ) -> Picture:
        """Fuse any number of aligned pictures of one scene: a focus or an exposure stack.

        Two are fused as by ``fuse``. Of more, sums of all are made first, weighted by how sharp
        and how well exposed each pixel is, and the network sees each pixel once (docs/stacks.md).
        The order plays no part but for the chroma of one source, which counts from the first
        given; memory does not grow with the number.

        Args:
            pictures: at least two, as for ``fuse``. Each is asked for by its number, in turn, and
                not kept: a sequence that reads a file then holds one at a time. All are asked for
                once, and those whose colour counts once more.
            application: as for ``fuse``; more than two have no order, and ``auto`` is ``general``
                for them.
            detail: as for ``fuse``; of more than two, a source is what is sharp or well exposed
                in all of them.
            chroma: as for ``fuse``; ``second`` is the last one with colour.
            luma_range: as for ``fuse``.
            progress: is told the share of the work that is done.

        Returns:
            (H, W, 3) if a picture has three channels, else (H, W); of the widest dtype. The chroma
            is that of ``fuse``, for any number.

        Raises:
            ImageValueError: a dtype, shape or value cannot be fused.
            ImageSizeError: there are fewer than two, the sizes differ, are too small, or too large
                for the memory.
            SettingError: there is no such application, detail, rule or range.
        """
        require_several(len(pictures))
        if len(pictures) == 2:
            return self.fuse(
                pictures[0],
                pictures[1],
                application=application,
                detail=detail,
                chroma=chroma,
                luma_range=luma_range,
                progress=progress,
            )
        application = parse_setting(Application, application)
        if application is Application.AUTO:
            logger.info(
                "application: general, since it is guessed of two sources only; of more, focus and "
                "exposure are told apart pixel by pixel"
            )
            application = Application.GENERAL
        knobs = make_knobs(detail=detail, chroma=chroma, luma_range=luma_range)
        knobs = settled(knobs, application, swapped=False)
        return fuse_stack(pictures, knobs, self._network.fuse, progress or _nobody)

    def enhance(
        self,
        a: Picture,
        *,
        detail: float | None = None,
        luma_range: str | LumaRange = LumaRange.KEEP,
        progress: Progress | None = None,
    ) -> Picture:
        """Enhance a single picture: its luma is fused with itself, its chroma stays.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.
            detail: as for ``fuse``; 1 if None.
            luma_range: as for ``fuse``.
            progress: is told the share of the work that is done.

        Returns:
            The same shape and dtype.

        Raises:
            ImageValueError: the dtype, shape or a value is none of those.
            ImageSizeError: the picture is too small, or too large for the memory.
            SettingError: there is no such detail or range.
        """
        knobs = make_knobs(detail=detail, luma_range=luma_range)
        return enhance(a, knobs, self._network.fuse, progress or _nobody)


def _nobody(_: float) -> None:
    """Nobody wants to be told how far the work is."""


def _ranges(weights: str | Path | None, sha256: str) -> Ranges:
    from gifnet.checkpoints.int8_ranges import load_ranges

    return load_ranges(weights, sha256, ACTIVATIONS)
