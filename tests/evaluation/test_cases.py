"""Matching the pictures of folders by stem."""

import logging
import os
from pathlib import Path

import pytest

from gifnet.errors import EvaluationError
from gifnet.evaluation import (
    Case,
    find_cases,
    find_outputs,
    method_name,
    method_names,
)


def folder_of(root: Path, name: str, *files: str) -> Path:
    """A folder of files whose content does not matter."""
    folder = root / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_bytes(b"content")
    return folder


def test_pictures_of_any_number_of_folders_are_matched_by_stem(tmp_path: Path) -> None:
    folders = [
        folder_of(tmp_path, "ir", "10.PNG", "2.png", ".2.png", "notes.txt"),
        folder_of(tmp_path, "vi", "2.jpg", "10.tiff"),
        folder_of(tmp_path, "nir", "2.npy", "10.webp"),
    ]
    for count in (1, 2, 3):
        cases = find_cases(folders[:count])
        assert [case.name for case in cases] == ["2", "10"], "natural order"
        assert [len(case.sources) for case in cases] == [count, count]
    assert cases[0].sources == (folders[0] / "2.png", folders[1] / "2.jpg", folders[2] / "2.npy")
    assert cases[0].truth is None


def test_subfolders_are_passed_over_and_the_truth_is_found(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a", "x.png", "y.png")
    folder_of(folder, "z.png")
    truth = folder_of(tmp_path, "truth", "x.bmp")
    cases = find_cases([folder], truth)
    assert [(case.name, case.truth) for case in cases] == [("x", truth / "x.bmp"), ("y", None)]


def test_a_source_without_partner_stays_a_case_that_names_the_missing_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = folder_of(tmp_path, "a", "x.png", "y.png")
    second = folder_of(tmp_path, "b", "x.png", "w.png")
    with caplog.at_level(logging.WARNING):
        cases = find_cases([first, second])
    assert [case.name for case in cases] == ["w", "x", "y"]
    assert cases[0].sources == (first / "w.png", second / "w.png")
    assert cases[2].sources == (first / "y.png", second / "y.png")
    assert "without a partner of the same name in every folder, left out: 2 (w, y)" in caplog.text


def test_pictures_of_no_case_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sources = folder_of(tmp_path, "a", "x.png", "y.png")
    truth = folder_of(tmp_path, "truth", "x.png", "z.png")
    fused = folder_of(tmp_path, "fused", "x.png", "p.png", "q.png", "r.png", "s.png")
    with caplog.at_level(logging.WARNING):
        cases = find_cases([sources], truth)
        outputs, problems = find_outputs("ours", fused, cases)
    assert f"cases without a truth in {truth}: 1 (y)" in caplog.text
    assert f"pictures of no case in {truth}: 1 (z)" in caplog.text
    assert f"pictures of no case in {fused}: 4 (p, q, r, ...)" in caplog.text
    assert outputs.files == {"x": fused / "x.png"}
    assert [(problem.case, problem.method, problem.metric) for problem in problems] == [
        ("y", "ours", None)
    ]
    assert f"expected a picture named y in {fused}" in problems[0].message


def test_two_files_of_one_stem_are_an_error_that_names_both(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a", "x.png", "x.jpg")
    with pytest.raises(EvaluationError, match=r"found x\.jpg and x\.png; rename or remove one"):
        find_cases([folder])


def test_folders_without_a_common_name_show_examples_of_each(tmp_path: Path) -> None:
    first = folder_of(tmp_path, "a", "1_ir.png", "2_ir.png", "3_ir.png", "4_ir.png")
    second = folder_of(tmp_path, "b", "1_vi.png")
    with pytest.raises(EvaluationError) as caught:
        find_cases([first, second])
    assert f"{first}: 1_ir, 2_ir, 3_ir, ...; {second}: 1_vi" in str(caught.value)
    with pytest.raises(EvaluationError, match=r"found none.*1_ir"):
        find_cases([first], second)
    with pytest.raises(EvaluationError, match=r"sources: 1_ir, .*; .*b: 1_vi"):
        find_outputs("ours", second, find_cases([first]))


def test_missing_and_empty_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="at least one folder"):
        find_cases([])
    with pytest.raises(EvaluationError, match=r"expected a folder of pictures at .*nowhere"):
        find_cases([tmp_path / "nowhere"])
    with pytest.raises(EvaluationError, match=r"expected pictures \(\.bmp, .*found none"):
        find_outputs("m", folder_of(tmp_path, "empty", "notes.txt"), [Case("x", (tmp_path,))])


def test_a_method_is_named_by_the_user_or_by_its_folder(tmp_path: Path) -> None:
    assert method_name("ours=out/new") == ("ours", Path("out/new"))
    assert method_name("results/DDcGAN/") == ("DDcGAN", Path("results/DDcGAN"))
    odd = folder_of(tmp_path, "a=b")
    assert method_name(str(odd)) == ("a=b", odd), "a folder that is there is no NAME=DIR"
    for text in ("", "=out", "ours="):
        with pytest.raises(EvaluationError, match="expected DIR or NAME=DIR"):
            method_name(text)


def test_folders_of_one_name_are_told_apart_by_those_above() -> None:
    assert method_names(["a/out", "b/out", "c/other"]) == {
        "a/out": Path("a/out"),
        "b/out": Path("b/out"),
        "other": Path("c/other"),
    }
    assert list(method_names(["x/1/out", "y/1/out"])) == ["x/1/out", "y/1/out"]
    assert list(method_names(["out=z", "a/out"])) == ["out", "a/out"]


def test_the_same_name_or_folder_twice_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="got 'ours' twice; write NAME=DIR"):
        method_names(["ours=a", "ours=b"])
    with pytest.raises(EvaluationError, match="different names, got"):
        method_names(["a/out", "a/out"])


def test_a_folder_has_one_name_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for texts in (["a/out/", "b/out/"], ["./a/out", "./b/out"], ["a//out", "c/../b/out"]):
        assert list(method_names(texts)) == ["a/out", "b/out"]
    assert list(method_names(["."])) == [tmp_path.name]
    with pytest.raises(EvaluationError, match="different names"):
        method_names(["a/out", "./a/out/"])


def test_a_link_to_a_folder_keeps_its_own_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "run-17", "x.png")
    link = tmp_path / "ours"
    link.symlink_to(folder, target_is_directory=True)
    assert method_name(str(link))[0] == "ours"
    assert list(method_names([str(link), str(folder)])) == ["ours", "run-17"]


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a", "x.png")
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"content")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    with pytest.raises(EvaluationError, match=r"caf\\xe9\.png: expected a name in UTF-8.*rename"):
        find_cases([folder])
