"""The weights of the package give a true picture: on the example pictures and on drawn ones.

The bounds are what honest use needs, not what the weights happen to reach.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifnet import Fuser
from gifnet.checkpoints import describe_weights
from gifnet.metrics import ag, psnr

PICTURES = Path(__file__).resolve().parents[2] / "examples" / "pictures"

Grey = NDArray[np.float32]


@pytest.fixture(scope="module")
def fuser() -> Fuser:
    return Fuser()


def _grey(name: str, *, side: int = 192) -> Grey:
    with Image.open(PICTURES / name) as picture:
        values = np.asarray(picture.convert("L"), np.float32) / 255
    top, left = ((length - side) // 2 for length in values.shape)
    return np.asarray(values[top : top + side, left : left + side], np.float32)


def test_the_header_says_what_the_weights_are() -> None:
    header = describe_weights().header
    assert header is not None
    assert "Apache-2.0" in header.licence
    assert header.information["measure"] in {"picture", "densenet"}
    assert len(header.recipe_digest) == 64
    assert header.step


def test_a_focus_pair_comes_out_nearer_to_the_truth_than_its_sources(fuser: Fuser) -> None:
    near, far, sharp = (_grey(f"coffee-{name}.jpg", side=400) for name in ("near", "far", "sharp"))
    fused = fuser.fuse(near, far)
    best = max(psnr([sharp], source, data_range=1) for source in (near, far, (near + far) / 2))
    assert psnr([sharp], fused, data_range=1) > best + 3
    assert ag([], fused) == pytest.approx(ag([], sharp), rel=0.15)


def test_both_exposures_show_in_the_result(fuser: Fuser) -> None:
    over, under = _grey("cat-over.jpg"), _grey("cat-under.jpg")
    fused = fuser.fuse(over, under)
    assert under.mean() < fused.mean() < over.mean()
    # Long exposures stretch the shadows' tones: their gradient is above that of any true picture.
    assert ag([], fused) > 0.8 * max(ag([], over), ag([], under))
    assert ag([], fused) > 1.15 * ag([], (over + under) / 2)


def test_flat_pairs_keep_their_value(fuser: Fuser) -> None:
    for value in np.linspace(0, 1, 9, dtype=np.float32):
        flat = np.full((40, 56), value, np.float32)
        assert np.abs(fuser.fuse(flat, flat) - value).max() < 0.02, value


def test_a_smooth_ramp_shows_no_pattern_of_the_windows(fuser: Fuser) -> None:
    ramp = np.linspace(0.2, 0.8, 128, dtype=np.float32)
    picture = np.broadcast_to(ramp, (96, 128)).copy()
    error = fuser.enhance(picture) - picture
    inside = error[16:-16, 16:-16].astype(np.float64)
    # the mean error at each place of an 8x8 window, once the error's own mean is taken off
    pattern = inside.reshape(8, 8, 12, 8).mean(axis=(0, 2))
    assert np.abs(pattern - inside.mean()).max() < 0.002


def test_exchanging_the_sources_hardly_matters(fuser: Fuser) -> None:
    near, far = _grey("coffee-near.jpg"), _grey("coffee-far.jpg")
    assert np.abs(fuser.fuse(near, far) - fuser.fuse(far, near)).mean() < 0.01
