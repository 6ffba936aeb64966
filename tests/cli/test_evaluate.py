"""``gifnet evaluate`` as its users run it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

NAMES = ("01", "02", "03")
METRICS = ("--metrics", "ssim", "qabf", "ag")


def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gifnet", "evaluate", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Folders near, far, sharp and two methods' results, three pictures of 48x40 each."""
    generator = np.random.default_rng(0)
    for name in NAMES:
        coarse = generator.integers(0, 256, (10, 12), np.uint8)
        sharp = np.kron(coarse, np.ones((4, 4), np.uint8))
        soft = np.asarray(Image.fromarray(sharp).resize((12, 10)).resize((48, 40)))
        near, far = sharp.copy(), soft.copy()
        near[:, 24:], far[:, 24:] = soft[:, 24:], sharp[:, 24:]
        mean = np.asarray((near.astype(int) + far) // 2, np.uint8)
        pictures = {"near": near, "far": far, "sharp": sharp, "mean": mean, "oracle": sharp}
        for folder, picture in pictures.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(picture).save(tmp_path / folder / f"{name}.png")
    return tmp_path


def test_results_of_two_methods_are_compared(scenes: Path) -> None:
    done = run(
        *("--sources", "near", "far", "--fused", "mean", "best=oracle", "--truth", "sharp"),
        *("--metrics", "psnr_truth", "ssim", "qabf", "-o", "report", "--workers", "2"),
        folder=scenes,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["mean", "best"]
    assert done.stdout.splitlines()[-1] == "report/index.html"
    report = scenes / "report"
    expected = {"index.html", "summary.md", "summary.tex", "summary.json", "per_image.csv"}
    assert expected <= {file.name for file in report.iterdir()}
    assert (report / "plots" / "box_qabf.png").stat().st_size > 1000
    with (report / "per_image.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    assert {float(row["psnr_truth"]) for row in rows if row["method"] == "best"} == {float("inf")}


def test_methods_are_fused_first_and_their_pictures_kept(scenes: Path) -> None:
    wanted = ("--sources", "near", "far", "--methods", "average,laplacian", "halves=my:fuse")
    (scenes / "my.py").write_text("def fuse(sources):\n    return sum(sources) / len(sources)\n")
    done = run(*wanted, *METRICS, "-o", "report", folder=scenes)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["average", "laplacian", "halves"]
    fused = scenes / "report" / "fused"
    assert {f.name for f in (fused / "laplacian").glob("*.png")} == {f"{n}.png" for n in NAMES}
    averages = [(fused / method / "01.png").read_bytes() for method in ("average", "halves")]
    assert averages[0] == averages[1]

    before = {file: file.stat().st_mtime_ns for file in fused.rglob("*.png")}
    values = (scenes / "report" / "measurements.jsonl").read_bytes()
    again = run(*wanted, *METRICS, "-o", "report", folder=scenes)
    assert again.stdout == done.stdout
    assert {file: file.stat().st_mtime_ns for file in fused.rglob("*.png")} == before
    assert (scenes / "report" / "measurements.jsonl").read_bytes() == values


def test_a_broken_picture_is_left_out_for_all_and_listed(scenes: Path) -> None:
    (scenes / "mean" / "02.png").write_bytes(b"not a picture")
    done = run(
        *("--sources", "near", "far", "--fused", "mean", "oracle"),
        *(*METRICS, "-o", "report"),
        folder=scenes,
    )
    assert done.returncode == 0, done.stderr
    assert "means over 2 of 3 pictures" in done.stdout
    assert re.search(r"left out: 02, mean: .*not a picture|left out: 02, mean: ", done.stderr)
    summary = json.loads((scenes / "report" / "summary.json").read_text(encoding="utf-8"))
    assert "02" in json.dumps(summary)


def test_nothing_that_can_be_measured_is_an_error(scenes: Path) -> None:
    for name in NAMES:
        Image.new("L", (5, 5)).save(scenes / "mean" / f"{name}.png")
    done = run(
        *("--sources", "near", "far", "--fused", "mean", *METRICS, "-o", "report"), folder=scenes
    )
    assert done.returncode == 2
    assert "no picture could be measured" in done.stderr
    assert "left out: 3 pictures, mean: expected a result of the size" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fused", "mean", "-o", "r"], "expected the folders of the sources"),
        (["--sources", "near", "far", "-o", "r"], "expected something to evaluate"),
        (["--sources", "near", "far", "--fused", "mean"], "say -o REPORT_DIR"),
        (["--sources", "near", "nowhere", "--fused", "mean", "-o", "r"], "nowhere"),
        (
            ["--sources", "near", "far", "--fused", "mean", "--metrics", "qabff", "-o", "r"],
            "did you mean qabf",
        ),
        (
            ["--sources", "near", "far", "--fused", "mean", "--metrics", "ssim_truth", "-o", "r"],
            "needs the truth",
        ),
        (["--sources", "near", "far", "--methods", "laplace", "-o", "r"], "laplacian"),
        (["--dataset", "tno", "-o", "r", "--fused", "mean"], "--root DIR"),
        (["--dataset", "tnt", "--root", ".", "-o", "r", "--fused", "mean"], "tno"),
        (["--dataset", "lytro", "--root", "oracle", "-o", "r", "--fused", "mean"], "Lytro"),
        (["--sources", "near", "--fused", "x=far", "x=oracle", "-o", "r"], "different names"),
    ],
)
def test_bad_requests_say_what_was_expected(
    scenes: Path, arguments: list[str], message: str
) -> None:
    done = run(*arguments, folder=scenes)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (scenes / "r" / "index.html").exists()


def test_everything_there_is_can_be_listed(tmp_path: Path) -> None:
    done = run("--list", folder=tmp_path)
    assert done.returncode == 0
    for name in ("vif_wavelet_unit", "laplacian", "gram_schmidt", "harvard-pet"):
        assert re.search(rf"^  {name}\s", done.stdout, re.MULTILINE)


def test_a_data_set_is_found_and_the_papers_figures_printed(scenes: Path) -> None:
    root = scenes / "Lytro"
    root.mkdir()
    for letter, folder in (("a", "near"), ("b", "far")):
        (scenes / folder).rename(root / letter)
    done = run(
        *("--dataset", "lytro", "--root", "Lytro", "--methods", "average", "--from", "table2"),
        *("--metrics", "ei", "ag", "scd_uint8", "-o", "report"),
        folder=scenes,
    )
    assert done.returncode == 0, done.stderr
    assert "80.86" in done.stdout
    assert "not comparable" in done.stdout


def test_an_option_with_an_equals_sign_takes_more_words_too(scenes: Path) -> None:
    done = run(
        *("--sources=near", "far", "--fused=mean", "oracle", "--metrics=ag", "ei", "-o", "r"),
        folder=scenes,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["mean", "oracle"]


def test_a_folder_with_other_files_is_left_as_it_is(scenes: Path) -> None:
    own = {"index.html": b"my page", "fused/laplacian/01.png": b"my picture"}
    for name, content in own.items():
        (scenes / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (scenes / "mine" / name).write_bytes(content)
    sources = ("--sources", "near", "far", "--methods", "laplacian", "--metrics", "ag")
    for folder, message in (("mine", "with fused, index.html"), ("near", "near is given as")):
        done = run(*sources, "-o", folder, folder=scenes)
        assert done.returncode == 2
        assert message in " ".join(done.stderr.split())
    assert {name: (scenes / "mine" / name).read_bytes() for name in own} == own
    assert {file.name for file in (scenes / "mine").iterdir()} == {"index.html", "fused"}
    assert {file.name for file in (scenes / "near").iterdir()} == {f"{n}.png" for n in NAMES}


@pytest.mark.skipif(os.name != "posix", reason="sends a signal as a terminal does")
def test_an_interrupted_run_says_how_to_go_on(scenes: Path) -> None:
    (scenes / "slow.py").write_text(
        "import time\ndef fuse(sources):\n    open('begun', 'w').close()\n    time.sleep(60)\n"
    )
    words = ("--sources", "near", "far", "--methods", "slow:fuse", "-o", "report")
    with subprocess.Popen(
        [sys.executable, "-m", "gifnet", "evaluate", *words],
        cwd=scenes,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        end = time.monotonic() + 30
        while not (scenes / "begun").exists():
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "running the same command again goes on" in errors
    assert "Traceback" not in errors
