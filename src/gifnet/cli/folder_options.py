"""Options of ``gifnet fuse`` that are for folders."""

from collections.abc import Mapping
from typing import Annotated

import typer

from gifnet.errors import SettingError

MatchOption = Annotated[
    str | None,
    typer.Option(
        "--match",
        metavar="PATTERN",
        help="How names in one folder belong together, such as 'DJI_*_{T,V}': braces list the "
        "sources in their order, * is what they share.",
    ),
]
SuffixOption = Annotated[
    str | None,
    typer.Option(
        "--suffix",
        metavar=".EXT",
        help="Format of the pictures of a folder.  [default: that of the --reference source, else "
        "of the first]",
    ),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Do the I-th of N equal shares of a folder; processes with different shares may fill "
        "one folder at a time.",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Processes that fuse a folder; they share --threads and --max-memory.  "
        "[default: one a thread, 2 on a GPU, fewer where memory is short]",
    ),
]


def require_no_folder_options(given: Mapping[str, object]) -> None:
    """Make sure that options for folders are not given for files.

    Args:
        given: name and value of each; None where it was not given.

    Raises:
        SettingError: one was given.
    """
    for name, value in given.items():
        if value is not None:
            raise SettingError(
                f"{name} is for folders, got files; leave it out, or name folders as sources"
            )
