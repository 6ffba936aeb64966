"""Run what the README shows, as it stands there, and compare (a part of `.ci/run`).

* In ```console blocks, every line `$ gifnet ...` is run, and the lines below it must be what it
  prints (but for times in seconds). Other commands are left to `.ci/run`.
* For every `-o FILE` of `gifnet fuse` and `gifnet enhance`, the file must have the sources' size.
* ```python blocks are run as they are, one after the other, each in its own process.

All of it happens in a temporary folder that holds a copy of examples/.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECONDS = re.compile(r"\d+(\.\d+)? s\b")
FUSING = ("fuse", "enhance")


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == language]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command = f"{command[:-1].rstrip()} {more.lstrip()}"
        yield command, output


def without_times(text: str) -> str:
    return SECONDS.sub("… s", text).strip()


def run(arguments: list[str], folder: Path) -> str:
    """Run a command with this environment's programs first; its result, or the end.

    How far it is and what it warns of goes to standard error and is not compared.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    finished = subprocess.run(
        arguments,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        sys.exit(f"README: this failed:\n{shlex.join(arguments)}\n{finished.stderr}")
    return finished.stdout


def picture_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def check_result(arguments: list[str], folder: Path) -> None:
    """The picture that a fusing command wrote has the size of its first source."""
    wanted = picture_size(folder / arguments[2])
    written = folder / arguments[arguments.index("-o") + 1]
    if not written.is_file():
        sys.exit(f"README: {shlex.join(arguments)} wrote no {written.name}")
    if picture_size(written) != wanted:
        sys.exit(f"README: {written.name} is {picture_size(written)}, its source {wanted}")


def check_console(text: str, folder: Path) -> set[str]:
    """Run the console blocks; the names of the gifnet commands that were run."""
    seen = set()
    for block in blocks(text, "console"):
        for command, shown in commands(block):
            arguments = shlex.split(command, comments=True)
            if arguments[0] != "gifnet":
                continue
            printed = run(arguments, folder)
            if shown.strip() and without_times(printed) != without_times(shown):
                sys.exit(f"README: {command}\nshows\n{shown}\nbut prints\n{printed}")
            if arguments[1] in FUSING:
                check_result(arguments, folder)
            seen.add(arguments[1])
            print(f"ok  $ {command}")
    return seen


def main() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        seen = check_console(text, folder)
        missing = set(FUSING) - seen
        if missing:
            sys.exit(f"README: no console block shows  $ gifnet {' or '.join(sorted(missing))}")
        python = blocks(text, "python")
        if not python:
            sys.exit("README: there is no python block")
        for block in python:
            run([sys.executable, "-c", block], folder)
            print(f"ok  {len(block.splitlines())} lines of Python")


if __name__ == "__main__":
    main()
