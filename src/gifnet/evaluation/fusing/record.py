"""What was fused of what: the notes that let a run go on where another one stopped."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

RECORD = "fused.jsonl"


class FusingRecord:
    """The record of one method's folder, a JSON object a line.

    A line is appended once the picture is written; the last line of a case counts. What a run
    that was cut off left half written is passed over.

    Args:
        folder: where the method's pictures lie; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / RECORD
        self._lines = {line["case"]: line for line in _read_lines(self._file)}

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
        with self._file.open("a+b") as stream:
            if stream.tell() and not _ends_with_newline(self._file):
                stream.write(b"\n")
            stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._lines[case] = line


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


def _read_lines(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    lines = []
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and {"case", "file", "made_from", "content"} <= line.keys():
            lines.append(line)
    return lines


def _ends_with_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) == b"\n"


def _file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
