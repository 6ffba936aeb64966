"""What is checked in a training set, what is copied, and that nothing else is touched."""

import json
import os
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.data.folders import list_pairs, list_singles, load_pairs
from gifnet.data.layouts import Split
from gifnet.data.prepare import prepare
from gifnet.data.set_search import list_training_pairs
from gifnet.errors import DataError

SIZE = (72, 48)


def _write_picture(file: Path, *, size: tuple[int, int] = (40, 30), seed: int = 0) -> None:
    """Write a colour picture with detail; ``size`` is width and height."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(file)


def _make_llvip(root: Path) -> Path:
    """Two pairs for training, one for testing; JPEG and one PNG."""
    for part, stem, suffix in (
        ("train", "010001", ".jpg"),
        ("train", "010002", ".png"),
        ("test", "190001", ".jpg"),
    ):
        for folder in ("infrared", "visible"):
            file = root / folder / part / f"{stem}{suffix}"
            _write_picture(file, size=SIZE, seed=int(stem) + (folder == "visible"))
    return root


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of every file below a folder."""
    return {
        file.relative_to(folder).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_checking_writes_nothing(tmp_path: Path) -> None:
    root = _make_llvip(tmp_path / "LLVIP")
    before = _contents(tmp_path)
    progress: list[tuple[int, int]] = []

    report = prepare("llvip", root, on_scene=lambda done, total: progress.append((done, total)))

    assert _contents(tmp_path) == before
    assert (report.pairs, report.failed, report.lonely) == (2, {}, [])
    assert dict(report.sizes) == {SIZE: 2}
    assert report.folders == [(root / "infrared" / "train", root / "visible" / "train")]
    assert progress == [(0, 2), (1, 2), (2, 2)]
    assert tomllib.loads(report.recipe) == {"pairs": [{"root": str(root), "layout": "llvip"}]}


def test_a_copy_holds_the_same_bytes_and_is_read_as_a_plain_folder(tmp_path: Path) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "deep" / "copy"
    before = _contents(root)

    report = prepare("llvip", root, output)

    assert _contents(root) == before
    names = {"ir/010001.jpg", "ir/010002.png", "vi/010001.jpg", "vi/010002.png"}
    assert set(_contents(output)) == names | {"prepared.json", "preview.png"}
    for name in names:
        folder, file = name.split("/")
        original = root / {"ir": "infrared", "vi": "visible"}[folder] / "train" / file
        assert (output / name).read_bytes() == original.read_bytes()
        assert not (output / name).samefile(original)  # editing a copy leaves the source alone
    assert (report.written, report.skipped) == (2, 0)
    assert tomllib.loads(report.recipe) == {"pairs": [{"root": str(output)}]}
    here = [files.load() for files in list_training_pairs("llvip", root)]
    there = list(load_pairs(output))
    for ours, theirs in zip(here, there, strict=True):
        assert np.array_equal(ours.visible, theirs.visible)
        assert ours.infrared is not None
        assert theirs.infrared is not None
        assert np.array_equal(ours.infrared, theirs.infrared)


def test_the_preview_shows_the_copy(tmp_path: Path) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "copy"

    report = prepare("llvip", root, output)

    assert report.preview == output / "preview.png"
    with Image.open(report.preview) as picture:
        # Two rows of five patches, each 48 pixels enlarged by a whole number to about 256.
        assert picture.width > 5 * 240
        assert picture.height > 2 * 240


def test_copies_are_reduced_to_grey_and_never_enlarged(tmp_path: Path) -> None:
    root, output = tmp_path / "set", tmp_path / "copy"
    rows, columns = np.mgrid[:60, :90]
    ramp = np.asarray(rows + columns, np.uint8)
    for folder in ("ir", "vi"):
        _write_picture(root / folder / "small.png", size=(40, 30))
        Image.fromarray(ramp).save(root / folder / "ramp.png")

    report = prepare("plain", root, output, longest_side=45)

    assert dict(report.sizes) == {(45, 30): 1, (40, 30): 1}
    for folder in ("ir", "vi"):
        with Image.open(output / folder / "ramp.png") as picture:
            assert (picture.mode, picture.size, picture.format) == ("L", (45, 30), "PNG")
            reduced = np.asarray(picture, np.float64)
        means = ramp.reshape(30, 2, 45, 2).mean(axis=(1, 3))
        # Means of four whole numbers, rounded to a whole number.
        assert np.abs(reduced - means).max() <= 0.5
        with Image.open(output / folder / "small.png") as picture:
            assert (picture.mode, picture.size) == ("L", (40, 30))
    luma = {scene.name.split("/")[1]: scene.visible for scene in load_pairs(root)}
    copied = {scene.name.split("/")[1]: scene.visible for scene in load_pairs(output)}
    assert np.array_equal(luma["small"], copied["small"])


def test_bad_scenes_are_left_out_and_named(tmp_path: Path) -> None:
    root, output = tmp_path / "set", tmp_path / "copy"
    for number, stem in enumerate(("a", "b", "c", "d", "e")):
        _write_picture(root / "ir" / f"{stem}.png", size=SIZE, seed=number)
        _write_picture(root / "vi" / f"{stem}.png", size=SIZE, seed=number + 10)
    (root / "ir" / "b.png").write_bytes(b"no picture")
    Image.new("L", (30, 30)).save(root / "vi" / "c.png")
    for folder in ("ir", "vi"):
        Image.new("L", (40, 15)).save(root / folder / "d.png")
    (root / "vi" / "e.png").unlink()

    report = prepare("plain", root, output)

    assert report.pairs == 1
    assert report.lonely == [root / "ir" / "e.png"]
    assert list(report.failed) == ["b", "c", "d"]
    assert "expected a PNG, JPEG" in report.failed["b"]
    assert "expected aligned pictures of one size, got 72 x 48" in report.failed["c"]
    assert "at least 16 x 16 pixels, got 40 x 15" in report.failed["d"]
    assert [pair.stem for pair in list_pairs(output)] == ["a"]


def test_a_picture_that_would_become_too_small_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "set"
    for folder in ("ir", "vi"):
        _write_picture(root / folder / "wide.png", size=(200, 20))

    report = prepare("plain", root, tmp_path / "copy", longest_side=100)

    assert "got 200 x 20, which is reduced to 100 x 10, in" in report.failed["wide"]
    assert report.preview is None


def test_an_interrupted_run_is_gone_on_with(tmp_path: Path) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "copy"
    prepare("llvip", root, output)
    whole = _contents(output)
    # What a kill between or amid two files leaves behind.
    (output / "vi" / "010002.png").unlink()
    (output / "vi" / ".010002.png.0123abcd.tmp").write_bytes(b"half a picture")
    (output / "preview.png").unlink()

    report = prepare("llvip", root, output)

    assert (report.written, report.skipped) == (1, 1)
    again = _contents(output)
    assert {name: content for name, (content, _) in again.items()} == {
        name: content for name, (content, _) in whole.items()
    }
    assert again["ir/010001.jpg"] == whole["ir/010001.jpg"]  # not written again


def test_pictures_that_came_since_are_added(tmp_path: Path) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "copy"
    prepare("llvip", root, output)
    for folder in ("infrared", "visible"):
        _write_picture(root / folder / "train" / "010003.png", size=SIZE)

    report = prepare("llvip", root, output)

    assert (report.written, report.skipped) == (1, 2)
    assert set(json.loads((output / "prepared.json").read_text())["scenes"]) == {
        "010001",
        "010002",
        "010003",
    }


@pytest.mark.parametrize("longest_side", [None, 48])
def test_pictures_that_changed_since_are_copied_again(
    tmp_path: Path, longest_side: int | None
) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "copy"
    prepare("llvip", root, output, longest_side=longest_side)
    changed = root / "visible" / "train" / "010002.png"
    _write_picture(changed, size=SIZE, seed=99)
    later = time.time_ns() + 10**9
    os.utime(changed, ns=(later, later))

    report = prepare("llvip", root, output, longest_side=longest_side)

    assert (report.written, report.skipped) == (1, 1)
    expected = tmp_path / "expected"
    prepare("llvip", root, expected, longest_side=longest_side)
    copies = [(folder / "vi" / "010002.png").read_bytes() for folder in (output, expected)]
    assert copies[0] == copies[1]


def test_other_settings_or_pictures_for_a_copy_that_was_begun_are_refused(tmp_path: Path) -> None:
    root, output = _make_llvip(tmp_path / "LLVIP"), tmp_path / "copy"
    prepare("llvip", root, output)
    before = _contents(output)

    with pytest.raises(DataError, match='begun with split "train" instead of "all"'):
        prepare("llvip", root, output, split=Split.ALL)
    with pytest.raises(DataError, match="longest_side null instead of 64"):
        prepare("llvip", root, output, longest_side=64)
    for folder in ("infrared", "visible"):
        (root / folder / "train" / "010001.jpg").unlink()
    with pytest.raises(DataError, match="are not there now: 1, for example 010001"):
        prepare("llvip", root, output)
    assert _contents(output) == before


def test_inputs_and_foreign_files_are_never_written_over(tmp_path: Path) -> None:
    root, foreign = tmp_path / "set", tmp_path / "foreign"
    for folder in ("ir", "vi"):
        _write_picture(root / folder / "a.png")
    _write_picture(foreign / "ir" / "own.png")
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "prepared.json").write_text("[]")
    before = _contents(tmp_path)

    for output, message in (
        (root, "apart from the inputs"),
        (tmp_path / "link", "apart from the inputs"),
        (foreign, "got one with files in ir: choose another folder"),
        (tmp_path / "file", "cannot write to .*: check its mode"),
        (tmp_path / "other", "expected the description of a copy"),
    ):
        with pytest.raises(DataError, match=message):
            prepare("plain", root, output)
    assert _contents(tmp_path) == before


