"""The guided filter and the choice of details, against their definitions in plain loops."""

import cv2
import numpy as np

from gifnet.baselines.choice import largest_details, winners
from gifnet.baselines.edge_aware import guided_filtered, refined_weights


def _windows(picture: np.ndarray, radius: int) -> np.ndarray:
    """All windows (H, W, side * side), the picture mirrored at its border."""
    padded = np.pad(picture, radius, mode="symmetric")
    side = 2 * radius + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
    return np.asarray(windows.reshape(*picture.shape, -1))


def test_the_guided_filter_is_the_mean_of_linear_fits() -> None:
    generator = np.random.default_rng(0)
    guide, picture = generator.random((2, 14, 19))
    radius, epsilon = 3, 0.01
    guides, pictures = _windows(guide, radius), _windows(picture, radius)
    slope, offset = np.zeros_like(guide), np.zeros_like(guide)
    for row, column in np.ndindex(guide.shape):
        x, y = guides[row, column], pictures[row, column]
        slope[row, column] = np.cov(x, y, bias=True)[0, 1] / (x.var() + epsilon)
        offset[row, column] = y.mean() - slope[row, column] * x.mean()
    expected = _windows(slope, radius).mean(-1) * guide + _windows(offset, radius).mean(-1)
    filtered = guided_filtered(cv2, guide, picture, radius, epsilon)
    np.testing.assert_allclose(filtered, expected, atol=1e-12)


def test_weights_add_up_to_one_and_are_not_negative() -> None:
    generator = np.random.default_rng(1)
    sources = list(generator.random((3, 20, 15), np.float32))
    choices = winners(list(generator.random((3, 20, 15), np.float32)))
    weights = refined_weights(cv2, sources, choices, 4, 1e-4)
    np.testing.assert_allclose(np.sum(weights, axis=0), 1, atol=1e-6)
    assert min(weight.min() for weight in weights) >= 0


def test_equal_winners_share() -> None:
    activities = [np.array([[1.0, 2.0, 3.0]], np.float32), np.array([[1.0, 3.0, 1.0]], np.float32)]
    first, second = winners(activities)
    assert first.tolist() == [[0.5, 0, 1]]
    assert second.tolist() == [[0.5, 1, 0]]


def test_the_largest_magnitude_in_the_window_decides() -> None:
    strong, weak = np.full((9, 9), -0.5, np.float32), np.full((9, 9), 0.4, np.float32)
    weak[4, 4] = 0.6  # wins the 3x3 windows that hold it, and the votes but at their corners
    won = np.zeros((9, 9), bool)
    won[4, 3:6] = won[3:6, 4] = True
    fused = largest_details(cv2, [strong, weak])
    np.testing.assert_array_equal(fused, np.where(won, weak, strong))


def test_a_lonely_choice_gives_way_to_its_neighbourhood() -> None:
    first, second = np.ones((9, 9), np.float32), np.full((9, 9), 0.5, np.float32)
    first[3:6, 3:6] = 0  # the second is stronger in the window of the middle pixel alone
    np.testing.assert_array_equal(largest_details(cv2, [first, second]), first)
