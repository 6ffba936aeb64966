"""What a script makes for a page of the documentation, between two marks that the page keeps."""

from pathlib import Path

from gifnet.imaging.atomic import write_atomically


def print_or_write(made: str, page: Path | None, begin: str, end: str) -> None:
    """Print what was made, or put it into a page in place of what stands between two marks.

    Args:
        made: the text.
        page: the page; None to print.
        begin: the mark before it.
        end: the next mark after it.

    Raises:
        SystemExit: the page lacks a mark.
    """
    if page is None:
        print(made)
        return
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{page}: expected the marks {begin!r} and {end!r}; put them there first")
    write_atomically(page, f"{before}{begin}\n\n{made}\n\n{end}{after}".encode())
