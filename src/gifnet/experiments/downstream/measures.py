"""What is measured of every picture of a scene: one source alone, the other one, each fused one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifnet.experiments.downstream.edges import (
    Levels,
    edge_thresholds,
    f_score,
    find_edges,
    share_near,
)
from gifnet.experiments.downstream.keypoints import BUDGET, find_again, find_keypoints, make_view
from gifnet.experiments.downstream.keypoints import share_near as points_near


@dataclass(frozen=True)
class Measure:
    """One number of a picture; more is better, as far as its meaning goes.

    Attributes:
        name: in the CSV file.
        label: for people.
        meaning: what it is the share or number of.
        decimals: how many are written.
        of_sources_known: whether it is 1 for a source whatever it shows.
    """

    name: str
    label: str
    meaning: str
    decimals: int = 3
    of_sources_known: bool = False


MEASURES = (
    Measure(
        "edges_covered",
        "edges covered",
        "share of both sources' edges that the picture has, too",
    ),
    Measure(
        "edges_backed",
        "edges backed",
        "share of the picture's edges that a source has, too; 1 for a source itself",
        of_sources_known=True,
    ),
    Measure(
        "keypoints_covered",
        "keypoints covered",
        "share of both sources' strongest keypoints that are among the picture's",
    ),
    Measure(
        "repeatability",
        "repeatability",
        "share of the picture's keypoints that are there again in another view with noise",
    ),
    Measure(
        "right_share", "right matches", "share of the matches with the other view that are right"
    ),
    Measure("right_matches", "right matches, number", "how many of them are right", 0),
    Measure(
        "truth_edges",
        "edges as in the truth",
        "F-score of the picture's edges against the truth's, where there is a truth",
    ),
)
"""In the order of tables and figures."""


def measure_scene(
    name: str, sources: Sequence[Levels], fused: Sequence[Levels], truth: Levels | None
) -> NDArray[np.float64]:
    """Measure all pictures of a scene under the same conditions.

    Args:
        name: of the scene, which decides how it is seen again.
        sources: two pictures (H, W).
        fused: any number of the same size.
        truth: of the same size, or None.

    Returns:
        (pictures, measures), the sources first; NaN where a measure has nothing to go by.
    """
    pictures = [*sources, *fused]
    thresholds = edge_thresholds(sources)
    edges = [find_edges(picture, thresholds) for picture in pictures]
    wanted_edges = edges[0] | edges[1]
    keypoints = [find_keypoints(picture) for picture in pictures]
    # Half of the budget each, so that the whole of it could cover all.
    wanted_points = np.concatenate([one.points[: BUDGET // 2] for one in keypoints[:2]])
    view = make_view(name, *sources[0].shape)
    values = np.full((len(pictures), len(MEASURES)), np.nan)
    for row, picture in enumerate(pictures):
        found = find_again(picture, keypoints[row], view)
        backed = share_near(edges[row], wanted_edges)
        values[row] = [
            share_near(wanted_edges, edges[row]),
            # A picture without edges claims nothing that is wrong.
            1.0 if np.isnan(backed) else backed,
            points_near(wanted_points, keypoints[row].points),
            *found,
            np.nan if truth is None else _as_in_truth(picture, truth),
        ]
    return values


def _as_in_truth(picture: Levels, truth: Levels) -> float:
    thresholds = edge_thresholds([truth])
    own, true = find_edges(picture, thresholds), find_edges(truth, thresholds)
    return f_score(share_near(own, true), share_near(true, own))
