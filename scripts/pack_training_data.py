"""Copy training folders as grey WebP files (recompressed), small enough to take elsewhere.

The copies have the layout of the originals, so that a recipe needs nothing but other roots.

    python scripts/pack_training_data.py ../shared/data/train -o build/packed
"""

import argparse
from io import BytesIO
from pathlib import Path

from PIL import Image
from rich.progress import track

from gifnet.imaging.atomic import write_atomically

SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--quality", type=int, default=92, help="of WebP; 92 keeps fine texture")
    options = parser.parse_args()
    files = sorted(f for f in options.root.rglob("*") if f.suffix.lower() in SUFFIXES)
    total = 0
    for file in track(files, "packing"):
        target = options.output / file.relative_to(options.root).with_suffix(".webp")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with Image.open(file) as picture:
                packed = BytesIO()
                picture.convert("L").save(packed, "WEBP", quality=options.quality, method=4)
            write_atomically(target, packed.getbuffer())
        total += target.stat().st_size
    print(f"{len(files)} pictures, {total / 2**20:.1f} MiB in {options.output}")


if __name__ == "__main__":
    main()
