"""An ablation as Markdown."""

import math
from collections.abc import Mapping, Sequence

from gifnet.experiments.ablation.comparison import Comparison, Key
from gifnet.experiments.ablation.config import AblationConfig
from gifnet.experiments.ablation.one_run import Outcome, Run
from gifnet.experiments.ablation.variants import FULL, VARIANTS
from gifnet.metrics import METRICS, SMALL_SET, Direction

OURS = (
    "The text of the paper's Sec. 4.2, Table 1 and Figs. 5-6 was not at hand: these ablations are "
    "ours, chosen to test the paper's claims."
)


def markdown(
    config: AblationConfig,
    comparisons: Mapping[Key, Comparison],
    outcomes: Mapping[Run, Outcome],
    failures: Mapping[Run, str],
    *,
    machine: str,
    plot: str,
) -> str:
    """Write everything that is to be said of an ablation.

    Args:
        config: The ablation.
        comparisons: Of ``compare``.
        outcomes: Of the runs that are done.
        failures: Of those that are not.
        machine: What it ran on.
        plot: Name of the plot's file.
    """
    parts = ["# Ablations", OURS, _budget(config, outcomes, machine)]
    if comparisons:
        parts += [f"![Differences to the full model]({plot})", _HOW_TO_READ]
    parts += [_overview(config, comparisons)]
    for group in dict.fromkeys(group for _, group, _ in comparisons):
        parts += [f"## {group}", _table(group, config.variants, comparisons)]
    parts += _problems(config, outcomes, failures)
    return "\n\n".join(parts) + "\n"


_HOW_TO_READ = (
    "Means over the seeds ± standard deviation over the seeds; in brackets the difference to the "
    "full model in units of the seeds' spread (root mean square of both standard deviations), and "
    "p of a paired t test over the seeds. **Bold**: larger than that spread, and of one sign in "
    "all seeds. With three seeds a t test needs a difference of 2.5 deviations of the paired "
    "differences to fall below 0.05, and of so many comparisons one in twenty does by chance: p is "
    "a hint, not a proof. By chance alone, two equal variants with three seeds are bold in about "
    "one cell of six."
)


def _budget(config: AblationConfig, outcomes: Mapping[Run, Outcome], machine: str) -> str:
    training = config.training
    optimiser, evaluation = training.optimiser, config.evaluation
    seconds = sum(outcome.seconds for outcome in outcomes.values())
    return (
        f"Budget of a run: {optimiser.steps} steps, of an MM and a DP update each (variants of one "
        f"task do twice as many steps, and so as many updates), of {optimiser.batch} patches of "
        f"{training.data.patch} pixels; rate {optimiser.learning_rate:g}, {optimiser.schedule}; "
        f"{optimiser.precision}. Seeds {', '.join(map(str, config.seeds))}. Measured on "
        f"{evaluation.pictures} pairs of each set, at most {evaluation.longest_side} pixels long. "
        f"{len(outcomes)} runs of {len(config.variants) * len(config.seeds)} took "
        f"{seconds / 60:.0f} minutes together ({seconds / max(len(outcomes), 1):.0f} s each), on "
        f"{machine}."
    )


def _overview(config: AblationConfig, comparisons: Mapping[Key, Comparison]) -> str:
    """For each variant, in how many cells it is better or worse than the full model."""
    lines = [
        "| variant | what is different | tests whether | worse | better | of |",
        "|---|---|---|---|---|---|",
    ]
    for name in config.variants:
        cells = {
            key: item for key, item in comparisons.items() if key[0] == name and key[2] in SMALL_SET
        }
        clear = [_gain(key[2], item) for key, item in cells.items() if item.exceeds_spread]
        variant = VARIANTS[name]
        counts = (
            ("–", "–", "–")
            if name == FULL
            else (sum(g < 0 for g in clear), sum(g > 0 for g in clear), len(cells))
        )
        lines.append(
            f"| `{name}` | {variant.title} | {variant.tests} | "
            + " | ".join(map(str, counts))
            + " |"
        )
    return (
        "\n".join(lines)
        + "\n\nCounted are application and metric together, where the difference exceeds the "
        "seeds' spread; only metrics that are fit to rank (docs/metrics.md), so not EI and AG."
    )


def _gain(metric: str, item: Comparison) -> float:
    return item.difference * (1 if METRICS[metric].direction is Direction.HIGHER else -1)


def _table(group: str, variants: Sequence[str], comparisons: Mapping[Key, Comparison]) -> str:
    metrics = list(dict.fromkeys(m for _, g, m in comparisons if g == group))
    arrows = {m: "↑" if METRICS[m].direction is Direction.HIGHER else "↓" for m in metrics}
    lines = [
        "| variant | " + " | ".join(f"{METRICS[m].label} {arrows[m]}" for m in metrics) + " |",
        "|---" * (len(metrics) + 1) + "|",
    ]
    for name in variants:
        cells = [_cell(name, comparisons.get((name, group, metric))) for metric in metrics]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(variant: str, item: Comparison | None) -> str:
    if item is None:
        return "–"
    text = f"{item.mean:.4g}"
    if not math.isnan(item.deviation):
        text += f" ± {item.deviation:.2g}"
    if variant == FULL or math.isnan(item.in_spreads):
        return text
    difference = f"{item.in_spreads:+.1f}".replace("-", "−")
    if item.exceeds_spread:
        difference = f"**{difference}**"
    p_value = "" if math.isnan(item.p_value) else f", p {item.p_value:.2g}"
    return f"{text} ({difference}{p_value})"


def _problems(
    config: AblationConfig, outcomes: Mapping[Run, Outcome], failures: Mapping[Run, str]
) -> list[str]:
    lines = [f"- `{run.variant}`, seed {run.seed}: {why}" for run, why in failures.items()]
    missing = len(config.variants) * len(config.seeds) - len(outcomes) - len(failures)
    if missing:
        lines.append(f"- {missing} runs are not done yet.")
    return ["## What is missing", "\n".join(lines)] if lines else []
