"""What says how a joint data set was made, so that its making can be gone on with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gifnet.data.folders import SceneFiles
from gifnet.data.manifest import check_manifest, write_manifest
from gifnet.version import __version__

MANIFEST = "joint.json"

_FORMAT = "gifnet joint data set"


@dataclass(frozen=True)
class JointSettings:
    """All that the pictures of a joint data set depend on, besides the sources."""

    source: str
    """Name of the folder of the pairs."""

    seed: int
    infrared: str = "ir"
    visible: str = "vi"
    size: tuple[int, int] | None = None
    """Width and height of every picture; None keeps each picture's own."""

    def check(self, output: Path, folders: Sequence[str]) -> None:
        """Make sure that a folder is new, or was begun with the very same settings.

        Args:
            output: Folder of the joint data set.
            folders: Its subfolders.

        Raises:
            DataError: The folder holds something else.
            OSError: It cannot be read.
        """
        places = [output / name for name in folders]
        check_manifest(output / MANIFEST, self._describe(), places, what="joint data set")

    def write(self, output: Path, pairs: Sequence[SceneFiles]) -> None:
        """Write down how a joint data set is made, before its first picture.

        Args:
            output: Folder of the joint data set; it exists.
            pairs: All of its scenes.

        Raises:
            OSError: It cannot be written.
        """
        names = {
            files.stem: {
                "visible": files.visible.name,
                "infrared": files.infrared.name if files.infrared else None,
            }
            for files in pairs
        }
        write_manifest(output / MANIFEST, {**self._describe(), "scenes": names})

    def _describe(self) -> dict[str, object]:
        values = asdict(self) | {"size": list(self.size) if self.size else None}
        return {"format": _FORMAT, "gifnet": __version__, **values}
