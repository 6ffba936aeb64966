"""The whole evaluation from Python: what is checked before any work, and the page's example."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.evaluation import Request, evaluate
from gifnet.evaluation.report_folder import MARKER, make_folder, require_own_folder
from gifnet.imaging import write_image

MakeSet = Callable[..., Any]
PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def test_the_example_of_the_documentation_runs_as_a_script(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for folder in ("ir", "vi", "ours", "theirs"):
        (tmp_path / folder).mkdir()
        for name in ("1.png", "2.png"):
            picture = random.integers(0, 256, (24, 32), np.uint8)
            write_image(tmp_path / folder / name, picture)
    blocks = re.findall(r"^```python\n(.+?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    [example] = [block for block in blocks if "evaluate(" in block]
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["ours", "theirs"]
    assert (tmp_path / "report" / "index.html").exists()


def test_a_wrong_metric_is_noticed_before_anything_is_fused(make_set: MakeSet) -> None:
    pictures = make_set(count=1)
    wrong = {"ssin": "did you mean ssim", "psnr_truth": "needs the truth", "ciede2000": "needs RGB"}
    for metric, message in wrong.items():
        request = Request(sources=pictures.sources, methods=("average",), metrics=("ag", metric))
        with pytest.raises(EvaluationError, match=message):
            evaluate(request, pictures.root / "report")
    assert not (pictures.root / "report").exists()


@pytest.mark.parametrize(
    ("module", "package", "method"),
    [
        ("scipy", "scipy", "average"),
        ("cv2", "opencv-python-headless", "average"),
        ("skimage", "scikit-image", "average"),
        ("matplotlib", "matplotlib", "average"),
        ("jinja2", "jinja2", "average"),
        ("pywt", "pywavelets", "mine=wavelet"),
    ],
)
def test_a_missing_package_is_noticed_before_anything_is_fused(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch, module: str, package: str, method: str
) -> None:
    pictures, original = make_set(count=1), util.find_spec
    monkeypatch.setattr(
        "gifnet.evaluation.packages.find_spec",
        lambda name: None if name == module else original(name),
    )
    request = Request(sources=pictures.sources, methods=(method,))
    with pytest.raises(MissingDependencyError, match=rf"'{package}'.*gifnet\[eval\]"):
        evaluate(request, pictures.root / "report")
    assert not (pictures.root / "report").exists()


def test_stages_are_told_and_a_broken_source_is_listed_once(make_set: MakeSet) -> None:
    pictures = make_set(count=4)
    (pictures.root / "source0" / "scene0.png").unlink()
    (pictures.root / "source1" / "scene1.png").write_bytes(b"no picture")
    told: list[str] = []
    report = evaluate(
        Request(
            sources=pictures.sources, methods=("average", "maximum"), metrics=("ag",), workers=1
        ),
        pictures.root / "report",
        progress=lambda stage, *_: told.append(stage),
    )
    assert list(dict.fromkeys(told)) == ["fusing", "measuring", "drawing"]
    problems = report.summary.evaluation.problems
    assert sorted((problem.case, problem.method) for problem in problems) == [
        ("scene0", None),
        ("scene1", None),
    ]
    assert len(report.problem_lines) == 2


def test_a_report_goes_to_a_new_an_empty_or_its_own_folder_only(tmp_path: Path) -> None:
    for name in ("empty", "marked", "old", "other"):
        (tmp_path / name).mkdir()
    make_folder(tmp_path / "marked")
    (tmp_path / "marked" / "index.html").touch()
    (tmp_path / "old" / "measurements.jsonl").touch()
    for name in ("new", "empty", "marked", "old"):
        require_own_folder(tmp_path / name, [tmp_path / "other"], written=[])
    (tmp_path / "other" / "notes.txt").touch()
    with pytest.raises(EvaluationError, match=r"with notes\.txt, which it might overwrite; choose"):
        require_own_folder(tmp_path / "other", [], written=[])
    make_folder(tmp_path / "new")
    assert (tmp_path / "new" / MARKER).exists()


def test_given_pictures_are_never_written_to(tmp_path: Path) -> None:
    make_folder(tmp_path)
    place = tmp_path / "fused" / "average"
    for given, written in ((tmp_path, []), (tmp_path / "x" / ".." / "fused" / "average", [place])):
        with pytest.raises(EvaluationError, match="is given as pictures to evaluate; choose"):
            require_own_folder(tmp_path, [given], written=written)
