"""Make the pictures of a model card that show what the weights are weak at.

Made from pictures of the scikit-image wheel that are stated to be CC0, and from drawn ones; see
examples/pictures/SOURCES.md.

    python scripts/make_card_pictures.py default
"""

import argparse
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gifnet.checkpoints import describe_weights
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.contact_sheet import Row, contact_sheet
from gifnet.inference import Fuser
from gifnet.metrics import psnr
from measure_weights.drawn import overshoot, step_edge
from measure_weights.focus_pairs import SEEDS, FocusPair, varied_pairs
from measure_weights.progress import shown
from measure_weights.sharp_pictures import ROOT, Grey, grey_picture

CC0 = ("camera", "coffee", "chelsea", "brick", "grass", "gravel")
DIFFERENCE = 8
"""How many times differences are enlarged."""
CELL = 224
SHOWN_PAIRS = 2
SHOWN_STEPS = ((0.3, 0.7), (0.45, 0.55))
QUALITY = 80


def difference(picture: np.ndarray, truth: np.ndarray) -> Grey:
    """What was added, around grey."""
    return np.asarray(np.clip(0.5 + DIFFERENCE * (picture - truth), 0, 1), np.float32)


def weakest_pairs(fuser: Fuser, pairs: list[FocusPair]) -> list[tuple[float, FocusPair, Grey]]:
    """The focus pairs that came out least well: PSNR, pair, fused."""
    found = []
    for pair in shown(pairs, "focus pairs"):
        fused = np.asarray(fuser.fuse(pair.near, pair.far), np.float32)
        found.append((psnr([pair.sharp], fused, data_range=1), pair, fused))
    return sorted(found, key=lambda row: row[0])[:SHOWN_PAIRS]


def focus_sheet(fuser: Fuser) -> np.ndarray:
    pairs = [pair for pair in varied_pairs(SEEDS[:1]) if pair.name in CC0]
    rows = []
    for value, pair, fused in weakest_pairs(fuser, pairs):
        title = f"{pair.name}, {pair.shape}, blur of {pair.sigma:g} pixels: {value:.1f} dB"
        cells = [("near", pair.near), ("far", pair.far), ("fused", fused), ("truth", pair.sharp)]
        rows.append(Row(title, [*cells, ("difference x8", difference(fused, pair.sharp))]))
    return contact_sheet(rows, cell=CELL)


def edges_sheet(fuser: Fuser) -> np.ndarray:
    rows = []
    for low, high in SHOWN_STEPS:
        step = step_edge(low, high, "vertical")
        enhanced = np.asarray(fuser.enhance(step), np.float32)
        beyond = 100 * overshoot(enhanced, low, high)
        title = f"a step from {low:g} to {high:g} enhanced: overshoots by {beyond:.1f} %"
        cells = [("step", step), ("enhanced", enhanced)]
        rows.append(Row(title, [*cells, ("difference x8", difference(enhanced, step))]))
    sharp = grey_picture("coffee")[80:304, 200:424]
    for sigma in (0.0, 1.0):
        soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma) if sigma else sharp, np.float32)
        enhanced = np.asarray(fuser.enhance(soft), np.float32)
        after = psnr([sharp], enhanced, data_range=1)
        before = f"from {psnr([sharp], soft, data_range=1):.1f} " if sigma else ""
        what = f"blurred by {sigma:g} pixel" if sigma else "sharp"
        title = f"coffee, {what}, enhanced: {before}to {after:.1f} dB to the sharp picture"
        cells = [(what, soft), ("enhanced", enhanced)]
        rows.append(Row(title, [*cells, ("difference to sharp x8", difference(enhanced, sharp))]))
    return contact_sheet(rows, cell=CELL)


def disagreement_sheet(fuser: Fuser) -> np.ndarray:
    """Pairs whose sources say different things about the same place."""
    cat, camera = grey_picture("chelsea")[:288, :448], grey_picture("camera")[:288, :448]
    linear = cat**2.2
    over, under = (np.clip(linear * gain, 0, 1) ** (1 / 2.2) for gain in (4.0, 0.25))
    pairs = {
        "two exposures, two stops more and less": (over, under),
        "a picture and black": (camera, np.zeros_like(camera)),
        "a picture and its negative": (camera, 1 - camera),
    }
    rows = []
    for title, sources in pairs.items():
        first, second = (np.asarray(source, np.float32) for source in sources)
        fused = np.asarray(fuser.fuse(first, second, application="general"), np.float32)
        mean = np.asarray((first + second) / 2, np.float32)
        cells = [("first", first), ("second", second), ("fused", fused), ("their mean", mean)]
        rows.append(Row(title, cells))
    return contact_sheet(rows, cell=CELL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="default, paper, or a file")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs/images/model-cards")
    options = parser.parse_args()
    # The comment says which weights a picture shows: a card with pictures of others is refused.
    weights = describe_weights(options.weights)
    fuser = Fuser(options.weights)
    name = Path(options.weights).stem
    options.output.mkdir(parents=True, exist_ok=True)
    for part, sheet in (
        ("edges", edges_sheet(fuser)),
        ("disagree", disagreement_sheet(fuser)),
        ("focus", focus_sheet(fuser)),
    ):
        stream = BytesIO()
        picture = Image.fromarray(sheet).convert("L")
        picture.save(stream, "JPEG", quality=QUALITY, optimize=True, comment=weights.sha256)
        file = options.output / f"{name}-{part}.jpg"
        write_atomically(file, stream.getvalue())
        print(f"{file}: {len(stream.getvalue()) // 1000} kB")


if __name__ == "__main__":
    main()
