"""What a script makes for a page of the documentation, between two marks that the page keeps."""

import argparse
from collections.abc import Callable
from pathlib import Path

from gifnet.imaging.atomic import write_atomically


def with_part(page: str, made: str, begin: str, end: str, name: object = "the page") -> str:
    """Put what was made into a page in place of what stands between two marks.

    Args:
        page: the page's text.
        made: the text between the marks.
        begin: the mark before it.
        end: the next mark after it.
        name: what the message calls the page.

    Raises:
        SystemExit: the page lacks a mark.
    """
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{name}: expected the marks {begin!r} and {end!r}; put them there first")
    return f"{before}{begin}\n\n{made}\n\n{end}{after}"


def print_or_write(made: str, page: Path | None, begin: str, end: str) -> None:
    """Print what was made, or put it into a page: see ``with_part``; None to print."""
    if page is None:
        print(made)
        return
    text = with_part(page.read_text(encoding="utf-8"), made, begin, end, page)
    write_atomically(page, text.encode())


def make_part(description: str | None, make: Callable[[Path], str], begin: str, end: str) -> None:
    """Run a script that makes a page's part of a folder of data.

    Its command line takes the folder, and ``--page PAGE`` to write instead of printing.

    Args:
        description: the script's docstring, whose first line ``--help`` shows.
        make: makes the text of the folder's pictures.
        begin: the mark before the text.
        end: the mark after it.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--page", type=Path, help="the page whose table is made anew")
    arguments = parser.parse_args()
    print_or_write(make(arguments.data), arguments.page, begin, end)
