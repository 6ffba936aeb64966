"""``gifnet train``: a training run from a TOML file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gifnet.cli.options import VerboseOption
from gifnet.training.config import load_config
from gifnet.training.trainer import StepReport, Trainer

EXAMPLE = "gifnet train recipes/first.toml -o runs/first"


def command(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The TOML file of the recipe.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="RUN", help="Folder of a new run; runs/NAME by default."
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="RUN", help="Folder of an interrupted run to go on with."),
    ] = None,
    stop_after: Annotated[
        int | None,
        typer.Option("--stop-after", min=1, help="Stop early after this step; resume later."),
    ] = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Train a network: an update of each task in turn, from infrared and visible pictures.

    The folder of the run gets the weights, the state to resume from, a log (JSON lines and
    TensorBoard) and pictures of what the network makes of the validation pairs.
    """
    recipe = load_config(config)
    run = resume or output or Path("runs") / recipe.name
    trainer = Trainer(recipe, run, resume=resume is not None)
    console = Console(stderr=True)
    with _progress(console) as progress:
        bar = progress.add_task(
            "training", total=recipe.optimiser.steps, completed=trainer.step, losses=""
        )

        def report(step: StepReport) -> None:
            private = [f"{name.split('/')[0]} {value:.4f}" for name, value in _private(step)]
            text = f"{' '.join(private)} {step.steps_per_second:.2f} steps/s"
            progress.update(bar, completed=step.step, losses=text)

        file = trainer.train(report, stop_after=stop_after)
    typer.echo(f"{file}: {trainer.step} of {recipe.optimiser.steps} steps")


def _private(step: StepReport) -> list[tuple[str, float]]:
    return [(name, value) for name, value in step.losses.items() if name.endswith("/private")]


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[losses]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
