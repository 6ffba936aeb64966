"""One unit of the work: one method's picture of one case under all metrics."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from gifnet.errors import GIFNetError, MissingDependencyError
from gifnet.evaluation.measuring.inputs import Pictures, calls_of, check_fused, check_scene
from gifnet.evaluation.measuring.pictures import DATA_RANGE, Pixels, read_picture
from gifnet.evaluation.results import Case, Problem
from gifnet.metrics import METRICS, Metric, Needs

logger = logging.getLogger(__name__)

_TRUTH = {Needs.TRUTH, Needs.TRUTH_BANDS}
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Unit:
    """What is to be measured.

    Attributes:
        case: the scene.
        method: whose result it is.
        file: the result.
        metrics: names in METRICS.
    """

    case: Case
    method: str
    file: Path
    metrics: tuple[str, ...]

    @property
    def truth(self) -> Path | None:
        """The truth, where a metric looks at it."""
        wanted = any(METRICS[name].needs in _TRUTH for name in self.metrics)
        return self.case.truth if wanted else None

    @property
    def files(self) -> list[Path]:
        """All that is read to measure it."""
        return [*self.case.sources, *([] if self.truth is None else [self.truth]), self.file]

    def parts(self) -> list["Unit"]:
        """The unit without and with the metrics that look at the truth, where there are any."""
        with_truth = tuple(name for name in self.metrics if METRICS[name].needs in _TRUTH)
        without = tuple(name for name in self.metrics if name not in with_truth)
        return [replace(self, metrics=names) for names in (without, with_truth) if names]


@dataclass(frozen=True)
class Outcome:
    """What came of a unit.

    Attributes:
        values: metric -> value, finite or plus infinity.
        problems: why other metrics have no value.
        missing: what is to be installed first; empty if nothing is missing.
    """

    values: dict[str, float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    missing: str = ""


class _ProblemError(Exception):
    """Carries the problem that leaves the whole case out."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def measure_unit(unit: Unit) -> Outcome:
    """Read the pictures of a unit once and measure them.

    Args:
        unit: What is to be measured.

    Returns:
        Values and problems: whatever is wrong with the pictures of one unit is not raised, so
        that the others are measured.
    """
    try:
        pictures = _read(unit)
    except _ProblemError as error:
        return Outcome(problems=(error.problem,))
    values: dict[str, float] = {}
    problems: list[Problem] = []
    for name in unit.metrics:
        try:
            values[name] = _measure(METRICS[name], pictures)
        except MissingDependencyError as error:
            return Outcome(missing=str(error))
        except Exception as error:  # a fault in one metric must not stop the others
            no_truth = METRICS[name].needs in _TRUTH and pictures.truth is None
            who = None if no_truth else unit.method
            problems.append(Problem(unit.case.name, who, name, _explain(error)))
    return Outcome(values, tuple(problems))


def _measure(metric: Metric, pictures: Pictures) -> float:
    calls = calls_of(metric.needs, pictures)
    value = float(np.mean([metric.function(s, f, data_range=DATA_RANGE) for s, f in calls]))
    if math.isnan(value) or value == -math.inf:
        raise GIFNetError(f"expected a number, got {value}: the metric is not defined here")
    return value


def _read(unit: Unit) -> Pictures:
    name = unit.case.name
    sources = tuple(_attempt(name, None, read_picture, file) for file in unit.case.sources)
    truth_file = unit.truth
    truth: Pixels | None = None
    if truth_file is not None:
        truth = _attempt(name, None, read_picture, truth_file)
    size = _attempt(name, None, lambda _: check_scene(sources, truth), unit.file)
    fused = _attempt(name, unit.method, read_picture, unit.file)
    pictures = Pictures(sources, fused, truth)
    _attempt(name, unit.method, lambda _: check_fused(pictures, size), unit.file)
    return pictures


def _attempt(
    case: str, method: str | None, action: Callable[[Path], _Result], file: Path
) -> _Result:
    try:
        return action(file)
    except Exception as error:  # whatever is wrong with a picture leaves its case out, no more
        raise _ProblemError(Problem(case, method, None, _explain(error))) from error


def _explain(error: Exception) -> str:
    if isinstance(error, GIFNetError):
        return str(error)
    logger.warning("unforeseen error while measuring", exc_info=error)
    return f"unforeseen {type(error).__name__}: {error}"
