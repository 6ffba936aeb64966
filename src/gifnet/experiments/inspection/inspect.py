"""Looking into the network: two files in, a figure and its numbers out."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifnet.checkpoints import load_arrays, make_network
from gifnet.errors import ImageFileError, SettingError
from gifnet.experiments.inspection.pair import Pair, Point, read_pair
from gifnet.imaging.atomic import write_atomically
from gifnet.imaging.files import check_output, write_image
from gifnet.inference.files import require_another_file
from gifnet.model.needs_torch import require_torch
from gifnet.tasks import Application

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gifnet.experiments.inspection.attention import Attention
    from gifnet.experiments.inspection.features import Place

CHANNELS = 6
"""How many maps a row shows where nobody says."""
LONGEST = 640
"""Side in pixels that larger pictures are reduced to: the network then takes some 2 GB."""

Progress = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class Inspection:
    """What was written.

    Attributes:
        figure: the picture file.
        numbers: the JSON file beside it.
        channels: those that are shown, by the name of their place.
        seconds: how long it took.
    """

    figure: Path
    numbers: Path
    channels: dict[str, tuple[int, ...]]
    seconds: float


def inspect_files(
    source_a: Path,
    source_b: Path,
    output: Path,
    *,
    weights: str | Path | None = None,
    application: str | Application = Application.AUTO,
    channels: int = CHANNELS,
    at: Point | None = None,
    longest: int = LONGEST,
    progress: Progress = lambda _: None,
) -> Inspection:
    """Show what the network's branches see of a pair.

    Args:
        source_a: the first picture file.
        source_b: the second, of the same size.
        output: the figure to write; a JSON file of the same name goes beside it.
        weights: as for ``load_arrays``; networks of any size.
        application: what the pair shows; sets the order of the sources as in ``Fuser.fuse``.
        channels: how many maps are shown of each place, at least 1, those of most energy.
        at: a pixel of the pictures as they are in the files, whose attention is shown too.
        longest: side in pixels that larger pictures are reduced to.
        progress: is told the share of the work that is done.

    Returns:
        What was written. Source: Sec. 4.3, Fig. 7.

    Raises:
        ImageFileError: a file cannot be read or written.
        ImageSizeError: the sizes differ, or are too small.
        SettingError: the pictures have no such pixel, or a number is too small.
        CheckpointError: the weights cannot be loaded.
        MissingDependencyError: PyTorch is not installed.
    """
    started = time.perf_counter()
    require_torch("looking into the network")
    for name, value in (("channels", channels), ("limit", longest)):
        if value < 1:
            raise SettingError(f"{name} must be at least 1; got {value}")
    numbers = output.with_suffix(".json")
    if numbers == output:
        raise ImageFileError(
            f"{output}: expected the name of a picture, such as figure.png, whose numbers are "
            "written beside it as .json; choose another suffix"
        )
    # Before the work; the figure's own size is small in any case.
    check_output(output, width=1, height=1)
    require_another_file(output, [source_a, source_b])
    pair = read_pair(source_a, source_b, application=application, longest=longest)
    point = None if at is None else pair.place_of(at)
    progress(0.1)

    # PyTorch is imported with these, so once it is known that there is work for it.
    from gifnet.experiments.inspection.attention import take_attention
    from gifnet.experiments.inspection.energy import channel_energies, energy_shares
    from gifnet.experiments.inspection.features import take_features
    from gifnet.experiments.inspection.sheet import draw_sheet

    loaded = load_arrays(weights)
    if loaded.header.model.interaction == "none":
        raise SettingError(
            f"expected a network whose branches meet, got {loaded.name}, which leaves the "
            "auxiliary branch unread; choose other weights"
        )
    network = make_network(loaded)
    features = take_features(network, *pair.lumas)
    progress(0.5)
    attention = [] if point is None else take_attention(network, *pair.lumas, point)
    progress(0.9)
    energies = {name: channel_energies(maps) for name, maps in features.maps.items()}
    shares = {name: energy_shares(values) for name, values in energies.items()}
    chosen = _choose(shares, channels)
    sheet = draw_sheet(pair, features, chosen, shares, attention, point)
    described = {
        **_describe_pair(pair),
        "weights": Path(loaded.name).name,
        "weights_sha256": loaded.sha256,
        "features": {
            str(name): {
                "shown": list(chosen[name]),
                "energies": energies[name].tolist(),
                "shares": shares[name].tolist(),
            }
            for name in energies
        },
        "attention": _describe_attention(attention, at, point),
    }
    write_image(output, sheet)
    write_atomically(numbers, json.dumps(described, indent=1).encode())
    progress(1.0)
    return Inspection(
        figure=output,
        numbers=numbers,
        channels={str(name): chosen[name] for name in chosen},
        seconds=time.perf_counter() - started,
    )


def _choose(
    shares: "dict[Place, NDArray[np.float64]]", count: int
) -> "dict[Place, tuple[int, ...]]":
    """Those of most energy; the same before and after, so that the two rows can be compared."""
    from gifnet.experiments.inspection.energy import strongest
    from gifnet.experiments.inspection.features import Place

    shared = shares[Place.SHARED].copy()
    # The first two are the sources themselves, which are shown already.
    shared[:2] = -1
    chosen = {Place.SHARED: strongest([shared], min(count, len(shared) - 2))}
    for before, after in ((Place.MM_BEFORE, Place.MM_AFTER), (Place.DP_BEFORE, Place.DP_AFTER)):
        chosen[before] = chosen[after] = strongest([shares[before], shares[after]], count)
    return chosen


def _describe_pair(pair: Pair) -> dict[str, Any]:
    return {
        "sources": [file.name for file in pair.files],
        "height": pair.size[0],
        "width": pair.size[1],
        "reduced_height": pair.reduced_size[0],
        "reduced_width": pair.reduced_size[1],
    }


def _describe_attention(
    attention: "list[Attention]", at: Point | None, point: Point | None
) -> dict[str, Any] | None:
    if at is None or point is None:
        return None
    return {
        "x": at.x,
        "y": at.y,
        "reduced_x": point.x,
        "reduced_y": point.y,
        "maps": [
            {
                "main": str(one.main),
                "keys_of": str(one.branch),
                "query_of": str(one.query),
                "block": one.block,
                "shifted": one.shifted,
                "head": one.head,
                "window_left": one.left,
                "window_top": one.top,
                "shares": one.shares.tolist(),
            }
            for one in attention
        ],
    }
