"""The files that an ablation ends with: CSV, Markdown and a plot."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from gifnet.experiments.ablation.comparison import compare
from gifnet.experiments.ablation.config import AblationConfig
from gifnet.experiments.ablation.one_run import Outcome, Run
from gifnet.experiments.ablation.plot import draw
from gifnet.experiments.ablation.tables import markdown
from gifnet.imaging.atomic import write_atomically

PLOT, TABLE, VALUES = "ablation.png", "ablation.md", "ablation.csv"


def write_report(
    config: AblationConfig,
    folder: Path,
    outcomes: Mapping[Run, Outcome],
    failures: Mapping[Run, str],
    *,
    machine: str,
) -> Path:
    """Write ``ablation.csv``, ``ablation.md`` and ``ablation.png``.

    Args:
        config: The ablation.
        folder: Where they go; earlier ones are replaced.
        outcomes: Of the runs that are done.
        failures: Of those that are not.
        machine: What it ran on, in words.

    Returns:
        The Markdown file.
    """
    variants = [name for name in config.variants if any(run.variant == name for run in outcomes)]
    comparisons = compare(outcomes, variants, config.seeds)
    write_atomically(folder / VALUES, _csv(outcomes).encode())
    if comparisons:
        write_atomically(folder / PLOT, draw(comparisons, variants))
    text = markdown(config, comparisons, outcomes, failures, machine=machine, plot=PLOT)
    write_atomically(folder / TABLE, text.encode())
    return folder / TABLE


def _csv(outcomes: Mapping[Run, Outcome]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["variant", "seed", "application", "metric", "value"])
    for run, outcome in outcomes.items():
        for group, metrics in outcome.values.items():
            for metric, value in metrics.items():
                writer.writerow([run.variant, run.seed, group, metric, f"{value:.6g}"])
    return text.getvalue()
