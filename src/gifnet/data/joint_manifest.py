"""The file that says how a joint data set was made, so that its making can be gone on with."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gifnet.data.folders import SceneFiles
from gifnet.errors import DataError
from gifnet.imaging.atomic import write_atomically
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


def check_manifest(output: Path, settings: JointSettings, folders: Sequence[str]) -> None:
    """Make sure that a folder is new, or was begun with the very same settings.

    Args:
        output: Folder of the joint data set.
        settings: How it shall be made.
        folders: Its subfolders.

    Raises:
        DataError: The folder holds something else.
    """
    file = output / MANIFEST
    if not file.exists():
        for name in folders:
            if (output / name).exists() and any((output / name).iterdir()):
                raise DataError(
                    f"expected a new folder, or a joint data set with its {MANIFEST}, at {output}, "
                    f"got one with files in {name}: choose another folder"
                )
        return
    found = _read(file)
    expected = _describe(settings)
    different = [
        f"{name} {json.dumps(found.get(name))} instead of {json.dumps(expected[name])}"
        for name in expected
        if found.get(name) != expected[name]
    ]
    if different:
        raise DataError(
            f"{file}: the data set was made with {', '.join(different)}: give the same options to "
            "go on with it, or choose another folder"
        )


def write_manifest(output: Path, settings: JointSettings, pairs: Sequence[SceneFiles]) -> None:
    """Write down how a joint data set is made, before its first picture.

    Args:
        output: Folder of the joint data set; it exists.
        settings: How it is made.
        pairs: All of its scenes.
    """
    names = {
        files.stem: {
            "visible": files.visible.name,
            "infrared": files.infrared.name if files.infrared else None,
        }
        for files in pairs
    }
    content = json.dumps({**_describe(settings), "scenes": names}, indent=1) + "\n"
    write_atomically(output / MANIFEST, content.encode())


def _describe(settings: JointSettings) -> dict[str, object]:
    values = asdict(settings) | {"size": list(settings.size) if settings.size else None}
    return {"format": _FORMAT, "gifnet": __version__, **values}


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(
            f"{file}: expected the description of a joint data set, got a file that cannot be "
            f"read ({error}): choose another folder"
        ) from error
    if not isinstance(found, dict):
        raise DataError(f"{file}: expected the description of a joint data set, got something else")
    return found
