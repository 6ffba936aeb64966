"""``gifnet weights``: list the weights of the package, convert and describe files of weights."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gifnet.checkpoints import (
    CheckpointHeader,
    WeightsDescription,
    bundled_names,
    convert_published,
    describe_weights,
)
from gifnet.checkpoints.convert import LICENCE

app = typer.Typer(no_args_is_help=True, help="List, convert and describe weights.")


@app.command(
    epilog="\b\nExample:\n  gifnet weights convert Final.model -o published.safetensors",
)
def convert(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="The authors' Final.model.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The .safetensors file to write. A file that is there already is replaced.",
        ),
    ],
) -> None:
    """Convert the authors' published checkpoint to the format that gifnet loads.

    Nothing in the published file is run: a file that asks for code is refused.
    """
    if output.suffix != ".safetensors":
        raise typer.BadParameter(f"expected an output that ends in .safetensors, got {output}")
    convert_published(file, output)
    typer.echo(str(output))


@app.command(epilog="\b\nExample:\n  gifnet weights info published.safetensors")
def info(
    weights: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|FILE",
            help="default or paper, weights of the package; a .safetensors file of gifnet; or the "
            "authors' Final.model.  [default: default]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say what weights are."""
    _print(_lines(describe_weights(weights)))


@app.command(
    epilog="\b\nExample:\n  gifnet weights calibrate mine.safetensors --pictures infrared visible",
)
def calibrate(
    weights: Annotated[
        str,
        typer.Argument(metavar="NAME|FILE", help="A .safetensors file of gifnet.", readable=False),
    ],
    pictures: Annotated[
        tuple[Path, Path],
        typer.Option(
            "--pictures",
            metavar="FOLDER FOLDER",
            help="Two folders of pictures of equal name, like those that are to be fused; twice "
            "the same for single pictures. At most 64 pairs are taken.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write.  [default: beside the weights, where it is looked for]",
        ),
    ] = None,
) -> None:
    """Make the int8 form of weights, for --precision int8.

    Says how far int8 is from float32 on these pictures.
    """
    from gifnet.cli.progress import progress_bar
    from gifnet.inference.int8 import calibrate_weights

    folders = pictures[:1] if pictures[0] == pictures[1] else pictures
    with progress_bar("calibrating") as progress:
        made = calibrate_weights(weights, folders, output, progress=progress)
    typer.echo(str(made))


@app.command("list", epilog="\b\nExample:\n  gifnet weights list")
def list_bundled() -> None:
    """List the weights of the package, which --weights takes by their names."""
    for number, name in enumerate(bundled_names()):
        if number:
            typer.echo()
        described = dict(_lines(describe_weights(name)))
        shown = ("recipe", "step", "recipe sha256", "licence", "sha256")
        _print([("name", name), *((item, described[item]) for item in shown)])


def _print(lines: list[tuple[str, str]]) -> None:
    for name, value in lines:
        typer.echo(f"{name + ':':<15}{value}")


def _lines(weights: WeightsDescription) -> list[tuple[str, str]]:
    header = weights.header
    lines = [("file", str(weights.file)), ("format", weights.format)]
    if header is None:
        lines.append(("network", "GIFNet, as published"))
    else:
        lines.append(("network", f"GIFNet ({_entries(header.model.entries())})"))
    lines.append(("parameters", f"{weights.parameters:,}"))
    if header is not None:
        lines += [
            ("step", _steps(header)),
            ("recipe", header.recipe_name),
            ("recipe sha256", header.recipe_digest or "unknown"),
            ("information", _entries(header.information) or "unknown"),
            ("licence", header.licence),
        ]
        if header.origin:
            lines.append(("origin", _entries(header.origin)))
    lines.append(("sha256", weights.sha256))
    if header is None:
        how = f"gifnet weights convert {weights.file} -o published.safetensors"
        lines += [("licence", LICENCE), ("to use it", how)]
    return lines


def _steps(header: CheckpointHeader) -> str:
    if header.step is None:
        return "unknown"
    return f"{header.step:,}" + ("" if header.steps is None else f" of {header.steps:,}")


def _entries(values: dict[str, Any]) -> str:
    """Name and value of each entry on one line; those without a value are left out."""
    return ", ".join(
        f"{name.replace('_', ' ')} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in values.items()
        if value is not None
    )
