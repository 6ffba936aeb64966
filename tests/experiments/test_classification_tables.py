"""The tables of results: means, intervals, differences, and what is said about them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from gifnet.experiments.classification.enhanced_sets import TrainingSet
from gifnet.experiments.classification.intervals import binomial_half, interval_of
from gifnet.experiments.classification.outcomes import Outcome, note, read_notes
from gifnet.experiments.classification.picture_set import Labelled, PictureSet
from gifnet.experiments.classification.recipe import Recipe
from gifnet.experiments.classification.tables import Results, markdown, write_tables

ORIGINALS, BETTER = (60.0, 62.0, 61.0), (63.0, 64.5, 64.5)


def outcome(method: str, seed: int, top1: float, top5: float | None = 90.0) -> Outcome:
    return Outcome(method, seed, top1, top5, 2, 1.5, "cpu", (top1 / 2, top1), (2.0, 1.0))


def results(better: tuple[float, ...] = BETTER, seeds: tuple[int, ...] = (0, 1, 2)) -> Results:
    pictures = np.zeros((100, 8, 8, 3), np.uint8)
    labelled = Labelled(pictures, np.arange(100) % 10)
    found = PictureSet("made", tuple("abcdefghij"), labelled, labelled, about="A test.")
    sets = [
        TrainingSet("none", labelled, 0.0, 0.0),
        TrainingSet("better", Labelled(pictures + 1, labelled.labels), 1.0, 1.0),
        TrainingSet("average", labelled, 0.0, 0.0),
    ]
    outcomes = {
        (method, seed): outcome(method, seed, top1)
        for method, values in (("none", ORIGINALS), ("better", better))
        for seed, top1 in enumerate(values[: len(seeds)])
    }
    return Results(found, Recipe(), seeds, sets, outcomes)


def test_intervals_are_those_of_a_t_test() -> None:
    differences = np.subtract(BETTER, ORIGINALS)
    interval = interval_of(differences.tolist())
    expected = stats.ttest_rel(BETTER, ORIGINALS).confidence_interval(0.95)
    assert interval.mean - interval.half == pytest.approx(expected.low)
    assert interval.mean + interval.half == pytest.approx(expected.high)
    assert np.isnan(interval_of([3.0]).half)
    # 50 % of 10,000 pictures: one point to either side.
    assert binomial_half(50, 10_000) == pytest.approx(0.98)


def test_the_table_holds_means_and_paired_differences() -> None:
    text = markdown(results())
    assert "**A test.**" in text
    assert "| originals (`none`) | – | 3 | 61.00 ± 2.48 | 90.00 ± 0.00 | – | – |" in text
    assert "| `better` | 1.00 levels | 3 | 64.00 ± 2.15 |" in text
    assert "| +3.00 ± 1.24 | +0.00 ± 0.00 |" in text
    assert "| `average` | nothing | – | as originals | as originals | 0 | 0 |" in text
    assert "average: a picture fused with itself comes out as it was" in text
    assert "100 test pictures: each accuracy is off by up to 9.6 (95 %, binomial)" in text
    assert "no difference to the originals" not in text


def test_what_is_not_shown_is_said() -> None:
    close = markdown(results(better=(61.0, 61.0, 61.0)))
    assert "better: the interval of the top-1 difference holds zero" in close
    assert "Fewer than 3 seeds: nothing can be concluded" in markdown(results(seeds=(0, 1)))
    whole = results()
    part = {key: value for key, value in whole.outcomes.items() if key != ("better", 2)}
    text = markdown(Results(whole.found, whole.recipe, whole.seeds, whole.sets, part))
    assert "Not finished: some seeds are missing" in text
    assert "| `better` | 1.00 levels | 2 |" in text


def test_the_csv_has_a_line_for_each_classifier(tmp_path: Path) -> None:
    write_tables(results(), tmp_path)
    with (tmp_path / "classification.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["method"], row["seed"]) for row in rows] == [
        (method, str(seed)) for method in ("none", "better") for seed in range(3)
    ]
    assert [float(row["top1"]) for row in rows] == [*ORIGINALS, *BETTER]
    assert (rows[0]["epochs"], rows[0]["seconds"], rows[0]["device"]) == ("2", "1.50", "cpu")


def test_notes_survive_a_torn_line(tmp_path: Path) -> None:
    outcomes = [outcome("none", 0, 50.0, None), outcome("none", 1, 51.0)]
    note(tmp_path, "first", outcomes[0])
    with (tmp_path / "runs.jsonl").open("a") as stream:
        stream.write('{"run": "torn", "outc')
    note(tmp_path, "second", outcomes[1])
    assert read_notes(tmp_path) == {"first": outcomes[0], "second": outcomes[1]}
