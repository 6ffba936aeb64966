"""Notes on an evaluation, which are lines of Markdown: headings, tables, lists, paragraphs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-{3,}:?")


@dataclass(frozen=True)
class NoteBlock:
    """A part of the notes.

    Attributes:
        kind: ``heading``, ``paragraph``, ``list`` or ``table``.
        lines: its text; the items of a list. Code stands between backticks.
        rows: the cells of a table, the headings first.
    """

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def note_blocks(notes: Iterable[str]) -> list[NoteBlock]:
    """Find the parts of notes.

    Args:
        notes: Lines of Markdown as ``comparison_lines`` and the data sets write them: ``###``
            headings, tables between bars, ``-`` items; everything else is a paragraph a line.

    Returns:
        The parts in order; lines that follow each other make one list or table.
    """
    blocks: list[NoteBlock] = []
    adjoins = False
    for line in (line.strip() for note in notes for line in note.splitlines() or [""]):
        if line:
            block = _block(line)
            last = blocks[-1] if adjoins else None
            if last is not None and last.kind == block.kind and block.kind in {"list", "table"}:
                blocks[-1] = NoteBlock(
                    block.kind, (*last.lines, *block.lines), (*last.rows, *block.rows)
                )
            else:
                blocks.append(block)
        adjoins = bool(line)
    return blocks


def markdown_notes(notes: Iterable[str]) -> str:
    """Write notes with the empty lines that Markdown needs between their parts.

    Args:
        notes: Lines of Markdown.

    Returns:
        Markdown that ends with a line break; empty without notes.
    """
    return "\n".join(_markdown(block) for block in note_blocks(notes))


def code_parts(text: str) -> list[tuple[str, bool]]:
    """Split a text at its code.

    Args:
        text: Of a note.

    Returns:
        Pieces, and whether each stood between backticks; a backtick alone is a letter.
    """
    pieces = re.split(r"`([^`]+)`", text)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]


def _block(line: str) -> NoteBlock:
    if heading := re.fullmatch(r"#{1,6} +(.+)", line):
        return NoteBlock("heading", (heading[1],))
    if line.startswith("- "):
        return NoteBlock("list", (line[2:].strip(),))
    if len(line) > 1 and line.startswith("|") and line.endswith("|"):
        cells = tuple(cell.strip().replace(r"\|", "|") for cell in _BAR.split(line)[1:-1])
        is_rule = all(_RULE.fullmatch(cell) for cell in cells)
        return NoteBlock("table", rows=() if is_rule else (cells,))
    return NoteBlock("paragraph", (line,))


def _markdown(block: NoteBlock) -> str:
    if block.kind == "heading":
        return f"### {block.lines[0]}\n"
    if block.kind == "list":
        return "".join(f"- {line}\n" for line in block.lines)
    if block.kind == "paragraph":
        return f"{block.lines[0]}\n"
    rows = [tuple(cell.replace("|", r"\|") for cell in row) for row in block.rows]
    if rows:
        rows.insert(1, ("---",) * len(rows[0]))
    return "".join(_row(row) for row in rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
