"""Measure what ``auto`` guesses for pairs whose application is known, and write the table.

python scripts/study_guess.py DATA [--page docs/colour.md]

DATA holds folders of pairs, as FOLDERS below says. Without --page the table is printed.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from gifnet.imaging import read_image
from gifnet.inference.guess import guess_application
from gifnet.inference.sketch import sketch
from gifnet.inference.sources import Source
from gifnet.tasks import Application
from page_part import make_part

BEGIN = "<!-- guesses: made by scripts/study_guess.py -->"
END = "<!-- end of guesses -->"

FOLDERS: Mapping[str, tuple[str, str, Application]] = {
    "samples/IVIF": ("ir", "vis", Application.IVIF),
    "samples/NIR-VIS": ("nir", "vis", Application.NIR_VIS),
    "samples/MFIF": ("ir", "vis", Application.MFIF),
    "samples/MEIF": ("ir", "vis", Application.MEIF),
    "samples/Medical": ("pet", "mri", Application.MEDICAL),
    "eval/tno21": ("ir", "vi", Application.IVIF),
    "train/msrs": ("ir", "vi", Application.IVIF),
    "train/roadscene": ("ir", "vi", Application.IVIF),
    "train/llvip": ("ir", "vi", Application.IVIF),
    "eval/nir10": ("nir", "rgb", Application.NIR_VIS),
    "eval/lytro": ("a", "b", Application.MFIF),
    "eval/mefb10": ("oe", "ue", Application.MEIF),
    "eval/harvard_pet": ("pet", "mri", Application.MEDICAL),
    "eval/harvard_spect": ("spect", "mri", Application.MEDICAL),
    "eval/harvard_ct": ("ct", "mri", Application.MEDICAL),
}


def pairs(folder: Path, names: tuple[str, str]) -> list[tuple[Path, Path]]:
    first, second = (sorted((folder / name).iterdir()) for name in names)
    by_stem = {file.stem: file for file in second}
    if {file.stem for file in first} == set(by_stem):
        return [(file, by_stem[file.stem]) for file in first]
    return list(zip(first, second, strict=True))


def guesses(folder: Path, names: tuple[str, str]) -> Counter[Application]:
    counts: Counter[Application] = Counter()
    for files in pairs(folder, names):
        sources = [Source(read_image(file).pixels, name=file.name) for file in files]
        counts[guess_application(*(sketch(source) for source in sources)).application] += 1
    return counts


def table(folder: Path) -> str:
    applications = [each for each in Application if each is not Application.AUTO]
    lines = [
        f"| pairs | they are | {' | '.join(applications)} |",
        f"|{'---|' * (len(applications) + 2)}",
    ]
    for name, (first, second, application) in FOLDERS.items():
        if not (folder / name).is_dir():
            continue
        counts = guesses(folder / name, (first, second))
        cells = [str(counts[each] or "") for each in applications]
        lines.append(f"| {name} | {application} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    make_part(__doc__, table, BEGIN, END)
