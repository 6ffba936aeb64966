"""Which metrics are measured, and which cannot be."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from gifnet.errors import EvaluationError
from gifnet.evaluation import Case, MethodOutputs, choose_metrics, default_metrics
from gifnet.evaluation.measuring import applicability
from gifnet.metrics import METRICS, SMALL_SET, Direction, Metric, Needs, psnr

WITHOUT_TRUTH = {"ag", "psnr", "ssim"}
WITH_TRUTH = {"psnr_truth", "ssim_truth"}


@pytest.fixture
def every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """One metric of each kind, named after it, and those that are chosen by name only."""
    names = {str(needs): needs for needs in Needs}
    table = {n: Metric(n, n, psnr, Direction.HIGHER, needs) for n, needs in names.items()}
    on_request = {name: METRICS[name] for name in ("fmi_pixel", "mi_tang", "scd_uint8")}
    table |= on_request
    monkeypatch.setattr(applicability, "METRICS", MappingProxyType(table))


Scene = tuple[tuple[Case, ...], tuple[MethodOutputs, ...]]


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., Scene]:
    """Cases of arrays of given shapes: sources, results of two methods, truth."""

    def make(*shapes: dict[str, Any]) -> Scene:
        cases, files = [], []
        for index, shape in enumerate(shapes):

            def save(name: str, size: tuple[int, ...], index: int = index) -> Path:
                np.save(tmp_path / f"{index}{name}.npy", np.zeros(size, np.uint8))
                return tmp_path / f"{index}{name}.npy"

            sources = tuple(save(f"s{i}", size) for i, size in enumerate(shape["sources"]))
            truth = save("t", shape["truth"]) if "truth" in shape else None
            cases.append(Case(str(index), sources, truth))
            files.append([save(f"f{i}", size) for i, size in enumerate(shape["fused"])])
        columns = zip(*files, strict=True)
        methods = [
            MethodOutputs(f"m{i}", {case.name: f for case, f in zip(cases, column, strict=True)})
            for i, column in enumerate(columns)
        ]
        return tuple(cases), tuple(methods)

    return make


GREY, RGB, BANDS, SMALL = (8, 8), (8, 8, 3), (8, 8, 4), (2, 2, 4)


@pytest.mark.usefixtures("every_kind")
@pytest.mark.parametrize(
    ("shapes", "chosen"),
    [
        ({"sources": [GREY, GREY], "fused": [GREY, GREY]}, "fused sources"),
        ({"sources": [GREY], "fused": [GREY], "truth": GREY}, "fused sources truth"),
        ({"sources": [GREY, RGB], "fused": [RGB]}, "fused sources colour fused-colour"),
        ({"sources": [GREY, RGB], "fused": [RGB, GREY]}, "fused sources"),
        (
            {"sources": [RGB], "fused": [RGB], "truth": RGB},
            "fused sources colour fused-colour truth",
        ),
        (
            {"sources": [BANDS, GREY], "fused": [BANDS], "truth": BANDS},
            "fused sources truth truth-bands",
        ),
        ({"sources": [SMALL, GREY], "fused": [BANDS]}, "fused pansharpening"),
        (
            {"sources": [SMALL, GREY], "fused": [BANDS], "truth": BANDS},
            "fused truth truth-bands pansharpening",
        ),
    ],
)
def test_the_default_is_all_that_applies(
    scene: Callable[..., Scene], shapes: dict[str, Any], chosen: str
) -> None:
    assert default_metrics(*scene(shapes)) == tuple(chosen.split())


@pytest.mark.usefixtures("every_kind")
def test_slow_metrics_and_known_bugs_are_measured_on_request(scene: Callable[..., Scene]) -> None:
    grey = scene({"sources": [GREY], "fused": [GREY]})
    asked = ("fmi_pixel", "mi_tang", "scd_uint8")
    assert choose_metrics(["all"], *grey) == ("fused", "sources", *asked)
    assert choose_metrics(["mi_tang", "default"], *grey) == ("mi_tang", "fused", "sources")
    assert choose_metrics([], *grey) == ("fused", "sources")
    colour = scene({"sources": [RGB], "fused": [RGB], "truth": RGB})
    assert "truth-bands" in choose_metrics(["all"], *colour)


@pytest.mark.usefixtures("every_kind")
def test_some_cases_without_truth_or_colour(scene: Callable[..., Scene]) -> None:
    grey: dict[str, Any] = {"sources": [GREY], "fused": [GREY]}
    colour: dict[str, Any] = {"sources": [RGB], "fused": [RGB], "truth": RGB}
    mixed = scene(grey, colour)
    assert default_metrics(*mixed) == ("fused", "sources", "truth")
    assert choose_metrics(["fused-colour"], *mixed) == ("fused-colour",)


def test_the_small_set_is_of_metrics_that_apply(scene: Callable[..., Scene]) -> None:
    grey = scene({"sources": [GREY], "fused": [GREY]})
    assert choose_metrics(["small"], *grey) == tuple(n for n in SMALL_SET if n not in WITH_TRUTH)
    with_truth = scene({"sources": [GREY], "fused": [GREY], "truth": GREY})
    assert choose_metrics(["small"], *with_truth) == SMALL_SET


def test_what_cannot_be_measured_is_an_error_if_asked_for_by_name(
    scene: Callable[..., Scene],
) -> None:
    grey = scene({"sources": [GREY], "fused": [GREY]})
    assert set(default_metrics(*grey)) >= WITHOUT_TRUTH
    assert not set(default_metrics(*grey)) & WITH_TRUTH
    with pytest.raises(
        EvaluationError,
        match="the metric psnr_truth cannot be measured here: it needs the truth, which is not",
    ):
        choose_metrics(["ag", "psnr_truth"], *grey)
    with pytest.raises(EvaluationError, match=r"got 'ssin'; did you mean ssim"):
        choose_metrics(["ssin"], *grey)
    with pytest.raises(EvaluationError, match=r"got '\?'; see the list of metrics"):
        choose_metrics(["?"], *grey)


def test_unreadable_pictures_do_not_stop_the_choice(tmp_path: Path) -> None:
    case = Case("x", (tmp_path / "none.png",), tmp_path / "none2.png")
    chosen = default_metrics([case], [MethodOutputs("m", {"x": tmp_path / "none.png"})])
    assert set(chosen) >= WITHOUT_TRUTH | WITH_TRUTH


def test_every_metric_of_the_table_has_a_known_need() -> None:
    assert {metric.needs for metric in METRICS.values()} <= set(Needs)
    assert all(metric.name == name for name, metric in METRICS.items())
