"""The int8 form of weights: a small file beside them, which names the weights it was made for.

It holds what cannot be computed from weights alone, the ranges of the activations that pictures
gave; the integers themselves are computed from both when they are loaded.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from gifnet.checkpoints.bundled import BUNDLED, DEFAULT
from gifnet.errors import CheckpointError

FORMAT = "gifnet-int8-1"
SUFFIX = ".int8.safetensors"

FloatArray = NDArray[np.float32]


def ranges_path(weights: str | Path | None) -> Path:
    """Name the file of the int8 form that belongs to weights: the same name, another ending.

    Args:
        weights: as for ``load_arrays``.
    """
    name = DEFAULT if weights is None else weights
    if isinstance(name, str) and name in BUNDLED:
        return Path(f"{name}{SUFFIX}")
    path = Path(name)
    return path.with_name(path.name.removesuffix(".safetensors") + SUFFIX)


def load_ranges(
    weights: str | Path | None, sha256: str, channels: Mapping[str, int]
) -> dict[str, FloatArray]:
    """Read the ranges of activations that belong to weights.

    Args:
        weights: as for ``load_arrays``.
        sha256: of the file of weights.
        channels: of each activation.

    Returns:
        For each activation (3, channels): lowest value, highest one, mean.

    Raises:
        CheckpointError: the file is missing or damaged, or was made for other weights.
    """
    name = DEFAULT if weights is None else str(weights)
    with _file(weights) as file:
        if not file.is_file():
            raise CheckpointError(
                f"expected the int8 form of the weights {name} in {file}, found none: make it with "
                f" gifnet weights calibrate {name} --pictures FOLDER_A FOLDER_B"
            )
        try:
            with safe_open(file, framework="numpy") as content:
                metadata = content.metadata() or {}
                arrays = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise CheckpointError(
                f"expected an int8 form of weights in {file}, got a damaged file ({error}): make "
                "it again with  gifnet weights calibrate"
            ) from error
    good = [
        key in arrays and arrays[key].shape == (3, count) and bool(np.isfinite(arrays[key]).all())
        for key, count in channels.items()
    ]
    if metadata.get("format") != FORMAT or not all(good):
        raise CheckpointError(
            f"expected an int8 form of weights (format {FORMAT!r}) in {file}, got something else: "
            "make it again with  gifnet weights calibrate"
        )
    if metadata.get("source_sha256") != sha256:
        raise CheckpointError(
            f"{file}: expected the int8 form of the weights {name} with the digest "
            f"{sha256[:12]}, got that of {str(metadata.get('source_sha256'))[:12]}: the weights "
            "have changed since; make it again with  gifnet weights calibrate"
        )
    return {key: arrays[key].astype(np.float32) for key in channels}


def ranges_bytes(ranges: Mapping[str, FloatArray], sha256: str, pictures: str) -> bytes:
    """Serialise what ``load_ranges`` reads.

    Args:
        ranges: of the activations.
        sha256: of the file of weights.
        pictures: what it was calibrated on, in words.
    """
    metadata = {"format": FORMAT, "source_sha256": sha256, "pictures": pictures}
    arrays = {name: np.ascontiguousarray(array) for name, array in sorted(ranges.items())}
    return bytes(save(arrays, metadata))


@contextmanager
def _file(weights: str | Path | None) -> Iterator[Path]:
    path = ranges_path(weights)
    if not isinstance(weights, Path) and (weights is None or weights in BUNDLED):
        with as_file(files("gifnet.weights") / path.name) as file:
            yield file
    else:
        yield path