def test_sharp_pictures_are_copied_apart_from_the_preview(
    tmp_path: Path,
) -> None:
    root, output = tmp_path / "pictures", tmp_path / "copy"
    for number in range(3):
        _write_picture(root / f"{number}.png", size=SIZE, seed=number)

    checked, copied = prepare("sharp", root), prepare("sharp", root, output)

    assert tomllib.loads(checked.recipe) == {"sharp": [{"root": str(root)}]}
    assert tomllib.loads(copied.recipe) == {"sharp": [{"root": str(output)}]}
    # What training reads: the pictures, and not the sheet of them.
    assert [files.visible for files in list_singles(output)] == [
        output / f"{number}.png" for number in range(3)
    ]
    assert copied.preview == output / "preview" / "preview.png"
    assert copied.preview.is_file()
    assert prepare("sharp", root, output).skipped == 3
    for foreign in (output, tmp_path):
        with pytest.raises(DataError, match=r"apart from the inputs|choose another folder"):
            prepare("sharp", output, foreign)


def test_the_recipe_names_other_subfolders_and_quotes_what_needs_it(tmp_path: Path) -> None:
    root = tmp_path / 'a "set" \\ of mine'
    for folder in ("thermal", "vi"):
        _write_picture(root / folder / "a.png")

    report = prepare("plain", root, infrared="thermal")

    expected = {"root": str(root), "infrared": "thermal"}
    assert tomllib.loads(report.recipe) == {"pairs": [expected]}


