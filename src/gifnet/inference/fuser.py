"""Fuser: arrays in, fused array out."""

import copy
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifnet.errors import CheckpointError, ImageSizeError
from gifnet.imaging.arrays import (
    FloatArray,
    Picture,
    describe_size,
    from_float,
    require_minimum_size,
    require_same_size,
    to_float,
    widest_dtype,
)
from gifnet.imaging.colour import fuse_chroma, is_coloured, rgb_to_ycbcr, ycbcr_to_rgb
from gifnet.inference.settings import Device, Precision, parse_setting, resolve_device
from gifnet.inference.source_order import SourceLook, should_swap
from gifnet.tasks import Application

if TYPE_CHECKING:
    from gifnet.model import GIFNet

logger = logging.getLogger(__name__)

# Peak memory of the network, measured on a CPU.
_BYTES_PER_PIXEL = {Precision.FLOAT32: 5_100, Precision.BFLOAT16: 3_600}


class Fuser:
    """Fuses pictures with one network, loaded once.

    Args:
        weights: ``"default"`` or ``"paper"``, weights of the package, or a weights file
            (``"./paper"`` and every ``Path`` are files); the package's default ones if None.
        device: ``auto`` (CUDA, else MPS, else CPU), ``cpu``, ``cuda`` or ``mps``.
        precision: arithmetic of the network, ``float32`` or ``bfloat16``; the latter is good to
            about half an 8-bit level.

    Raises:
        CheckpointError: the weights cannot be loaded.
        SettingError: the device or the precision does not exist here.
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        device: str | Device = Device.AUTO,
        precision: str | Precision = Precision.FLOAT32,
    ) -> None:
        from gifnet.checkpoints import load_model

        self._precision = parse_setting(Precision, precision)
        self._device = resolve_device(parse_setting(Device, device))
        self._place(load_model(weights))

    @classmethod
    def from_model(
        cls,
        model: "GIFNet",
        device: str | Device = Device.AUTO,
        precision: str | Precision = Precision.FLOAT32,
    ) -> "Fuser":
        """Make a fuser of a network at hand, for example one in training.

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
        fuser._precision = parse_setting(Precision, precision)
        fuser._device = resolve_device(parse_setting(Device, device))
        fuser._place(copy.deepcopy(model))
        return fuser

    @property
    def device(self) -> str:
        """Where the network is computed: ``cpu``, ``cuda`` or ``mps``."""
        return str(self._device)

    @property
    def precision(self) -> str:
        """The network's arithmetic: ``float32`` or ``bfloat16``."""
        return str(self._precision)

    def fuse(
        self, a: Picture, b: Picture, *, application: str | Application = Application.AUTO
    ) -> Picture:
        """Fuse two aligned pictures of one scene.

        The network fuses the luma. Colour comes from the source that has any; of two coloured
        ones the stronger chroma counts more, pixel by pixel.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.
            b: the same height and width; shape and dtype may differ otherwise.
            application: what the pair shows. It sets the order of the two sources where their
                pixels tell it; ``auto`` keeps the order given.

        Returns:
            (H, W, 3) if a source has three channels, else (H, W); of the sources' dtype, the
            wider of two (uint8 < uint16 < float32).

        Raises:
            ImageValueError: a dtype, shape or value is none of those.
            ImageSizeError: the sizes differ, are too small, or too large for the memory.
            SettingError: there is no such application.
        """
        application = parse_setting(Application, application)
        first, second = to_float(a, name="a"), to_float(b, name="b")
        require_same_size(first.shape, second.shape, names=("a", "b"))
        _require_fusable(first)
        first_luma, first_chroma = _split(first)
        second_luma, second_chroma = _split(second)
        luma_pair = first_luma, second_luma
        if should_swap(
            application, _look(first_luma, first_chroma), _look(second_luma, second_chroma)
        ):
            logger.info("%s: the second source is taken first, as published", application)
            luma_pair = second_luma, first_luma
        luma = self._fuse_luma(*luma_pair)
        merged = _merge(
            luma, fuse_chroma(first_chroma, second_chroma), dimensions=max(first.ndim, second.ndim)
        )
        return from_float(merged, widest_dtype(a, b))

    def enhance(self, a: Picture) -> Picture:
        """Enhance a single picture: its luma is fused with itself, its chroma stays.

        Args:
            a: (H, W) or (H, W, 3), uint8, uint16 or float32 in [0, 1]; H and W at least 5.

        Returns:
            The same shape and dtype.

        Raises:
            ImageValueError: the dtype, shape or a value is none of those.
            ImageSizeError: the picture is too small, or too large for the memory.
        """
        values = to_float(a, name="a")
        _require_fusable(values)
        luma, chroma = _split(values)
        merged = _merge(self._fuse_luma(luma, luma), chroma, dimensions=values.ndim)
        return from_float(merged, widest_dtype(a))

    def _place(self, model: "GIFNet") -> None:
        import torch

        model = model.to(self._device).eval()
        # PyTorch's annotations leave this argument out.
        self._model: GIFNet = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        logger.info("the network runs on %s in %s", self._device, self._precision)

    def _fuse_luma(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Run the network: (H, W) twice to (H, W), float32 in [0, 1]."""
        import torch

        bfloat16 = torch.autocast(
            self._device.type,
            dtype=torch.bfloat16,
            enabled=self._precision is Precision.BFLOAT16,
        )
        with (
            _enough_memory(first.shape, self.device, self._precision),
            torch.inference_mode(),
            bfloat16,
        ):
            sources = [
                # (H, W) -> (1, 1, H, W)
                torch.from_numpy(np.ascontiguousarray(luma))[None, None].to(self._device)
                for luma in (first, second)
            ]
            fused = self._model(*sources)[0, 0].float().cpu()
        luma: FloatArray = fused.numpy()
        if not np.isfinite(luma).all():
            raise CheckpointError(
                "expected finite numbers from the network, got NaN or infinity; its weights are "
                "damaged: take others"
            )
        return np.clip(luma, 0.0, 1.0)


@contextmanager
def _enough_memory(shape: tuple[int, ...], device: str, precision: Precision) -> Iterator[None]:
    """Turn a device's lack of memory into an error that says what to do."""
    needed = shape[0] * shape[1] * _BYTES_PER_PIXEL[precision]
    if device == "cpu" and needed > (present := _physical_memory()):
        # Asked for anyway, the system would rather end the process than refuse.
        raise ImageSizeError(
            f"expected a picture that fits into the memory, got {describe_size(shape)} pixels, "
            f"which need about {needed / 2**30:.0f} GiB of this machine's {present / 2**30:.0f}; "
            "make it smaller"
        )
    try:
        yield
    except RuntimeError as error:
        # CUDA's error has a type of its own; that of the CPU and of MPS is told by its words only.
        if not re.search("out of memory|not enough memory|can't allocate memory", str(error)):
            raise
        raise ImageSizeError(
            f"expected a picture that fits into the device's memory, got {describe_size(shape)} "
            "pixels; make it smaller, or choose a device with more memory"
        ) from error


def _require_fusable(values: FloatArray) -> None:
    from gifnet.model import MINIMUM_SIZE

    require_minimum_size(values.shape, minimum=MINIMUM_SIZE, name="a")


def _physical_memory() -> float:
    """Bytes of memory that the machine has; endless where the system does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def _split(values: FloatArray) -> tuple[FloatArray, FloatArray | None]:
    """Luma (H, W), and chroma (H, W, 2) or None if the picture has no colour."""
    if values.ndim == 2:
        return values, None
    luma, chroma = rgb_to_ycbcr(values)
    return luma, chroma if is_coloured(chroma) else None


def _look(luma: FloatArray, chroma: FloatArray | None) -> SourceLook:
    return SourceLook(coloured=chroma is not None, brightness=float(luma.mean(dtype=np.float64)))


def _merge(luma: FloatArray, chroma: FloatArray | None, *, dimensions: int) -> FloatArray:
    """The picture (H, W) for two dimensions, (H, W, 3) for three."""
    if chroma is not None:
        return ycbcr_to_rgb(luma, chroma)
    return np.stack([luma] * 3, axis=-1) if dimensions == 3 else luma
