"""From the question to the files: table and picture."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from gifnet.errors import MissingDependencyError, SettingError
from gifnet.experiments.complexity.chart import draw_chart
from gifnet.experiments.complexity.complexity import (
    ROUNDS,
    SIZE,
    Complexity,
    Progress,
    find_complexity,
)
from gifnet.experiments.complexity.table import FORMS
from gifnet.imaging.atomic import write_atomically


def write_complexity(
    output: Path | None,
    size: tuple[int, int] = SIZE,
    *,
    weights: str | Path | None = None,
    onnx: Sequence[Path] = (),
    rounds: int = ROUNDS,
    progress: Progress = lambda _: None,
) -> tuple[Complexity, tuple[Path, ...]]:
    """Find out what the network costs, and write a table and a picture of it.

    Args:
        output: the table: .md, .csv or .json; a PNG file of the same name goes beside it. None
            for nothing.
        size: as for ``find_complexity``.
        weights: likewise.
        onnx: likewise.
        rounds: likewise.
        progress: likewise.

    Returns:
        What was found, and the files that were written.

    Raises:
        SettingError: the output has another suffix, or no folder to lie in.
        MissingDependencyError: PyTorch or, for a picture, Matplotlib is not installed.
        GIFNetError: as ``find_complexity``.
    """
    if output is not None:
        if output.suffix.lower() not in FORMS:
            raise SettingError(
                f"expected a table called .md, .csv or .json, got {output}; its picture is written "
                "beside it as .png"
            )
        if not output.absolute().parent.is_dir():
            raise SettingError(
                f"{output}: the folder {output.parent} does not exist; create it or choose another"
            )
        if find_spec("matplotlib") is None:
            raise MissingDependencyError("matplotlib", extra="eval", purpose="the picture")
    found = find_complexity(size, weights=weights, onnx=onnx, rounds=rounds, progress=progress)
    if output is None:
        return found, ()
    picture = output.with_suffix(".png")
    write_atomically(output, FORMS[output.suffix.lower()](found).encode())
    write_atomically(picture, draw_chart(found))
    return found, (output, picture)