def test_a_part_that_no_recipe_can_name_has_no_line_unless_copied(tmp_path: Path) -> None:
    root = _make_llvip(tmp_path / "LLVIP")

    assert prepare("llvip", root, split=Split.ALL).recipe == ""
    copied = prepare("llvip", root, tmp_path / "copy", split=Split.ALL)
    assert copied.pairs == 3
    assert copied.recipe


def test_settings_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a set of plain, sharp, llvip, .*, got 'tno'"):
        prepare("tno", tmp_path)
    with pytest.raises(DataError, match="longest side of at least 16 pixels, got 15"):
        prepare("plain", tmp_path, tmp_path / "copy", longest_side=15)


@pytest.mark.shared
def test_a_part_of_the_development_data_is_copied_whole(shared: Path, tmp_path: Path) -> None:
    pairs = list_pairs(shared / "data" / "train" / "msrs")[:3]
    for files in pairs:
        for folder, source in (("ir", files.infrared), ("vi", files.visible)):
            (tmp_path / "set" / folder).mkdir(parents=True, exist_ok=True)
            assert source is not None
            (tmp_path / "set" / folder / source.name).symlink_to(source)

    report = prepare("plain", tmp_path / "set", tmp_path / "copy")

    assert (report.written, report.failed) == (3, {})
    assert dict(report.sizes) == {(640, 480): 3}  # as the README of the development data says
    for files in pairs:
        assert files.infrared is not None
        copy = tmp_path / "copy" / "ir" / files.infrared.name
        assert not copy.is_symlink()
        assert copy.read_bytes() == files.infrared.read_bytes()
