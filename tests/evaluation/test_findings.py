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
    assert "Among 2 methods and over 3 metrics, other has the best mean rank (1.33" in findings
    assert "In 2 of the metrics the best mean is that of other." in findings
    assert "own is better than other in 1 metric and worse in 2; in 0 no difference" in findings


def test_equal_methods_are_not_ranked_by_chance(make_evaluation: MakeEvaluation) -> None:
    table = np.random.default_rng(0).normal(size=(6, 2))
    findings = describe_findings(summarise(make_evaluation({"ssim": table})))
    assert "No metric shows a difference between method0 and method1" in findings[-1]


def test_few_pictures_are_said_to_be_too_few(make_evaluation: MakeEvaluation) -> None:
    five = make_evaluation({"ssim": [[1.0, 2.0]] * 5})
    findings = describe_findings(summarise(five, resamples=20))
    assert findings[-1].startswith("With 5 pictures no test can show")


def test_one_method_or_nothing_measured_is_said_plainly(make_evaluation: MakeEvaluation) -> None:
    alone = describe_findings(summarise(make_evaluation({"ssim": [[1.0], [2.0]]})))
    assert alone == ["Only method0 was measured, so there is nothing to rank it against."]
    nothing = describe_findings(summarise(make_evaluation({"ssim": [[np.nan, np.nan]]})))
    assert nothing == ["No picture could be measured for all methods: see what was left out."]
