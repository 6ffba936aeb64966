"""Public data sets are found in every layout, and what is missing is said."""

from pathlib import Path

import pytest

from gifnet.errors import EvaluationError
from gifnet.evaluation.scenes.datasets import DATASETS, dataset_cases, datasets_markdown
from gifnet.tasks import Application

ROOT = Path(__file__).resolve().parents[2]

NAMES = [
    *("tno", "lytro", "llvip", "mfi-whu", "msrs", "roadscene", "m3fd", "sice", "mefb"),
    *("nir-scene", "harvard-pet", "harvard-ct", "harvard-spect", "quickbird"),
]

LAYOUTS = {
    "tno: two folders": ("tno", "ir/01.png ir/02.png vi/01.png vi/02.png", ["01", "02"]),
    "tno: Li": ("tno", "IR1.bmp IR10.bmp VIS1.bmp VIS10.bmp IR2.bmp VIS2.bmp", ["1", "2", "10"]),
    "lytro: as downloaded": (
        "lytro",
        "lytro-01-A.jpg lytro-01-B.jpg lytro-02-A.jpg lytro-02-B.jpg Triple/lytro-01-A.jpg",
        ["lytro-01", "lytro-02"],
    ),
    "lytro: two folders, letters kept": (
        "lytro",
        "sourceA/lytro-01-A.jpg sourceB/lytro-01-B.jpg",
        ["lytro-01"],
    ),
    "lytro: two folders": ("lytro", "a/lytro_01.jpg b/lytro_01.jpg", ["lytro_01"]),
    "llvip": (
        "llvip",
        "infrared/train/010001.jpg visible/train/010001.jpg "
        "infrared/test/190001.jpg visible/test/190001.jpg",
        ["190001"],
    ),
    "mfi-whu": ("mfi-whu", "source_1/1.jpg source_2/1.jpg full_clear/1.jpg", ["1"]),
    "mfi-whu: unpacked": ("mfi-whu", "MFI-WHU/source_1/1.jpg MFI-WHU/source_2/1.jpg", ["1"]),
    "msrs": (
        "msrs",
        "test/ir/00004N.png test/vi/00004N.png train/ir/1.png train/vi/1.png",
        ["00004N"],
    ),
    "roadscene": ("roadscene", "cropinfrared/F.jpg crop_LR_visible/F.jpg", ["F"]),
    "m3fd": ("m3fd", "Ir/00000.png Vis/00000.png", ["00000"]),
    "m3fd: other letters": ("m3fd", "M3FD_Fusion/ir/1.png M3FD_Fusion/vis/1.png", ["1"]),
    "sice: as downloaded": (
        "sice",
        "Dataset_Part1/1/1.JPG Dataset_Part1/1/2.JPG Dataset_Part1/1/10.JPG "
        "Dataset_Part1/Label/1.JPG Dataset_Part1/Label/2.JPG",
        ["1"],
    ),
    "sice: two folders": ("sice", "over/1.png under/1.png", ["1"]),
    "mefb: as downloaded": (
        "mefb",
        "input/Arno/Arno_A.png input/Arno/Arno_B.png input/Night/Night_A.jpg "
        "input/Night/Night_B.jpg",
        ["Arno", "Night"],
    ),
    "mefb: two folders of two": ("mefb", "oe/1.png oe/2.png ue/1.png ue/2.png", ["1", "2"]),
    "nir-scene: as downloaded": (
        "nir-scene",
        "country/0000_nir.tiff country/0000_rgb.tiff water/0000_nir.tiff water/0000_rgb.tiff",
        ["country_0000", "water_0000"],
    ),
    "nir-scene: two folders": ("nir-scene", "nir/0000.jpg rgb/0000.jpg", ["0000"]),
    "harvard-pet: sorted copy": (
        "harvard-pet",
        "MyDatasets/PET-MRI/test/PET/1.png MyDatasets/PET-MRI/test/MRI/1.png PET-MRI/PET/2.png "
        "PET-MRI/MRI/2.png",
        ["1"],
    ),
    "harvard-ct: pairs": ("harvard-ct", "CT-MRI/CT/2.png CT-MRI/MRI/2.png", ["2"]),
    "harvard-spect: two folders": ("harvard-spect", "spect/2.png mri/2.png", ["2"]),
    "quickbird": ("quickbird", "lrms/1.npy pan/1.npy hrms/1.npy", ["1"]),
}


def fill(root: Path, files: str) -> None:
    """Make files of no content: the layouts look at names only."""
    for name in files.split():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_all_data_sets_are_in_the_table() -> None:
    assert list(DATASETS) == NAMES
    for dataset in DATASETS.values():
        assert dataset.page.startswith("https://")
        assert dataset.licence


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_found(tmp_path: Path, layout: str) -> None:
    name, files, cases = LAYOUTS[layout]
    fill(tmp_path, files)
    found = dataset_cases(name, tmp_path)
    assert [case.name for case in found.cases] == cases
    for case in found.cases:
        assert len({file for file in case.sources if file.is_file()}) == 2


