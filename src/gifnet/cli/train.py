"""``gifnet train``: a training run from a TOML file."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
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
from gifnet.training.distributed import join_processes
from gifnet.training.trainer import StepReport, Trainer

EXAMPLE = "gifnet train recipes/first.toml -o runs/first"
INTERRUPTED = 130


def command(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", readable=False, help="The TOML file of the recipe.")
    ],
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
    TensorBoard) and pictures of what the network makes of the validation pairs. Ctrl-C ends the
    run after its step, to be resumed later. Started by torchrun, several processes train
    together, on several GPUs or machines.
    """
    if output is not None and resume is not None:
        raise typer.BadParameter(
            f"expected -o for a new run or --resume to go on with one, got -o {output} and "
            f"--resume {resume}: a resumed run stays in its folder"
        )
    recipe = load_config(config)
    run = resume or output or Path("runs") / recipe.name
    with join_processes(recipe.optimiser.device) as processes:
        trainer = Trainer(recipe, run, resume=resume is not None, processes=processes)
        file = _run(trainer, stop_after)
    if processes.is_main:
        typer.echo(f"{file}: {trainer.step} of {recipe.optimiser.steps} steps")
    if processes.is_main and trainer.step < recipe.optimiser.steps:
        typer.echo(f"go on with:  gifnet train {config} --resume {run}", err=True)
    if trainer.stopped:
        raise typer.Exit(INTERRUPTED)


def _run(trainer: Trainer, stop_after: int | None) -> Path:
    """Train; the main process shows how far it is."""
    with _progress(shown=trainer.processes.is_main) as progress:
        bar = progress.add_task(
            "training", total=trainer.config.optimiser.steps, completed=trainer.step, losses=""
        )

        def report(step: StepReport) -> None:
            private = [f"{name.split('/')[0]} {value:.4f}" for name, value in _private(step)]
            text = f"{' '.join(private)} {step.steps_per_second:.2f} steps/s"
            progress.update(bar, completed=step.step, losses=text)

        with _first_interrupt(trainer.stop):
            return trainer.train(report, stop_after=stop_after)


@contextmanager
def _first_interrupt(action: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C do something milder; a second one interrupts at once."""
    previous = signal.getsignal(signal.SIGINT)

    def handle(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, previous)
        action()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _private(step: StepReport) -> list[tuple[str, float]]:
    return [(name, value) for name, value in step.losses.items() if name.endswith("/private")]


def _progress(*, shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[losses]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not shown,
    )
