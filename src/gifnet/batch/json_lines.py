"""Files of JSON objects, one a line, appended at once: what a killed run leaves can be read."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def read_lines(file: Path) -> list[dict[str, Any]]:
    """Read the objects of a file.

    Args:
        file: it need not be there.

    Returns:
        The objects in their order. A line that a killed run left half written, or that is no
        object, is passed over.

    Raises:
        OSError: the file is there and cannot be read.
    """
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    lines = []
    for text in content.split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines


class LineWriter:
    """Appends objects to a file; a context that closes it.

    Each object is one write to the end of the file, so that several writers never mix their lines
    on one machine. A torn last line of a killed run is ended first.

    Args:
        file: made if it is not there; its folder must be.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._stream = file.open("a+b", buffering=0)
        if self._stream.seek(0, os.SEEK_END):
            self._stream.seek(-1, os.SEEK_END)
            if self._stream.read(1) != b"\n":
                self._stream.write(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def append(self, line: dict[str, Any]) -> None:
        """Append an object, of what JSON can hold.

        Raises:
            OSError: the file cannot be written.
        """
        text = json.dumps(line, ensure_ascii=False, allow_nan=False)
        self._stream.write(text.encode("utf-8", "surrogatepass") + b"\n")
