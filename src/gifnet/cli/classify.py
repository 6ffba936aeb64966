"""``gifnet classify``: do classifiers gain from enhanced training pictures?"""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.many_words import ManyWordsCommand
from gifnet.cli.options import DeviceOption, VerboseOption
from gifnet.cli.stage_progress import stage_progress
from gifnet.experiments.classification.classify import Request, classify
from gifnet.experiments.classification.recipe import Recipe
from gifnet.inference.settings import Device

EXAMPLE = "gifnet classify --data cifar-100-python --methods none gifnet:default -o classify"
_DEFAULTS = Recipe()
_INTERRUPTED = (
    "interrupted: what was enhanced and trained is kept, up to the last whole epoch, and running "
    "the same command again goes on"
)


class Command(ManyWordsCommand):
    """Its lists are words up to the next option."""

    many = ("--methods", "--seeds")


def command(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="DIR",
            readable=False,
            help="CIFAR-10 or CIFAR-100 in their python form, unpacked or as downloaded, or a "
            "folder of train/CLASS/*.png and test/CLASS/*.png.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder of the results. What an earlier, interrupted run did there is used.",
        ),
    ],
    methods: Annotated[
        list[str] | None,
        typer.Option(
            "--methods",
            metavar="METHOD...",
            help="What enhances the training pictures: none, gifnet:WEIGHTS, or any other method "
            "of gifnet evaluate (see its --list).  [default: none gifnet:default]",
        ),
    ] = None,
    seeds: Annotated[
        list[int] | None,
        typer.Option(
            "--seeds",
            metavar="N...",
            help="A classifier for each method and seed.  [default: 0 1 2]",
        ),
    ] = None,
    epochs: Annotated[
        int, typer.Option("--epochs", help="Passes over the training pictures.")
    ] = _DEFAULTS.epochs,
    depth: Annotated[
        int, typer.Option("--depth", help="Layers of the residual network, 6 n + 2.")
    ] = _DEFAULTS.depth,
    batch: Annotated[int, typer.Option("--batch", help="Pictures of an update.")] = _DEFAULTS.batch,
    learning_rate: Annotated[
        float,
        typer.Option(
            "--learning-rate", help="Of the first half; a tenth from there, a hundredth from 3/4."
        ),
    ] = _DEFAULTS.learning_rate,
    weight_decay: Annotated[
        float, typer.Option("--weight-decay", help="Of all weights.")
    ] = _DEFAULTS.weight_decay,
    precision: Annotated[
        str, typer.Option("--precision", help="Of the classifiers: float32 or bfloat16.")
    ] = _DEFAULTS.precision,
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache",
            metavar="DIR",
            help="Folder of the enhanced pictures, to be shared.  [default: enhanced in -o]",
        ),
    ] = None,
    shown: Annotated[int, typer.Option("--shown", help="Pictures in a row of panel.png.")] = 8,
    device: DeviceOption = Device.AUTO,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Train classifiers on original and on enhanced pictures, and test them on original ones.

    The experiment of the paper's Sec. 4.6 and Table 3: ResNet-56 from scratch, several seeds. The
    luma of each training picture is fused with itself, its chroma stays. The folder gets
    classification.csv, .md and .png, and panel.png with enhanced pictures. A run that was stopped
    or killed goes on where it was.
    """
    defaults = Request(data=data)
    request = Request(
        data=data,
        methods=tuple(methods or defaults.methods),
        seeds=tuple(seeds or defaults.seeds),
        recipe=Recipe(
            depth=depth,
            epochs=epochs,
            batch=batch,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            precision=precision,
        ),
        device=device,
        cache=cache,
        shown=shown,
    )
    try:
        with stage_progress() as progress:
            made = classify(request, output, progress=progress)
    except KeyboardInterrupt:
        typer.echo(_INTERRUPTED, err=True)
        raise
    typer.echo(made.text)
    typer.echo(str(made.folder))
