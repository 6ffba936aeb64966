"""The public data sets: what they show, where they come from, how they lie in folders.

Facts that no source at hand confirms are left to the page of the data set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gifnet.evaluation.scenes.dataset_layouts import FolderLayout, Layout, Place, SceneLayout
from gifnet.tasks import Application


@dataclass(frozen=True)
class Dataset:
    """A public data set.

    Attributes:
        name: what the command line calls it.
        title: what people call it.
        application: what its pictures show; it fixes the order of the sources.
        layouts: how it may lie, the nearest to the download first.
        page: the official page to get it from.
        licence: the terms of use in a few words.
        counts: number of cases -> of which part or selection that is; empty if unknown.
        remark: what else one should know; may be empty.
    """

    name: str
    title: str
    application: Application
    layouts: tuple[Layout, ...]
    page: str
    licence: str
    counts: Mapping[int, str]
    remark: str = ""


_SEE_PAGE = "see the page"
_NONE_STATED = "none stated in its README"

_INFRARED = Place("infrared", ("ir", "infrared"))
_VISIBLE = Place("visible", ("vi", "vis", "visible"))
_INFRARED_VISIBLE = FolderLayout((_INFRARED, _VISIBLE))
_FOCUS = FolderLayout((Place("near focus", ("a", "near")), Place("far focus", ("b", "far"))))
_EXPOSURE = FolderLayout(
    (Place("over-exposed", ("oe", "over")), Place("under-exposed", ("ue", "under")))
)


def _medical(modality: str) -> tuple[Layout, ...]:
    functional = Place(modality, (modality,))
    mri = Place("MRI", ("MRI",))
    pair = f"{modality}-MRI"
    return (
        FolderLayout((functional, mri), parents=(f"MyDatasets/{pair}/test", f"{pair}/test", pair)),
        FolderLayout((functional, mri)),
    )


_WHOLE_BRAIN_ATLAS = "https://www.med.harvard.edu/AANLIB/home.html"
_MEDICAL_REMARK = (
    "The atlas is web pages; github.com/xianming-gu/Havard-Medical-Image-Fusion-Datasets has its "
    "slices as pairs, with a test list. Papers choose their own slices."
)

_TABLE = (
    Dataset(
        "tno",
        "TNO",
        Application.IVIF,
        (
            _INFRARED_VISIBLE,
            FolderLayout(
                (
                    Place("infrared", ("", "IV_images"), before="IR"),
                    Place("visible", ("", "IV_images"), before="VIS"),
                ),
                example="1",
            ),
        ),
        "https://figshare.com/articles/dataset/TNO_Image_Fusion_Dataset/1008029",
        _SEE_PAGE,
        MappingProxyType({21: "Li's selection", 42: "Tang's selection"}),
        "The folders of the download follow no rule: papers use selections of it.",
    ),
    Dataset(
        "lytro",
        "Lytro",
        Application.MFIF,
        (
            FolderLayout(
                (
                    Place("near focus", ("",), after="-A", suffix=".jpg"),
                    Place("far focus", ("",), after="-B", suffix=".jpg"),
                ),
                example="lytro-01",
            ),
            FolderLayout(
                (
                    Place("near focus", ("sourceA", "A"), after="-A", suffix=".jpg"),
                    Place("far focus", ("sourceB", "B"), after="-B", suffix=".jpg"),
                ),
                example="lytro-01",
            ),
            _FOCUS,
        ),
        "https://mansournejati.ece.iut.ac.ir/content/lytro-multi-focus-dataset",
        _SEE_PAGE,
        MappingProxyType({20: "the pairs"}),
        "Without the four series of three pictures.",
    ),
    Dataset(
        "llvip",
        "LLVIP",
        Application.IVIF,
        (
            FolderLayout(
                (
                    Place("infrared", ("infrared/test",), suffix=".jpg"),
                    Place("visible", ("visible/test",), suffix=".jpg"),
                ),
                example="190001",
            ),
            _INFRARED_VISIBLE,
        ),
        "https://bupt-ai-cz.github.io/LLVIP/",
        "non-commercial; terms of use on the page",
        MappingProxyType({3463: "the test part", 15488: "all"}),
    ),
    Dataset(
        "mfi-whu",
        "MFI-WHU",
        Application.MFIF,
        (
            FolderLayout(
                (
                    Place("first focus", ("source_1",), suffix=".jpg"),
                    Place("second focus", ("source_2",), suffix=".jpg"),
                ),
                truth=Place("truth", ("full_clear",), suffix=".jpg"),
                parents=("", "MFI-WHU"),
                example="1",
            ),
            _FOCUS,
        ),
        "https://github.com/HaoZhang1018/MFI-WHU",
        _NONE_STATED,
        MappingProxyType({120: "all"}),
        "The blur is synthetic, so the truth is known. Which focus is the near one is not said.",
    ),
    Dataset(
        "msrs",
        "MSRS",
        Application.IVIF,
        (
            FolderLayout((_INFRARED, _VISIBLE), parents=("test",), example="00537D"),
            _INFRARED_VISIBLE,
        ),
        "https://github.com/Linfeng-Tang/MSRS",
        _NONE_STATED,
        MappingProxyType({361: "the test part", 1444: "all"}),
    ),
    Dataset(
        "roadscene",
        "RoadScene",
        Application.IVIF,
        (
            FolderLayout(
                (
                    Place("infrared", ("cropinfrared",), suffix=".jpg"),
                    Place("visible", ("crop_LR_visible",), suffix=".jpg"),
                ),
                parents=("", "RoadScene-master"),
                example="FLIR_00006",
            ),
            _INFRARED_VISIBLE,
        ),
        "https://github.com/hanna-xu/RoadScene",
        _NONE_STATED,
        MappingProxyType({221: "all"}),
    ),
    Dataset(
        "m3fd",
        "M3FD",
        Application.IVIF,
        (
            FolderLayout(
                (Place("infrared", ("Ir",)), Place("visible", ("Vis",))),
                parents=("", "M3FD_Fusion"),
                example="00000",
            ),
            _INFRARED_VISIBLE,
        ),
        "https://github.com/JinyuanLiu-CV/TarDAL",
        _SEE_PAGE,
        MappingProxyType({300: "M3FD_Fusion", 4200: "M3FD_Detection"}),
    ),
    Dataset(
        "sice",
        "SICE",
        Application.MEIF,
        (
            _EXPOSURE,
            SceneLayout(
                ("Dataset_Part1", "Dataset_Part2", ""),
                "a sequence from dark to bright; the brightest and the darkest are taken",
                longest=20,
                last_first=True,
                passed_over=frozenset({"label"}),
                suffix=".JPG",
            ),
        ),
        "https://github.com/csjcai/SICE",
        _NONE_STATED,
        MappingProxyType({589: "all", 360: "part 1", 229: "part 2"}),
        "Its labels are results of other fusion methods, chosen by eye, and no truth: they are "
        "not used. Papers choose their own pair of each sequence.",
    ),
    Dataset(
        "mefb",
        "MEFB",
        Application.MEIF,
        (
            _EXPOSURE,
            SceneLayout(("input", ""), "two exposures, in the order of their names"),
        ),
        "https://github.com/xingchenzhang/MEFB",
        _NONE_STATED,
        MappingProxyType({100: "all"}),
        "The names do not say which exposure is the longer one: gifnet tells by the pixels.",
    ),
    Dataset(
        "nir-scene",
        "RGB-NIR Scene",
        Application.NIR_VIS,
        (
            FolderLayout(
                (
                    Place("near-infrared", ("",), after="_nir", suffix=".tiff"),
                    Place("visible", ("",), after="_rgb", suffix=".tiff"),
                ),
                parents=("", "nirscene1"),
                categories=True,
                example="0000",
            ),
            FolderLayout((Place("near-infrared", ("nir",)), Place("visible", ("rgb", "vis")))),
        ),
        "https://www.epfl.ch/labs/ivrl/research/downloads/rgb-nir-scene-dataset/",
        _SEE_PAGE,
        MappingProxyType({477: "all nine categories"}),
    ),
    Dataset(
        "harvard-pet",
        "Harvard PET-MRI",
        Application.MEDICAL,
        _medical("PET"),
        _WHOLE_BRAIN_ATLAS,
        _SEE_PAGE,
        MappingProxyType({24: "the test list"}),
        _MEDICAL_REMARK,
    ),
    Dataset(
        "harvard-ct",
        "Harvard CT-MRI",
        Application.MEDICAL,
        _medical("CT"),
        _WHOLE_BRAIN_ATLAS,
        _SEE_PAGE,
        MappingProxyType({24: "the test list"}),
        _MEDICAL_REMARK,
    ),
    Dataset(
        "harvard-spect",
        "Harvard SPECT-MRI",
        Application.MEDICAL,
        _medical("SPECT"),
        _WHOLE_BRAIN_ATLAS,
        _SEE_PAGE,
        MappingProxyType({24: "the test list"}),
        _MEDICAL_REMARK,
    ),
    Dataset(
        "quickbird",
        "QuickBird",
        Application.AUTO,
        (
            FolderLayout(
                (
                    Place("multispectral (h, w, 4)", ("lrms", "ms"), suffix=".npy"),
                    Place("panchromatic (H, W)", ("pan",), suffix=".npy"),
                ),
                truth=Place("truth (H, W, 4)", ("hrms", "gt"), suffix=".npy"),
            ),
        ),
        "https://github.com/liangjiandeng/PanCollection",
        _SEE_PAGE,
        MappingProxyType({20: "the test examples of reduced resolution"}),
        "Downloads hold HDF5 or MATLAB arrays of 11 bits: save each example with numpy.save, "
        "uint8, or float32 in [0, 1] after division by 2047.",
    ),
)

DATASETS: Mapping[str, Dataset] = MappingProxyType({item.name: item for item in _TABLE})
"""Name -> data set."""
