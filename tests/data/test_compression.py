"""Pictures as lossy files have them."""

import numpy as np

from gifnet.data.compression import compress


def test_a_compressed_picture_is_near_its_original_in_eight_bits() -> None:
    rows, columns = np.indices((40, 56))
    picture = np.asarray(0.5 + 0.3 * np.sin(rows / 5) * np.cos(columns / 7), np.float32)
    for seed in range(10):
        result = compress(np.random.default_rng(seed), picture)
        assert result.shape == picture.shape
        assert result.dtype == np.float32
        assert 0 <= result.min() <= result.max() <= 1
        np.testing.assert_allclose(result * 255, np.round(result * 255), atol=1e-4)
        error = np.abs(result - picture)
        # More than rounding does, and little for a picture this smooth.
        assert error.max() > 0.6 / 255
        assert error.mean() < 4 / 255


def test_the_quality_varies() -> None:
    picture = np.random.default_rng(0).random((32, 32), np.float32)
    errors = [
        float(np.abs(compress(np.random.default_rng(seed), picture) - picture).mean())
        for seed in range(12)
    ]
    assert max(errors) > 2 * min(errors)
