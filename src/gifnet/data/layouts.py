"""The published training sets of infrared and visible pairs: how they lie, on what terms.

Each way to lie names its source. Facts that no source at hand confirms are left to the set's page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

Layout = Literal["plain", "llvip", "msrs", "roadscene", "m3fd"]
"""How the pairs of a folder lie; ``plain`` is two subfolders, the others are in ``PAIR_SETS``."""


class Split(StrEnum):
    """Which part of a set; a set that comes without parts is one for training."""

    TRAIN = "train"
    TEST = "test"
    ALL = "all"


@dataclass(frozen=True)
class Variant:
    """One way in which a set lies below its root. Letter case does not count.

    Attributes:
        infrared: folder of the infrared pictures; ``{part}`` stands for the name of a part.
        visible: folder of the visible pictures.
        train: names that the part for training may have, the usual one first.
        test: names that the part for testing may have.
        groups: folders between the root and these two, ``*`` for any name; all are read.
    """

    infrared: str
    visible: str
    train: tuple[str, ...] = ("train",)
    test: tuple[str, ...] = ("test", "val")
    groups: tuple[str, ...] = ("",)

    @property
    def has_parts(self) -> bool:
        """Whether training and testing pictures lie apart."""
        return "{part}" in self.infrared

    def names_of_parts(self, split: Split) -> tuple[tuple[str, ...], ...]:
        """The names that each wanted part may have; an empty name where there are no parts.

        Of all parts, each name is one of its own: a set may have a part for testing and another
        for validation.
        """
        if not self.has_parts:
            return () if split is Split.TEST else (("",),)
        if split is Split.ALL:
            return tuple((name,) for name in (*self.train, *self.test))
        return (self.train,) if split is Split.TRAIN else (self.test,)

    def describe(self, split: Split) -> str:
        """The two folders of a part, for people."""
        group = f"{self.groups[0]}/" if self.groups[0] else ""
        part = (self.test if split is Split.TEST else self.train)[0]
        return " and ".join(
            group + folder.format(part=part) for folder in (self.infrared, self.visible)
        )


@dataclass(frozen=True)
class PairSet:
    """A published set of pairs.

    Attributes:
        name: what the command line and recipes call it.
        title: what people call it.
        variants: how it may lie, the way of its own page first.
        parents: folders that may lie around it, as archives and clones make them.
        page: where to get it.
        licence: its terms in a few words, as its own page states them.
        size: how many pairs there are.
        remark: what else one should know; may be empty.
    """

    name: str
    title: str
    variants: tuple[Variant, ...]
    parents: tuple[str, ...]
    page: str
    licence: str
    size: str
    remark: str = ""


_NONE_STATED = "none is stated on its page"

# Copies that people pass on as two folders, which every set is found as, too.
_TWO_FOLDERS = (Variant("ir", "vi"), Variant("ir", "vis"), Variant("infrared", "visible"))

_TABLE = (
    # File structure and terms: README.md and "Term of Use and License.md" of
    # github.com/bupt-ai-cz/LLVIP. Counts: the README (30,976 pictures) and arXiv 2108.10831.
    PairSet(
        "llvip",
        "LLVIP",
        (
            Variant("infrared/{part}", "visible/{part}"),
            # The samples that come with the fusion code of the same repository.
            Variant("{part}_LLVIP_ir", "{part}_LLVIP_vi"),
            *_TWO_FOLDERS,
        ),
        ("", "LLVIP"),
        "https://bupt-ai-cz.github.io/LLVIP/",
        "for non-commercial use only, which holds for derived works too, and with a reference to "
        "LLVIP; read the terms on its page",
        "15,488 pairs, 12,025 of them for training",
    ),
    # The tree of github.com/Linfeng-Tang/MSRS, and its README.md. The second way is that of the
    # same author's github.com/Linfeng-Tang/SeAFusion (TaskFusion_dataset.py).
    PairSet(
        "msrs",
        "MSRS",
        (
            Variant("{part}/ir", "{part}/vi"),
            Variant("Infrared/{part}/MSRS", "Visible/{part}/MSRS"),
            Variant("Infrared/{part}", "Visible/{part}"),
            *_TWO_FOLDERS,
        ),
        ("", "MSRS", "MSRS-main"),
        "https://github.com/Linfeng-Tang/MSRS",
        f"{_NONE_STATED}; it is made from the MFNet data set: see the terms of that, too",
        "1,444 pairs, 1,083 of them for training",
    ),
    # The README.md of github.com/hanna-xu/RoadScene names cropinfrared and crop_HR_visible; that
    # crop_LR_visible is what has the size of cropinfrared is how public registration and fusion
    # code reads the set. It has no parts.
    PairSet(
        "roadscene",
        "RoadScene",
        (Variant("cropinfrared", "crop_LR_visible"), *_TWO_FOLDERS),
        ("", "RoadScene", "RoadScene-master", "road-scene-infrared-visible-images-master"),
        "https://github.com/hanna-xu/RoadScene",
        f"{_NONE_STATED}; it is made from videos of FLIR: see the terms of those, too",
        "221 pairs",
        "crop_HR_visible is not read: its pictures are larger than the infrared ones, and "
        "crop_LR_visible holds the same scenes at their size.",
    ),
    # README.md of github.com/JinyuanLiu-CV/TarDAL: 4,200 pairs and 300 of independent scenes, in
    # folders Ir and Vis, by scene in one of its versions; the download has M3FD_Detection and
    # M3FD_Fusion. There is no official split (its issue 5); the independent 300 are the test here.
    PairSet(
        "m3fd",
        "M3FD",
        (
            Variant("{part}/Ir", "{part}/Vis", ("M3FD_Detection",), ("M3FD_Fusion",)),
            Variant("Ir", "Vis", groups=("Challenge/*", "Daytime/*", "Night/*", "Overcast/*")),
            *_TWO_FOLDERS,
        ),
        ("", "M3FD"),
        "https://github.com/JinyuanLiu-CV/TarDAL",
        _NONE_STATED,
        "4,200 pairs (M3FD_Detection) and 300 (M3FD_Fusion)",
        "It comes without an official split: M3FD_Detection is taken for training, M3FD_Fusion, of "
        "other scenes, for testing.",
    ),
)

PAIR_SETS: Mapping[str, PairSet] = MappingProxyType({item.name: item for item in _TABLE})
"""Name -> published set."""
