"""Measuring real files: values, what is left out, and going on after a stop."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation import (
    Case,
    MethodOutputs,
    Problem,
    choose_metrics,
    find_cases,
    find_outputs,
    measure,
)
from gifnet.evaluation.measuring import unit
from gifnet.evaluation.measuring.pictures import luma
from gifnet.imaging import read_image, write_image
from gifnet.metrics import METRICS, Direction, Metric, Needs, ag, psnr, ssim

MakeSet = Callable[..., Any]
NAMES = ("ag", "psnr", "ssim")


def expected(pictures: Any, case: str, method: str) -> list[float]:
    """The same by calling the metrics."""
    sources = [luma(read_image(folder / f"{case}.png").pixels) for folder in pictures.sources]
    fused = luma(read_image(pictures.method_folders[method] / f"{case}.png").pixels)
    return [ag([], fused), psnr(sources, fused), ssim(sources, fused)]


@pytest.mark.parametrize(
    ("size", "workers"), [((24, 32), 2), ((17, 23, 3), 1)], ids=["grey", "colour"]
)
def test_values_are_those_of_the_metrics(
    make_set: MakeSet, size: tuple[int, ...], workers: int
) -> None:
    pictures = make_set(size=size, sources=3)
    told: list[tuple[int, int]] = []
    evaluation = measure(
        pictures.cases,
        pictures.methods,
        NAMES,
        workers=workers,
        progress=lambda done, total: told.append((done, total)),
        title="A title",
    )
    assert evaluation.problems == ()
    assert evaluation.title == "A title"
    assert evaluation.metrics == NAMES
    assert told == [(done, 6) for done in range(1, 7)]
    for row, case in enumerate(evaluation.cases):
        for column, method in enumerate(evaluation.method_names):
            np.testing.assert_array_equal(
                evaluation.values[row, column], expected(pictures, case.name, method)
            )


def test_the_truth_is_the_only_source_of_its_metrics(make_set: MakeSet) -> None:
    pictures = make_set(truth=True, count=2)
    (pictures.root / "truth" / "scene1.png").unlink()
    evaluation = measure(pictures.cases, pictures.methods, ["psnr_truth", "ag"], workers=1)
    truth = read_image(pictures.root / "truth" / "scene0.png").pixels
    fused = read_image(pictures.root / "fine" / "scene0.png").pixels
    assert evaluation.values[0, 1, 0] == psnr([truth], fused)
    assert np.isnan(evaluation.values[1, :, 0]).all()
    assert np.isfinite(evaluation.values[:, :, 1]).all()
    [problem] = evaluation.problems
    assert (problem.case, problem.method, problem.metric) == ("scene1", None, "psnr_truth")
    assert "needs the truth, which is not given" in problem.message


def test_depths_may_differ(make_set: MakeSet) -> None:
    pictures = make_set(count=1, methods=("eight", "deep"))
    levels = read_image(pictures.root / "eight" / "scene0.png").pixels
    (pictures.root / "deep" / "scene0.png").unlink()
    np.save(pictures.root / "deep" / "scene0.npy", levels.astype(np.uint16) * 257)
    values = measure(pictures.cases, pictures.methods, NAMES, workers=1).values
    np.testing.assert_allclose(values[0, 0], values[0, 1], rtol=1e-12)  # rounding of / 257


def test_pictures_of_bands_have_the_mean_of_the_bands(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    arrays = {name: random.random((16, 16, 4)) for name in ("source", "fused")}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    case = Case("x", (tmp_path / "source.npy",))
    outputs = MethodOutputs("m", {"x": tmp_path / "fused.npy"})
    values = measure([case], [outputs], ["ssim"], workers=1).values
    bands = [
        ssim([arrays["source"][..., band] * 255], arrays["fused"][..., band] * 255)
        for band in range(4)
    ]
    assert values[0, 0, 0] == pytest.approx(np.mean(bands), rel=1e-12)


def test_every_metric_that_applies_to_colour_gives_a_value(make_set: MakeSet) -> None:
    pictures = make_set(count=1, size=(180, 184, 3), truth=True)
    names = choose_metrics(["default"], pictures.cases, pictures.methods)
    assert {METRICS[name].needs for name in names} >= {Needs.SOURCES, Needs.TRUTH}
    evaluation = measure(pictures.cases, pictures.methods, names, workers=1)
    assert not evaluation.problems
    assert np.isfinite(evaluation.values).all()


def test_pansharpening_is_measured_with_its_own_metrics(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    exact = random.random((64, 64, 4)) * 0.5 + 0.25
    noisy = np.clip(exact + random.normal(0, 0.05, exact.shape), 0, 1)
    blocks = exact.reshape(16, 4, 16, 4, 4).mean(axis=(1, 3))
    scene = {"bands": blocks, "pan": exact.mean(axis=2), "truth": exact, "fused": noisy}
    for name, array in scene.items():
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "x.npy", array)
    cases = find_cases([tmp_path / "bands", tmp_path / "pan"], tmp_path / "truth")
    outputs, _ = find_outputs("fused", tmp_path / "fused", cases)
    names = choose_metrics([], cases, [outputs])
    assert not any(METRICS[name].needs in {Needs.SOURCES, Needs.COLOUR} for name in names)
    assert {"psnr_truth", "sam", "qnr"} <= set(names)
    evaluation = measure(cases, [outputs], names, workers=1)
    assert not evaluation.problems
    bands = [psnr([exact[..., band]], noisy[..., band], data_range=1) for band in range(4)]
    measured = evaluation.values[0, 0, names.index("psnr_truth")]
    assert measured == pytest.approx(np.mean(bands), rel=1e-12)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-60])


def shrink(path: Path) -> None:
    write_image(path, read_image(path).pixels[1:])


@pytest.mark.parametrize(
    ("folder", "damage", "method", "message"),
    [
        ("rough", cut, "rough", "damaged or cut-off file"),
        ("rough", shrink, "rough", "of the size of its sources, 32 x 24, got 32 x 23"),
        ("source1", cut, None, "damaged or cut-off file"),
        ("source1", shrink, None, "sources of one size, got 32 x 24 and 32 x 23"),
        ("source0", Path.unlink, None, "no such file"),
        ("truth", shrink, None, "truth of the size of the sources"),
    ],
)
def test_a_picture_that_cannot_be_measured_leaves_its_case_out_for_all(
    make_set: MakeSet,
    folder: str,
    damage: Callable[[Path], None],
    method: str | None,
    message: str,
) -> None:
    pictures = make_set(truth=True)
    damage(pictures.root / folder / "scene1.png")
    evaluation = measure(pictures.cases, pictures.methods, ["ag", "psnr_truth"], workers=1)
    missing = np.isnan(evaluation.values)
    np.testing.assert_array_equal(missing.all(axis=(1, 2)), [False, True, False])
    np.testing.assert_array_equal(missing.any(axis=(1, 2)), [False, True, False])
    [problem] = evaluation.problems
    assert (problem.case, problem.method, problem.metric) == ("scene1", method, None)
    assert message in problem.message
    assert [case.name for case in evaluation.counted_cases("ag")] == ["scene0", "scene2"]


def test_a_case_that_a_method_lacks_is_left_out_for_all_and_said_once(make_set: MakeSet) -> None:
    pictures = make_set()
    (pictures.root / "fine" / "scene2.png").unlink()
    outputs, problems = find_outputs("fine", pictures.root / "fine", pictures.cases)
    evaluation = measure(pictures.cases, pictures.methods, ["ag"], workers=1)
    assert np.isnan(evaluation.values[2]).all()
    assert np.isfinite(evaluation.values[:2]).all()
    [problem] = evaluation.problems
    assert (problem.case, problem.method, problem.metric) == ("scene2", "fine", None)
    assert "expected a picture named scene2, found none" in problem.message
    again = measure(pictures.cases, pictures.methods, ["ag"], workers=1, known=problems)
    assert again.problems == problems
    assert outputs.files.keys() == {"scene0", "scene1"}


def test_a_case_without_a_source_is_said_once_and_not_for_each_method(make_set: MakeSet) -> None:
    pictures = make_set()
    for folder in ("source1", "rough", "fine"):
        (pictures.root / folder / "scene0.png").unlink()
    found, problems = find_outputs("fine", pictures.root / "fine", pictures.cases)
    assert len(found.files) == 2
    assert not problems
    evaluation = measure(pictures.cases, pictures.methods, ["ag"], workers=1)
    assert evaluation.of("ag").shape == (2, 2)
    [problem] = evaluation.problems
    assert (problem.case, problem.method, problem.metric) == ("scene0", None, None)
    assert f"{pictures.root / 'source1' / 'scene0.png'}: no such file" in problem.message


def test_a_metric_that_fails_for_one_method_is_left_out_for_all(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = make_set(methods=("rough", "fine", "flat"))
    flat = np.full((24, 32), 9, np.uint8)
    write_image(pictures.root / "flat" / "scene0.png", flat)

    def fragile(_: Any, fused: Any, *, data_range: float) -> float:
        if fused.std() == 0:
            raise ZeroDivisionError("flat")
        return 1.0

    def undefined(_: Any, fused: Any, *, data_range: float) -> float:
        return float("nan") if fused.std() == 0 else 1.0

    table = dict(METRICS)
    for function in (fragile, undefined):
        name = function.__name__
        table[name] = Metric(name, name, function, Direction.HIGHER, Needs.FUSED)
    for module in ("unit", "applicability"):
        monkeypatch.setattr(
            import_module(f"gifnet.evaluation.measuring.{module}"),
            "METRICS",
            MappingProxyType(table),
        )
    names = ("ag", "fragile", "undefined")
    evaluation = measure(pictures.cases, pictures.methods, names, workers=1)
    np.testing.assert_array_equal(
        np.isnan(evaluation.values[0]), [[False, True, True]] * 3, "for all methods"
    )
    assert np.isfinite(evaluation.values[1:]).all()
    assert evaluation.problems == (
        Problem("scene0", "flat", "fragile", "unforeseen ZeroDivisionError: flat"),
        Problem(
            "scene0",
            "flat",
            "undefined",
            "expected a number, got nan: the metric is not defined here",
        ),
    )
    assert "unforeseen error while measuring" in caplog.text


def test_a_picture_too_small_for_a_metric_names_it(make_set: MakeSet) -> None:
    pictures = make_set(count=1, size=(8, 9))
    evaluation = measure(pictures.cases, pictures.methods, ["ag", "ssim"], workers=1)
    assert np.isfinite(evaluation.values[..., 0]).all()
    assert [(p.method, p.metric) for p in evaluation.problems] == [
        ("rough", "ssim"),
        ("fine", "ssim"),
    ]
    assert "at least 11x11 pixels" in evaluation.problems[0].message


def test_equal_pictures_have_an_infinite_psnr_that_counts(make_set: MakeSet) -> None:
    pictures = make_set(count=2, sources=1)
    shutil.copy(pictures.root / "source0" / "scene0.png", pictures.root / "fine" / "scene0.png")
    evaluation = measure(pictures.cases, pictures.methods, ["psnr"], workers=1)
    assert evaluation.values[0, 1, 0] == np.inf
    assert not evaluation.problems


def test_a_missing_package_stops_with_the_advice_to_install_it(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def needy(*_: Any, **__: Any) -> float:
        raise MissingDependencyError("scipy", extra="eval", purpose="this metric")

    table = {"ag": Metric("ag", "AG", needy, Direction.HIGHER, Needs.FUSED)}
    monkeypatch.setattr(unit, "METRICS", table)
    pictures = make_set(count=1)
    with pytest.raises(EvaluationError, match=r"pip install 'gifnet\[eval\]'"):
        measure(pictures.cases, pictures.methods, ["ag"], workers=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cases": 0}, "at least one case, got none"),
        ({"methods": 0}, "at least one method, got none"),
        ({"metrics": []}, "at least one metric, got none"),
        ({"metrics": ["ag", "psnr", "ag"]}, "expected every metric once, got 'ag' 2 times"),
        ({"cases": 2}, "expected every case once, got 'scene0' 2 times"),
        ({"methods": 2}, "expected every method once, got 'rough' 2 times"),
        ({"metrics": ["ssmi"]}, "expected the name of a metric, got 'ssmi'; did you mean .*ssim"),
        ({"metrics": ["psnr_truth"]}, "psnr_truth cannot be measured here: it needs the truth"),
        ({"workers": 0}, "at least one worker, got 0"),
    ],
)
def test_what_makes_no_sense_is_an_error(
    make_set: MakeSet, change: dict[str, Any], message: str
) -> None:
    pictures = make_set(count=1, methods=("rough",))
    with pytest.raises(EvaluationError, match=message):
        measure(
            pictures.cases * change.get("cases", 1),
            pictures.methods * change.get("methods", 1),
            change.get("metrics", ["ag"]),
            workers=change.get("workers", 1),
        )
    with pytest.raises(EvaluationError, match="expected sources of the case 'x', got none"):
        measure([Case("x", ())], pictures.methods, ["ag"])


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was really measured, and not found in the cache."""
    module = import_module("gifnet.evaluation.measuring.measure")
    calls: list[tuple[str, str, tuple[str, ...]]] = []
    original = module.measure_unit

    def spy(item: unit.Unit) -> unit.Outcome:
        calls.append((item.case.name, item.method, item.metrics))
        outcome: unit.Outcome = original(item)
        return outcome

    monkeypatch.setattr(module, "measure_unit", spy)
    return calls


