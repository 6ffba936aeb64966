"""The network as files for other programs: made, compared with the network, put in place."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifnet.checkpoints import WeightArrays, load_arrays
from gifnet.data.luma_pairs import load_calibration_pairs
from gifnet.engine.graph_bytes import STAGES, WHOLE
from gifnet.engine.measured_ranges import measure_ranges
from gifnet.errors import ExportError
from gifnet.export.files import require_library, write_model
from gifnet.export.loaded import library_for
from gifnet.export.models import Source, model_bytes, model_metadata
from gifnet.export.notes import write_notes
from gifnet.export.place import check_place, move_file, move_folder, staging_folder
from gifnet.export.settings import Format, Precision, parse
from gifnet.export.verify import Verification, verify

logger = logging.getLogger(__name__)

FloatArray = NDArray[np.float32]
Progress = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class Exported:
    """What was exported.

    Attributes:
        files: all files that were written.
        verification: what came of comparing them with the network.
    """

    files: tuple[Path, ...]
    verification: Verification


def export_network(
    output: str | Path,
    form: str | Format,
    *,
    whole: bool = False,
    weights: str | Path | None = None,
    precision: str | Precision = Precision.FLOAT32,
    pictures: Sequence[Path] = (),
    progress: Progress = lambda _: None,
) -> Exported:
    """Write a network to files that need no gifnet, and compare them with it first.

    Args:
        output: the file to write, which ends in .onnx or .xml, for the whole network; a folder,
            for its stages. Earlier exports are replaced.
        form: ``onnx`` or ``openvino``.
        whole: one graph of the whole network for pictures of any size, instead of the four stages
            that compute them tile by tile.
        weights: as for ``Fuser``.
        precision: of the numbers in the files: ``float32`` or ``int8``.
        pictures: for int8: two folders with pictures of equal name, or one, whose pictures are
            pairs with themselves. On them it is calibrated and compared.
        progress: is told the share of the work that is done.

    Returns:
        What was written; nothing was if this raises.

    Raises:
        ExportError: there is no such format or precision, the output is no place for it, or the
            files do not compute what the network does.
        DataError: there are no such pictures.
        CheckpointError: the weights cannot be loaded, or are not of the published size.
        MissingDependencyError: nothing is installed that writes the format, or runs it.
    """
    output, form, precision = Path(output), parse(Format, form), parse(Precision, precision)
    check_place(output, form, whole=whole)
    require_library(form)
    library_for(form)
    source, pairs = _calibrated(
        load_arrays(weights), precision, pictures, lambda share: progress(share / 2)
    )
    # Without calibration comparing is all of the work.
    begun = 0.5 if pairs else 0.0
    names = (WHOLE,) if whole else STAGES
    try:
        with staging_folder(output) as folder:
            made = {
                name: folder / f"{output.stem if whole else name}{form.suffix}" for name in names
            }
            for name, file in made.items():
                model = model_bytes(name, source, precision)
                write_model(model, file, form, model_metadata(name, source, precision))
            logger.info("made %s; comparing with the network", ", ".join(names))
            verification = verify(
                made, source, form, lambda share: progress(begun + (1 - begun) * share), pairs
            )
            if whole:
                return Exported(move_file(folder, output, form), verification)
            write_notes(folder, source, form, precision, verification)
            return Exported(move_folder(folder, output), verification)
    except OSError as error:
        raise ExportError(
            f"cannot write {output} ({error.strerror or error}): check the folder's mode and the "
            "free space, or choose another place"
        ) from error


def _calibrated(
    weights: WeightArrays, precision: Precision, pictures: Sequence[Path], progress: Progress
) -> tuple[Source, Sequence[FloatArray]]:
    """What is exported, and for int8 some of the pictures that it was calibrated on."""
    if precision is not Precision.INT8:
        if pictures:
            raise ExportError(f"expected pictures for int8 only, got some for {precision}")
        return Source(weights), ()
    if not pictures:
        raise ExportError(
            "expected pictures to calibrate int8 on, got none: name one folder or two with "
            "--pictures, like those that are to be fused"
        )
    chosen = load_calibration_pairs(pictures)
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress(done / len(chosen.pairs))

    ranges = measure_ranges(weights.foldable, chosen.pairs, advance)
    return Source(weights, ranges, chosen.words), chosen.compared
