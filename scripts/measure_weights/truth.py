"""What weights make of pictures whose truth is known."""

from dataclasses import replace
from typing import Any, TypeVar

import cv2
import numpy as np

from gifnet.baselines import BASELINES
from gifnet.metrics import ag, psnr, ssim
from measure_weights.dead_sources import LARGEST_PSNR, measure_dead
from measure_weights.drawn import measure_flat, measure_hard, measure_steps
from measure_weights.focus_pairs import RECIPE, FocusPair, focus_pairs, varied_pairs
from measure_weights.kept_fuser import KeptFuser
from measure_weights.progress import shown
from measure_weights.sharp_pictures import ENHANCED, Grey, sharp_crops

COMPARED = ("average", "laplacian", "wavelet", "guided_filter")
"""Baselines on the same focus pairs."""
BLURS = (0.8, 1.0, 1.25, 1.5)
"""Gaussians in pixels that a picture to be enhanced is blurred by."""

Row = dict[str, Any]
T = TypeVar("T")


def measure_truth(
    fuser: KeptFuser, *, most: int | None = None, side: int | None = None, whole: bool = True
) -> dict[str, list[Row]]:
    """Measure everything that needs no development data.

    Args:
        fuser: The weights.
        most: Pictures of each kind, all if None.
        side: Cut natural pictures to this side, for a quick look.
        whole: Also what is asked of ``default`` alone: the other focus pairs, and sources
            exchanged.

    Returns:
        Kind -> one row a picture, as plain numbers and strings.
    """
    pairs = [*_some(focus_pairs(), most), *(_some(varied_pairs(), most) if whole else [])]
    pairs = [_cut(pair, side) for pair in pairs]
    # Only pictures that were not enlarged: those would gain by sharpening, and show a grid.
    crops = _some(sharp_crops(ENHANCED), most)
    crops = [(name, crop[:side, :side]) for name, crop in crops]
    return {
        "focus": [
            focus_row(fuser, pair, exchange=whole and pair.group == RECIPE)
            for pair in shown(pairs, "focus pairs")
        ],
        "flat": measure_flat(fuser, most),
        "steps": measure_steps(fuser),
        "sharp": [sharp_row(fuser, *crop) for crop in shown(crops, "sharp pictures enhanced")],
        "blurred": [
            blurred_row(fuser, name, crop, sigma)
            for name, crop in shown(crops, "blurred pictures enhanced")
            for sigma in BLURS
        ],
        "dead": measure_dead(fuser, most, side),
        "hard": measure_hard(fuser, crops[0][1]),
    }


def focus_row(fuser: KeptFuser, pair: FocusPair, *, exchange: bool) -> Row:
    """The distance of the fused picture and of the baselines' to the truth.

    Args:
        fuser: The weights.
        pair: Sources and truth.
        exchange: Whether to fuse the exchanged sources, too.
    """
    sources = [pair.near, pair.far]
    fused = fuser.fuse(*sources)
    row: Row = {
        "group": pair.group,
        "picture": pair.name,
        "shape": pair.shape,
        "sigma": pair.sigma,
        "seed": pair.seed,
        **_to_truth(pair.sharp, fused),
        "gradient": ag([], fused) / ag([], pair.sharp),
        "baselines": {
            name: _to_truth(pair.sharp, np.asarray(BASELINES[name].function(sources)))
            for name in COMPARED
        },
    }
    row["choice"] = min(LARGEST_PSNR, psnr([pair.sharp], best_choice(pair), data_range=1))
    row["gain"] = row["psnr"] - row["baselines"]["average"]["psnr"]
    row["exchange"] = None
    if exchange:
        exchanged = fuser.fuse(pair.far, pair.near)
        row["exchange"] = float(np.abs(fused.astype(np.float64) - exchanged).mean())
    return row


def best_choice(pair: FocusPair) -> Grey:
    """Of each pixel the source that is nearer to the truth: what choosing alone could reach."""
    nearer = np.abs(pair.near - pair.sharp) < np.abs(pair.far - pair.sharp)
    return np.asarray(np.where(nearer, pair.near, pair.far), np.float32)


def sharp_row(fuser: KeptFuser, name: str, sharp: Grey) -> Row:
    """How far enhancing takes a picture away that is sharp already."""
    enhanced = fuser.enhance(sharp)
    return {
        "picture": name,
        "psnr": min(LARGEST_PSNR, psnr([sharp], enhanced, data_range=1)),
        "gradient": ag([], enhanced) / ag([], sharp),
    }


def blurred_row(fuser: KeptFuser, name: str, sharp: Grey, sigma: float) -> Row:
    """How much nearer to the truth enhancing brings a blurred picture."""
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.float32)
    before = psnr([sharp], soft, data_range=1)
    after = psnr([sharp], fuser.enhance(soft), data_range=1)
    return {"picture": name, "sigma": sigma, "before": before, "gain": after - before}


def _to_truth(sharp: Grey, fused: np.ndarray) -> dict[str, float]:
    return {
        "psnr": min(LARGEST_PSNR, psnr([sharp], fused, data_range=1)),
        "ssim": ssim([sharp], fused, data_range=1),
    }


def _cut(pair: FocusPair, side: int | None) -> FocusPair:
    sharp, near, far = (part[:side, :side] for part in (pair.sharp, pair.near, pair.far))
    return replace(pair, sharp=sharp, near=near, far=far)


def _some(items: list[T], most: int | None) -> list[T]:
    """At most so many, spread over the whole list."""
    if most is None or len(items) <= most:
        return items
    return [items[round(index)] for index in np.linspace(0, len(items) - 1, most)]