def test_the_sources_are_in_the_published_order(tmp_path: Path) -> None:
    for layout, (name, files, _) in LAYOUTS.items():
        fill(tmp_path / layout, files)
        first, second = dataset_cases(name, tmp_path / layout).cases[0].sources
        order = [str(file.relative_to(tmp_path / layout)).casefold() for file in (first, second)]
        pairs = {
            Application.IVIF: ("ir infrared", "vi"),
            Application.NIR_VIS: ("nir", "rgb"),
            Application.MEDICAL: ("pet/ ct/ spect/", "mri/"),
            Application.AUTO: ("lrms", "pan"),
        }.get(DATASETS[name].application)
        if pairs:
            assert any(word in order[0] for word in pairs[0].split())
            assert pairs[1] in order[1]


def test_the_brightest_and_the_darkest_of_a_sequence_are_taken(tmp_path: Path) -> None:
    fill(tmp_path, LAYOUTS["sice: as downloaded"][1])
    (case,) = dataset_cases("sice", tmp_path).cases
    assert [file.name for file in case.sources] == ["10.JPG", "1.JPG"]


def test_the_truth_is_found_where_there_is_one(tmp_path: Path) -> None:
    fill(tmp_path, "source_1/1.jpg source_2/1.jpg source_1/2.jpg source_2/2.jpg full_clear/2.jpg")
    found = dataset_cases("mfi-whu", tmp_path)
    assert [case.truth for case in found.cases] == [None, tmp_path / "full_clear" / "2.jpg"]
    assert "1 cases have no truth (1)" in found.notes
    (tmp_path / "full_clear" / "2.jpg").unlink()
    notes = dataset_cases("mfi-whu", tmp_path).notes
    assert "without the truth: there is no full_clear/1.jpg" in notes


def test_pictures_without_a_partner_and_a_part_of_the_set_are_notes(tmp_path: Path) -> None:
    fill(tmp_path, "ir/1.png ir/2.png ir/3.png vi/2.png vi/.hidden.png vi/notes.txt")
    found = dataset_cases("roadscene", tmp_path)
    assert [case.name for case in found.cases] == ["2"]
    assert found.notes[0] == "2 infrared pictures have no partner: left out (1.png, 3.png)"
    assert "1 cases were found; the data set has 221 (all)." in found.notes[1]


def test_a_whole_set_needs_no_note(tmp_path: Path) -> None:
    fill(tmp_path, " ".join(f"{folder}/{i}.png" for folder in ("ir", "vi") for i in range(42)))
    assert dataset_cases("tno", tmp_path).notes == ()


def test_scenes_with_another_number_of_pictures_are_left_out(tmp_path: Path) -> None:
    fill(tmp_path, "input/A/1.png input/A/2.png input/B/1.png input/C/ev.txt")
    found = dataset_cases("mefb", tmp_path)
    assert [case.name for case in found.cases] == ["A"]
    assert found.notes[0] == "1 scenes do not have 2 pictures: left out (B)"


def test_what_is_missing_is_shown_with_the_nearest_layout(tmp_path: Path) -> None:
    fill(tmp_path, "infrared/test/1.jpg readme.txt")
    with pytest.raises(EvaluationError) as caught:
        dataset_cases("llvip", tmp_path)
    message = str(caught.value)
    assert f"expected the LLVIP data set in {tmp_path} like this" in message
    assert "    visible/test/190001.jpg   visible" in message
    assert "found infrared/, readme.txt; missing: visible/test/190001.jpg." in message
    assert "https://bupt-ai-cz.github.io/LLVIP/ (licence: non-commercial" in message


def test_folders_without_a_name_in_common_are_said(tmp_path: Path) -> None:
    fill(tmp_path, "ir/1.png vi/2.png")
    with pytest.raises(EvaluationError, match="missing: files of one name in each place"):
        dataset_cases("tno", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_folder_is_told_where_to_get_the_data_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        dataset_cases(name, tmp_path)
    assert "found nothing; missing: " in str(caught.value)
    assert DATASETS[name].page in str(caught.value)


def test_unknown_names_and_folders_are_said(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no data set 'harvard'; did you mean 'harvard-ct'"):
        dataset_cases("harvard", tmp_path)
    with pytest.raises(EvaluationError, match="found no such folder; get it from https://"):
        dataset_cases("tno", tmp_path / "absent")
    fill(tmp_path, "ir/1.png ir/1.jpg vi/1.png")
    with pytest.raises(EvaluationError, match=r"one picture of each name in .*1.jpg and 1.png"):
        dataset_cases("tno", tmp_path)


def test_the_page_of_the_documentation_is_the_table() -> None:
    page = ROOT / "docs" / "datasets.md"
    assert page.read_text(encoding="utf-8") == datasets_markdown(), (
        "write datasets_markdown() to docs/datasets.md"
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "folder", "count"),
    [
        ("tno", "tno21", 21),
        ("lytro", "lytro", 20),
        ("mefb", "mefb10", 10),
        ("nir-scene", "nir10", 9),
        ("harvard-pet", "harvard_pet", 8),
        ("harvard-ct", "harvard_ct", 8),
        ("harvard-spect", "harvard_spect", 8),
        ("quickbird", "quickbird5", 5),
    ],
)
def test_the_development_sets_are_found(shared: Path, name: str, folder: str, count: int) -> None:
    found = dataset_cases(name, shared / "data" / "eval" / folder)
    assert len(found.cases) == count
    assert all((case.truth is not None) == (name == "quickbird") for case in found.cases)
