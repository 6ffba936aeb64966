"""What was measured before, so that a run that was stopped goes on where it was.

One JSON line for each unit of work that is done, appended at once. The key is made of the content
of the pictures and of the code of the metrics: what has changed is measured anew.
"""

import math
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

from gifnet.batch.json_lines import LineWriter, read_lines
from gifnet.errors import EvaluationError
from gifnet.version import __version__

_INFINITE = "inf"


@cache
def metrics_version() -> str:
    """Name the state of the code that measures: gifnet's version and a digest of its sources."""
    digest = sha256(__version__.encode())
    sources = [file for file in files("gifnet.metrics").iterdir() if file.name.endswith(".py")]
    sources += [
        files("gifnet.evaluation.measuring") / name
        for name in ("inputs.py", "pictures.py", "unit.py")
    ]
    for source in sorted(sources, key=lambda source: source.name):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:16]}"


class FileDigests:
    """SHA-256 of files, each read once."""

    def __init__(self) -> None:
        self._known: dict[Path, str | None] = {}

    def key(self, paths: Sequence[Path]) -> str | None:
        """Make a key of the content of files, in this order, and of the metrics' version.

        Args:
            paths: The files.

        Returns:
            Hexadecimal digits; None where a file cannot be read.
        """
        digests = [self._digest(path) for path in paths]
        whole = sha256(metrics_version().encode())
        for digest in digests:
            if digest is None:
                return None
            whole.update(digest.encode())
        return whole.hexdigest()

    def _digest(self, path: Path) -> str | None:
        if path not in self._known:
            try:
                self._known[path] = sha256(path.read_bytes()).hexdigest()
            except OSError:
                self._known[path] = None
        return self._known[path]


class MeasurementCache:
    """Values in a file of JSON lines; a context that closes it.

    Args:
        path: The file; made with its folder if it is not there. None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values: dict[str, dict[str, float]] = {}
        if path is None:
            self._file = None
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._load(path)
            self._file = LineWriter(path)
        except OSError as error:
            raise EvaluationError(_cannot_write(path, error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def get(self, key: str | None) -> dict[str, float]:
        """The values that are known under a key, metric -> value."""
        return {} if key is None else dict(self._values.get(key, {}))

    def add(self, key: str | None, values: dict[str, float]) -> None:
        """Keep values for the next run.

        Raises:
            EvaluationError: The file cannot be written.
        """
        if self._file is None or self._path is None or key is None or not values:
            return
        self._values.setdefault(key, {}).update(values)
        plain = {name: _INFINITE if value == math.inf else value for name, value in values.items()}
        try:
            self._file.append({"key": key, "values": plain})
        except OSError as error:
            raise EvaluationError(_cannot_write(self._path, error)) from error

    def _load(self, path: Path) -> None:
        for entry in read_lines(path):
            try:
                values = {name: float(value) for name, value in entry["values"].items()}
                self._values.setdefault(str(entry["key"]), {}).update(values)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue


def _cannot_write(path: Path, error: OSError) -> str:
    return (
        f"cannot write measurements to {path}: {error.strerror or error}; make room or choose "
        "another folder, then run it again: what is measured is kept"
    )
