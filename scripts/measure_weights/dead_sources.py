"""What weights make of a picture beside a source that shows nothing: black, white, clipped, noise.

The living picture itself is the truth here, not one of more contrast: a source without content is
no reason to change the other. Beside a clipped source only the places count where it is clipped,
for elsewhere it shows the scene in another tone.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from measure_weights.kept_fuser import KeptFuser
from measure_weights.progress import shown
from measure_weights.sharp_pictures import Grey, sharp_crops

BLACK, WHITE, CLIPPED, NOISE = "black", "white", "saturated", "noise"
DEAD_CASES = (BLACK, WHITE, CLIPPED, NOISE)
LARGEST_PSNR = 100.0
"""In dB; written for equal pictures, whose PSNR is infinite."""
SEED = 17
FEWEST_PIXELS = 200
"""Fewer clipped pixels say nothing."""

Row = dict[str, Any]


def measure_dead(fuser: KeptFuser, most: int | None = None, side: int | None = None) -> list[Row]:
    """Fuse one crop of each picture with each dead source, which is first and second in turn."""
    rows = []
    crops = [(name, crop[:side, :side]) for name, crop in sharp_crops(each=1)[:most]]
    for index, (name, living) in enumerate(shown(crops, "dead sources")):
        for case, dead in dead_sources(living, seed=SEED + index).items():
            first = (index + DEAD_CASES.index(case)) % 2 == 0
            fused = fuser.fuse(dead, living) if first else fuser.fuse(living, dead)
            where = clipped(dead) if case == CLIPPED else np.full(living.shape, True)
            figures = dead_figures(living, dead, np.asarray(fused, np.float64), where)
            rows.append({"picture": name, "case": case, "dead_first": first, **figures})
    return rows


def dead_sources(living: Grey, *, seed: int) -> dict[str, Grey]:
    """Case -> a source that shows nothing beside a picture, or nothing where it is clipped."""
    noise = np.random.default_rng(seed).random(living.shape, np.float32)
    # Clipped at a fifth of the pixels on either end, whatever the picture's levels.
    low, high = (float(level) for level in np.quantile(living, [0.2, 0.8]))
    saturated = np.clip((living - low) / max(high - low, 0.05), 0, 1)
    sources = (np.zeros_like(living), np.ones_like(living), saturated, noise)
    return dict(zip(DEAD_CASES, (np.asarray(s, np.float32) for s in sources), strict=True))


def clipped(source: Grey) -> NDArray[np.bool_]:
    """Where a source is black or white, without what lies beside its contents."""
    ends = ((source <= 0) | (source >= 1)).astype(np.uint8)
    return np.asarray(cv2.erode(ends, np.ones((5, 5))) > 0)


def dead_figures(
    living: Grey, dead: Grey, fused: NDArray[np.float64], where: NDArray[np.bool_]
) -> Row:
    """Compare a fused picture with its living source.

    Args:
        living: (H, W) in [0, 1], the source that shows something.
        dead: The other one.
        fused: What was made of them.
        where: Pixels that count.

    Returns:
        ``pixels`` that count; ``psnr`` to the living source; ``shift`` of the mean, with its
        sign; ``contrast``: the standard deviation beside the living source's; ``passed``: the
        share of the dead source that was added. All but ``pixels`` None where few count.
    """
    count = int(where.sum())
    if count < FEWEST_PIXELS:
        return {"pixels": count, "psnr": None, "shift": None, "contrast": None, "passed": None}
    truth, other, result = (part[where].astype(np.float64) for part in (living, dead, fused))
    error = result - truth
    square = float((error**2).mean())
    spread = float(truth.std())
    return {
        "pixels": count,
        "psnr": min(LARGEST_PSNR, float(-10 * np.log10(square))) if square > 0 else LARGEST_PSNR,
        "shift": float(error.mean()),
        "contrast": float(result.std()) / spread if spread > 0 else None,
        "passed": _share(error, other - other.mean()),
    }


def _share(error: NDArray[np.float64], pattern: NDArray[np.float64]) -> float | None:
    """How much of a pattern without mean is in an error, by least squares; None for a flat one."""
    energy = float(pattern @ pattern)
    return float(error @ pattern) / energy if energy > 1e-6 * len(pattern) else None
