"""The sentences of the report say what the numbers say, and no more."""

from collections.abc import Callable

import numpy as np

from gifnet.evaluation import Evaluation, PairedTest, summarise
from gifnet.evaluation.page.findings import describe_findings, winner_of

MakeEvaluation = Callable[..., Evaluation]


def paired(**changes: object) -> PairedTest:
    fields = {
        "metric": "ssim",
        "first": "a",
        "second": "b",
        "difference": 0.1,
        "better": 8,
        "worse": 2,
        "p_value": 0.001,
        "p_corrected": 0.01,
    }
    return PairedTest(**(fields | changes))  # type: ignore[arg-type]


def test_a_clear_winner_is_named_with_its_rank_and_the_tests() -> None:
    assert winner_of(paired()) == "a"
    assert winner_of(paired(better=1, worse=9)) == "b"
    assert winner_of(paired(p_corrected=0.05)) is None
    assert winner_of(paired(p_corrected=np.nan)) is None
    assert winner_of(paired(better=5, worse=5, difference=-0.1)) == "b"
    assert winner_of(paired(metric="nabf", better=5, worse=5, difference=-0.1)) == "a"


def test_the_first_method_is_told_to_lose_where_it_loses(make_evaluation: MakeEvaluation) -> None:
    random = np.random.default_rng(0)
    poor = random.normal(size=(20, 1))
    table = np.hstack([poor, poor + 1])
    metrics = {"ssim": table, "nabf": table, "qabf": table}
    findings = " ".join(describe_findings(summarise(make_evaluation(metrics, ["own", "other"]))))
    assert "Among 2 methods, other has the best mean rank (1.00" in findings
    assert "The ranks are over Qabf." in findings
    assert "In 2 of 3 measured metrics the best mean is that of other." in findings
    assert "own is better than other in 1 metric and worse in 2; in 0 no difference" in findings


def test_equal_methods_are_not_ranked_by_chance(make_evaluation: MakeEvaluation) -> None:
    table = np.random.default_rng(0).normal(size=(6, 2))
    findings = describe_findings(summarise(make_evaluation({"ssim": table})))
    assert "The tests show no difference between method0 and method1 in 1 metric" in findings[-1]
    assert "SSIM 4:2" in findings[-1]


def test_few_pictures_are_said_to_be_too_few(make_evaluation: MakeEvaluation) -> None:
    five = make_evaluation({"ssim": [[1.0, 2.0]] * 5})
    findings = describe_findings(summarise(five, resamples=20))
    assert findings[-1].startswith("Too few pictures (5) to show a difference among 2 methods")
    assert "SSIM 0:5" in findings[-1]


def test_losing_every_picture_is_never_called_no_difference(
    make_evaluation: MakeEvaluation,
) -> None:
    steps = np.arange(8)[:, None] * 0.01 + np.arange(5)
    many = ("ssim", "qabf", "qcb", "ag", "ei", "en", "sd")
    for metrics in (many[:2], many):
        evaluation = make_evaluation({name: steps * [1, 1.1, 1.2, 1.3, 1.4] for name in metrics})
        said = describe_findings(summarise(evaluation, resamples=20))[-1]
        assert said.startswith("Too few pictures (8) to show a difference among 5 methods")
        assert "no difference" not in said
        assert ("worse in more under 7 (under 7 without a win)" in said) == (len(metrics) == 7)
        assert ("SSIM 0:8, Qabf 0:8" in said) == (len(metrics) == 2)
    # Four methods make six pairs: six times 2 / 2^8 is below 0.05, and the loss is shown.
    four = make_evaluation({"ssim": steps[:, :4] * [1, 1.1, 1.2, 1.3]})
    said = describe_findings(summarise(four, resamples=20))[-1]
    assert "method0 is better than method3 in 0 metrics and worse in 1" in said


def test_one_method_or_nothing_measured_is_said_plainly(make_evaluation: MakeEvaluation) -> None:
    alone = describe_findings(summarise(make_evaluation({"ssim": [[1.0], [2.0]]})))
    assert alone == ["Only method0 was measured, so there is nothing to rank it against."]
    nothing = describe_findings(summarise(make_evaluation({"ssim": [[np.nan, np.nan]]})))
    assert nothing == ["No picture could be measured for all methods: see what was left out."]
