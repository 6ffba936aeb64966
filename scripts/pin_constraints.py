"""Write constraints.txt from the environment that runs this script (`make constraints`)."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEADER = """\
# The versions that gifnet is developed and tested with: everything `make setup` installs.
# Made by `make constraints` in a fresh environment; do not edit by hand. To try other
# versions, change pyproject.toml (or TORCH in the Makefile) and make it again.
"""

# These come with some builds of torch only, which asks for the versions that it needs.
COMES_WITH_TORCH = re.compile(r"(nvidia-|cuda-|triton)")


def pinned(frozen: str) -> list[str]:
    """The lines of `pip freeze` that hold for every build: no paths, no local versions."""
    lines = [line.split("+")[0] for line in frozen.splitlines() if "==" in line]
    return sorted((line for line in lines if not COMES_WITH_TORCH.match(line)), key=str.lower)


def main() -> None:
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = pinned(frozen)
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt pins {len(lines)} packages")


if __name__ == "__main__":
    main()
