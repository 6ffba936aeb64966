"""One scene as every method shows it: whole pictures, and the region that tells most, zoomed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gifnet.errors import EvaluationError
from gifnet.evaluation.measuring.pictures import DATA_RANGE, read_picture
from gifnet.evaluation.page.plot_style import format_number
from gifnet.evaluation.results import Case, Evaluation

Shown = NDArray[np.uint8]
Region = tuple[float, float, float, float]
"""Top, left, bottom, right, as shares of the height and width."""

_SHARE = 0.25
"""Side of the region that is zoomed, as a share of the picture's."""
_COMPARED_SIDE = 512
"""Pictures are looked at in this size to find the region: enough to find a quarter of them."""
_BLACK, _YELLOW = (0, 0, 0), (255, 221, 0)
_DARK = 0.5
"""Deep pictures that stay below this share of their range are brightened."""


@dataclass(frozen=True)
class Tile:
    """One picture of a scene.

    Attributes:
        label: whose it is.
        value: the metric's value, written; empty for sources and truth.
        picture: (H, W) or (H, W, 3), uint8.
        region: what is zoomed.
    """

    label: str
    value: str
    picture: Shown
    region: Region

    @property
    def caption(self) -> str:
        """Label and value, in letters that the font of contact sheets has."""
        value = self.value.replace("∞", "inf").replace("−", "-")
        return f"{self.label}  {value}".strip()

    @property
    def crop(self) -> Shown:
        """The region at the picture's own resolution, one pixel at least."""
        height, width = self.picture.shape[:2]
        top, left = int(self.region[0] * height), int(self.region[1] * width)
        bottom = max(top + 1, round(self.region[2] * height))
        right = max(left + 1, round(self.region[3] * width))
        return self.picture[top:bottom, left:right]

    def whole(self, side: int) -> Shown:
        """The whole picture with the region's frame.

        Args:
            side: the longer side of the result, in pixels.

        Returns:
            (H, W, 3), uint8.
        """
        image = Image.fromarray(self.picture).convert("RGB")
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
        top, left, bottom, right = self.region
        # Whole pixels; at least one, even in a picture that is as thin as that.
        start = (min(int(left * size[0]), size[0] - 1), min(int(top * size[1]), size[1] - 1))
        end = (
            max(start[0], round(right * size[0]) - 1),
            max(start[1], round(bottom * size[1]) - 1),
        )
        frame = [*start, *end]
        draw = ImageDraw.Draw(image)
        # Black around yellow: one of them is seen on any picture.
        width = max(1, side // 120)
        draw.rectangle(frame, outline=_BLACK, width=3 * width)
        inner = [frame[0] + width, frame[1] + width, frame[2] - width, frame[3] - width]
        if inner[2] > inner[0] and inner[3] > inner[1]:
            draw.rectangle(inner, outline=_YELLOW, width=width)
        return np.array(image)


@dataclass(frozen=True)
class Comparison:
    """A scene that was chosen, ready to be shown.

    Attributes:
        kind: ``best`` or ``worst``.
        case: the scene.
        metric: what decided.
        method: whose best or worst it is.
        tiles: sources, truth if there is one, then every method that has the picture.
        why: what is special about the region that is zoomed.
    """

    kind: str
    case: Case
    metric: str
    method: str
    tiles: tuple[Tile, ...]
    why: str


def compare_case(
    evaluation: Evaluation, case: Case, kind: str, metric: str, method: str
) -> Comparison:
    """Read all pictures of a scene and find the region that tells most.

    Args:
        evaluation: what was measured.
        case: one of its scenes.
        kind: ``best`` or ``worst``.
        metric: whose values are written.
        method: whose best or worst it is.

    Returns:
        The comparison. The region is where the methods are furthest from the truth, or from
        each other if there is none, or, for one method without truth, from its sources.

    Raises:
        EvaluationError: no method has a picture of this scene.
        ImageError: a picture cannot be read.
    """
    named = [(f"source {number}", path) for number, path in enumerate(case.sources, 1)]
    if case.truth is not None:
        named.append(("truth", case.truth))
    fused = {
        item.name: item.files[case.name] for item in evaluation.methods if case.name in item.files
    }
    if not fused:
        raise EvaluationError(f"{case.name}: expected a fused picture to show, got none")
    pictures = [read_picture(path) for path in (*(path for _, path in named), *fused.values())]
    shown = _as_shown(pictures)
    results = shown[len(named) :]
    references, why = [], "where the methods differ most"
    if case.truth is not None:
        references, why = [shown[len(named) - 1]], "where the error against the truth is largest"
    elif len(results) == 1:
        references, why = shown[: len(named)], "where it differs most from its sources"
    region = find_region(results, references)
    row = evaluation.values[evaluation.cases.index(case), :, evaluation.metrics.index(metric)]
    finite = np.abs(row[np.isfinite(row)])
    largest = float(finite.max()) if finite.size else 0.0
    values = {
        name: format_number(float(value), largest=largest)
        for name, value in zip(evaluation.method_names, row, strict=True)
    }
    labels = [label for label, _ in named] + list(fused)
    tiles = tuple(
        Tile(label, values[label] if index >= len(named) else "", picture, region)
        for index, (label, picture) in enumerate(zip(labels, shown, strict=True))
    )
    return Comparison(kind, case, metric, method, tiles, why)


def find_region(results: Sequence[Shown], references: Sequence[Shown]) -> Region:
    """Find the quarter of a picture's height and width in which there is most to see.

    Args:
        results: what the methods made, (H, W) or (H, W, 3), uint8.
        references: what they are held against; each other if empty.

    Returns:
        The region with the largest mean error against the references, or spread of the results.
    """
    height, width = results[0].shape[:2]
    scale = min(1.0, _COMPARED_SIDE / max(height, width))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    grey = np.stack([_grey(picture, size) for picture in results])
    if references:
        reference = np.mean([_grey(picture, size) for picture in references], axis=0)
        interest = np.abs(grey - reference).mean(axis=0)
    else:
        interest = grey.std(axis=0)
    rows, columns = max(1, round(size[1] * _SHARE)), max(1, round(size[0] * _SHARE))
    # Sums of all windows out of sums of all upper left corners.
    sums = np.pad(interest.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    windows = (
        sums[rows:, columns:]
        - sums[:-rows, columns:]
        - sums[rows:, :-columns]
        + sums[:-rows, :-columns]
    )
    top, left = np.unravel_index(int(np.argmax(windows)), windows.shape)
    return (
        float(top / size[1]),
        float(left / size[0]),
        float((top + rows) / size[1]),
        float((left + columns) / size[0]),
    )


def _grey(picture: Shown, size: tuple[int, int]) -> NDArray[np.float64]:
    image = Image.fromarray(picture).convert("L").resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image, np.float64)


def _as_shown(pictures: Sequence[NDArray[Any]]) -> list[Shown]:
    """Turn pictures of 0 to 255 into what a screen shows: grey or three bands of 8 bits.

    Pictures of more than 8 bits often use a small part of their range (a satellite's 11 bits in
    16); they are brightened, all of the scene by the same factor, so that they stay comparable.
    """
    bands = [_three_bands(picture) for picture in pictures]
    deep = [picture for picture in bands if picture.dtype != np.uint8]
    bright = max((float(np.percentile(picture, 99.5)) for picture in deep), default=DATA_RANGE)
    factor = DATA_RANGE / bright if 0 < bright < _DARK * DATA_RANGE else 1.0
    return [
        np.asarray(picture, np.uint8)
        if picture.dtype == np.uint8
        else np.rint(np.clip(np.asarray(picture, np.float64) * factor, 0, 255)).astype(np.uint8)
        for picture in bands
    ]


def _three_bands(picture: NDArray[Any]) -> NDArray[Any]:
    if picture.ndim == 2:
        return picture
    return np.ascontiguousarray(picture[..., :3] if picture.shape[2] >= 3 else picture[..., 0])
