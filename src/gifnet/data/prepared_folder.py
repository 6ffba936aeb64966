"""The folder that a plain copy of a training set is written to."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gifnet.data.folders import Luma, SceneFiles
from gifnet.data.manifest import check_manifest, write_manifest
from gifnet.errors import DataError
from gifnet.imaging import write_image
from gifnet.imaging.atomic import write_atomically
from gifnet.version import __version__

MANIFEST = "prepared.json"
PREVIEW = "preview.png"
SHARP_PREVIEW = "preview/preview.png"
"""In a folder of its own: single pictures lie in the copy's folder itself, where a sheet would be
taken for one of them."""

PAIR_FOLDERS = ("ir", "vi")

_FORMAT = "gifnet prepared training set"


class PreparedFolder:
    """A copy of a training set in the making.

    Args:
        output: Folder of the copy.
        root: Folder of the set.
        settings: All that the copy depends on, besides the files.
        scenes: All scenes of the set.
    """

    def __init__(
        self,
        output: Path,
        root: Path,
        settings: Mapping[str, str | int | None],
        scenes: Sequence[SceneFiles],
    ) -> None:
        self.output = output
        self._grey = settings["longest_side"] is not None
        self._settings = {"format": _FORMAT, "source": root.resolve().name, **settings}
        self._scenes = {
            files.stem: [file.relative_to(root).as_posix() for file in _sources(files)]
            for files in scenes
        }
        paired = any(files.infrared is not None for files in scenes)
        self._folders = [output / name for name in PAIR_FOLDERS] if paired else [output]

    def begin(self, inputs: Iterable[Path]) -> None:
        """Make the folder, or make sure that it was begun for the same pictures.

        Args:
            inputs: Folders that pictures are read from.

        Raises:
            DataError: The folder holds something else, or cannot be written to.
        """
        for folder in (self.output, *self._folders):
            if any(folder.exists() and folder.samefile(item) for item in inputs):
                raise DataError(
                    f"expected an output folder apart from the inputs, got {self.output}, where "
                    f"{folder} holds inputs: choose another folder"
                )
        try:
            self._check()
            for folder in self._folders:
                folder.mkdir(parents=True, exist_ok=True)
                for rest in folder.glob(".*.????????.tmp"):  # of a run killed while it wrote
                    rest.unlink()
            content = {**self._settings, "gifnet": __version__, "scenes": self._scenes}
            write_manifest(self.output / MANIFEST, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def holds(self, files: SceneFiles) -> bool:
        """Whether a scene has been copied, and not been changed since; what is there is whole.

        Args:
            files: The scene.
        """
        pairs = zip(self._targets(files), _sources(files), strict=True)
        return all(target.is_file() and self._is_copy(target, source) for target, source in pairs)

    def _is_copy(self, target: Path, source: Path) -> bool:
        ours, theirs = target.stat(), source.stat()
        same_size = self._grey or ours.st_size == theirs.st_size
        return same_size and ours.st_mtime_ns >= theirs.st_mtime_ns

    def write(self, files: SceneFiles, pictures: Sequence[Luma] | None) -> None:
        """Copy a scene.

        Args:
            files: The scene.
            pictures: Visible and, of a pair, infrared picture to write instead, (H, W) uint8; None
                copies the files as they are.

        Raises:
            DataError: The folder cannot be written to.
            ImageFileError: A picture cannot be written.
        """
        targets = self._targets(files)
        if pictures is not None:
            for target, picture in zip(targets, pictures, strict=True):
                write_image(target, picture)
            return
        try:
            for target, source in zip(targets, _sources(files), strict=True):
                write_atomically(target, source.read_bytes())
        except OSError as error:
            raise self._unwritable(error) from error

    def _targets(self, files: SceneFiles) -> list[Path]:
        """Where the scene's visible and, of a pair, infrared picture belong."""
        return [
            folder / (files.stem + (".png" if self._grey else source.suffix))
            for folder, source in zip(reversed(self._folders), _sources(files), strict=True)
        ]

    def _check(self) -> None:
        """Make sure that the folder is new, or was begun with the same settings and pictures."""
        file = self.output / MANIFEST
        found = check_manifest(file, self._settings, self._folders, what="copy")
        scenes = found.get("scenes", {})
        gone = [stem for stem, names in scenes.items() if self._scenes.get(stem) != names]
        if gone:
            raise DataError(
                f"{file}: the copy was begun with pictures that are not there now: {len(gone)}, "
                f"for example {gone[0]}; choose another folder"
            )

    def _unwritable(self, error: OSError) -> DataError:
        reason = error.strerror or str(error)
        return DataError(
            f"cannot write to {self.output} ({reason}): check its mode and the free space, or "
            "choose another folder"
        )


def _sources(files: SceneFiles) -> list[Path]:
    """The visible and, of a pair, the infrared file."""
    return [files.visible, *([files.infrared] if files.infrared is not None else [])]
