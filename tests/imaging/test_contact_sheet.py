"""Contact sheets: sizes, places and colours of what is drawn."""

import numpy as np
import pytest

from gifnet.errors import ImageValueError
from gifnet.imaging.arrays import Picture
from gifnet.imaging.contact_sheet import Row, contact_sheet

RED = (200, 10, 10)


def flat(height: int, width: int, colour: tuple[int, int, int] = RED) -> Picture:
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = colour
    return picture


def painted(sheet: np.ndarray, colour: tuple[int, int, int]) -> tuple[int, int]:
    """Height and width of the area of one colour."""
    rows, columns = np.nonzero((sheet == colour).all(axis=-1))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((50, 100), (32, 64)), ((100, 50), (64, 32)), ((7, 7), (64, 64)), ((1, 301), (1, 64))],
)
def test_pictures_of_any_size_fill_their_cell_in_proportion(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    sheet = contact_sheet([Row("", [("", flat(*size))])], cell=64)
    assert sheet.dtype == np.uint8
    assert painted(sheet, RED) == fitted


def test_the_sheet_is_as_wide_as_its_longest_row_and_pictures_do_not_overlap() -> None:
    green, blue = (10, 200, 10), (10, 10, 200)
    rows = [
        Row("one", [("a", flat(40, 40)), ("b", flat(40, 40, green)), ("c", flat(40, 40, blue))]),
        Row("two", [("a", flat(20, 40))]),
    ]
    sheet = contact_sheet(rows, cell=64)
    alone = contact_sheet(rows[1:], cell=64)
    assert sheet.shape[1] == 12 + 3 * (64 + 12)
    assert alone.shape[1] == 12 + (64 + 12)
    for colour in (green, blue):
        assert painted(sheet, colour) == (64, 64)


def test_grey_sixteen_bit_and_float_pictures_are_shown_at_the_same_brightness() -> None:
    pictures: list[tuple[str, Picture]] = [
        ("8", np.full((9, 9), 51, np.uint8)),
        ("16", np.full((9, 9), 51 * 257, np.uint16)),
        ("float", np.full((9, 9, 3), 0.2, np.float32)),
    ]
    sheet = contact_sheet([Row("", pictures)], cell=32)
    shown = (sheet == 51).all(axis=-1).sum()
    assert shown == 3 * 32 * 32


def test_titles_and_labels_are_written_and_cut_to_their_place() -> None:
    bare = contact_sheet([Row("", [("", flat(32, 32))])], cell=32)
    labelled = contact_sheet([Row("focus " * 30, [("far " * 30, flat(32, 32))])], cell=32)
    assert labelled.shape[0] > bare.shape[0]
    assert labelled.shape[1] == bare.shape[1]
    # Nothing but paper in the margins: no letter runs out of the page.
    assert (labelled[:, -10:] == 255).all()
    top = labelled[:30]
    assert (top < 128).any()


def test_patches_are_enlarged_without_smoothing() -> None:
    checks = (np.indices((4, 4)).sum(axis=0) % 2 * 255).astype(np.uint8)
    sheet = contact_sheet([Row("", [("", checks)])], cell=64)
    assert set(np.unique(sheet)) == {0, 255}


def test_a_sheet_without_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture for the contact sheet, got none"):
        contact_sheet([Row("empty", [])])
    with pytest.raises(ValueError, match="at least 16 pixels, got cell=3"):
        contact_sheet([Row("", [("", flat(9, 9))])], cell=3)


def test_a_wrong_picture_is_named_by_its_row_and_label() -> None:
    with pytest.raises(ImageValueError, match="focus/near: expected uint8, uint16 or float32"):
        contact_sheet([Row("focus", [("near", np.zeros((9, 9)))])])  # type: ignore[list-item]
