"""Decoded pictures are the same ones in memory and in a mapped file, which is made once."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet.data.crops import SceneCrops
from gifnet.data.decoded import decode, memory_needed
from gifnet.data.folders import SceneFiles, list_pairs, list_singles
from gifnet.errors import DataError


@pytest.fixture
def scenes(tmp_path: Path) -> list[SceneFiles]:
    """Three pairs and a single picture, of several sizes, grey and in colour."""
    generator = np.random.default_rng(2)
    for number, shape in enumerate([(20, 31), (33, 24, 3), (18, 18)]):
        for folder in ("set/ir", "set/vi", "sharp"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            pixels = generator.integers(0, 256, shape, np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
    return [*list_pairs(tmp_path / "set"), list_singles(tmp_path / "sharp")[1]]


def test_a_mapped_file_gives_the_same_patches_as_memory(
    scenes: list[SceneFiles], tmp_path: Path
) -> None:
    in_memory, mapped = decode(scenes, None), decode(scenes, tmp_path / "deep" / "cache")
    for one, other in zip(in_memory, mapped, strict=True):
        assert one.name == other.name
        assert np.array_equal(one.visible, other.visible)
        assert (one.infrared is None) == (other.infrared is None)
        assert not other.visible.flags.writeable
    patches = [SceneCrops(found, patch=16, scales=(1, 2)) for found in (in_memory, mapped)]
    for number in range(40):
        ours, theirs = (crops.cut(np.random.default_rng(number)) for crops in patches)
        for one_patch, other_patch in zip(ours, theirs, strict=True):
            if one_patch is None or other_patch is None:
                assert one_patch is other_patch
            else:
                assert np.array_equal(one_patch, other_patch)


def test_the_memory_is_a_byte_for_each_pixel_of_each_picture(scenes: list[SceneFiles]) -> None:
    expected = 2 * (20 * 31 + 33 * 24 + 18 * 18) + 33 * 24
    assert memory_needed(scenes) == expected
    decoded = decode(scenes, None)
    pictures = [p for scene in decoded for p in (scene.visible, scene.infrared) if p is not None]
    assert sum(picture.nbytes for picture in pictures) == expected


def test_the_file_is_made_once_and_anew_for_other_pictures(
    scenes: list[SceneFiles], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    before = decode(scenes, cache)
    loaded: list[str] = []
    load = SceneFiles.load

    def note(files: SceneFiles) -> object:
        loaded.append(files.stem)
        return load(files)

    monkeypatch.setattr(SceneFiles, "load", note)
    again = decode(scenes, cache)
    assert not loaded
    assert all(np.array_equal(a.visible, b.visible) for a, b in zip(before, again, strict=True))

    Image.new("RGB", (24, 33)).save(scenes[1].visible)
    os.utime(scenes[1].visible, ns=(1, 1))
    assert decode(scenes, cache)[1].visible.max() == 0
    assert len(loaded) == 4
    assert before[1].visible.max() > 0  # what is mapped already stays
    assert not list(cache.glob("*.tmp"))


def test_another_process_gets_the_place_and_not_the_pixels(
    scenes: list[SceneFiles], tmp_path: Path
) -> None:
    mapped = decode(scenes, tmp_path / "cache")
    sent = pickle.dumps(mapped)
    assert len(sent) < 1000
    for ours, theirs in zip(mapped, pickle.loads(sent), strict=True):
        assert np.array_equal(ours.visible, theirs.visible)
        assert ours.name == theirs.name
        assert (ours.infrared is None) == (theirs.infrared is None)


def test_a_bad_picture_or_folder_is_named_and_nothing_half_is_left(
    scenes: list[SceneFiles], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"cannot write the decoded pictures \(0.0 GiB\) to .*file"):
        decode(scenes, tmp_path / "file")
    cache = tmp_path / "cache"
    decode(scenes, cache)
    (pixels,) = cache.glob("*.luma")
    pixels.write_bytes(pixels.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"luma: expected \d+ bytes .*: remove this file"):
        decode(scenes, cache)
    scenes[0].visible.write_bytes(b"no picture")
    assert memory_needed(scenes[:1]) == 20 * 31  # the infrared one
    with pytest.raises(DataError, match="cannot use a training picture"):
        decode(scenes, cache)
    assert [file.suffix for file in cache.iterdir() if file.name.startswith(".")] == []
    scenes[0].visible.unlink()
    with pytest.raises(DataError, match=r"cannot use a training picture: .*: No such file"):
        decode(scenes, cache)
