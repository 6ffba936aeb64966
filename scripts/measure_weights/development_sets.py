"""The development sets: which there are, their pictures, and what is known of other methods."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from measure_weights.sharp_pictures import SHARED

Levels = NDArray[np.uint8]
Figures = dict[str, float]

METRIC_NAMES = {
    "EI": "ei",
    "AG": "ag",
    "SCD": "scd",
    "SCD_uint8": "scd_uint8",
    "VIFp_sum": "vifp_sum",
    "Qabf": "qabf",
    "SSIM": "ssim",
    "MI": "mi",
    "EN": "en",
    "SD": "sd",
    "MEF_SSIM": "mef_ssim",
    "VIF_wavelet_unit": "vif_wavelet_unit",
}
"""Name in published-figures.json -> ours."""
AVERAGE, PUBLISHED, IFCNN = "average", "gifnet", "ifcnn"
LABELS = {
    AVERAGE: "average of the sources",
    PUBLISHED: "published checkpoint",
    IFCNN: "IFCNN",
    "mmdrfuse": "MMDRFuse (infrared)",
    "mufusion": "MUFusion (one weight file a task)",
    "sage": "SAGE (infrared)",
    "sdnet": "SDNet (one weight file a task)",
    "seafusion": "SeAFusion (infrared)",
}
GENERAL = (PUBLISHED, IFCNN, "mufusion", "sdnet")
"""Methods that serve more than one application."""


@dataclass(frozen=True)
class DevelopmentSet:
    """One set: where its sources lie below data/eval, and what they show."""

    a: str
    b: str
    kind: str
    """``infrared``, ``near-infrared``, ``medical``, ``focus``, ``exposure`` or ``bands``."""


SETS = {
    "tno21": DevelopmentSet("ir", "vi", "infrared"),
    "lytro": DevelopmentSet("a", "b", "focus"),
    "mefb10": DevelopmentSet("oe", "ue", "exposure"),
    "nir10": DevelopmentSet("nir", "rgb", "near-infrared"),
    "harvard_pet": DevelopmentSet("pet", "mri", "medical"),
    "harvard_ct": DevelopmentSet("ct", "mri", "medical"),
    "harvard_spect": DevelopmentSet("spect", "mri", "medical"),
    "quickbird5": DevelopmentSet("lrms", "pan", "bands"),
    "samples": DevelopmentSet("", "", "samples"),
}
COMPARED_SETS = ("tno21", "lytro", "mefb10", "nir10", "harvard_pet")
"""Those with figures of other methods; the others are for looking and for our own figures."""
_SAMPLES = {
    "IVIF": ("ir", "vis"),
    "NIR-VIS": ("nir", "vis"),
    "MFIF": ("ir", "vis"),
    "MEIF": ("ir", "vis"),
    "Medical": ("pet", "mri"),
    "Remote": ("MS_band1", "PAN"),
}


@dataclass(frozen=True)
class Pair:
    """Two sources as 8-bit luma of equal size."""

    name: str
    a: Levels
    b: Levels


def data_is_there() -> bool:
    """Whether the folder of development data is there."""
    return (SHARED / "data" / "eval").is_dir()


@cache
def known_figures() -> dict[str, dict[str, dict[str, Figures]]]:
    """Set -> method -> picture -> metric, of other methods; what is not a number is left out.

    Raises:
        SystemExit: They are not there.
    """
    file = SHARED / "spec" / "published-figures.json"
    if not file.is_file():
        raise SystemExit(f"expected other methods' figures in {file}: set GIFNET_SHARED")
    content = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: {
            method: {
                picture: {k: v for k, v in figures.items() if v is not None and np.isfinite(v)}
                for picture, figures in pictures.items()
            }
            for method, pictures in methods.items()
        }
        for name, methods in content.items()
    }


def names_of(chosen: str) -> list[str]:
    """The names of a set's pairs in order."""
    return [name for name, _, _ in _files(chosen)]


def pairs_of(chosen: str, most: int | None = None, side: int | None = None) -> Iterator[Pair]:
    """The pairs of a set, prepared as for published-figures.json.

    Args:
        chosen: Name of the set.
        most: How many of them, all if None.
        side: Reduce so that the longer side has so many pixels, for a quick look.
    """
    for name, first, second in _files(chosen)[:most]:
        a, b = _luma(first), _luma(second)
        if a.shape != b.shape:  # a band of a quarter of the size
            size = (b.shape[1], b.shape[0])
            a = np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        yield Pair(name, *(_cut(_reduced(picture, side)) for picture in (a, b)))


def average_of(pair: Pair) -> Levels:
    """The mean of the sources in whole levels, halves to even as in published-figures.json."""
    return np.asarray(np.rint((pair.a.astype(np.float64) + pair.b) / 2), np.uint8)


@dataclass(frozen=True)
class _Source:
    file: Path
    band: int | None = None


def _files(chosen: str) -> list[tuple[str, _Source, _Source]]:
    if chosen == "samples":
        root = SHARED / "data" / "samples"
        found = []
        for application, parts in _SAMPLES.items():
            first, second = (next((root / application / part).iterdir()) for part in parts)
            found.append((application, _Source(first), _Source(second)))
        return found
    there = SETS[chosen]
    root = SHARED / "data" / "eval" / chosen
    seconds = {file.stem: file for file in (root / there.b).iterdir()}
    firsts = sorted((root / there.a).iterdir())
    if there.kind == "bands":
        return [
            (f"{file.stem}-band{band}", _Source(file, band), _Source(seconds[file.stem]))
            for file in firsts
            for band in range(4)
        ]
    return [(file.stem, _Source(file), _Source(seconds[file.stem])) for file in firsts]


def _luma(source: _Source) -> Levels:
    """BT.601 luma rounded to 8 bits."""
    if source.file.suffix == ".npy":
        values = np.load(source.file)
        return np.asarray(values if source.band is None else values[..., source.band], np.uint8)
    with Image.open(source.file) as picture:
        values = np.asarray(picture.convert("RGB"), np.float64) @ [0.299, 0.587, 0.114]
    return np.asarray(values.round(), np.uint8)


def _reduced(picture: Levels, side: int | None) -> Levels:
    scale = side / max(picture.shape) if side else 1.0
    if scale >= 1:
        return picture
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _cut(picture: Levels) -> Levels:
    """Without what goes beyond a multiple of 16 at the bottom and at the right."""
    height, width = (16 * (length // 16) for length in picture.shape)
    return picture[:height, :width]
