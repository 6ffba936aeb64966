"""Measure what the network costs here, and write table and picture of docs/complexity.md.

python scripts/make_complexity_page.py [--size 480x640] [--rounds 5] [--onnx FILE ...]

Run it on a machine that does nothing else. It takes about two minutes.
"""

import argparse
import tempfile
from pathlib import Path

from gifnet.experiments.complexity.writing import write_complexity
from page_part import print_or_write

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "complexity.md"
PICTURE = ROOT / "docs" / "images" / "complexity.png"
BEGIN = "<!-- costs: made by scripts/make_complexity_page.py -->"
END = "<!-- end of costs -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", default="480x640", help="height x width")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--onnx", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    height, width = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "complexity.md"
        _, (_, picture) = write_complexity(
            table, (height, width), onnx=options.onnx, rounds=options.rounds
        )
        made = table.read_text(encoding="utf-8").rstrip()
        print_or_write(made, PAGE, BEGIN, END)
        PICTURE.write_bytes(picture.read_bytes())
    print(made)


if __name__ == "__main__":
    main()
