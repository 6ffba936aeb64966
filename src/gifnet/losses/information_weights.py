"""How much each source tells: the weights w_ir and w_vis of the private MM loss (Eq. 8-9).

``InformationWeights`` turns the measures of the infrared and the visible batch into one pair of
weights for the whole batch (D14). As published, that is their softmax. The measures of plain
pictures are so small that a softmax of them is always one half each: those are calibrated on
training batches (D8).
"""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gifnet.errors import CheckpointError, ConfigError, DataError

FEWEST_BATCHES = 20
"""With fewer, a 5th percentile says nothing but what the smallest value is."""

PERCENTILES = (5.0, 95.0)
TARGETS = (0.2, 0.8)
BINS = 20
RELATIVE_FLOOR = 1e-6
"""Measures count as at least this part of their median, so that a flat batch has a logarithm."""

_LEAST_SPREAD = 1e-3
_FIT_STEPS = 100

_logger = logging.getLogger(__name__)


class WeightKind(StrEnum):
    """How two measures become two weights."""

    SOFTMAX = "softmax"
    """The softmax of the measures, as published."""

    CALIBRATED = "calibrated"
    """w_ir = sigmoid(scale * (log g_ir - log g_vis) + offset), fitted by ``calibrate``."""


@dataclass(frozen=True, kw_only=True)
class InformationWeights:
    """Turns the measures of an infrared and a visible batch into [w_ir, w_vis]."""

    measure: str
    """Name of the measure that the numbers come from."""
    kind: WeightKind = WeightKind.SOFTMAX
    scale: float = 1.0
    offset: float = 0.0
    floor: float = 0.0
    """Smaller measures count as this one (calibrated only)."""
    percentiles: tuple[float, float] | None = None
    """5th and 95th percentile of w_ir over the batches last looked at."""
    histogram: tuple[int, ...] | None = None
    """Number of those batches with w_ir in each of 20 equal bins from 0 to 1."""

    @torch.no_grad()
    def __call__(self, g_ir: Tensor, g_vis: Tensor) -> Tensor:
        """Weigh one batch.

        Args:
            g_ir: The infrared batch's measure, a scalar.
            g_vis: The visible batch's measure, a scalar on the same device.

        Returns:
            (2,), float32: [w_ir, w_vis], adding up to 1.
        """
        infrared, visible = g_ir.detach().float(), g_vis.detach().float()
        if self.kind is WeightKind.CALIBRATED:
            infrared = infrared.clamp(min=self.floor).log()
            visible = visible.clamp(min=self.floor).log()
        # A softmax of two numbers is the sigmoid of their difference (scale 1, offset 0).
        contrast = self.scale * (infrared - visible) + self.offset
        return torch.sigmoid(torch.stack([contrast, -contrast]))

    def observe(self, pairs: Iterable[Sequence[float | Tensor]]) -> "InformationWeights":
        """Return the same weights with percentiles and histogram of w_ir over these batches.

        Args:
            pairs: (g_ir, g_vis) of each batch.

        Raises:
            DataError: No pairs, or a measure that is not finite or negative.
        """
        measures = torch.from_numpy(_as_measures(pairs)).float()
        w_ir = self(measures[:, 0], measures[:, 1])[0].double().numpy()
        low, high = np.percentile(w_ir, PERCENTILES)
        counts, _ = np.histogram(w_ir, bins=BINS, range=(0.0, 1.0))
        return replace(
            self,
            percentiles=(float(low), float(high)),
            histogram=tuple(int(count) for count in counts),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON types."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        } | {"kind": self.kind.value}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "InformationWeights":
        """Read what ``to_dict`` wrote.

        Raises:
            CheckpointError: ``stored`` lacks an entry, or has one that makes no sense.
        """
        try:
            low_high, counts = stored["percentiles"], stored["histogram"]
            return cls(
                measure=str(stored["measure"]),
                kind=WeightKind(stored["kind"]),
                scale=float(stored["scale"]),
                offset=float(stored["offset"]),
                floor=float(stored["floor"]),
                percentiles=None if low_high is None else (float(low_high[0]), float(low_high[1])),
                histogram=None if counts is None else tuple(int(count) for count in counts),
            )
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"stored information weights: expected what InformationWeights.to_dict gives, "
                f"got {stored!r} ({type(error).__name__}: {error}); the run state or "
                "checkpoint is damaged or of another version"
            ) from error


