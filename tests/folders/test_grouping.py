"""Which files belong together."""

from pathlib import Path

import pytest

from gifnet.errors import FolderError
from gifnet.folders import Group, Shard, group_by_pattern, group_by_stem


def make(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def test_files_of_one_name_belong_together_whatever_their_formats(tmp_path: Path) -> None:
    a = make(tmp_path / "a", "2.png", "1.tif", "x.y.png", "only.png", "notes.txt", ".3.png")
    b = make(tmp_path / "b", "1.JPG", "2.png", "x.y.png", "3.png")
    c = make(tmp_path / "c", "1.exr", "2.bmp", "x.y.webp")
    found = group_by_stem([a, b, c])
    assert found.groups == [
        Group("1", (a / "1.tif", b / "1.JPG", c / "1.exr")),
        Group("2", (a / "2.png", b / "2.png", c / "2.bmp")),
        Group("x.y", (a / "x.y.png", b / "x.y.png", c / "x.y.webp")),
    ]
    assert found.unmatched == [
        (b / "3.png", f"no picture of this name in {a}, {c}"),
        (a / "only.png", f"no picture of this name in {b}, {c}"),
    ]


def test_a_name_that_a_folder_has_twice_is_no_pair(tmp_path: Path) -> None:
    a = make(tmp_path / "a", "1.png", "1.jpg", "2.png")
    b = make(tmp_path / "b", "1.png", "2.png")
    found = group_by_stem([a, b])
    assert [group.name for group in found.groups] == ["2"]
    assert {reason for _, reason in found.unmatched} == {f"{a} has 2 pictures of this name"}
    assert len(found.unmatched) == 3


def test_names_in_one_folder_belong_together_by_a_pattern(tmp_path: Path) -> None:
    names = ["DJI_0001_T.jpg", "DJI_0001_V.jpg", "DJI_0002_T.jpg", "DJI_3_V.jpg", "DJI_3_T.tiff"]
    folder = make(tmp_path / "flight", *names, "map.png")
    found = group_by_pattern(folder, "DJI_*_{T,V}")
    assert found.groups == [
        Group("DJI_0001", (folder / "DJI_0001_T.jpg", folder / "DJI_0001_V.jpg")),
        Group("DJI_3", (folder / "DJI_3_T.tiff", folder / "DJI_3_V.jpg")),
    ]
    assert found.unmatched == [
        (folder / "DJI_0002_T.jpg", "no picture beside it for V"),
        (folder / "map.png", "its name does not fit DJI_*_{T,V}"),
    ]


@pytest.mark.parametrize(
    ("pattern", "files", "name"),
    [
        ("{ir,vi}_*", ["ir_7.png", "vi_7.png"], "7"),
        ("*-{near,far}-?", ["a-near-1.png", "a-far-1.png"], "a-1"),
        ("*_{T,V}.jpg", ["a_T.jpg", "a_V.jpg"], "a"),
        ("*{,_vis}", ["a.png", "a_vis.png"], "a"),
    ],
)
def test_the_result_is_named_after_what_the_files_share(
    tmp_path: Path, pattern: str, files: list[str], name: str
) -> None:
    folder = make(tmp_path / "in", *files)
    groups = group_by_pattern(folder, pattern).groups
    assert Group(name, tuple(folder / file for file in files)) in groups


@pytest.mark.parametrize("pattern", ["*_T", "*_{T}", "*_{T,T}", "a_{T,V}", "*_{T,V}_{1,2}", ""])
def test_a_pattern_that_pairs_nothing_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(FolderError, match=r"expected a pattern such as 'DJI_\*_\{T,V\}'"):
        group_by_pattern(make(tmp_path / "in", "a_T.png"), pattern)


def test_folders_without_pairs_are_refused(tmp_path: Path) -> None:
    a, b = make(tmp_path / "a", "1.png"), make(tmp_path / "b", "2.png")
    with pytest.raises(FolderError, match=r"expected pictures of the same names in .*, got none"):
        group_by_stem([a, b])
    with pytest.raises(FolderError, match="expected two folders or more, got only"):
        group_by_stem([a])
    with pytest.raises(FolderError, match=r"one of .* twice"):
        group_by_stem([a, a])
    with pytest.raises(FolderError, match="no such folder"):
        group_by_stem([a, tmp_path / "c"])
    with pytest.raises(FolderError, match="expected a folder like the other sources, got a file"):
        group_by_stem([a, b / "2.png"])
    with pytest.raises(FolderError, match=r"names fit \*_\{T,V\} and have all of T, V, got none"):
        group_by_pattern(a, "*_{T,V}")


def test_shares_are_equal_and_give_the_whole() -> None:
    pieces = list(range(11))
    shares = [Shard.parse(f"{number}/3").of(pieces) for number in (1, 2, 3)]
    assert sorted(piece for share in shares for piece in share) == pieces
    assert {len(share) for share in shares} == {3, 4}
    for text in ("0/3", "4/3", "1", "a/b", "1/0", "-1/2"):
        with pytest.raises(FolderError, match="expected a share such as 1/4"):
            Shard.parse(text)
