"""Run ``gifnet downstream`` on the development sets, and write tables and figure of its page.

python scripts/study_downstream.py DATA WORK [--page docs/downstream.md]

DATA holds the sets that SETS names, each where it is there. WORK keeps what was fused, so that a
run that was stopped goes on. Focus pairs with a known truth are made of the scikit-image pictures
that scripts/measure_weights uses.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from gifnet.experiments.downstream.downstream import check_downstream
from gifnet.experiments.downstream.report import as_markdown
from measure_weights.focus_pairs import varied_pairs
from page_part import print_or_write

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "downstream.png"
BEGIN = "<!-- downstream: made by scripts/study_downstream.py -->"
END = "<!-- end of downstream -->"
SETS = {
    "tno21": ("ir", "vi"),
    "nir10": ("nir", "rgb"),
    "lytro": ("a", "b"),
    "mefb10": ("oe", "ue"),
    "harvard_pet": ("pet", "mri"),
    "harvard_spect": ("spect", "mri"),
    "harvard_ct": ("ct", "mri"),
}
METHODS = ("gifnet", "gifnet:paper", "average", "laplacian")
MADE = "made-focus"
_SEED = 11


def make_focus_folders(folder: Path) -> str:
    """Write focus pairs and their truth, and give them as a set."""
    for number, pair in enumerate(varied_pairs((_SEED,))):
        for name, picture in (("near", pair.near), ("far", pair.far), ("sharp", pair.sharp)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            levels = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
            Image.fromarray(levels).save(folder / name / f"{number:02d}-{pair.shape}.png")
    return f"{MADE}={folder / 'near'},{folder / 'far'},{folder / 'sharp'}"


def show(stage: str, done: int, total: int) -> None:
    if done == total:
        print(f"{stage}: {done}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--page", type=Path, help="the page whose tables are made anew")
    options = parser.parse_args()
    started = time.perf_counter()
    sets = [
        f"{name}={options.data / name / a},{options.data / name / b}"
        for name, (a, b) in SETS.items()
        if (options.data / name).is_dir()
    ]
    sets.append(make_focus_folders(options.work / "pairs"))
    found = check_downstream(sets, METHODS, options.work / "report", progress=show)
    print_or_write(as_markdown(found).rstrip(), options.page, BEGIN, END)
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    if options.page is not None:
        picture = next(file for file in found.files if file.suffix == ".png")
        PICTURE.write_bytes(picture.read_bytes())


if __name__ == "__main__":
    main()
