"""One classifier: what its result depends on, and going on where it stopped."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from cifar_made import made_pictures

from gifnet.errors import SettingError
from gifnet.experiments.classification.picture_set import Labelled
from gifnet.experiments.classification.recipe import Recipe
from gifnet.experiments.classification.training_run import Progress, Statistics, TrainingRun

RECIPE = Recipe(depth=8, epochs=3, batch=8, learning_rate=0.05)


class StoppedError(Exception):
    """Stands for a kill between two epochs."""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def run() -> TrainingRun:
    # 17 pictures: the last batch of eight has one alone.
    parts = [
        Labelled(pictures[:, :12, :12], np.array(labels))
        for pictures, labels in (made_pictures(17, 7, 0), made_pictures(14, 7, 1))
    ]
    statistics = Statistics.of(parts[0].pictures)
    return TrainingRun(
        train=parts[0], test=parts[1], classes=7, statistics=statistics, recipe=RECIPE, seed=0
    )


def complete(run: TrainingRun, state: Path, *, stop_after: int = 99) -> Progress:
    def report(progress: Progress) -> None:
        if progress.epoch == stop_after:
            raise StoppedError

    return run.complete(state, device="cpu", report=report)


def test_a_stopped_classifier_ends_with_the_same_result(run: TrainingRun, tmp_path: Path) -> None:
    whole = complete(run, tmp_path / "whole.pt")
    for epoch in (1, 2):
        with pytest.raises(StoppedError):
            complete(run, tmp_path / "stopped.pt", stop_after=epoch)
    rest = complete(run, tmp_path / "stopped.pt")
    assert (rest.top1, rest.top5, rest.loss) == (whole.top1, whole.top5, whole.loss)
    assert len(whole.loss) == 3
    states = [torch.load(tmp_path / f"{name}.pt")["network"] for name in ("whole", "stopped")]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_the_result_changes_with_seed_and_pictures_and_recipe(
    run: TrainingRun, tmp_path: Path
) -> None:
    darker = Labelled(run.train.pictures // 2, run.train.labels)
    variants = {
        "same": run,
        "seed": replace(run, seed=1),
        "pictures": replace(run, train=darker),
        "rate": replace(run, recipe=replace(RECIPE, learning_rate=0.01)),
        "crops": replace(run, recipe=replace(RECIPE, padding=0)),
    }
    expected = complete(run, tmp_path / "first.pt").loss
    losses = {name: complete(it, tmp_path / f"{name}.pt").loss for name, it in variants.items()}
    assert losses.pop("same") == expected
    assert all(loss != expected for loss in losses.values())
    digests = [it.digest for it in variants.values()]
    assert len(set(digests)) == len(digests)


def test_it_learns_and_counts_what_it_names_first_and_among_five(
    run: TrainingRun, tmp_path: Path
) -> None:
    longer = replace(run, recipe=replace(RECIPE, epochs=16, padding=1, learning_rate=0.1))
    progress = complete(longer, tmp_path / "state.pt")
    # Seven classes that differ plainly; by chance it would be 14 and 71.
    assert progress.top1[-1] > 50
    assert progress.top5[-1] > 85
    assert all(first <= five for first, five in zip(progress.top1, progress.top5, strict=True))
    assert np.mean(progress.loss[-3:]) < np.mean(progress.loss[:3]) / 2


def test_five_classes_have_no_top_5(run: TrainingRun, tmp_path: Path) -> None:
    few = [Labelled(part.pictures, part.labels % 5) for part in (run.train, run.test)]
    progress = complete(replace(run, train=few[0], test=few[1], classes=5), tmp_path / "state.pt")
    assert progress.top5 == []


def test_a_state_of_another_run_or_a_damaged_one_is_not_gone_on_with(
    run: TrainingRun, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected = complete(run, tmp_path / "fresh.pt").loss
    state = tmp_path / "state.pt"
    complete(replace(run, seed=1), state)
    assert complete(run, state).loss == expected
    state.write_bytes(state.read_bytes()[:500])
    assert complete(run, state).loss == expected
    assert "is damaged" in caplog.text
    assert "starts anew" in caplog.text


def test_a_loss_that_is_no_number_ends_the_run(run: TrainingRun, tmp_path: Path) -> None:
    wild = replace(run, recipe=replace(RECIPE, learning_rate=1e30))
    with pytest.raises(SettingError, match=r"seed 0 is no longer a number after epoch 1: choose"):
        complete(wild, tmp_path / "state.pt")


def test_statistics_are_of_each_channel() -> None:
    pictures = np.zeros((2, 4, 4, 3), np.uint8)
    pictures[0, ..., 1] = 255
    statistics = Statistics.of(pictures)
    assert statistics.mean == pytest.approx((0, 0.5, 0))
    # A channel of one value is divided by a level, not by zero.
    assert statistics.deviation == pytest.approx((1 / 255, 0.5, 1 / 255))
