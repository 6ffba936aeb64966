"""What an evaluation measures and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Case:
    """One scene: what was given to the methods.

    Attributes:
        name: unique in the evaluation; the stem that all its files share.
        sources: the picture files that were fused, in their order.
        truth: the picture that a perfect method would make, if it is known.
    """

    name: str
    sources: tuple[Path, ...]
    truth: Path | None = None


@dataclass(frozen=True)
class MethodOutputs:
    """The results of one method.

    Attributes:
        name: unique in the evaluation.
        files: case name -> the fused picture.
    """

    name: str
    files: dict[str, Path]


@dataclass(frozen=True)
class Problem:
    """Something that could not be measured, and for which method.

    Attributes:
        case: name of the case.
        method: whose picture it is; None if a source or the truth is the cause.
        metric: the one metric that is left out for this case; None if the whole case is.
        message: what was expected, what came.
    """

    case: str
    method: str | None
    metric: str | None
    message: str


@dataclass(frozen=True)
class Evaluation:
    """Every measured value of a set of cases, methods and metrics.

    Whatever could not be measured for one method is left out for all methods, so that their
    means are over the same pictures.

    Attributes:
        title: what was evaluated, for headings.
        cases: all that were asked for, broken ones included.
        methods: in the order in which they are shown.
        metrics: names in ``gifnet.metrics.METRICS``.
        values: (cases, methods, metrics); NaN where the case is left out, then for all methods.
        problems: why.
    """

    title: str
    cases: tuple[Case, ...]
    methods: tuple[MethodOutputs, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    problems: tuple[Problem, ...] = ()

    @property
    def method_names(self) -> tuple[str, ...]:
        """Names of the methods, in order."""
        return tuple(method.name for method in self.methods)

    def of(self, metric: str) -> NDArray[np.float64]:
        """The values (cases that count, methods) of one metric, without NaN."""
        values = self.values[:, :, self.metrics.index(metric)]
        return np.asarray(values[~np.isnan(values).any(axis=1)])

    def counted_cases(self, metric: str) -> tuple[Case, ...]:
        """The cases behind the rows of ``of(metric)``."""
        values = self.values[:, :, self.metrics.index(metric)]
        return tuple(
            case for case, row in zip(self.cases, values, strict=True) if not np.isnan(row).any()
        )


@dataclass(frozen=True)
class Figure:
    """One method under one metric, over all cases that count.

    Attributes:
        mean: arithmetic mean.
        deviation: sample standard deviation (n - 1); NaN for one case.
        low: lower end of the 95 % bootstrap confidence interval of the mean; NaN if unknown.
        high: its upper end.
        rank: mean over the cases of the method's rank among the methods, 1 is best.
        place: 1 for the best mean, 2 for the second best, 0 for the others.
    """

    mean: float
    deviation: float
    low: float
    high: float
    rank: float
    place: int


@dataclass(frozen=True)
class PairedTest:
    """Two methods under one metric, case by case.

    Attributes:
        metric: its name.
        first: name of a method.
        second: name of the other method.
        difference: mean of first minus second.
        better: cases in which the first is the better one, by the metric's direction.
        worse: cases in which it is the worse one.
        p_value: Wilcoxon signed-rank test, two-sided; NaN where there is nothing to test.
        p_corrected: Holm's correction over all pairs of methods under this metric.
    """

    metric: str
    first: str
    second: str
    difference: float
    better: int
    worse: int
    p_value: float
    p_corrected: float


@dataclass(frozen=True)
class Summary:
    """An evaluation in numbers.

    Attributes:
        evaluation: where they come from.
        figures: (metric, method) -> figure.
        mean_ranks: method -> mean of its ranks over the metrics of ``ranked_by``.
        tests: every pair of methods under every metric.
        counts: metric -> number of cases that count.
        ranked_by: metrics behind the mean ranks: those measured of ``gifnet.metrics.SMALL_SET``;
            if none was, all that were measured and do not reproduce a bug.
    """

    evaluation: Evaluation
    figures: dict[tuple[str, str], Figure]
    mean_ranks: dict[str, float]
    tests: Sequence[PairedTest]
    counts: dict[str, int]
    ranked_by: tuple[str, ...] = ()
