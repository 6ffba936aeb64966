"""Features as NumPy arrays, for the runtimes on the CPU."""

from collections.abc import Sequence

import numpy as np

from gifnet.engine.runtime import Features, Padding


def assemble(parts: Sequence[Features], padding: Padding) -> Features:
    """See ``Runtime.assemble``."""
    features = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    if not any(padding):
        return features
    sides = ((0, 0), (padding.top, padding.bottom), (padding.left, padding.right), (0, 0))
    return np.pad(features, sides, mode="reflect")
