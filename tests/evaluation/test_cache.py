"""What was measured before is found again, whatever became of the file."""

import math
from pathlib import Path

import pytest

from gifnet.batch.json_lines import LineWriter
from gifnet.errors import EvaluationError
from gifnet.evaluation.measuring import cache as module
from gifnet.evaluation.measuring.cache import FileDigests, MeasurementCache, metrics_version


def test_values_come_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "new" / "values.jsonl"
    values = {"a": 0.1 + 0.2, "b": math.inf, "c": -1e-300}
    with MeasurementCache(path) as cache:
        cache.add("key", values)
        cache.add("key", {"d": 4.0})
        cache.add(None, {"e": 5.0})
    with MeasurementCache(path) as cache:
        assert cache.get("key") == values | {"d": 4.0}
        assert cache.get("other") == {}
        assert cache.get(None) == {}


def test_a_torn_last_line_and_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "values.jsonl"
    with MeasurementCache(path) as cache:
        cache.add("one", {"a": 1.0})
        cache.add("two", {"a": 2.0})
    whole = path.read_bytes()
    foreign = b'[]\n{"key": "x"}\n{"key": "y", "values": {"a": "much"}}\nnull\n\xff\n'
    path.write_bytes(foreign + whole[:-9])
    with MeasurementCache(path) as cache:
        assert cache.get("one") == {"a": 1.0}
        assert cache.get("two") == cache.get("x") == cache.get("y") == {}
        cache.add("two", {"a": 2.0})
    with MeasurementCache(path) as cache:
        assert cache.get("one") == {"a": 1.0}
        assert cache.get("two") == {"a": 2.0}


def test_keys_follow_content_order_and_version_not_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, same = (tmp_path / name for name in ("a", "b", "c"))
    first.write_bytes(b"one")
    same.write_bytes(b"one")
    second.write_bytes(b"two")
    key = FileDigests().key([first, second])
    assert key == FileDigests().key([same, second])
    assert key != FileDigests().key([second, first])
    assert FileDigests().key([first, tmp_path / "none"]) is None
    monkeypatch.setattr(module, "metrics_version", lambda: "another")
    assert key != FileDigests().key([first, second])
    assert metrics_version() != "another"


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvaluationError, match=r"cannot write measurements to .*file.x: .*; make"):
        MeasurementCache(tmp_path / "file" / "x")
    with pytest.raises(EvaluationError, match="cannot write measurements"):
        MeasurementCache(tmp_path)


def test_a_full_disk_is_an_error_that_says_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs a device that is always full")
    with MeasurementCache(tmp_path / "values.jsonl") as cache, LineWriter(full) as disk:
        assert cache._file is not None
        cache._file.close()
        monkeypatch.setattr(cache, "_file", disk)
        with pytest.raises(EvaluationError, match=r"No space left.*what is measured is kept"):
            cache.add("key", {"a": 1.0})
