"""The learning rate by step."""

import pytest

from gifnet.training.config import OptimiserConfig
from gifnet.training.schedule import learning_rate


def test_a_constant_rate_stays() -> None:
    config = OptimiserConfig(steps=10, learning_rate=0.01)
    assert {learning_rate(config, step) for step in range(10)} == {0.01}


def test_the_warm_up_rises_in_equal_steps_to_the_rate() -> None:
    config = OptimiserConfig(steps=10, learning_rate=0.01, warmup=4)
    rates = [learning_rate(config, step) for step in range(6)]
    assert rates == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01])


def test_the_cosine_falls_from_the_rate_to_nearly_nothing() -> None:
    config = OptimiserConfig(steps=12, learning_rate=0.01, warmup=2, schedule="cosine")
    rates = [learning_rate(config, step) for step in range(12)]
    assert rates[:3] == pytest.approx([0.005, 0.01, 0.01])
    assert rates[7] == pytest.approx(0.005)  # half of the way
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert 0 < rates[-1] < 0.0003


def test_a_warm_up_as_long_as_the_run_never_falls() -> None:
    config = OptimiserConfig(steps=3, learning_rate=0.3, warmup=3, schedule="cosine")
    assert [learning_rate(config, step) for step in range(3)] == pytest.approx([0.1, 0.2, 0.3])
