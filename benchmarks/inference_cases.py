"""What the benchmark of fusing compares, each case as a user has it; and the pictures for it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "pictures"
PAIR = "coffee-near.jpg", "coffee-far.jpg"

Fuse = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
"""Both sources, (H, W), to the fused picture, (H, W)."""

_BAND = 2**22


@dataclass(frozen=True)
class Case:
    """One way to fuse a pair.

    Attributes:
        runtime: ``plain``, or what the engine computes with; ``auto`` is as for a user who says
            nothing.
        precision: of the arithmetic; the default one if empty.
        device: ``cpu`` or ``cuda``.
    """

    runtime: str
    precision: str = ""
    device: str = "cpu"

    @property
    def name(self) -> str:
        """How tables, options and files call it."""
        return "-".join(filter(None, (self.runtime, self.precision)))


PLAIN = Case("plain")
DEFAULT = Case("auto")


def engine_cases(device: str = "cpu") -> list[Case]:
    """All that the engine can do here, by its own table."""
    from gifnet.engine import installed_precisions

    return [Case(*kind, device=device) for kind in installed_precisions(device)]


@dataclass(frozen=True)
class Loaded:
    """A case that is ready: what fuses, and what the engine chose."""

    fuse: Fuse
    choice: str


def load(case: Case, threads: int) -> Loaded:
    """Load the network.

    Args:
        case: which.
        threads: how many to compute with on a CPU.
    """
    if case.runtime == PLAIN.runtime:
        return Loaded(_load_plain(case.device, threads), "GIFNet.forward, float32, eager, NCHW")
    from gifnet import Fuser

    make = partial(Fuser, device=case.device, runtime=case.runtime, threads=threads)
    fuser = make(precision=case.precision) if case.precision else make()
    return Loaded(fuser.fuse, f"{fuser.runtime} {fuser.precision}")


def _load_plain(device: str, threads: int) -> Fuse:
    """The network as it is trained, on the whole picture: the best that PyTorch does plainly."""
    import torch

    from gifnet import load_model
    from gifnet.imaging.arrays import convert

    torch.set_num_threads(threads)
    # On a GPU, float32 is to mean float32.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    network = load_model().to(device).eval()

    def fuse(*pictures: NDArray[Any]) -> NDArray[np.float32]:
        with torch.inference_mode():
            first, second = (
                torch.from_numpy(convert(picture))[None, None].to(device) for picture in pictures
            )
            fused: NDArray[np.float32] = network(first, second)[0, 0].cpu().numpy()
        return fused

    return fuse


def write_pair(folder: Path, height: int, width: int, dtype: DTypeLike) -> list[Path]:
    """Write the luma of a pair: a focus pair of the examples, mirrored at its borders as often as
    it takes.

    Args:
        folder: where to.
        height: rows.
        width: columns.
        dtype: uint8 or float32; of the same values.

    Returns:
        The two files, for ``numpy.load``.
    """
    from PIL import Image

    files = []
    for name in PAIR:
        with Image.open(EXAMPLES / name) as image:
            luma = np.asarray(image.convert("L"))
        file = folder / f"{Path(name).stem}-{width}x{height}-{np.dtype(dtype)}.npy"
        columns = _mirrored(np.arange(width), luma.shape[1])
        array = np.lib.format.open_memmap(file, mode="w+", dtype=dtype, shape=(height, width))
        step = max(_BAND // width, 1)
        for top in range(0, height, step):
            rows = _mirrored(np.arange(top, min(top + step, height)), luma.shape[0])
            band = luma[np.ix_(rows, columns)]
            array[top : top + step] = band if array.dtype == np.uint8 else band / np.float32(255)
        array.flush()
        files.append(file)
    return files


def _mirrored(places: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Places on an endless axis, as places on one of that length: there and back again."""
    folded = places % (2 * length)
    return np.minimum(folded, 2 * length - 1 - folded)