def test_only_what_is_new_or_changed_is_measured_again(
    make_set: MakeSet, measured: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    pictures = make_set(count=2, truth=True)
    cache = pictures.root / "cache.jsonl"
    told: list[int] = []

    def run(*names: str) -> Any:
        measured.clear()
        told.clear()
        return measure(
            pictures.cases,
            pictures.methods,
            names,
            workers=1,
            cache=cache,
            progress=lambda done, _: told.append(done),
        ).values

    first = run("ag", "psnr_truth")
    assert len(measured) == 4
    np.testing.assert_array_equal(run("ag", "psnr_truth"), first)
    assert not measured
    assert told == [1, 2, 3, 4]
    np.testing.assert_array_equal(run("ag"), first[..., :1])
    assert not measured, "without the truth, what does not look at it is still known"
    more = run("ssim", "ag", "psnr_truth")
    np.testing.assert_array_equal(more[..., 1:], first)
    assert {names for _, _, names in measured} == {("ssim",)}
    fused = pictures.root / "fine" / "scene1.png"
    write_image(fused, 255 - read_image(fused).pixels)
    changed = run("ag", "psnr_truth")
    assert measured == [("scene1", "fine", ("ag", "psnr_truth"))]
    assert changed[1, 1, 1] != first[1, 1, 1]
    cut(pictures.root / "truth" / "scene0.png")
    assert np.isnan(run("ag", "psnr_truth")[0]).all()
    assert {(case, names) for case, _, names in measured} == {("scene0", ("psnr_truth",))}


RUN = """
import sys, time
from pathlib import Path
from gifnet.evaluation import find_cases, find_outputs, measure

def progress(done, total):
    if done == 5:
        print("five", flush=True)
        time.sleep(60)

if __name__ == "__main__":
    root = Path(sys.argv[1])
    cases = find_cases([root / "source0", root / "source1"])
    outputs = [find_outputs(name, root / name, cases)[0] for name in ("rough", "fine")]
    measure(cases, outputs, ["ag", "psnr", "ssim"], workers=2, cache=root / "cache.jsonl",
            progress=progress)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_goes_on_where_it_was(
    make_set: MakeSet, measured: list[tuple[str, str, tuple[str, ...]]], number: int
) -> None:
    pictures = make_set(count=8)
    script = pictures.root / "run.py"
    script.write_text(RUN, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), str(pictures.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "five\n"
        if number == signal.SIGKILL:
            process.kill()
        else:
            os.killpg(process.pid, number)  # as a terminal does: the workers get it, too
        _, errors = process.communicate(timeout=20)
    assert process.returncode == -number
    if number == signal.SIGINT:
        assert errors.count("Traceback") == 1, "workers say nothing of their own"

    cache = pictures.root / "cache.jsonl"
    kept = [json.loads(line) for line in cache.read_text(encoding="utf-8").splitlines()]
    assert len(kept) == 5
    with cache.open("a", encoding="utf-8") as stream:
        stream.write('{"key": "0123", "val')
    evaluation = measure(pictures.cases, pictures.methods, NAMES, workers=1, cache=cache)
    assert len(measured) == 11
    fresh = measure(pictures.cases, pictures.methods, NAMES, workers=1)
    np.testing.assert_array_equal(evaluation.values, fresh.values)


def test_a_broken_source_that_fusing_met_is_said_once(make_set: MakeSet) -> None:
    pictures = make_set(count=4)
    (pictures.root / "source0" / "scene0.png").unlink()
    cut(pictures.root / "source0" / "scene1.png")
    for method in ("rough", "fine"):
        for case in ("scene0", "scene1"):
            (pictures.root / method / f"{case}.png").unlink()
    known = [Problem(case, None, None, "unreadable") for case in ("scene0", "scene1")]
    evaluation = measure(pictures.cases, pictures.methods, ["ag"], workers=1, known=known)
    assert [(p.case, p.method) for p in evaluation.problems] == [
        ("scene1", None),
        ("scene0", None),
    ]
    assert "no such file" in evaluation.problems[1].message
