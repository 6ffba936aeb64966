"""``gifnet fuse`` for folders: what belongs together is listed, fused and counted."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from gifnet.cli.messages import print_error
from gifnet.cli.pair_progress import pair_progress
from gifnet.errors import FolderError
from gifnet.folders import (
    FuserSettings,
    Grouping,
    Shard,
    fuse_folders,
    group_by_pattern,
    group_by_stem,
)

_SOME_FAILED = 1


def run_on_folders(
    sources: Sequence[Path],
    output: Path,
    *,
    match: str | None,
    suffix: str | None,
    shard: str | None,
    workers: int | None,
    threads: int | None,
    max_memory: float | None,
    fuser: FuserSettings,
    how: Mapping[str, Any],
) -> None:
    """Fuse folders and print what came of it; see ``gifnet.folders.fuse_folders``.

    Args:
        sources: folders; with ``match`` one.
        output: the folder of the results.
        match: pattern of names in one folder.
        suffix: of the results.
        shard: which share of the work, such as ``1/4``.
        workers: how many processes at most.
        threads: of all together.
        max_memory: of all together, in bytes.
        fuser: how to make the fusers.
        how: options of ``fuse_files``.

    Raises:
        GIFNetError: nothing could run.
        typer.Exit: some failed.
    """
    share = None if shard is None else Shard.parse(shard)
    grouping = _group(sources, match)
    for file, reason in grouping.unmatched:
        typer.echo(f"unmatched: {file} ({reason})", err=True)
    with pair_progress() as progress:
        run = fuse_folders(
            grouping.groups,
            output,
            fuser=fuser,
            how=how,
            suffix=suffix,
            workers=workers,
            threads=threads,
            max_memory=max_memory,
            shard=share,
            progress=progress,
        )
    pace = f" ({run.written / run.seconds:.2f} a second)" if run.written else ""
    counts = [
        f"wrote {_count(run.written, 'picture')} to {output} in {run.seconds:.1f} s{pace}",
        f"{run.skipped} done before" if run.skipped else "",
        f"{len(run.failed)} failed" if run.failed else "",
        f"{_count(len(grouping.unmatched), 'file')} unmatched" if grouping.unmatched else "",
    ]
    typer.echo("; ".join(count for count in counts if count))
    for name, error in run.failed:
        print_error(f"{name}: {error}")
    if run.failed:
        raise typer.Exit(_SOME_FAILED)


def _group(sources: Sequence[Path], match: str | None) -> Grouping:
    if match is None:
        return group_by_stem(sources)
    if len(sources) != 1:
        raise FolderError(
            f"expected one folder with --match, got {', '.join(map(str, sources))}; for several "
            "folders leave --match out, names are then matched"
        )
    return group_by_pattern(sources[0], match)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
