"""Which files of a folder become scenes, and what is said when they cannot."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.data.folders import list_pairs, list_scenes, list_singles, load_pairs
from gifnet.errors import DataError

MakePairs = Callable[..., Path]


def test_pairs_are_matched_by_stem_and_sorted(make_pairs: MakePairs) -> None:
    root = make_pairs("b", "a", "c.1")

    pairs = list_pairs(root)

    assert [pair.stem for pair in pairs] == ["a", "b", "c.1"]
    assert [pair.visible.name for pair in pairs] == ["a.bmp", "b.bmp", "c.1.bmp"]
    assert [pair.infrared.name for pair in pairs if pair.infrared] == ["a.png", "b.png", "c.1.png"]
    assert [scene.name for scene in load_pairs(root)] == ["set/a", "set/b", "set/c.1"]


def test_colour_becomes_luma(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    Image.new("RGB", (40, 30), (200, 100, 50)).save(root / "vi" / "a.bmp")

    (scene,) = load_pairs(root)

    assert scene.visible.dtype == np.uint8
    assert scene.visible.shape == (30, 40)
    assert np.all(scene.visible == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50))


def test_pictures_without_a_partner_are_left_out_with_a_warning(
    make_pairs: MakePairs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_pairs("a", "b")
    (root / "ir" / "b.png").unlink()
    monkeypatch.setattr(logging.getLogger("gifnet"), "propagate", True)

    assert [pair.stem for pair in list_pairs(root)] == ["a"]
    assert "left out for want of a partner of the same name: 1 (b)" in caplog.text


def test_other_and_hidden_files_are_no_pictures(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    for name in ("notes.txt", "._a.png", "Thumbs.db"):
        (root / "ir" / name).write_bytes(b"no picture")

    assert [pair.stem for pair in list_pairs(root)] == ["a"]


def test_a_folder_without_the_two_subfolders_gives_single_pictures(make_pairs: MakePairs) -> None:
    root = make_pairs("a", "b")

    assert [files.infrared for files in list_scenes(root / "vi")] == [None, None]
    assert all(files.infrared for files in list_scenes(root))
    assert [files.load().infrared for files in list_singles(root / "vi")] == [None, None]


def test_a_missing_root_is_named(tmp_path: Path) -> None:
    for function in (list_pairs, list_scenes):
        with pytest.raises(DataError, match=r"a folder of pictures at .*nowhere, found none"):
            function(tmp_path / "nowhere")


def test_a_missing_subfolder_is_named(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    for function in (list_pairs, list_scenes):
        with pytest.raises(DataError, match=r"a folder of pictures at .*thermal, found none"):
            function(root, infrared="thermal")


def test_no_common_stem_says_how_many_there_are(make_pairs: MakePairs) -> None:
    root = make_pairs("a", "b")
    (root / "ir" / "a.png").rename(root / "ir" / "a_ir.png")
    (root / "ir" / "b.png").unlink()

    with pytest.raises(DataError, match="found 1 and 2 with no name in common"):
        list_pairs(root)


def test_two_files_of_one_stem_are_refused(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    Image.new("L", (40, 30)).save(root / "ir" / "a.jpg")

    with pytest.raises(DataError, match=r"one picture of each name .* found a\.jpg and a\.png"):
        list_pairs(root)


def test_pictures_of_different_sizes_are_named(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    Image.new("L", (20, 30)).save(root / "ir" / "a.png")

    with pytest.raises(DataError, match=r"got 20 x 30 in .*a\.png and 40 x 30 in .*a\.bmp"):
        list(load_pairs(root))


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n1234"])
def test_an_unreadable_picture_is_named(make_pairs: MakePairs, content: bytes) -> None:
    root = make_pairs("a")
    (root / "ir" / "a.png").write_bytes(content)

    with pytest.raises(DataError, match=r"cannot use a training picture: .*a\.png"):
        list(load_pairs(root))


def test_sixteen_bits_are_refused_rather_than_cut_off(make_pairs: MakePairs) -> None:
    root = make_pairs("a")
    Image.fromarray(np.full((30, 40), 40_000, np.uint16)).save(root / "ir" / "a.png")

    with pytest.raises(DataError, match="expected an 8-bit picture"):
        list(load_pairs(root))


def test_an_empty_folder_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found neither"):
        list_scenes(tmp_path)
    with pytest.raises(DataError, match=r"expected pictures \(\.bmp, .*found none"):
        list_singles(tmp_path)
