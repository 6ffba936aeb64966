"""``gifnet train``: a training run from a recipe of the package or a TOML file."""

import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

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
from gifnet.training.config import TrainingConfig, load_config
from gifnet.training.distributed import join_processes
from gifnet.training.machine import on_this_machine
from gifnet.training.packaged_recipes import load_recipe, recipe_names
from gifnet.training.trainer import StepReport, Trainer

EXAMPLE = "gifnet train --recipe default --data train -o runs/default"
INTERRUPTED = 130


def command(
    config: Annotated[
        Path | None,
        typer.Argument(metavar="CONFIG", readable=False, help="The TOML file of a recipe."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe", metavar="NAME", help="A recipe of the package instead: default or paper."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Folder of the recipe's folders of pictures.  [default: that of CONFIG]",
        ),
    ] = None,
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
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes that make patches.")
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option("--memory", metavar="GIB", help="Decoded pictures that a process may keep."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", metavar="DIR", help="Folder for those that do not fit into it."),
    ] = None,
    accumulate: Annotated[
        int | None,
        typer.Option("--accumulate", metavar="N", help="Parts of a batch, to need less memory."),
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="DEVICE", help="auto, cpu, cuda or mps.")
    ] = None,
    compiled: Annotated[
        str | None,
        typer.Option("--compile", metavar="WHEN", help="Compile the passes: auto, yes or no."),
    ] = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Train a network: an update of each task in turn, from infrared and visible pictures.

    The folder of the run gets the weights, the state to resume from, a log (JSON lines and
    TensorBoard) and pictures of what the network makes of the validation pairs. Ctrl-C ends the
    run after its step, to be resumed later. Started by torchrun, several processes train
    together, on several GPUs or machines.

    The options from --workers on say how this machine does the work, in place of what the recipe
    says; the weights do not depend on them.
    """
    if output is not None and resume is not None:
        raise typer.BadParameter(
            f"expected -o for a new run or --resume to go on with one, got -o {output} and "
            f"--resume {resume}: a resumed run stays in its folder"
        )
    options = {
        "workers": workers,
        "memory": memory,
        "cache": cache,
        "accumulate": accumulate,
        "device": device,
        "compile": compiled,
    }
    machine: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    training = on_this_machine(_configuration(config, recipe, data), **machine)
    run = resume or output or Path("runs") / training.name
    with join_processes(training.optimiser.device) as processes:
        trainer = Trainer(training, run, resume=resume is not None, processes=processes)
        file = _run(trainer, stop_after)
    if processes.is_main:
        typer.echo(f"{file}: {trainer.step} of {training.optimiser.steps} steps")
    if processes.is_main and trainer.step < training.optimiser.steps:
        words = ["gifnet", "train", *(["--recipe", recipe] if recipe else [str(config)])]
        words += [*(["--data", str(data)] if data else []), "--resume", str(run)]
        words += [word for name, value in machine.items() for word in (f"--{name}", str(value))]
        typer.echo(f"go on with:  {shlex.join(words)}", err=True)
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


def _configuration(config: Path | None, recipe: str | None, data: Path | None) -> TrainingConfig:
    """Read the file or the recipe of the package, whichever of the two was named."""
    names = " or ".join(recipe_names())
    if config is not None and recipe is not None:
        raise typer.BadParameter(
            f"expected a CONFIG file or --recipe, got both, {config} and --recipe {recipe}: "
            "leave one of them out"
        )
    if recipe is not None:
        return load_recipe(recipe, data=data)
    if config is None:
        raise typer.BadParameter(f"expected a CONFIG file or --recipe {names}, got neither")
    if str(config) in recipe_names() and not config.exists():
        raise typer.BadParameter(
            f"there is no file {config}; the recipe of the package is  --recipe {config}"
        )
    return load_config(config, data=data)


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
