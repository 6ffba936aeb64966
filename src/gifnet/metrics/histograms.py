"""Histograms of 256 levels, and the entropies (in bits) that several metrics are made of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 256

Levels = NDArray[np.intp]
"""(H, W), 0 to 255, as ``arguments.eight_bit_levels`` gives them."""
Shares = NDArray[np.float64]
"""(N,), the share of the pixels in each bin; they add up to 1."""


def shares(levels: Levels) -> Shares:
    """Share of the pixels at each level, (256,)."""
    return np.bincount(levels.ravel(), minlength=LEVELS) / levels.size


def joint_shares(a: Levels, b: Levels) -> Shares:
    """Share of the pixels at each pair of levels, (65536,)."""
    pairs = a * LEVELS
    pairs += b
    return np.bincount(pairs.ravel(), minlength=LEVELS**2) / pairs.size


def entropy(of: Shares) -> float:
    """Shannon entropy in bits; empty bins add nothing."""
    filled = of[of > 0]
    return abs(float(np.sum(filled * np.log2(filled))))


def mutual_information(a: Levels, b: Levels) -> float:
    """How many bits two pictures tell about each other; 0 if one of them is constant."""
    return information_from(entropy(shares(a)), entropy(shares(b)), joint_shares(a, b))


def information_from(entropy_a: float, entropy_b: float, joint: NDArray[Any]) -> float:
    """Mutual information in bits from both entropies and the joint shares; never below 0."""
    return max(entropy_a + entropy_b - entropy(joint), 0.0)
