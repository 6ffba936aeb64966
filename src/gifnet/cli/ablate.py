"""``gifnet ablate``: the network trained without one of its ideas at a time."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.options import VerboseOption
from gifnet.experiments.ablation import Advance, ablate, load_ablation

EXAMPLE = "gifnet ablate docs/ablation.toml --data train --sets eval -o ablation --jobs 2"
INCOMPLETE = 1
_INTERRUPTED = (
    "interrupted: runs that are done, and the last saved state of those that are not, are kept, "
    "and running the same command again goes on"
)


def command(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="The TOML file of the ablation.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the ablation.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="Folder of the training folders.  [default: CONFIG's]"
        ),
    ] = None,
    sets: Annotated[
        Path | None,
        typer.Option(
            "--sets", metavar="DIR", help="Folder of the development sets.  [default: CONFIG's]"
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Runs side by side.")] = 1,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Train and measure variants of the network with the same budget and the same seeds.

    DIR gets a run for each variant and seed, all values (ablation.csv), means and spread over the
    seeds (ablation.md) and a plot of the differences to the full model (ablation.png).
    Interrupted, the same command goes on where it stopped. A run that fails does not stop the
    others; it is listed, and the exit code is 1.
    """
    settings = load_ablation(config, data=data, sets=sets)
    try:
        result = ablate(settings, output, jobs=jobs, report=_show)
    except KeyboardInterrupt:
        typer.echo(_INTERRUPTED, err=True)
        raise
    typer.echo(f"{result.report}: {result.done} runs")
    if result.failures:
        raise typer.Exit(INCOMPLETE)


def _show(advance: Advance) -> None:
    said = f"{advance.done} of {advance.total} runs are done"
    if advance.run is not None:
        run, failure = advance.run, advance.failure
        said += f"; {run.variant}, seed {run.seed}: " + (
            f"failed: {failure}" if failure else "done"
        )
    if advance.remaining_seconds is not None:
        said += f"; about {advance.remaining_seconds / 60:.0f} min left"
    typer.echo(said, err=True)
