"""Measure the methods of pansharpening against a truth and write the table.

python scripts/make_pansharpening_table.py DATA [--page docs/pansharpening.md]

DATA holds the folders pan (H, W), lrms (h, w, C) and hrms, the truth (H, W, C), with a .npy file of
uint8 or uint16 for each scene. Without --page the table is printed.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classical_pansharpening import (
    adaptive_gram_schmidt,
    high_pass,
    interpolation,
    mtf_modulation,
    mtf_regression,
    weighted_brovey,
)
from gifnet.baselines import PANSHARPENING_BASELINES
from gifnet.engine import Region
from gifnet.inference import Fuser
from gifnet.metrics import ergas, psnr, q2n, sam
from gifnet.pansharpening import pansharpen
from gifnet.pansharpening.grids import grid_by_size
from gifnet.pansharpening.pansharpen import measured
from gifnet.pansharpening.rasters import ArrayRaster
from gifnet.pansharpening.relation import measure_relation
from gifnet.pansharpening.settings import Alignment
from page_part import make_part

BEGIN = "<!-- table: made by scripts/make_pansharpening_table.py -->"
END = "<!-- end -->"
Pixels = NDArray[Any]
Sharpen = Callable[[Pixels, Pixels], Pixels]
"""Multispectral, panchromatic -> result, in the units of the sources."""


class Scene(NamedTuple):
    """A panchromatic and a multispectral picture, and the truth."""

    panchromatic: Pixels
    multispectral: Pixels
    truth: Pixels


def scenes(folder: Path) -> Iterator[Scene]:
    for path in sorted((folder / "pan").glob("*.npy")):
        yield Scene(*(np.load(folder / kind / path.name) for kind in ("pan", "lrms", "hrms")))


def moved(scene: Scene) -> Pixels:
    """The panchromatic picture where our methods put it."""
    pan = scene.panchromatic.astype(np.float32)
    pictures = measured(
        ArrayRaster(pan, name="pan"),
        ArrayRaster(scene.multispectral, name="ms"),
        grid_by_size(pan.shape, scene.multispectral.shape[:2]),
    )
    relation = measure_relation(pictures, Alignment.AUTO)
    height, width = pan.shape
    picture = pictures.fine.moved(relation.down, relation.right)
    return np.maximum(picture.at(Region(0, 0, height, width)), 0)


def classical() -> dict[str, Sharpen]:
    def scaled(function: Sharpen) -> Sharpen:
        def run(bands: Pixels, pan: Pixels) -> Pixels:
            largest = float(max(bands.max(), pan.max()))
            return largest * function(bands / largest, pan / largest)

        return run

    return {
        "Brovey": scaled(PANSHARPENING_BASELINES["brovey"].function),
        "GDAL's weighted Brovey": weighted_brovey,
        "Gram-Schmidt": scaled(PANSHARPENING_BASELINES["gram_schmidt"].function),
        "Gram-Schmidt, adaptive (GSA)": adaptive_gram_schmidt,
        "HPF": high_pass,
        "MTF-GLP-CBD": mtf_regression,
        "MTF-GLP-HPM": mtf_modulation,
    }


@functools.cache
def fuser(weights: str) -> Fuser:
    return Fuser(weights, device="cpu")


def ours(method: str, alignment: str, weights: str = "default") -> Sharpen:
    def run(bands: Pixels, pan: Pixels) -> Pixels:
        return pansharpen(
            pan, bands, method=method, alignment=alignment, make_fuser=lambda: fuser(weights)
        )

    return run


def rows() -> Iterator[tuple[str, str, Sharpen, bool]]:
    """Name, alignment, method, and whether the panchromatic picture is moved before."""
    yield "cubic interpolation", "", interpolation, False
    for name, function in classical().items():
        yield name, "no", function, False
    for name, function in classical().items():
        yield name, "yes", function, True
    yield "**gifnet, spectra (default)**", "yes", ours("spectra", "auto"), False
    yield "gifnet, spectra", "no", ours("spectra", "none"), False
    for weights in ("default", "paper"):
        yield f"gifnet, network, weights {weights}", "yes", ours("network", "auto", weights), False
    for weights in ("default", "paper"):
        yield f"gifnet, paper, weights {weights}", "no", ours("paper", "none", weights), False


def values(scene: Scene, result: Pixels) -> list[float]:
    """SAM, ERGAS, PSNR of all bands and Q2n of a result, rounded and cut off as in a file."""
    largest = np.iinfo(scene.truth.dtype).max
    stored = np.clip(np.rint(result.astype(np.float64)), 0, largest)
    truth = scene.truth.astype(np.float64)
    ratio = scene.panchromatic.shape[0] / scene.multispectral.shape[0]
    return [
        sam([truth], stored, data_range=largest),
        ergas([truth], stored, data_range=largest, ratio=ratio),
        psnr([truth.reshape(len(truth), -1)], stored.reshape(len(truth), -1), data_range=largest),
        q2n([truth], stored, data_range=largest),
    ]


def measure(folder: Path) -> Mapping[tuple[str, str], NDArray[np.float64]]:
    """Name and alignment of each method -> its means over the scenes."""
    found = list(scenes(folder))
    if not found:
        raise SystemExit(f"error: no .npy files in {folder / 'pan'}")
    placed = [scene._replace(panchromatic=moved(scene)) for scene in found]
    means = {}
    for name, alignment, function, before in rows():
        measured_values = [
            values(
                scene,
                function(scene.multispectral, source.panchromatic)
                if name.startswith(("gifnet", "**"))
                else function(
                    scene.multispectral.astype(np.float64), source.panchromatic.astype(np.float64)
                ),
            )
            for scene, source in zip(found, placed if before else found, strict=True)
        ]
        means[name, alignment] = np.mean(measured_values, axis=0)
    return means


def table(means: Mapping[tuple[str, str], NDArray[np.float64]]) -> str:
    lines = [
        "| method | PAN moved | SAM ↓ | ERGAS ↓ | PSNR ↑ | Q2n ↑ |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {alignment} | {angle:.3f} | {error:.3f} | {ratio:.2f} | {quality:.4f} |"
        for (name, alignment), (angle, error, ratio, quality) in means.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    make_part(__doc__, lambda folder: table(measure(folder)), BEGIN, END)
