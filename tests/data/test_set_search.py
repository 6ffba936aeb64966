"""Published training sets are found however they lie, and what is missing is said."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gifnet.data.folders import list_pairs, match_pairs
from gifnet.data.layouts import PAIR_SETS, Split
from gifnet.data.set_search import FoundPairs, find_pairs, list_training_pairs
from gifnet.errors import DataError

ROOT = Path(__file__).resolve().parents[2]

INFRARED = re.compile(r"(^|[/_])(crop)?(ir|infrared)(/|$)")
"""A folder of infrared pictures in a path of small letters."""

# What lies there, and the stems of the training, testing and all pairs.
LAYOUTS = {
    "plain": ("plain", "ir/1.png vi/1.jpg ir/2.png vi/2.jpg", "1 2", None, "1 2"),
    "llvip": (
        "llvip",
        "infrared/train/010001.jpg visible/train/010001.jpg Annotations/010001.xml "
        "infrared/test/190001.jpg visible/test/190001.jpg",
        "010001",
        "190001",
        "010001 190001",
    ),
    "llvip: archive in a folder": (
        "llvip",
        "LLVIP/infrared/train/010001.jpg LLVIP/visible/train/010001.jpg",
        "010001",
        None,
        "010001",
    ),
    "llvip: samples of its fusion code": (
        "llvip",
        "Train_LLVIP_ir/010002.jpg Train_LLVIP_vi/010002.jpg "
        "Test_LLVIP_ir/190001.jpg Test_LLVIP_vi/190001.jpg",
        "010002",
        "190001",
        "010002 190001",
    ),
    "llvip: two folders": ("llvip", "ir/010001.jpg vi/010001.jpg", "010001", None, "010001"),
    "msrs": (
        "msrs",
        "train/ir/00001D.png train/vi/00001D.png train/Segmentation_labels/00001D.png "
        "test/ir/00004N.png test/vi/00004N.png detection/ir/1.png detection/vi/1.png",
        "00001D",
        "00004N",
        "00001D 00004N",
    ),
    "msrs: clone": (
        "msrs",
        "MSRS-main/train/ir/00001D.png MSRS-main/train/vi/00001D.png",
        "00001D",
        None,
        "00001D",
    ),
    "msrs: by modality": (
        "msrs",
        "Infrared/train/MSRS/00001D.png Visible/train/MSRS/00001D.png "
        "Infrared/val/MSRS/00004N.png Visible/val/MSRS/00004N.png "
        "Label/train/MSRS/00001D.png",
        "00001D",
        "00004N",
        "00001D 00004N",
    ),
    "msrs: by modality, flat": (
        "msrs",
        "Infrared/train/00001D.png Visible/train/00001D.png",
        "00001D",
        None,
        "00001D",
    ),
    "roadscene": (
        "roadscene",
        "cropinfrared/FLIR_00006.jpg crop_LR_visible/FLIR_00006.jpg "
        "crop_HR_visible/FLIR_00006.jpg infrared/FLIR_1.jpg visible/FLIR_1.jpg",
        "FLIR_00006",
        None,
        "FLIR_00006",
    ),
    "roadscene: clone": (
        "roadscene",
        "RoadScene-master/cropinfrared/A.jpg RoadScene-master/crop_LR_visible/A.jpg",
        "A",
        None,
        "A",
    ),
    "roadscene: two folders": ("roadscene", "infrared/A.jpg visible/A.jpg", "A", None, "A"),
    "m3fd: both downloads, whose names are alike": (
        "m3fd",
        "M3FD_Detection/Ir/00000.png M3FD_Detection/Vis/00000.png M3FD_Detection/Ir/00001.png "
        "M3FD_Detection/Vis/00001.png M3FD_Fusion/Ir/00000.png M3FD_Fusion/Vis/00000.png",
        "00000 00001",
        "00000",
        "M3FD_Detection_00000 M3FD_Detection_00001 M3FD_Fusion_00000",
    ),
    "m3fd: one download": (
        "m3fd",
        "Ir/00000.png Vis/00000.png Annotation/00000.xml",
        "00000",
        None,
        "00000",
    ),
    "m3fd: by scene": (
        "m3fd",
        "Challenge/Beach/Ir/01863.png Challenge/Beach/Vis/01863.png "
        "Night/Basement/Ir/00001.png Night/Basement/Vis/00001.png",
        "00001 01863",
        None,
        "00001 01863",
    ),
    "m3fd: as the code of its paper wants it": (
        "m3fd",
        "M3FD/ir/00000.png M3FD/vi/00000.png M3FD/meta/train.txt",
        "00000",
        None,
        "00000",
    ),
}


def _lay_out(root: Path, names: str) -> Path:
    for name in names.split():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if Path(name).suffix in {".png", ".jpg"}:
            Image.new("L", (20, 16)).save(root / name)
        else:
            (root / name).write_text("no picture")
    return root


def _stems(found: FoundPairs) -> list[str]:
    return [files.stem for files in found.pairs]


@pytest.mark.parametrize(
    ("layout", "names", "train", "test", "everything"), LAYOUTS.values(), ids=LAYOUTS
)
def test_every_layout_is_found(
    tmp_path: Path, layout: str, names: str, train: str, test: str | None, everything: str
) -> None:
    root = _lay_out(tmp_path, names)

    for split, stems in ((Split.TRAIN, train), (Split.TEST, test), (Split.ALL, everything)):
        if stems is None:
            with pytest.raises(DataError, match=r"ask for (all of it|that \(split train\))"):
                find_pairs(layout, root, split=split)
            continue
        found = find_pairs(layout, root, split=split)
        assert _stems(found) == stems.split()
        assert found.lonely == []
        for files in found.pairs:
            assert files.infrared is not None
            assert files.infrared.stem == files.visible.stem
            assert (files.infrared.parent, files.visible.parent) in found.folders
            assert INFRARED.search(files.infrared.parent.relative_to(root).as_posix().lower())
            assert not INFRARED.search(files.visible.parent.relative_to(root).as_posix().lower())
    assert [files.load().visible.shape for files in list_training_pairs(layout, root)] == [
        (16, 20) for _ in train.split()
    ]


def test_a_part_for_testing_does_not_hide_one_for_validation(tmp_path: Path) -> None:
    names = "Infrared/{0}/MSRS/{1}.png Visible/{0}/MSRS/{1}.png"
    parts = (("train", "1"), ("test", "2"), ("val", "3"))
    root = _lay_out(tmp_path, " ".join(names.format(*part) for part in parts))

    assert _stems(find_pairs("msrs", root, split=Split.ALL)) == ["1", "2", "3"]
    assert _stems(find_pairs("msrs", root, split=Split.TRAIN)) == ["1"]
    assert _stems(find_pairs("msrs", root, split=Split.TEST)) == ["2"]


def test_every_set_of_the_table_has_a_test_of_its_first_layout() -> None:
    tested = {layout for layout, *_ in LAYOUTS.values()}
    assert tested == {"plain", *PAIR_SETS}
    for name, known in PAIR_SETS.items():
        wanted = known.variants[0]
        assert any(
            layout == name and f"{wanted.visible.format(part=wanted.train[0])}/" in names
            for layout, names, *_ in LAYOUTS.values()
        )


def test_the_documentation_names_every_set_its_page_and_its_folders() -> None:
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    for name, known in PAIR_SETS.items():
        first = known.variants[0]
        for wanted in (f"`{name}`", known.page, first.infrared, first.visible):
            assert wanted.format(part=first.train[0]) in text


def test_the_same_pictures_are_the_same_scenes_in_every_layout(tmp_path: Path) -> None:
    names = "train/ir/b.png train/vi/b.png train/ir/a.png train/vi/a.png"
    msrs = _lay_out(tmp_path / "set", names)

    here = find_pairs("msrs", msrs).pairs
    there = list_pairs(msrs / "train")

    assert [(files.stem, files.visible, files.infrared) for files in here] == [
        (files.stem, files.visible, files.infrared) for files in there
    ]


def test_letter_case_does_not_count_unless_folders_differ_in_it_alone(tmp_path: Path) -> None:
    root = _lay_out(tmp_path, "INFRARED/Train/1.jpg Visible/TRAIN/1.jpg")
    assert _stems(find_pairs("llvip", root)) == ["1"]
    if (tmp_path / "infrared").exists():
        pytest.skip("this file system does not tell letter case apart")
    _lay_out(tmp_path, "infrared/train/2.jpg visible/train/2.jpg")
    assert _stems(find_pairs("llvip", root)) == ["2"]


def test_lonely_pictures_are_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _lay_out(tmp_path, "Ir/1.png Vis/1.png Ir/2.png Vis/3.png")
    monkeypatch.setattr(logging.getLogger("gifnet"), "propagate", True)

    assert [files.name for files in list_training_pairs("m3fd", root)] == [f"{root.name}/1"]
    assert "for want of a partner of the same name: 2 (2, 3)" in caplog.text
    assert find_pairs("m3fd", root).lonely == [root / "Ir" / "2.png", root / "Vis" / "3.png"]


@pytest.mark.parametrize("layout", PAIR_SETS)
def test_a_missing_set_says_where_to_get_it_and_its_licence(tmp_path: Path, layout: str) -> None:
    known = PAIR_SETS[layout]
    with pytest.raises(DataError) as missing:
        find_pairs(layout, tmp_path / "nowhere")
    with pytest.raises(DataError) as empty:
        find_pairs(layout, tmp_path)
    for error in (missing, empty):
        assert known.page in str(error.value)
        assert known.licence in str(error.value)
    assert "nowhere, found none: check the name, or get the set from" in str(missing.value)
    assert "found an empty folder: give the folder that it was unpacked to" in str(empty.value)


def test_another_folder_says_what_was_tried_and_what_is_there(tmp_path: Path) -> None:
    _lay_out(tmp_path, "holiday/1.jpg notes.txt " + " ".join(f"z{n}.txt" for n in range(9)))

    with pytest.raises(DataError) as error:
        find_pairs("msrs", tmp_path)

    assert "train/ir and train/vi; Infrared/train/MSRS and Visible/train/MSRS" in str(error.value)
    assert "found holiday/, notes.txt, z0.txt, " in str(error.value)
    assert " and 3 more: give the folder" in str(error.value)


def test_an_archive_is_to_be_unpacked_first(tmp_path: Path) -> None:
    (tmp_path / "M3FD_Fusion.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"found M3FD_Fusion\.zip: unpack M3FD_Fusion\.zip first"):
        find_pairs("m3fd", tmp_path)


def test_the_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    root = _lay_out(tmp_path, "M3FD_Fusion/Ir/1.png M3FD_Fusion/Vis/1.png")
    with pytest.raises(DataError, match=r"only a part for testing is there: .* \(split test\)"):
        find_pairs("m3fd", root)


def test_only_the_high_resolution_copies_of_roadscene_are_explained(tmp_path: Path) -> None:
    root = _lay_out(tmp_path, "cropinfrared/A.jpg crop_HR_visible/A.jpg")
    with pytest.raises(DataError, match="crop_HR_visible is not read: its pictures are larger"):
        find_pairs("roadscene", root)


def test_an_unknown_layout_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="of plain, llvip, msrs, roadscene, m3fd, got 'tno'"):
        find_pairs("tno", tmp_path)


def test_names_of_subfolders_are_refused_for_a_published_set(tmp_path: Path) -> None:
    root = _lay_out(tmp_path, "thermal/1.png vi/1.png")
    with pytest.raises(DataError, match="a plain set only, got thermal and vi for LLVIP"):
        find_pairs("llvip", root, infrared="thermal")
    assert _stems(find_pairs("plain", root, infrared="thermal")) == ["1"]


STEMS = st.sets(st.text("ab01._- ", min_size=1, max_size=5).map(lambda text: f"s{text}e"))


@given(infrared=STEMS, visible=STEMS)
def test_every_picture_is_either_paired_or_lonely(
    tmp_path_factory: pytest.TempPathFactory, infrared: set[str], visible: set[str]
) -> None:
    root = tmp_path_factory.mktemp("pairs")
    for folder, stems, suffix in (("ir", infrared, ".PNG"), ("vi", visible, ".jpg")):
        (root / folder).mkdir()
        for stem in stems:
            (root / folder / (stem + suffix)).touch()

    pairing = match_pairs(root / "ir", root / "vi", "set")

    assert [files.stem for files in pairing.pairs] == sorted(infrared & visible)
    assert {file.stem for file in pairing.lonely} == infrared ^ visible
    for files in pairing.pairs:
        assert files.infrared == root / "ir" / f"{files.stem}.PNG"
        assert files.visible == root / "vi" / f"{files.stem}.jpg"


@pytest.mark.shared
def test_a_set_of_two_folders_is_read_by_its_name_and_as_a_plain_one(shared: Path) -> None:
    root = shared / "data" / "train" / "msrs"
    named, plain = find_pairs("msrs", root), find_pairs("plain", root)
    assert named == plain
    assert len(plain.pairs) == 361  # as the README of the development data says
