"""Folders of pictures: what belongs together is found, fused in worker processes, and noted."""

from gifnet.folders.fuse_folders import FolderRun, FuserSettings, fuse_folders
from gifnet.folders.grouping import Group, Grouping, group_by_stem
from gifnet.folders.pattern import group_by_pattern
from gifnet.folders.shard import Shard

__all__ = [
    "FolderRun",
    "FuserSettings",
    "Group",
    "Grouping",
    "Shard",
    "fuse_folders",
    "group_by_pattern",
    "group_by_stem",
]
