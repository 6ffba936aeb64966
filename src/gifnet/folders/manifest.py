"""What was fused of what: the notes beside the results, by which a run goes on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gifnet.batch.json_lines import read_lines
from gifnet.folders.shard import Shard
from gifnet.inference.provenance import digest_of

MANIFEST = "gifnet-manifest"


def manifest_of(folder: Path, shard: Shard) -> Path:
    """Name the file that a share of the work is noted in."""
    share = "" if shard.is_whole else f"-{shard.number}-of-{shard.count}"
    return folder / f"{MANIFEST}{share}.jsonl"


def note_of(file: Path) -> dict[str, Any]:
    """Note a file so that it can be told later whether it is the same.

    Args:
        file: it must be there.

    Returns:
        Its path, size, time of change and SHA-256.

    Raises:
        OSError: it cannot be read.
    """
    before = file.stat()
    return {
        "path": str(file),
        "bytes": before.st_size,
        "modified_ns": before.st_mtime_ns,
        "sha256": digest_of(file),
    }


def is_unchanged(file: Path, note: Mapping[str, Any]) -> bool:
    """Whether a file is what was noted: by size and time of change, else by its content.

    Args:
        file: it need not be there.
        note: of ``note_of``; of a file of the same name, wherever it lay.
    """
    try:
        now = file.stat()
        if now.st_size != note["bytes"] or file.name != Path(note["path"]).name:
            return False
        same_time = now.st_mtime_ns == note["modified_ns"]
        return bool(same_time or digest_of(file) == note["sha256"])
    except (OSError, KeyError, TypeError):
        return False


class Done:
    """What the manifests of a folder say is done, those of all shares together.

    Args:
        folder: it need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for file in sorted(folder.glob(f"{MANIFEST}*.jsonl")):
            for line in read_lines(file):
                if line.get("result") == "written" and isinstance(line.get("output"), str):
                    self._lines[line["output"]].append(line)

    def has(self, output: str, sources: Sequence[Path], options: Mapping[str, Any]) -> bool:
        """Whether a result is there as it would come out again.

        Args:
            output: its name.
            sources: the files that it is made of.
            options: all that decides it.
        """
        # The last line first: one that says otherwise is of an earlier state.
        return any(
            line.get("options") == options
            and _all_unchanged(sources, line.get("sources"))
            and is_unchanged(self._folder / output, line.get("written") or {})
            for line in reversed(self._lines.get(output, []))
        )


def _all_unchanged(sources: Sequence[Path], notes: object) -> bool:
    return (
        isinstance(notes, list)
        and len(notes) == len(sources)
        and all(is_unchanged(file, note) for file, note in zip(sources, notes, strict=True))
    )
