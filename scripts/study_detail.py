"""Measure what ``--detail`` does to sharpness and brightness, and write the table.

python scripts/study_detail.py DATA [--page docs/colour.md]

DATA holds the sets below. The middle of the first pairs of each is fused, 256 pixels wide at most.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.imaging import read_image, rgb_to_ycbcr
from gifnet.imaging.arrays import convert
from gifnet.imaging.detail import change_detail
from gifnet.inference import Fuser
from gifnet.metrics import ag
from page_part import make_part

BEGIN = "<!-- details: made by scripts/study_detail.py -->"
END = "<!-- end of details -->"
SETS: Mapping[str, tuple[str, str]] = {
    "lytro": ("a", "b"),
    "mefb10": ("oe", "ue"),
    "tno21": ("ir", "vi"),
    "nir10": ("nir", "rgb"),
    "harvard_pet": ("pet", "mri"),
    "harvard_ct": ("ct", "mri"),
}
DETAILS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
SHOWN = (0.0, 0.5, 1.0, 1.5, 2.0)
PAIRS, SIDE = 4, 256


def luma(file: Path) -> NDArray[np.float32]:
    values = convert(read_image(file).pixels)
    values = values if values.ndim == 2 else rgb_to_ycbcr(values)[0].clip(0, 1)
    top, left = (max(length - SIDE, 0) // 2 for length in values.shape)
    return np.ascontiguousarray(values[top : top + SIDE, left : left + SIDE])


def results(folder: Path, names: tuple[str, str], fuser: Fuser) -> Iterator[list[Any]]:
    files = [sorted((folder / name).iterdir())[:PAIRS] for name in names]
    for pair in zip(*files, strict=True):
        sources = [luma(file) for file in pair]
        fused = np.asarray(fuser.fuse(*sources, application="general"), np.float32)
        yield [change_detail(fused, sources, detail) for detail in DETAILS]


def table(folder: Path) -> str:
    fuser = Fuser(precision="bfloat16")
    lines = [
        f"| set | {' | '.join(f'{each:g}' for each in SHOWN)} | monotone | mean luma |",
        f"|{'---|' * (len(SHOWN) + 3)}",
    ]
    for name, places in SETS.items():
        ratios, moved, monotone = [], 0.0, 0
        for pictures in results(folder / name, places, fuser):
            values = np.array([ag([], picture, data_range=1) for picture in pictures])
            ratios.append(values / values[DETAILS.index(1.0)])
            monotone += bool((np.diff(values) > 0).all())
            means = [float(picture.mean(dtype=np.float64)) for picture in pictures]
            moved = max(moved, float(np.ptp(means)))
        mean = dict(zip(DETAILS, np.mean(ratios, axis=0), strict=True))
        cells = " | ".join(f"{mean[each]:.2f}" for each in SHOWN)
        lines.append(f"| {name} | {cells} | {monotone} of {len(ratios)} | {moved:.5f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    make_part(__doc__, table, BEGIN, END)
