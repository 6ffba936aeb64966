"""CIFAR in its python form and pictures in folders, read as they lie on disk."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cifar_made import (
    made_pictures,
    packed,
    planes_of,
    python2_pickle,
    write_cifar10,
    write_cifar100,
)
from PIL import Image

from gifnet.errors import DataError
from gifnet.experiments.classification.data_sets import read_picture_set
from gifnet.experiments.classification.safe_pickle import read_pickle


@pytest.mark.parametrize("python", [2, 3])
def test_cifar_10_is_read_as_it_was_written(tmp_path: Path, python: int) -> None:
    write_cifar10(tmp_path / "cifar-10-batches-py", python=python)
    found = read_picture_set(tmp_path)
    assert found.name == "CIFAR-10"
    assert found.classes == ("airplane", "automobile", "bird")
    assert found.train.pictures.shape == (60, 32, 32, 3)
    for batch in range(5):
        pictures, labels = made_pictures(12, 3, batch)
        part = slice(12 * batch, 12 * batch + 12)
        np.testing.assert_array_equal(found.train.pictures[part], pictures)
        assert found.train.labels[part].tolist() == labels
    np.testing.assert_array_equal(found.test.pictures, made_pictures(12, 3, 5)[0])
    inside = read_picture_set(tmp_path / "cifar-10-batches-py")
    assert inside.train.digest == found.train.digest


def test_cifar_100_has_its_fine_classes(tmp_path: Path) -> None:
    write_cifar100(tmp_path / "cifar-100-python")
    found = read_picture_set(tmp_path)
    assert (found.name, len(found.classes)) == ("CIFAR-100", 7)
    assert found.test.labels.tolist() == [number % 7 for number in range(14)]


def test_archives_are_read_as_downloaded(tmp_path: Path) -> None:
    write_cifar100(tmp_path / "made" / "cifar-100-python")
    archive = packed(tmp_path / "made" / "cifar-100-python", tmp_path / "cifar-100-python.tar.gz")
    unpacked = read_picture_set(tmp_path / "made")
    for place in (tmp_path, archive):
        found = read_picture_set(place)
        assert found.train.digest == unpacked.train.digest
        assert found.classes == unpacked.classes
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(DataError, match=r"expected the archive of CIFAR-100, got a damaged file"):
        read_picture_set(archive)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").unlink()
    with pytest.raises(DataError, match=r"data_batch_3 is missing; unpack cifar-10-python.tar.gz"):
        read_picture_set(tmp_path)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({b"data": np.zeros((12, 3071), np.uint8), b"labels": [0] * 12}, r"got uint8 \(12, 3071\)"),
        ({b"data": np.zeros((12, 3072), np.uint8), b"labels": [0] * 11}, r"and 11 labels"),
        ({b"data": np.zeros((12, 3072), np.uint8)}, r"expected 'labels' in test_batch, got data"),
        ({b"data": np.zeros((12, 3072), np.uint8), b"labels": [3] * 12}, r"labels from 0 to 2"),
        ([1, 2], r"expected a dictionary in test_batch, got list"),
    ],
)
def test_contents_of_another_form_are_refused(tmp_path: Path, batch: Any, message: str) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    write_cifar10(folder)
    (folder / "test_batch").write_bytes(python2_pickle(batch))
    with pytest.raises(DataError, match=message):
        read_picture_set(tmp_path)


class Malicious:
    """Runs a program when an ordinary unpickler reads it."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, (f"touch {self.touched}",))


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_malicious_pickle_does_not_run(tmp_path: Path, protocol: int) -> None:
    folder, touched = tmp_path / "cifar-10-batches-py", tmp_path / "touched"
    write_cifar10(folder)
    content = pickle.dumps({b"data": Malicious(touched)}, protocol)
    pickle.loads(content)
    assert touched.exists(), "the pickle would be harmless"
    touched.unlink()
    (folder / "data_batch_1").write_bytes(content)
    with pytest.raises(DataError, match=r"asks for (posix|nt)\.system; it may be meant to run"):
        read_picture_set(tmp_path)
    assert not touched.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"cnumpy\nndarray\n(K\x01tR.", "calls numpy.ndarray"),
        (b"cnumpy\ndtype\n(U\x01OK\x00K\x01tR.", "has an array of 'O'"),
        (b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00rot13tR.", "_codecs.encode"),
        (b"c_codecs\nencode\n}X\x01\x00\x00\x00aK\x01sb.", "changes what it was given"),
        (b"cbuiltins\neval\n(X\x01\x00\x00\x001tR.", "asks for builtins.eval"),
        (b"cnumpy\nload\n(X\x01\x00\x00\x00atR.", "asks for numpy.load"),
        (b"Pelsewhere\n.", "refers to something outside of it"),
        (b"\x80\x02(no pickle", "got a damaged or other file"),
        (b"", "got a damaged or other file"),
    ],
)
def test_pickles_may_do_nothing_but_hold_data(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_pickle(content, name="file")


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_plain_pickles_come_back_as_they_were(protocol: int) -> None:
    generator = np.random.default_rng(0)
    array = generator.integers(0, 256, (3, 5), np.uint8)
    value = {"text": ["a", 1, 2.5, None], b"bytes": b"\xff\x00", "array": array, "tuple": (1, 2)}
    found = read_pickle(pickle.dumps(value, protocol), name="file")
    np.testing.assert_array_equal(found.pop("array"), value.pop("array"))
    assert found == value
    columns = read_pickle(pickle.dumps(np.asfortranarray(array), protocol), name="file")
    np.testing.assert_array_equal(columns, array)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two classes of two training pictures and a test picture each, 8 x 6."""
    generator = np.random.default_rng(0)
    for part, count in (("train", 2), ("test", 1)):
        for name in ("cat", "dog"):
            place = tmp_path / part / name
            place.mkdir(parents=True)
            for number in range(count):
                pixels = generator.integers(0, 256, (6, 8, 3), np.uint8)
                Image.fromarray(pixels).save(place / f"{number}.png")
    return tmp_path


def test_pictures_in_folders_are_read_in_the_order_of_their_names(folders: Path) -> None:
    (folders / "about.txt").write_text("made\nhere\n")
    Image.fromarray(np.full((6, 8), 7, np.uint8)).save(folders / "train" / "dog" / "0.png")
    found = read_picture_set(folders)
    assert (found.classes, found.about) == (("cat", "dog"), "made here")
    assert found.train.labels.tolist() == [0, 0, 1, 1]
    assert found.train.pictures.shape == (4, 6, 8, 3)
    assert (found.train.pictures[2] == 7).all(), "a grey picture has three equal channels"
    expected = np.asarray(Image.open(folders / "test" / "dog" / "0.png"))
    np.testing.assert_array_equal(found.test.pictures[1], expected)


def test_what_cannot_be_used_in_folders_is_named(folders: Path) -> None:
    odd = folders / "train" / "dog" / "9.png"
    Image.fromarray(np.zeros((5, 8, 3), np.uint8)).save(odd)
    with pytest.raises(DataError, match=r"9.png: expected pictures of one size, got \(5, 8\)"):
        read_picture_set(folders)
    odd.unlink()
    (folders / "test" / "bird").mkdir()
    with pytest.raises(DataError, match=r"classes in train, got bird besides"):
        read_picture_set(folders)
    (folders / "test" / "bird").rmdir()
    for file in (folders / "test").rglob("*.png"):
        file.unlink()
    with pytest.raises(DataError, match=r"expected pictures in test/CLASS, got none"):
        read_picture_set(folders)


def test_a_place_with_nothing_to_classify_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cifar-10-batches-py or cifar-100-python"):
        read_picture_set(tmp_path)
    with pytest.raises(DataError, match=r"nowhere: expected a folder of pictures to classify"):
        read_picture_set(tmp_path / "nowhere")
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match=r"train/CLASS and test/CLASS, and test is missing"):
        read_picture_set(tmp_path)


def test_planes_are_red_green_and_blue() -> None:
    # The layout that the page of CIFAR describes: 1024 red values, then green, then blue.
    picture = np.zeros((1, 32, 32, 3), np.uint8)
    picture[0, 1, 2] = [10, 20, 30]
    row = planes_of(picture)[0]
    assert [row[34], row[1024 + 34], row[2048 + 34]] == [10, 20, 30]
