"""Measure weights against the bar: tables as Markdown, all figures as JSON.

Pictures of the scikit-image wheel have a known truth; development sets are read from
``GIFNET_SHARED`` (or ../shared), where ``spec/published-figures.json`` has the figures of the
published checkpoint and of other methods on the same pictures, prepared in the same way (checked
on the average of the sources). Nothing of this was trained on.

    python scripts/evaluate_weights.py default -o figures.json --keep build/measured
    python scripts/evaluate_weights.py runs/first/weights.safetensors --most 2 --side 256
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import torch

from gifnet.errors import GIFNetError
from measure_weights.development_sets import SETS, data_is_there
from measure_weights.figures_file import Row, bar_of, figures_of, write_figures
from measure_weights.fusing import Measured
from measure_weights.set_figures import measure_set
from measure_weights.tables import (
    bar_table,
    looked_table,
    rank_table,
    set_table,
    tally,
)
from measure_weights.truth import measure_truth
from measure_weights.truth_tables import focus_table, truth_table


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="default, paper, or a file")
    parser.add_argument("-o", "--output", type=Path, help="write all figures as JSON, too")
    parser.add_argument(
        "--bar",
        choices=("default", "paper"),
        help="whose bar; by default both. What is asked of default alone is not measured for paper",
    )
    parser.add_argument(
        "--sets",
        nargs="*",
        default=list(SETS),
        choices=list(SETS),
        help="development sets, all by default",
    )
    parser.add_argument("--most", type=_positive, help="pictures of each set and kind")
    parser.add_argument("--side", type=_positive, help="smaller pictures: a quick look")
    parser.add_argument("--no-truth", action="store_true", help="development sets only")
    parser.add_argument("--beside", help="the published checkpoint, converted, to measure, too")
    parser.add_argument(
        "--keep",
        type=Path,
        help="folder for what was fused, so that a stopped run goes on, and for pages with "
        "sources and results side by side",
    )
    parser.add_argument("--threads", type=_positive, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="float32")
    return parser.parse_args(arguments)


def measure(options: argparse.Namespace) -> Row:
    load = _loader(options)
    weights = load(options.weights)
    beside = load(options.beside) if options.beside else None
    whole = options.bar != "paper"
    some: Row = {"most": options.most, "side": options.side}
    truth = {} if options.no_truth else measure_truth(weights.fuser, **some, whole=whole)
    pages = weights.folder
    if pages and options.side:
        pages /= f"side{options.side}"
    sets = {}
    if data_is_there():
        for name in options.sets:
            sets[name] = measure_set(
                name,
                weights,
                beside,
                **some,
                exchange=whole,
                pages=pages,
            )
    settings = {
        "weights": Path(options.weights).name,
        **some,
        "bar": options.bar,
        "device": weights.fuser.fuser.device,
        "precision": weights.fuser.fuser.precision,
    }
    return figures_of(weights.description, settings, truth, sets)


def markdown(figures: Row, bars: tuple[str, ...]) -> str:
    """All tables one below the other."""
    parts = []
    if figures["missing"]:
        missing = "".join(f"\n- {part}" for part in figures["missing"])
        parts.append(f"**Not the whole measurement**:\n{missing}")
    if figures["truth"]:
        parts += [truth_table(figures["truth"], None), focus_table(figures["truth"]["focus"])]
    parts += [set_table(name, found) for name, found in figures["summary"].items()]
    if figures["sets"]:
        parts += [looked_table(figures["sets"]), rank_table(figures)]
    for name in bars:
        lines = bar_of(figures, name)
        parts.append(f"The bar of `{name}`: {tally(lines)}.")
        parts.append(bar_table(lines))
    return "\n\n".join(parts)


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    try:
        figures = measure(options)
    except GIFNetError as error:
        sys.exit(str(error))
    print(markdown(figures, (options.bar,) if options.bar else ("default", "paper")))
    if options.output:
        write_figures(options.output, figures)


def _loader(options: argparse.Namespace) -> Callable[[str], Measured]:
    def load(weights: str) -> Measured:
        return Measured.of(
            weights,
            device=options.device,
            precision=options.precision,
            folder=options.keep,
        )

    return load


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {number}")
    return number


if __name__ == "__main__":
    main()
