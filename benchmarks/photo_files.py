"""How long does a pair of large photographs take, from file to file?

``gifnet fuse`` on two TIFF files of 16 bits in colour with EXIF, a colour profile and a resolution,
as users run it: the start, reading, fusing and writing count. The result is then read by other
libraries, and what it does not keep is an error.

    python benchmarks/photo_files.py --precision bfloat16
    python benchmarks/photo_files.py --size 1200x800 -- --max-memory 800M    # more options of fuse
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from gifnet.experiments.machine import describe_packages
from inference_processes import MemoryWatch
from machine import describe_machine

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "pictures"
MAKE, ARTIST = 271, 315
DENSITY = 300


def photograph(name: str, width: int, height: int) -> NDArray[np.uint16]:
    """A picture of the examples, enlarged, with noise in the lower bits."""
    with Image.open(EXAMPLES / name) as image:
        large = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))
    noise = np.random.default_rng(0).integers(0, 256, large.shape, dtype=np.uint16)
    return large.astype(np.uint16) * np.uint16(256) + noise


def profile() -> bytes:
    made: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made


def write(file: Path, pixels: NDArray[np.uint16], icc: bytes) -> None:
    texts = [(MAKE, "s", 0, "gifnet's benchmark", True), (ARTIST, "s", 0, "nobody", True)]
    tifffile.imwrite(
        file,
        pixels,
        photometric="rgb",
        compression="deflate",
        predictor=True,
        tile=(256, 256),
        iccprofile=icc,
        resolution=(DENSITY, DENSITY),
        resolutionunit="INCH",
        extratags=texts,
    )


def missing(file: Path, shape: tuple[int, ...], icc: bytes) -> list[str]:
    """What a result does not keep."""
    with tifffile.TiffFile(file) as tiff:
        page: Any = tiff.pages[0]
        kept = {
            "size": page.shape == shape,
            "16 bits": page.dtype == np.uint16,
            "profile": page.tags[34675].value == icc if 34675 in page.tags else False,
        }
    with Image.open(file) as image:
        exif = image.getexif()
        kept["EXIF"] = (exif.get(MAKE), exif.get(ARTIST)) == ("gifnet's benchmark", "nobody")
        kept["resolution"] = image.info.get("dpi") == (DENSITY, DENSITY)
    return [name for name, there in kept.items() if not there]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--size", default="6000x4000", help="WIDTHxHEIGHT")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--folder", type=Path, help="where to put the files; they stay there")
    parser.add_argument("more", nargs="*", help="options of gifnet fuse, after --")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    icc = profile()
    # Pillow refuses pictures that gifnet takes.
    Image.MAX_IMAGE_PIXELS = None
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / "near.tif", folder / "far.tif"]
        for file in files:
            write(file, photograph(f"coffee-{file.stem}.jpg", width, height), icc)
        output = folder / "fused.tif"
        options = ["--precision", chosen.precision, *chosen.more]
        command = [sys.executable, "-m", "gifnet", "fuse", *map(str, files), "-o", str(output)]
        before = os.times()
        started = time.perf_counter()
        with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:
            watch = MemoryWatch(process.pid)
            code = process.wait()
        seconds = time.perf_counter() - started
        after = os.times()
        if code:
            raise SystemExit(f"gifnet fuse ended with {code}")
        used = after.children_user + after.children_system
        used -= before.children_user + before.children_system
        lost = missing(output, (height, width, 3), icc)
        packages = describe_packages(["openvino", "tifffile"])
        print(describe_machine(packages))
        print(
            f"{width}x{height}, 16-bit RGB TIFF, {' '.join(options)}: {seconds:.1f} s, of all "
            f"processors {used:.1f} s, at most {watch.stop() / 1e6:.0f} MB; files of "
            f"{sum(file.stat().st_size for file in files) / 1e6:.0f} MB in, "
            f"{output.stat().st_size / 1e6:.0f} MB out"
        )
        if lost:
            raise SystemExit(f"not kept: {', '.join(lost)}")


if __name__ == "__main__":
    main()
