"""The results as files: classification.csv and classification.md."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gifnet.experiments.classification.enhanced_sets import TrainingSet
from gifnet.experiments.classification.enhancers import ORIGINAL
from gifnet.experiments.classification.intervals import Interval, binomial_half, interval_of
from gifnet.experiments.classification.outcomes import Outcome, by_method
from gifnet.experiments.classification.picture_set import PictureSet
from gifnet.experiments.classification.recipe import Recipe
from gifnet.imaging.atomic import write_atomically

CSV_FILE = "classification.csv"
MARKDOWN_FILE = "classification.md"
_FEWEST_SEEDS = 3
_COLUMNS = ("method", "seed", "top1", "top5", "epochs", "seconds", "device")


@dataclass(frozen=True)
class Results:
    """All that the files are made of.

    Attributes:
        found: the pictures.
        recipe: of the classifiers.
        seeds: that were asked for.
        sets: what the methods made, in their order.
        outcomes: (method, seed) -> what is known by now.
    """

    found: PictureSet
    recipe: Recipe
    seeds: Sequence[int]
    sets: Sequence[TrainingSet]
    outcomes: Mapping[tuple[str, int], Outcome]

    @property
    def trained(self) -> list[TrainingSet]:
        """The sets that classifiers are trained on: the originals, and what differs from them."""
        return [made for made in self.sets if made.method == ORIGINAL or not made.is_original]

    def top1(self, method: str) -> dict[int, float]:
        """Seed -> accuracy of a method."""
        return {s: outcome.top1 for s, outcome in by_method(self.outcomes, method).items()}

    def paired(self, method: str, *, top5: bool = False) -> list[float]:
        """Differences to the originals, for each seed that both have."""
        own, originals = (by_method(self.outcomes, name) for name in (method, ORIGINAL))
        differences = []
        for seed in sorted(own.keys() & originals.keys()):
            pair = own[seed], originals[seed]
            values = [outcome.top5 if top5 else outcome.top1 for outcome in pair]
            if values[0] is not None and values[1] is not None:
                differences.append(values[0] - values[1])
        return differences


def write_tables(results: Results, folder: Path) -> None:
    """Write what is known by now.

    Args:
        results: so far.
        folder: where the two files go.

    Raises:
        OSError: they cannot be written.
    """
    write_atomically(folder / CSV_FILE, _csv(results).encode())
    write_atomically(folder / MARKDOWN_FILE, markdown(results).encode())


def _csv(results: Results) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for made in results.trained:
        for seed, outcome in sorted(by_method(results.outcomes, made.method).items()):
            top5 = "" if outcome.top5 is None else f"{outcome.top5:.4f}"
            row = [made.method, seed, f"{outcome.top1:.4f}", top5, outcome.epochs]
            writer.writerow([*row, f"{outcome.seconds:.2f}", outcome.device])
    return text.getvalue()


def markdown(results: Results) -> str:
    """Write the table and what it rests on.

    Args:
        results: so far.

    Returns:
        Markdown.
    """
    found, recipe = results.found, results.recipe
    count = len(found.test)
    lines = [f"# Classification after enhancing: {found.name}", ""]
    if found.about:
        lines += [f"**{found.about}**", ""]
    height, width = found.train.pictures.shape[1:3]
    lines += [
        f"ResNet-{recipe.depth}, {recipe.epochs} epochs, batch {recipe.batch}, learning rate "
        f"{recipe.learning_rate:g}, momentum {recipe.momentum:g}, weight decay "
        f"{recipe.weight_decay:g}, padding {recipe.padding}, {recipe.precision}. "
        f"{len(found.train)} training and {count} test pictures of {width} x {height} in "
        f"{len(found.classes)} classes; seeds {', '.join(map(str, results.seeds))}. Only training "
        "pictures are enhanced. Accuracy after the last epoch, in per cent; mean and 95 % interval "
        "over seeds (Student's t), and paired differences to the originals with the same seeds.",
        "",
        "| training pictures | changed by | seeds | top-1 | top-5 | top-1 − originals | "
        "top-5 − originals |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(results, made) for made in results.sets]
    lines += ["", *(f"- {note}" for note in notes(results)), ""]
    return "\n".join(lines)


def notes(results: Results) -> list[str]:
    """Say what the table does not say by itself.

    Args:
        results: so far.

    Returns:
        A sentence or two each.
    """
    said = []
    same = [made.method for made in results.sets if made.is_original and made.method != ORIGINAL]
    if same:
        said.append(
            f"{', '.join(same)}: a picture fused with itself comes out as it was, to the last "
            "pixel of all training pictures. Its classifiers would be those of the originals, so "
            "none were trained."
        )
    halves = [
        binomial_half(interval_of(list(top1.values())).mean, len(results.found.test))
        for made in results.trained
        if (top1 := results.top1(made.method))
    ]
    if halves:
        said.append(
            f"{len(results.found.test)} test pictures: each accuracy is off by up to "
            f"{max(halves):.1f} (95 %, binomial) for want of more of them. This error is shared by "
            "all methods, and the interval over seeds does not hold it."
        )
    done = min((len(results.top1(made.method)) for made in results.trained), default=0)
    if len(results.seeds) < _FEWEST_SEEDS:
        said.append(f"Fewer than {_FEWEST_SEEDS} seeds: nothing can be concluded from this.")
    elif done < len(results.seeds):
        said.append("Not finished: some seeds are missing, and the figures will change.")
    wider = [
        made.method
        for made in results.trained
        if made.method != ORIGINAL
        and len(differences := results.paired(made.method)) > 1
        and not interval_of(differences).excludes_zero
    ]
    if wider:
        said.append(
            f"{', '.join(wider)}: the interval of the top-1 difference holds zero; no difference "
            "to the originals is shown."
        )
    return said


def _row(results: Results, made: TrainingSet) -> str:
    name = "originals (`none`)" if made.method == ORIGINAL else f"`{made.method}`"
    change = "–" if made.method == ORIGINAL else f"{made.difference:.2f} levels"
    if made not in results.trained:
        return f"| {name} | nothing | – | as originals | as originals | 0 | 0 |"
    reached = by_method(results.outcomes, made.method)
    top1 = [outcome.top1 for outcome in reached.values()]
    top5 = [outcome.top5 for outcome in reached.values() if outcome.top5 is not None]
    differences = ["–", "–"]
    if made.method != ORIGINAL:
        differences = [_of(results.paired(made.method, top5=which), "+") for which in (False, True)]
    return f"| {name} | {change} | {len(reached)} | {_of(top1)} | {_of(top5)} | " + (
        f"{differences[0]} | {differences[1]} |"
    )


def _of(values: Sequence[float], sign: str = "") -> str:
    return figure_text(interval_of(values), sign) if values else "–"


def figure_text(interval: Interval, sign: str = "") -> str:
    """Write "61.20 ± 0.85", or the mean alone where there is no interval.

    Args:
        interval: to be written.
        sign: "+" to write the sign of positive means, too.
    """
    mean = f"{interval.mean:{sign}.2f}".replace("-", "−")
    return mean if math.isnan(interval.half) else f"{mean} ± {interval.half:.2f}"
