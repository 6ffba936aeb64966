"""How many workers fit into the memory, and which pictures beside each other."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.folders import memory
from gifnet.folders.memory import share_memory
from gifnet.imaging import write_image

MEBIBYTE = 2**20


def test_workers_share_the_memory_that_may_be_taken() -> None:
    share = share_memory(4, 2000 * MEBIBYTE)
    assert (share.workers, share.each) == (4, 500 * MEBIBYTE)
    # Not more than get what a small picture needs, and never none.
    assert share_memory(4, 1000 * MEBIBYTE).workers == 2
    assert share_memory(4, 100 * MEBIBYTE).workers == 1


def test_without_a_limit_most_of_what_is_free_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: 1250.0 * MEBIBYTE)
    share = share_memory(8, None)
    assert (share.workers, share.limit) == (2, 1000 * MEBIBYTE)
    monkeypatch.setattr(memory, "free_memory", lambda: 100_000.0 * MEBIBYTE)
    assert share_memory(8, None).each is None


def test_larger_pictures_and_more_sources_cost_more(tmp_path: Path) -> None:
    files = [tmp_path / f"{side}.png" for side in (100, 2000)]
    for file in files:
        side = int(file.stem)
        Image.new("L", (side, side)).save(file)
    share = share_memory(2, None)
    small, large = (share.cost([file, file]) for file in files)
    assert small < 500 * MEBIBYTE
    assert large > small + 4_000_000 * 50
    assert share.cost([files[1]] * 5) > large
    # Pillow does not know float RGB: its size in pixels is read all the same.
    write_image(tmp_path / "float.tif", np.zeros((100, 100, 3), np.float32))
    assert share.cost([tmp_path / "float.tif"] * 2) == small
    # A file that cannot be looked into costs what it may hold, and spoils nothing.
    (tmp_path / "text.png").write_bytes(bytes(10_000))
    assert share.cost([tmp_path / "text.png"]) > 0
    assert share.cost([tmp_path / "none.png"]) > 0
