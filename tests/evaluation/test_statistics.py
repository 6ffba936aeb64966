"""Means, intervals, ranks and tests, against SciPy and against what must hold."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy import stats

from gifnet.evaluation import Case, Evaluation, MethodOutputs, summarise
from gifnet.evaluation.statistics import (
    bootstrap_interval,
    can_show,
    case_ranks,
    holm,
    least_corrected_p,
)

pytestmark = pytest.mark.usefixtures("falling")

MakeEvaluation = Callable[..., Evaluation]
RANDOM = np.random.default_rng(11)

tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    # Whole numbers: ties are common, sums are exact.
    elements=some.integers(-50, 50).map(float),
)


def of_values(values: NDArray[np.float64], metric: str = "ssim") -> Evaluation:
    cases = tuple(Case(str(index), (Path("a.png"),)) for index in range(len(values)))
    methods = tuple(MethodOutputs(f"m{index}", {}) for index in range(values.shape[1]))
    return Evaluation("t", cases, methods, (metric,), values[:, :, None])


@given(tables)
def test_ranks_of_a_case_sum_to_those_of_a_full_ranking(values: NDArray[np.float64]) -> None:
    methods = values.shape[1]
    ranks = case_ranks(values, "ssim")
    np.testing.assert_array_equal(ranks.sum(axis=1), methods * (methods + 1) / 2)
    np.testing.assert_array_equal(ranks, stats.rankdata(-values, axis=1))
    np.testing.assert_array_equal(case_ranks(values, "falling"), stats.rankdata(values, axis=1))


@given(tables)
@settings(deadline=None)
def test_the_interval_contains_the_mean(values: NDArray[np.float64]) -> None:
    low, high = bootstrap_interval(values, seed=1, resamples=500)
    mean = values.mean(axis=0)
    # The draws' means are sums in another order.
    assert (low <= mean + 1e-9).all()
    assert (mean <= high + 1e-9).all()
    assert (values.min(axis=0) <= low + 1e-9).all()
    assert (high <= values.max(axis=0) + 1e-9).all()


@given(tables, some.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_the_methods_changes_no_figure(
    values: NDArray[np.float64], random: "object"
) -> None:
    means = np.sort(values.mean(axis=0))
    assume((np.diff(means) > 1e-9).all())  # of two best methods the first one counts as the best
    order = list(range(values.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = summarise(of_values(values), resamples=50)
    turned = summarise(of_values(values[:, order]), resamples=50)
    for new, old in enumerate(order):
        first, second = straight.figures["ssim", f"m{old}"], turned.figures["ssim", f"m{new}"]
        np.testing.assert_allclose(
            [vars(first)[name] for name in vars(first)],
            [vars(second)[name] for name in vars(second)],
            atol=1e-12,  # a product of matrices may sum in another order
        )
    p_values = sorted(test.p_value for test in straight.tests)
    np.testing.assert_array_equal(p_values, sorted(test.p_value for test in turned.tests))


def test_the_interval_agrees_with_scipy() -> None:
    values = RANDOM.gamma(2, size=(30, 1))
    ours = bootstrap_interval(values, seed=0, resamples=20_000)[:, 0]
    theirs = stats.bootstrap(
        (values[:, 0],), np.mean, n_resamples=20_000, method="percentile", random_state=1
    ).confidence_interval
    # Two draws of 20,000: the ends vary by about a hundredth of the interval's width.
    np.testing.assert_allclose(ours, theirs, atol=0.04 * (ours[1] - ours[0]))


def test_figures_are_those_of_numpy_and_the_seed_decides(make_evaluation: MakeEvaluation) -> None:
    values = RANDOM.random((12, 3))
    evaluation = make_evaluation({"ag": values, "ssim": values})
    summary = summarise(evaluation)
    figure = summary.figures["ag", "method1"]
    assert figure.mean == pytest.approx(values[:, 1].mean())
    assert figure.deviation == pytest.approx(values[:, 1].std(ddof=1))
    assert figure == summary.figures["ssim", "method1"], "the same draws for every metric"
    assert figure == summarise(evaluation).figures["ag", "method1"]
    other = summarise(evaluation, seed=1).figures["ag", "method1"]
    assert (figure.low, figure.high) != (other.low, other.high)
    assert summary.counts == {"ag": 12, "ssim": 12}
    assert sum(summary.mean_ranks.values()) == pytest.approx(6)


@pytest.mark.parametrize(
    ("metric", "means", "places"),
    [
        ("ssim", [0.1, 0.4, 0.3, 0.2], [0, 1, 2, 0]),
        ("falling", [0.1, 0.4, 0.3, 0.2], [1, 0, 0, 2]),
        ("ssim", [0.4, 0.4, 0.3, 0.2], [1, 1, 2, 0]),
        ("ssim", [0.4, 0.3, 0.3, 0.2], [1, 2, 2, 0]),
        ("psnr", [np.inf, 30, 20], [1, 2, 0]),
        ("ssim", [0.4], [0]),
    ],
)
def test_best_and_second_best_follow_the_direction_and_share_ties(
    metric: str, means: list[float], places: list[int]
) -> None:
    summary = summarise(of_values(np.array([means, means]), metric), resamples=10)
    assert [figure.place for figure in summary.figures.values()] == places


def test_cases_with_nan_do_not_count(make_evaluation: MakeEvaluation) -> None:
    values = [[1.0, 2.0], [np.nan, np.nan], [3.0, 4.0]]
    nothing = [[np.nan, np.nan]] * 3
    summary = summarise(make_evaluation({"ag": values, "ssim": nothing}))
    assert summary.counts == {"ag": 2, "ssim": 0}
    assert summary.figures["ag", "method0"].mean == 2
    empty = summary.figures["ssim", "method0"]
    assert np.isnan([empty.mean, empty.deviation, empty.low, empty.high, empty.rank]).all()
    assert empty.place == 0
    assert summary.mean_ranks == {"method0": 2.0, "method1": 1.0}
    assert np.isnan(summary.tests[1].p_value)
    assert np.isnan(summary.tests[1].difference)


def test_one_case_has_a_mean_but_no_interval(make_evaluation: MakeEvaluation) -> None:
    figure = summarise(make_evaluation({"ag": [[1.0, 2.0]]})).figures["ag", "method1"]
    assert (figure.mean, figure.rank, figure.place) == (2.0, 1.0, 1)
    assert np.isnan([figure.deviation, figure.low, figure.high]).all()


def test_infinite_values_have_ranks_but_no_interval(make_evaluation: MakeEvaluation) -> None:
    values = [[np.inf, 30.0, np.inf], [40.0, 20.0, np.inf], [35.0, 41.0, np.inf]]
    summary = summarise(make_evaluation({"psnr": values}))
    first, second, third = (summary.figures["psnr", f"method{index}"] for index in range(3))
    assert first.mean == third.mean == np.inf
    assert np.isnan([first.deviation, first.low, third.high]).all()
    assert np.isfinite([second.deviation, second.low, second.high]).all()
    assert (first.rank, second.rank, third.rank) == ((1.5 + 2 + 3) / 3, (3 + 3 + 2) / 3, 3.5 / 3)
    tests = {(test.first, test.second): test for test in summary.tests}
    finite = tests["method0", "method1"]
    assert (finite.difference, finite.better, finite.worse) == (np.inf, 2, 1)
    same = tests["method0", "method2"]
    assert (same.difference, same.better, same.worse) == (-np.inf, 0, 2)
    mixed = summarise(make_evaluation({"psnr": [[np.inf, 1.0], [1.0, np.inf]]})).tests[0]
    assert np.isnan(mixed.difference)
    assert (mixed.better, mixed.worse) == (1, 1)


@given(
    arrays(
        np.float64,
        # From 9 to 13 SciPy goes through all signs where values are tied, which takes long.
        some.tuples(some.integers(2, 8) | some.integers(14, 60), some.just(2)),
        elements=some.integers(-20, 20).map(float),
    )
)
@settings(deadline=None, max_examples=40)
def test_p_values_are_scipys_and_better_follows_the_direction(
    values: NDArray[np.float64],
) -> None:
    [test] = summarise(of_values(values), resamples=10).tests
    [lower] = summarise(of_values(values, "falling"), resamples=10).tests
    difference = values[:, 0] - values[:, 1]
    assert (test.better, test.worse) == ((difference > 0).sum(), (difference < 0).sum())
    assert (lower.better, lower.worse) == (test.worse, test.better)
    assert test.difference == lower.difference == pytest.approx(difference.mean())
    known = difference[difference != 0]
    if len(known):
        assert test.p_value == pytest.approx(stats.wilcoxon(known).pvalue)
        assert test.p_corrected == test.p_value == lower.p_value
    else:
        assert np.isnan([test.p_value, test.p_corrected]).all()


@given(some.lists(some.floats(0, 1), max_size=7))
def test_holm_rejects_what_the_steps_of_its_definition_reject(p_values: list[float]) -> None:
    corrected = holm(p_values)
    # By closed testing with Bonferroni: the largest correction over all sets that hold the test.
    indices = range(len(p_values))
    for index in indices:
        sets = (
            chosen
            for size in range(1, len(p_values) + 1)
            for chosen in itertools.combinations(indices, size)
            if index in chosen
        )
        closed = max(min(1.0, len(s) * min(p_values[i] for i in s)) for s in sets)
        assert corrected[index] == pytest.approx(closed)


def test_holm_of_known_values_and_of_tests_that_were_not_made() -> None:
    nan = float("nan")
    np.testing.assert_allclose(
        holm([0.01, nan, 0.04, 0.03, 0.005]), [0.03, nan, 0.06, 0.06, 0.02], rtol=1e-12
    )
    assert holm([]) == []


def test_the_correction_is_within_a_metric_over_the_pairs(
    make_evaluation: MakeEvaluation,
) -> None:
    values = RANDOM.random((10, 3)) + np.array([0, 0.5, 1])
    summary = summarise(make_evaluation({"ag": values, "ssim": values**2}))
    for metric in ("ag", "ssim"):
        tests = [test for test in summary.tests if test.metric == metric]
        assert len(tests) == 3
        assert [test.p_corrected for test in tests] == holm([test.p_value for test in tests])
    alone = summarise(make_evaluation({"ag": values})).tests
    assert tuple(alone) == tuple(summary.tests)[:3], "other metrics change nothing"


@pytest.mark.parametrize(("cases", "methods"), [(5, 2), (6, 2), (8, 4), (8, 5)])
def test_a_method_that_wins_everywhere_reaches_the_least_corrected_p(
    make_evaluation: MakeEvaluation, cases: int, methods: int
) -> None:
    # Differences without ties, so that SciPy computes exactly.
    values = np.arange(cases)[:, None] * 0.01 * 2.0 ** np.arange(methods) + np.arange(methods)
    summary = summarise(make_evaluation({"ssim": values}), resamples=10)
    least = least_corrected_p(summary, "ssim")
    assert least == pytest.approx(2 / 2**cases * methods * (methods - 1) / 2)
    assert min(test.p_corrected for test in summary.tests) == pytest.approx(least)
    assert can_show(summary, "ssim") == (least < 0.05)


def test_the_mean_rank_is_over_the_recommended_metrics_that_were_measured(
    make_evaluation: MakeEvaluation,
) -> None:
    up, down = [[1.0, 2.0]] * 2, [[2.0, 1.0]] * 2
    nothing = [[np.nan, np.nan]] * 2
    some_measured = {"ag": up, "ei": up, "qabf": down, "ssim": up, "qcb": nothing}
    summary = summarise(make_evaluation(some_measured), resamples=10)
    assert summary.ranked_by == ("qabf",)
    assert summary.mean_ranks == {"method0": 1.0, "method1": 2.0}
    none = summarise(make_evaluation({"ag": up, "ssim": down, "mi_tang": up}), resamples=10)
    assert none.ranked_by == ("ag", "ssim"), "one that reproduces a bug does not count"
    assert none.mean_ranks == {"method0": 1.5, "method1": 1.5}


def test_the_draws_of_the_bootstrap_do_not_depend_on_how_they_are_divided() -> None:
    values = RANDOM.random((7, 2))
    drawn = np.random.default_rng(4).multinomial(7, np.full(7, 1 / 7), 1200)
    expected = np.quantile(drawn @ values / 7, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(bootstrap_interval(values, seed=4, resamples=1200), expected)
