"""The cases of public data sets, wherever their folders lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from gifnet.errors import EvaluationError
from gifnet.evaluation.results import Case
from gifnet.evaluation.scenes.dataset_layouts import Layout, Match
from gifnet.evaluation.scenes.dataset_table import DATASETS, Dataset

__all__ = ["DATASETS", "Dataset", "DatasetCases", "dataset_cases", "datasets_markdown"]

_MOST_ENTRIES = 8


@dataclass(frozen=True)
class DatasetCases:
    """A public data set as it was found.

    Attributes:
        dataset: which it is; its application says what the pictures show.
        cases: in natural order; with the truth where the data set has one.
        notes: sentences on what differs from the whole data set, for the report.
    """

    dataset: Dataset
    cases: tuple[Case, ...]
    notes: tuple[str, ...]


def dataset_cases(name: str, root: Path) -> DatasetCases:
    """Find the pictures of a public data set.

    Args:
        name: in ``DATASETS``.
        root: the folder that it was unpacked to.

    Returns:
        The cases by the first layout that fits. Fewer or more of them than expected are a note.

    Raises:
        EvaluationError: there is no such data set or folder, or no layout fits; the message shows
            the nearest layout, what is there, and where to get the data set.
    """
    if name not in DATASETS:
        close = get_close_matches(name, DATASETS, n=1)
        advice = f"did you mean {close[0]!r}? " if close else ""
        raise EvaluationError(
            f"there is no data set {name!r}; {advice}There are {', '.join(DATASETS)}"
        )
    dataset = DATASETS[name]
    if not root.is_dir():
        raise EvaluationError(
            f"expected the {dataset.title} data set in the folder {root}, found no such folder; "
            f"get it from {dataset.page}"
        )
    tried: list[tuple[Layout, Match]] = []
    for layout in dataset.layouts:
        match = layout.match(root)
        if match.cases:
            return DatasetCases(dataset, match.cases, (*match.notes, *_notes(dataset, match.cases)))
        tried.append((layout, match))
    raise EvaluationError(_nothing_found(dataset, root, tried))


def datasets_markdown() -> str:
    """Write the table of the data sets for the documentation.

    Returns:
        A page in Markdown.
    """
    lines = [
        "# Data sets",
        "",
        "What `gifnet evaluate --dataset NAME --root FOLDER` finds. None of these pictures comes "
        "with gifnet: get them from the page, and mind its terms. Any subset will do; the report "
        "then says how many pictures it is about.",
        "",
        "Letter case in names of folders does not count, and PNG, JPEG, TIFF, BMP and WebP are "
        "read, whatever the examples below end with.",
        "",
        "| `--dataset` | what | application | cases | licence | page |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{item.name}` | {item.title} | `{item.application}` | {_describe_counts(item)} "
        f"| {item.licence} | <{item.page}> |"
        for item in DATASETS.values()
    ]
    for item in DATASETS.values():
        lines += ["", f"## {item.name}", ""]
        if item.remark:
            lines += [item.remark, ""]
        for number, layout in enumerate(item.layouts):
            lines += ["or" if number else "Layout:", "", "```", *_tree_lines(layout), "```", ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _notes(dataset: Dataset, cases: Sequence[Case]) -> list[str]:
    if not dataset.counts or len(cases) in dataset.counts:
        return []
    return [
        f"{dataset.title}: {len(cases)} cases were found; the data set has "
        f"{_describe_counts(dataset)}. Figures of a part cannot be compared with those of another."
    ]


def _describe_counts(dataset: Dataset) -> str:
    return " or ".join(f"{count} ({what})" for count, what in dataset.counts.items()) or "unknown"


def _tree_lines(layout: Layout) -> list[str]:
    tree = layout.tree()
    width = max(len(path) for path, _ in tree)
    return [f"{path:{width}}  {what}" for path, what in tree]


def _nothing_found(dataset: Dataset, root: Path, tried: Sequence[tuple[Layout, Match]]) -> str:
    layout, match = max(tried, key=lambda item: item[1].found)
    entries = sorted(item.name + "/" * item.is_dir() for item in root.iterdir())
    there = ", ".join(entries[:_MOST_ENTRIES]) or "nothing"
    there += ", ..." if len(entries) > _MOST_ENTRIES else ""
    others = len(tried) - 1
    more = f" (or one of {others} other layouts: docs/datasets.md)" if others else ""
    return "\n".join(
        [
            f"expected the {dataset.title} data set in {root} like this{more}:",
            *(f"    {line}" for line in _tree_lines(layout)),
            f"found {there}; missing: {', '.join(match.missing)}.",
            f"Get it from {dataset.page} (licence: {dataset.licence}).",
        ]
    )
