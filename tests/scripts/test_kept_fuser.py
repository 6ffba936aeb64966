"""What a stopped measurement finds again, and when it must not."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gifnet.inference import Fuser
from gifnet.model import build_gifnet
from measure_weights.code_digest import HERE, JUDGING, meaning_of
from measure_weights.kept_fuser import KeptFuser

ROOT = Path(__file__).resolve().parent.parent.parent


class NoFuser(Fuser):
    """Cannot fuse: whatever comes back was kept."""

    def __init__(self) -> None:
        pass


def pictures() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    first, second = (generator.random((24, 32), np.float32) for _ in range(2))
    return first, second


def test_what_was_fused_is_found_again_unchanged(tmp_path: Path) -> None:
    first, second = pictures()
    fuser = Fuser.from_model(build_gifnet(seed=1))
    kept = KeptFuser(fuser, tmp_path)
    fused, enhanced = kept.fuse(first, second), kept.enhance(first)
    assert np.array_equal(fused, fuser.fuse(first, second))
    assert np.array_equal(enhanced, fuser.enhance(first))
    again = KeptFuser(NoFuser(), tmp_path)
    assert np.array_equal(again.fuse(first, second), fused)
    assert np.array_equal(again.enhance(first), enhanced)
    for other in ((second, first), (first, first), (first[:16], second[:16])):
        with pytest.raises(AttributeError):  # it would have to fuse
            again.fuse(*other)


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    kept = KeptFuser(Fuser.from_model(build_gifnet(seed=1)))
    assert kept.fuse(*pictures()).shape == (24, 32)
    assert not list(tmp_path.iterdir())


def test_code_is_the_same_with_other_comments_and_not_with_other_numbers() -> None:
    source = '"""One."""\ndef f(x: int) -> int:\n    """Two."""\n    return x + 1  # three\n'
    other = source.replace("One", "Four").replace("three", "five").replace("Two", "Six")
    assert meaning_of(source) == meaning_of(other)
    assert meaning_of(source) != meaning_of(source.replace("1", "2"))


def test_what_makes_rows_uses_nothing_that_the_digest_leaves_out() -> None:
    harmless = {"progress", "code_digest"}
    for file in HERE.glob("*.py"):
        if file.name in JUDGING:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("measure_weights."):
                used = str(node.module).removeprefix("measure_weights.")
                assert f"{used}.py" not in JUDGING or used in harmless, f"{file.name} uses {used}"


@pytest.mark.shared
@pytest.mark.slow
def test_a_quick_look_measures_everything_and_a_second_run_says_the_same(
    shared: Path, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("first.json", "second.json")]
    for file in files:
        command = [sys.executable, "scripts/evaluate_weights.py", "default", "--sets", "tno21"]
        command += ["--most", "1", "--side", "128", "--keep", str(tmp_path), "-o", str(file)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Not the whole measurement" in done.stdout
    assert "The bar of `paper`" in done.stdout
    first, second = (json.loads(file.read_text()) for file in files)
    assert first == second
    assert set(first["truth"]) >= {"focus", "flat", "steps", "sharp", "blurred", "hard"}
    assert first["sets"]["tno21"]
