"""Keypoints of a picture (ORB): where they lie, and whether they are found again."""

import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gifnet.experiments.downstream.edges import Levels
from gifnet.metrics.filters import opencv

Points = NDArray[np.float64]
"""(N, 2), columns and rows."""

BUDGET = 500
"""Most keypoints of a picture, the strongest: the same for every picture."""
TOLERANCE = 2.0
"""Pixels that a keypoint may lie beside another one."""
RIGHT = 3.0
"""Pixels that a match may be wrong by."""
NOISE = 5.0
"""Standard deviation of the noise on the picture that is seen again, in levels."""
_BEND = 0.08
"""How far the corners move, as a share of the sides."""
# Low, so that the budget decides and not the contrast.
_FAST_THRESHOLD = 5
_BORDER = 31.0
"""Pixels at the sides in which ORB finds nothing."""


@dataclass(frozen=True, eq=False)
class Keypoints:
    """What ORB found, the strongest first.

    Attributes:
        points: where.
        descriptors: (N, 32).
    """

    points: Points
    descriptors: NDArray[np.uint8]


class View(NamedTuple):
    """How a scene is seen again: the same for all pictures of it."""

    homography: NDArray[np.float64]
    """3x3, from a point of the picture to one of the picture that is seen again."""
    noise: NDArray[np.float64]
    """(H, W), in levels."""


class Found(NamedTuple):
    """What of a picture is found when it is seen again."""

    repeatability: float
    """Share of the keypoints that are there again."""
    right_share: float
    """Share of the matches that are right."""
    right: float
    """Number of right matches."""


def find_keypoints(picture: Levels) -> Keypoints:
    """Find the strongest keypoints.

    Args:
        picture: (H, W).

    Returns:
        At most ``BUDGET``. Source: Rublee et al., ICCV 2011.
    """
    detector = opencv().ORB_create(nfeatures=BUDGET, fastThreshold=_FAST_THRESHOLD)
    found, descriptors = detector.detectAndCompute(picture, None)
    if not found:
        return Keypoints(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    order = np.argsort([-one.response for one in found], kind="stable")[:BUDGET]
    points = np.array([found[index].pt for index in order], np.float64)
    return Keypoints(points, np.asarray(descriptors)[order])


def share_near(points: Points, others: Points, tolerance: float = TOLERANCE) -> float:
    """Tell what share of points has another one within the tolerance; NaN without points."""
    if not len(points):
        return float("nan")
    if not len(others):
        return 0.0
    distance = np.hypot(*(points[:, None] - others[None]).transpose(2, 0, 1))
    return float((distance.min(axis=1) <= tolerance).mean())


def make_view(name: str, height: int, width: int) -> View:
    """Choose how a scene is seen again: its corners move by up to 8 % of the sides.

    Args:
        name: of the scene, which the random numbers depend on.
        height: of its pictures.
        width: likewise.
    """
    random = np.random.default_rng(zlib.crc32(name.encode()))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + random.uniform(-_BEND, _BEND, (4, 2)) * [width, height]
    homography = opencv().getPerspectiveTransform(corners, moved.astype(np.float32))
    return View(np.asarray(homography, np.float64), random.normal(0, NOISE, (height, width)))


def find_again(picture: Levels, keypoints: Keypoints, view: View) -> Found:
    """See a picture again, and look for its keypoints there.

    Args:
        picture: (H, W).
        keypoints: of it.
        view: how it is seen again.

    Returns:
        What was found; zeros where there are no keypoints or no matches.
    """
    again = find_keypoints(_seen(picture, view))
    height, width = picture.shape
    expected = _mapped(keypoints.points, view.homography)
    margin = _BORDER + TOLERANCE
    inside = ((expected >= margin) & (expected <= np.array([width, height]) - margin)).all(axis=1)
    repeatability = share_near(expected[inside], again.points)
    if not len(keypoints.points) or not len(again.points):
        return Found(0.0, 0.0, 0.0)
    cv2 = opencv()
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
    matches: list[Any] = matcher.match(keypoints.descriptors, again.descriptors)
    if not matches:
        return Found(float(np.nan_to_num(repeatability)), 0.0, 0.0)
    error = expected[[m.queryIdx for m in matches]] - again.points[[m.trainIdx for m in matches]]
    right = np.hypot(*error.T) <= RIGHT
    return Found(float(np.nan_to_num(repeatability)), float(right.mean()), float(right.sum()))


def _seen(picture: Levels, view: View) -> Levels:
    cv2 = opencv()
    height, width = picture.shape
    warped = cv2.warpPerspective(
        picture, view.homography, (width, height), borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(np.clip(np.rint(warped + view.noise), 0, 255), np.uint8)


def _mapped(points: Points, homography: NDArray[np.float64]) -> Points:
    extended = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(extended[:, :2] / extended[:, 2:], np.float64)
