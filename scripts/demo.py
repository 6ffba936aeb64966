"""Fuse the example pictures through the command line and lay out the results (`make demo`).

Every command is shown as a user would type it. The results and a contact sheet go to demo-output/.
"""

import argparse
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.imaging.contact_sheet import Row, contact_sheet

ROOT = Path(__file__).resolve().parent.parent
PICTURES = Path("examples/pictures")
RESULTS = Path("demo-output")

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """One command of the demo and its row of the contact sheet."""

    title: str
    command: str
    sources: tuple[str, ...]
    labels: tuple[str, ...]
    result: str
    detail: tuple[int, int, int, int] | None = None
    """Left, top, width and height of a part shown before and after, where there is no pair."""
    truth: str | None = None


PARTS = (
    Part(
        title="Two focus distances",
        command="fuse",
        sources=("coffee-near.jpg", "coffee-far.jpg"),
        labels=("near focus", "far focus"),
        result="coffee.png",
        truth="coffee-sharp.jpg",
    ),
    Part(
        title="Two exposures",
        command="fuse",
        sources=("cat-over.jpg", "cat-under.jpg"),
        labels=("over-exposed", "under-exposed"),
        result="cat.png",
    ),
    Part(
        title="A single picture, enhanced",
        command="enhance",
        sources=("camera.png",),
        labels=("source",),
        result="camera.png",
        detail=(250, 130, 84, 168),
    ),
)


def run(part: Part) -> None:
    """Show a command and run it, as typed in the project's folder."""
    sources = [str(PICTURES / source) for source in part.sources]
    arguments = [part.command, *sources, "-o", str(RESULTS / part.result)]
    print(f"$ gifnet {shlex.join(arguments)}", flush=True)
    finished = subprocess.run([sys.executable, "-m", "gifnet", *arguments], cwd=ROOT, check=False)
    if finished.returncode:
        sys.exit(f"demo: the command above failed with exit code {finished.returncode}")


def read(path: Path) -> RGB:
    with Image.open(ROOT / path) as image:
        return np.asarray(image.convert("RGB"))


def psnr(picture: RGB, truth: RGB) -> float:
    """PSNR of the BT.601 luma, which is what the network fuses, in dB."""
    luma = np.array([0.299, 0.587, 0.114])
    error = ((picture.astype(float) - truth.astype(float)) @ luma) ** 2
    return float(10 * np.log10(255**2 / max(error.mean(), 1e-12)))


def report_psnr(part: Part, truth: str) -> None:
    """Say how near the truth the result is, and its sources for comparison."""
    reference = read(PICTURES / truth)
    near_by = [
        f"{label} {psnr(read(PICTURES / source), reference):.2f}"
        for label, source in zip(part.labels, part.sources, strict=True)
    ]
    fused = psnr(read(RESULTS / part.result), reference)
    print(f"  PSNR against the sharp original: {', '.join(near_by)}, fused {fused:.2f} dB")


def row(part: Part) -> Row:
    """Sources | result, or source | result | a detail of both."""
    sources = [read(PICTURES / source) for source in part.sources]
    result = read(RESULTS / part.result)
    outcome = "fused" if part.command == "fuse" else "enhanced"
    pictures = [*zip(part.labels, sources, strict=True), (outcome, result)]
    if part.detail:
        left, top, width, height = part.detail
        box = (slice(top, top + height), slice(left, left + width))
        enlarged = [
            np.kron(picture[box], np.ones((3, 3, 1), np.uint8)) for picture in (sources[0], result)
        ]
        pictures.append(("detail: source, enhanced", np.concatenate(enlarged, axis=1)))
    return Row(part.title, pictures)


def save_sheet(sheet: RGB, path: Path) -> None:
    """Write the sheet as its suffix says; JPEG with full colour resolution."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(sheet)
    if path.suffix == ".jpg":
        image.save(path, quality=90, subsampling=0, optimize=True)
    else:
        image.save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path, default=RESULTS / "contact-sheet.png")
    parser.add_argument("--cell", type=int, default=400, help="side of a picture's cell in pixels")
    options = parser.parse_args()

    (ROOT / RESULTS).mkdir(exist_ok=True)
    for part in PARTS:
        run(part)
        if part.truth:
            report_psnr(part, part.truth)
    path = ROOT / options.sheet
    save_sheet(contact_sheet([row(part) for part in PARTS], cell=options.cell), path)
    print(f"\nThe sources and the results side by side:\n  {path}")


if __name__ == "__main__":
    main()
