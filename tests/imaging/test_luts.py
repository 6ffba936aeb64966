"""Colour tables."""

import numpy as np
import pytest

from gifnet.imaging import is_coloured, rgb_to_ycbcr
from gifnet.imaging.luts import Lut, look_up

VALUES = np.linspace(0, 1, 1001, dtype=np.float32)


@pytest.mark.parametrize("lut", Lut)
def test_every_table_gives_colours_without_jumps(lut: Lut) -> None:
    colours = look_up(lut, VALUES.reshape(7, 143))
    assert colours.shape == (7, 143, 3)
    assert colours.dtype == np.float32
    np.testing.assert_array_equal(colours, colours.clip(0, 1))
    assert is_coloured(rgb_to_ycbcr(colours)[1])
    assert np.abs(np.diff(look_up(lut, VALUES), axis=0)).max() < 0.02


@pytest.mark.parametrize("lut", [Lut.HOT, Lut.VIRIDIS, Lut.INFERNO])
def test_brightness_grows_with_the_value(lut: Lut) -> None:
    luma = rgb_to_ycbcr(look_up(lut, VALUES))[0]
    assert (np.diff(luma) > -1e-4).all()


@pytest.mark.parametrize("lut", [Lut.HOT, Lut.RAINBOW])
def test_from_black_to_white(lut: Lut) -> None:
    assert look_up(lut, np.array([0, 1], np.float32)).tolist() == [[0, 0, 0], [1, 1, 1]]


def test_values_between_two_levels_have_colours_of_their_own() -> None:
    values = np.array([0.4, 0.40001], np.float32)
    first, second = look_up(Lut.VIRIDIS, values)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", ["viridis", "inferno", "hot", "jet"])
def test_known_tables_are_those_of_matplotlib(name: str) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    places = np.linspace(0, 1, 256)
    expected = matplotlib.colormaps[name](places)[:, :3]
    # hot begins at dark red there, jet has its corners elsewhere; the others are rounded.
    tolerance = {"hot": 0.07, "jet": 0.15}.get(name, 0.008)
    np.testing.assert_allclose(
        look_up(Lut(name), places.astype(np.float32)), expected, atol=tolerance
    )
