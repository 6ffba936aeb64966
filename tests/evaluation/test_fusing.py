"""Fusing sets of cases: files, going on after a stop, and one failure that stops nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation.fusing.fuse_cases import fuse_cases, safe_file_name
from gifnet.evaluation.fusing.method import Method
from gifnet.evaluation.fusing.methods import make_method, make_methods
from gifnet.evaluation.fusing.record import RECORD
from gifnet.evaluation.measuring.pictures import read_picture
from gifnet.evaluation.results import Case
from gifnet.imaging import write_image
from gifnet.imaging.arrays import FloatArray


class Counting:
    """A method that counts what it fuses, and fails where the first source is all black."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, sources: Sequence[FloatArray]) -> FloatArray:
        self.calls += 1
        if not sources[0].any():
            raise ZeroDivisionError("all black")
        return np.maximum(sources[0], sources[1])

    def method(self, name: str = "counting", digest: str = "1") -> Method:
        return Method(name, name, digest, False, self)


def save(file: Path, array: NDArray[Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".npy":
        np.save(file, array)
    else:
        write_image(file, array)
    return file


def make_cases(folder: Path, count: int = 3, *, suffix: str = ".png") -> list[Case]:
    random = np.random.default_rng(count)
    return [
        Case(
            f"scene {number}",
            tuple(
                save(
                    folder / place / f"scene {number}{suffix}",
                    random.integers(1, 256, (10, 12), dtype=np.uint8),
                )
                for place in ("a", "b")
            ),
        )
        for number in range(count)
    ]


def test_every_method_gets_a_folder_of_pictures(tmp_path: Path) -> None:
    cases, seen = make_cases(tmp_path), []
    outputs, problems = fuse_cases(
        cases,
        make_methods(["average", "brightest=maximum"]),
        tmp_path / "out",
        workers=1,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert problems == ()
    assert [output.name for output in outputs] == ["average", "brightest"]
    assert outputs[1].files["scene 2"] == tmp_path / "out" / "brightest" / "scene 2.png"
    first, second = (read_picture(file) for file in cases[2].sources)
    np.testing.assert_array_equal(
        read_picture(outputs[1].files["scene 2"]), np.maximum(first, second)
    )
    assert seen == [(done, 6) for done in range(7)]


def test_worker_processes_make_the_same_pictures(tmp_path: Path) -> None:
    cases = make_cases(tmp_path)
    methods = make_methods(["average", "renamed=laplacian", "gifnet"])
    alone, _ = fuse_cases(cases, methods[:2], tmp_path / "alone", workers=1)
    together, problems = fuse_cases(cases, methods, tmp_path / "together", workers=2)
    assert problems == ()
    assert [len(output.files) for output in together] == [3, 3, 3]
    for one, other in zip(alone, together[:2], strict=True):
        for name, file in one.files.items():
            assert file.read_bytes() == other.files[name].read_bytes()


def test_a_second_run_fuses_nothing(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    first, _ = fuse_cases(cases, [counting.method()], tmp_path / "out")
    seen: list[tuple[int, int]] = []
    second, _ = fuse_cases(
        cases,
        [counting.method()],
        tmp_path / "out",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (counting.calls, seen) == (3, [(3, 3)])
    assert first == second


def test_what_has_changed_is_fused_again(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    (outputs,), _ = fuse_cases(cases, [counting.method()], tmp_path / "out")
    save(cases[0].sources[1], np.full((10, 12), 255, np.uint8))
    outputs.files["scene 1"].write_bytes(b"half of a picture")
    outputs.files["scene 2"].unlink()
    (outputs,), _ = fuse_cases(cases, [counting.method()], tmp_path / "out")
    assert counting.calls == 6
    assert (read_picture(outputs.files["scene 0"]) == 255).all()
    fuse_cases(cases, [counting.method(digest="2")], tmp_path / "out")
    assert counting.calls == 9


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    fuse_cases(cases, [counting.method()], tmp_path / "out")
    record = tmp_path / "out" / "counting" / RECORD
    lines = record.read_text().splitlines()
    record.write_text("\n".join([*lines[:-1], lines[-1][:30]]))
    fuse_cases(cases, [counting.method()], tmp_path / "out")
    assert counting.calls == 4
    fuse_cases(cases, [counting.method()], tmp_path / "out")
    assert counting.calls == 4
    assert json.loads(record.read_text().splitlines()[-1])["case"] == "scene 2"


def test_a_failure_stops_nothing_else(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    save(cases[1].sources[0], np.zeros((10, 12), np.uint8))
    outputs, problems = fuse_cases(
        cases, [counting.method(), make_method("average")], tmp_path / "out", workers=1
    )
    assert [set(output.files) for output in outputs] == [
        {"scene 0", "scene 2"},
        {"scene 0", "scene 1", "scene 2"},
    ]
    (problem,) = problems
    assert (problem.case, problem.method, problem.metric) == ("scene 1", "counting", None)
    assert problem.message == "ZeroDivisionError: all black"


def test_a_broken_source_is_told_once_and_of_no_method(tmp_path: Path) -> None:
    cases = make_cases(tmp_path, 5)
    cases[0].sources[1].write_bytes(b"no picture")
    cases[1].sources[0].unlink()
    save(cases[2].sources[0], np.ones((10, 11), np.uint8))
    outputs, problems = fuse_cases(
        cases, make_methods(["average", "maximum"]), tmp_path / "out", workers=2
    )
    assert all(set(output.files) == {"scene 3", "scene 4"} for output in outputs)
    assert sorted((problem.case, problem.method) for problem in problems) == [
        ("scene 0", None),
        ("scene 1", None),
        ("scene 2", None),
    ]
    messages = {problem.case: problem.message for problem in problems}
    assert "expected a PNG, JPEG, TIFF, BMP, WEBP or EXR picture" in messages["scene 0"]
    assert "no such file" in messages["scene 1"]
    assert "of the same size, got 11 x 10" in messages["scene 2"]


def test_an_old_picture_goes_when_its_case_fails(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    (outputs,), _ = fuse_cases(cases, [counting.method()], tmp_path / "out")
    save(cases[1].sources[0], np.zeros((10, 12), np.uint8))
    (now,), problems = fuse_cases(cases, [counting.method()], tmp_path / "out")
    assert [problem.case for problem in problems] == ["scene 1"]
    assert "scene 1" not in now.files
    assert not outputs.files["scene 1"].exists()


def test_what_every_case_would_meet_stops_the_run(tmp_path: Path) -> None:
    def lacks_a_package(sources: Sequence[FloatArray]) -> FloatArray:
        raise MissingDependencyError("pywavelets", extra="eval", purpose="this method")

    cases = make_cases(tmp_path)
    method = Method("lacking", "lacking", "", False, lacks_a_package)
    with pytest.raises(EvaluationError, match=r"lacking: this method needs .*gifnet\[eval\]"):
        fuse_cases(cases, [method], tmp_path / "out")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EvaluationError, match=r"cannot make the folder .*; choose another place"):
        fuse_cases(cases, make_methods(["average"]), tmp_path / "file")


def test_bands_are_written_as_arrays(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    case = Case(
        "scene",
        (
            save(tmp_path / "ms" / "scene.npy", random.integers(0, 256, (8, 9, 4), np.uint8)),
            save(tmp_path / "pan" / "scene.npy", random.integers(0, 256, (32, 36), np.uint8)),
        ),
    )
    methods = make_methods(["average", "brovey", "gram_schmidt"])
    outputs, problems = fuse_cases([case], methods, tmp_path / "out", workers=1)
    assert problems == ()
    for output in outputs:
        fused = np.load(output.files["scene"])
        assert (fused.shape, fused.dtype) == ((32, 36, 4), np.uint8)
    swapped = [replace(case, sources=case.sources[::-1])]
    again, _ = fuse_cases(swapped, methods, tmp_path / "swapped", workers=1)
    for one, other in zip(outputs, again, strict=True):
        np.testing.assert_array_equal(np.load(one.files["scene"]), np.load(other.files["scene"]))


def test_deep_sources_stay_deep(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((2, 8, 9), dtype=np.float32)
    case = Case(
        "deep", tuple(save(tmp_path / str(i) / "deep.npy", value) for i, value in enumerate(values))
    )
    (outputs,), _ = fuse_cases([case], make_methods(["maximum"]), tmp_path / "out")
    fused = np.load(outputs.files["deep"])
    assert fused.dtype == np.float32
    # To 255 and back costs a rounding of float32.
    np.testing.assert_allclose(fused, values.max(axis=0), rtol=1e-6)


def test_grey_results_of_grey_pictures_with_three_channels_are_written_grey(
    tmp_path: Path,
) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (8, 9), np.uint8)
    files = tuple(
        save(tmp_path / name / "scene.png", np.stack([grey] * 3, axis=-1)) for name in "ab"
    )
    (outputs,), _ = fuse_cases([Case("scene", files)], make_methods(["maximum"]), tmp_path / "out")
    np.testing.assert_array_equal(read_picture(outputs.files["scene"]), grey)


def test_sharpeners_are_refused_for_pictures_before_anything_is_fused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"brovey can only sharpen .* scene 0 is not of a"):
        fuse_cases(make_cases(tmp_path), make_methods(["average", "brovey"]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="a process is killed and its children looked for")
def test_workers_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    make_cases(tmp_path, 2)
    script = tmp_path / "run.py"
    script.write_text(
        "import os, signal\n"
        "from pathlib import Path\n"
        "from gifnet.evaluation.scenes.cases import find_cases\n"
        "from gifnet.evaluation.fusing.fuse_cases import fuse_cases\n"
        "from gifnet.evaluation.fusing.methods import make_methods\n"
        "def tell(done, total):\n"
        "    if done:\n"
        "        import multiprocessing\n"
        "        print(*(p.pid for p in multiprocessing.active_children()), flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    methods = make_methods(['average', 'maximum'])\n"
        "    fuse_cases(find_cases([Path('a'), Path('b')]), methods, Path('out'), workers=2,\n"
        "               progress=tell)\n"
    )
    # Reading its output to the end waits for the workers, too: they hold it open.
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, timeout=600, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split()


def test_names_become_names_of_files(tmp_path: Path) -> None:
    assert safe_file_name("our/net: v1.5?") == "our-net- v1.5-"
    assert safe_file_name("..") == "unnamed"
    cases = [replace(case, name=f"v1.{i}") for i, case in enumerate(make_cases(tmp_path))]
    (outputs,), _ = fuse_cases(cases, [Counting().method("a/b")], tmp_path / "out")
    assert outputs.files["v1.2"] == tmp_path / "out" / "a-b" / "v1.2.png"
    with pytest.raises(EvaluationError, match=r"methods whose names differ .*, got A/B, a:b"):
        fuse_cases(cases, [Counting().method("A/B"), Counting().method("a:b")], tmp_path / "out")
    twice = [cases[0], replace(cases[1], name="V1.0")]
    with pytest.raises(EvaluationError, match=r"cases whose names differ .*, got V1.0, v1.0"):
        fuse_cases(twice, [Counting().method()], tmp_path / "out")


@pytest.mark.parametrize("name", ["scene 1.png", "scene 1.npy"])
def test_pictures_that_no_run_of_ours_made_are_not_replaced(tmp_path: Path, name: str) -> None:
    cases, methods = make_cases(tmp_path), make_methods(["average", "maximum"])
    own = tmp_path / "out" / "maximum" / name
    own.parent.mkdir(parents=True)
    own.write_bytes(b"my own")
    with pytest.raises(EvaluationError, match=r"maximum.scene 1\..*: expected no picture here"):
        fuse_cases(cases, methods, tmp_path / "out", workers=1)
    assert own.read_bytes() == b"my own"
    assert not (tmp_path / "out" / "average").exists(), "nothing is begun"
    own.unlink()
    fuse_cases(cases, methods, tmp_path / "out", workers=1)


def test_pictures_that_a_killed_run_wrote_and_did_not_list_are_its_own(tmp_path: Path) -> None:
    cases, counting = make_cases(tmp_path), Counting()
    fuse_cases(cases, [counting.method()], tmp_path / "out")
    record = tmp_path / "out" / "counting" / RECORD
    record.write_text(record.read_text().splitlines()[0])
    fuse_cases(cases, [counting.method()], tmp_path / "out")
    assert counting.calls == 6
