"""What was fused of what: the notes that let a run go on where another one stopped."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gifnet.batch.json_lines import LineWriter, read_lines
from gifnet.errors import EvaluationError

RECORD = "fused.jsonl"
SUFFIXES = (".png", ".npy")
"""What fused pictures are written as."""


class FusingRecord:
    """The record of one method's folder, a JSON object a line.

    A line is appended once the picture is written; the last line of a case counts. What a run
    that was cut off left half written is passed over. A line before says which names a run is
    going to write, so that pictures of someone else's in the folder are told from its own.

    Args:
        folder: where the method's pictures lie; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / RECORD
        lines = read_lines(self._file)
        self._claimed = {stem for line in lines for stem in line.get("claimed", ())}
        noted = [line for line in lines if line.keys() >= _NOTE]
        self._written = {line["file"] for line in noted}
        self._lines = {line["case"]: line for line in noted}

    def require_ours(self, stems: Iterable[str]) -> None:
        """Make sure that no picture of someone else's would be replaced.

        Args:
            stems: names of files that are going to be written or removed, without suffix.

        Raises:
            EvaluationError: one is there and was not made by an earlier run.
        """
        for stem in stems:
            for suffix in SUFFIXES:
                file = self._folder / f"{stem}{suffix}"
                ours = stem in self._claimed or file.name in self._written
                if not ours and (file.exists() or file.is_symlink()):
                    raise EvaluationError(
                        f"{file}: expected no picture here, or one that an earlier run fused "
                        f"(listed in {RECORD}); it would be replaced: move it away, or choose "
                        "another folder"
                    )

    def claim(self, stems: Iterable[str]) -> None:
        """Note which pictures are going to be written, before the first of them is.

        Args:
            stems: names of the files, without suffix.
        """
        new = [stem for stem in stems if stem not in self._claimed]
        if new:
            self._append({"claimed": new})
            self._claimed.update(new)

    def find(self, case: str, made_from: str) -> Path | None:
        """Find a picture that was made before.

        Args:
            case: name of the case.
            made_from: digest of its sources and of the method, see ``digest_of``.

        Returns:
            The file; None if it was made of something else, or is not what was written then.
        """
        line = self._lines.get(case)
        if line is None or line["made_from"] != made_from:
            return None
        file = self._folder / line["file"]
        same = file.is_file() and _file_digest(file) == line["content"]
        return file if same else None

    def add(self, case: str, made_from: str, file: Path) -> None:
        """Note a picture that was written.

        Args:
            case: name of the case.
            made_from: digest of its sources and of the method.
            file: the picture, in the folder of the record.
        """
        line = {
            "case": case,
            "file": file.name,
            "made_from": made_from,
            "content": _file_digest(file),
        }
        self._append(line)
        self._lines[case] = line

    def _append(self, line: dict[str, Any]) -> None:
        with LineWriter(self._file) as writer:
            writer.append(line)


class Digests:
    """Digests of source files, each read once."""

    def __init__(self) -> None:
        self._of = cache(_file_digest)

    def of_case(self, method: str, sources: Sequence[Path]) -> str | None:
        """Digest of everything that a fused picture depends on.

        Args:
            method: digest of the method.
            sources: the files, in their order.

        Returns:
            Hexadecimal digits; None if a file cannot be read.
        """
        try:
            content = [method, *(self._of(file) for file in sources)]
        except OSError:
            return None
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


_NOTE = {"case", "file", "made_from", "content"}


def _file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
