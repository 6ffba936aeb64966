"""Notes that survive a kill: JSON objects, one a line."""

from pathlib import Path

import pytest

from gifnet.batch.json_lines import LineWriter, read_lines


def test_lines_come_back_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    assert read_lines(file) == []
    for number in range(3):
        with LineWriter(file) as writer:
            writer.append({"number": number, "name": "Größe"})
    assert [line["number"] for line in read_lines(file)] == [0, 1, 2]
    assert "Größe" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_torn_last_line_spoils_neither_those_before_nor_those_after(
    tmp_path: Path, cut: int
) -> None:
    file = tmp_path / "notes.jsonl"
    with LineWriter(file) as writer:
        writer.append({"a": 1})
        writer.append({"b": "ü"})
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    with LineWriter(file) as writer:
        writer.append({"c": 3})
    lines = read_lines(file)
    assert lines[0] == {"a": 1}
    assert lines[-1] == {"c": 3}
    # Only the line end was lost: the object before it is whole.
    assert ({"b": "ü"} in lines) == (cut == 1)


def test_what_is_no_object_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_bytes(b'[1]\n\xff\xfe\n"text"\n{"a": 1}\n\n')
    assert read_lines(file) == [{"a": 1}]


def test_two_writers_do_not_mix_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    with LineWriter(file) as one, LineWriter(file) as other:
        for number in range(20):
            (one if number % 2 else other).append({"number": number})
    assert [line["number"] for line in read_lines(file)] == list(range(20))
