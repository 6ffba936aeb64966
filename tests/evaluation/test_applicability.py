"""Which metrics are measured, and which cannot be."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from gifnet.errors import EvaluationError, GIFNetError
from gifnet.evaluation import Case, MethodOutputs, choose_metrics, default_metrics
from gifnet.evaluation.measuring import applicability
from gifnet.evaluation.measuring.applicability import PAIRS_ONLY
from gifnet.evaluation.measuring.pictures import picture_shape
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
    grey = scene({"sources": [GREY, GREY], "fused": [GREY]})
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
    grey = scene({"sources": [GREY, GREY], "fused": [GREY]})
    without_truth = tuple(n for n in SMALL_SET if METRICS[n].needs is Needs.SOURCES)
    assert choose_metrics(["small"], *grey) == without_truth
    with_truth = scene({"sources": [GREY, GREY], "fused": [GREY], "truth": GREY})
    assert choose_metrics(["small"], *with_truth) == ("psnr_truth", "ssim_truth", *without_truth)
    of_bands = scene({"sources": [RGB, RGB], "fused": [RGB], "truth": RGB})
    assert choose_metrics(["small"], *of_bands) == SMALL_SET


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


@pytest.mark.parametrize("count", [1, 3])
def test_metrics_of_pairs_are_those_that_refuse_other_numbers_of_sources(count: int) -> None:
    random = np.random.default_rng(0)
    refusing = set()
    for name, metric in METRICS.items():
        if metric.needs not in {Needs.SOURCES, Needs.COLOUR}:
            continue
        # Large enough for every metric.
        shape = (176, 176) if metric.needs is Needs.SOURCES else (176, 176, 3)
        sources = [random.integers(0, 256, shape, np.uint8) for _ in range(count)]
        try:
            metric.function(sources, sources[0], data_range=255)
        except GIFNetError:
            refusing.add(name)
    assert refusing == PAIRS_ONLY


@pytest.mark.parametrize("count", [1, 3])
def test_metrics_of_pairs_are_in_no_set_unless_all_cases_are_pairs(
    scene: Callable[..., Scene], count: int
) -> None:
    pair = {"sources": [GREY] * 2, "fused": [GREY]}
    others = {"sources": [GREY] * count, "fused": [GREY]}
    for shapes in ([others], [pair, others]):
        pictures = scene(*shapes)
        for name in ("default", "small", "all"):
            assert not PAIRS_ONLY & set(choose_metrics([name], *pictures))
    assert choose_metrics(["qcb"], *scene(pair, others)) == ("qcb",)
    with pytest.raises(
        EvaluationError,
        match=f"qcb cannot be measured here: it needs exactly two sources, got {count}",
    ):
        choose_metrics(["qcb"], *scene(others))


def test_what_will_be_fused_of_grey_pictures_is_grey(scene: Callable[..., Scene]) -> None:
    cases, _ = scene({"sources": [GREY, GREY], "fused": [GREY]})
    with pytest.raises(EvaluationError, match="needs RGB results, got grey ones"):
        choose_metrics(["colourfulness"], cases, [], to_fuse=True)
    cases, _ = scene({"sources": [GREY, RGB], "fused": [GREY]})
    assert choose_metrics(["colourfulness"], cases, [], to_fuse=True) == ("colourfulness",)


def test_headers_are_read_once_however_many_metrics_are_named(
    scene: Callable[..., Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(file: Path) -> tuple[int, ...] | None:
        read.append(file)
        return picture_shape(file)

    monkeypatch.setattr(applicability, "picture_shape", counted)
    choose_metrics(["ag", "ssim", "default", "all"], *scene({"sources": [GREY], "fused": [GREY]}))
    assert len(read) == 2