def calibrate(pairs: Iterable[Sequence[float | Tensor]], *, measure: str) -> InformationWeights:
    """Fit the calibrated form: 5th and 95th percentile of w_ir become 0.2 and 0.8.

    Args:
        pairs: (g_ir, g_vis) of at least 20 training batches.
        measure: Name of the measure that gave them.

    Returns:
        Weights with scale > 0, and with the percentiles and histogram over these batches. Zero
        measures count as one millionth of the median of the positive ones.

    Raises:
        ConfigError: Fewer than 20 batches.
        DataError: The batches do not differ, or a measure is not finite or negative.
    """
    measures = _as_measures(pairs)
    if len(measures) < FEWEST_BATCHES:
        raise ConfigError(
            f"calibrating the information weights needs at least {FEWEST_BATCHES} batches, got "
            f"{len(measures)}: raise the number of calibration batches"
        )
    positive = measures[measures > 0]
    if positive.size == 0:
        raise DataError(
            "calibrating the information weights: every picture is flat (no gradient anywhere); "
            "check the infrared and visible training pictures"
        )
    floor = RELATIVE_FLOOR * float(np.median(positive))
    logarithms = np.log(np.maximum(measures, floor))
    contrasts = logarithms[:, 0] - logarithms[:, 1]
    low, high = np.percentile(contrasts, PERCENTILES)
    if high - low < _LEAST_SPREAD:
        raise DataError(
            "calibrating the information weights: expected batches in which infrared and visible "
            f"pictures differ by varying amounts, but the ratio of their measures spans only "
            f"{math.exp(low):.6g} to {math.exp(high):.6g}; use more varied training pictures"
        )
    scale, offset = _fit(contrasts)
    weights = InformationWeights(
        measure=measure, kind=WeightKind.CALIBRATED, scale=scale, offset=offset, floor=floor
    ).observe(measures)
    _logger.info(
        "information weights from the %s measure: w_ir %.3f to %.3f (5th to 95th percentile of "
        "%d batches), histogram over [0, 1]: %s",
        measure,
        *(weights.percentiles or ()),
        len(measures),
        " ".join(map(str, weights.histogram or ())),
    )
    return weights


def _fit(contrasts: NDArray[np.float64]) -> tuple[float, float]:
    """Find scale and offset; repeated, as percentiles interpolate in w_ir, not in contrasts."""
    targets = np.log(np.array(TARGETS) / (1 - np.array(TARGETS)))
    scale, offset = 1.0, 0.0
    reached = np.percentile(contrasts, PERCENTILES)
    for _ in range(_FIT_STEPS):
        # The straight line that takes the logits reached to the logits wanted.
        stretch = float((targets[1] - targets[0]) / (reached[1] - reached[0]))
        shift = float(targets[0] - stretch * reached[0])
        scale, offset = stretch * scale, stretch * offset + shift
        w_ir = 1 / (1 + np.exp(-np.clip(scale * contrasts + offset, -60, 60)))
        percentiles = np.percentile(w_ir, PERCENTILES)
        reached = np.log(percentiles / (1 - percentiles))
        if np.abs(percentiles - TARGETS).max() < 1e-9:
            break
    return scale, offset


def _as_measures(pairs: Iterable[Sequence[float | Tensor]]) -> NDArray[np.float64]:
    """Return (batches, 2), float64."""
    measures = np.array([[float(g_ir), float(g_vis)] for g_ir, g_vis in pairs], dtype=np.float64)
    if measures.size == 0:
        raise DataError("information weights: expected measures of some batches, got none")
    if not np.isfinite(measures).all() or (measures < 0).any():
        raise DataError(
            "information weights: expected finite measures of at least 0, got "
            f"{measures.min():.6g} to {measures.max():.6g}; check the training pictures for NaN"
        )
    return measures
