"""What holds for focus pairs made by blurring complementary regions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gifnet.data.defocus import Picture
from gifnet.data.masked_blur import WEAKEST_BLUR, make_masked_pair

seeds = st.integers(0, 2**32 - 1)


def _noise(seed: int, height: int, width: int) -> Picture:
    return np.random.default_rng(seed).random((height, width), np.float32)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, height=st.integers(8, 96), width=st.integers(8, 96))
def test_pairs_stay_in_range(seed: int, height: int, width: int) -> None:
    pair = make_masked_pair(np.random.default_rng(seed), _noise(seed, height, width))

    for picture in pair:
        assert picture.shape == (height, width)
        assert picture.dtype == np.float32
        assert picture.min() >= 0.0
        assert picture.max() <= 1.0


def test_each_picture_is_sharp_where_the_other_is_blurred() -> None:
    sharp = _noise(0, 96, 96)
    for seed in range(20):
        pair = make_masked_pair(np.random.default_rng(seed), sharp)
        for picture, inside in ((pair.near, pair.region), (pair.far, 1 - pair.region)):
            np.testing.assert_allclose(picture[inside == 1], sharp[inside == 1], atol=1e-6)
            # Of noise, a Gaussian of deviation s leaves 1 / (2 sqrt(pi) s) of the contrast.
            left = picture[inside == 0].std() / sharp[inside == 0].std()
            assert 0 < left < 1.5 / (2 * np.sqrt(np.pi) * WEAKEST_BLUR)
