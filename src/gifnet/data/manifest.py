"""The file in a folder that says how the folder is made, so that its making can be gone on with."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gifnet.errors import DataError
from gifnet.imaging.atomic import write_atomically


def check_manifest(
    file: Path, settings: Mapping[str, object], folders: Sequence[Path], *, what: str
) -> dict[str, Any]:
    """Make sure that a folder is new, or was begun with the very same settings.

    Args:
        file: Where the description lies, or will.
        settings: How the folder shall be made, as plain JSON types.
        folders: Where its files belong.
        what: What the folder is, in words.

    Returns:
        The description; empty for a new folder.

    Raises:
        DataError: The folder holds something else.
        OSError: It cannot be read.
    """
    if not file.exists():
        for folder in folders:
            # What is hidden may be the rest of a description, of a run killed while it wrote that.
            if folder.exists() and any(not f.name.startswith(".") for f in folder.iterdir()):
                raise DataError(
                    f"expected a new folder, or a {what} with its {file.name}, at {file.parent}, "
                    f"got one with files in {folder.name}: choose another folder"
                )
        return {}
    found = _read(file, what)
    different = [
        f"{name} {json.dumps(found.get(name))} instead of {json.dumps(value)}"
        for name, value in settings.items()
        if found.get(name) != value
    ]
    if different:
        raise DataError(
            f"{file}: the {what} was begun with {', '.join(different)}: give the same options to "
            "go on with it, or choose another folder"
        )
    return found


def write_manifest(file: Path, content: Mapping[str, object]) -> None:
    """Write down how a folder is made, before its first picture.

    Args:
        file: Its folder exists.
        content: The settings, and what else there is to say, as plain JSON types.

    Raises:
        OSError: It cannot be written.
    """
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_atomically(file, text.encode("utf-8", "surrogateescape"))


def _read(file: Path, what: str) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise DataError(
            f"{file}: expected the description of a {what}, got a file that cannot be read "
            f"({error}): choose another folder"
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("scenes"), dict):
        raise DataError(
            f"{file}: expected the description of a {what}, got something else: choose another "
            "folder"
        )
    return found
