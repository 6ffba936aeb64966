"""Options of the engine, shared by the commands that fuse."""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from gifnet.inference import Device, Fuser, Precision, Runtime

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def _bytes(text: str) -> float:
    """Read an amount of memory, for example 800M or 1.5G."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?\s*", text, re.IGNORECASE)
    if not match or float(match[1]) == 0:
        raise typer.BadParameter(f"expected an amount of memory such as 800M or 1.5G, got {text!r}")
    return float(match[1]) * _UNITS[match[2].upper()]


RuntimeOption = Annotated[
    Runtime,
    typer.Option(
        "--runtime",
        help="The library that computes; auto takes the fastest that is installed. -v says which.",
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        help="How many to compute with on a CPU.  [default: all that the process may use, "
        "or its share where others fuse already]",
    ),
]
TileOption = Annotated[
    int | None,
    typer.Option(
        "--tile",
        min=8,
        help="Longest side of the tiles that a picture is computed in, rounded down to a "
        "multiple of 8 pixels. The result does not depend on it.  [default: by the memory]",
    ),
]
MaxMemoryOption = Annotated[
    float | None,
    typer.Option(
        "--max-memory",
        metavar="AMOUNT",
        parser=_bytes,
        help="Memory that the process may take, on a GPU that tiles may take of the GPU's, such as "
        "800M or 1.5G; less is slower.  "
        "[default: by the picture's size and what is free]",
    ),
]


def fuser_maker(
    weights: str | None,
    device: Device,
    precision: Precision,
    runtime: Runtime,
    threads: int | None,
    tile: int | None,
    max_memory: float | None,
) -> Callable[[], Fuser]:
    """Say how a fuser is made once it is needed: the options of ``Fuser``, in this order."""
    return partial(
        Fuser,
        weights,
        device=device,
        precision=precision,
        runtime=runtime,
        threads=threads,
        tile=tile,
        max_memory=max_memory,
    )
