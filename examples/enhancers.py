"""Classical enhancement as functions for ``gifnet classify`` and ``gifnet evaluate``.

For example ``gifnet classify --methods none unsharp=examples.enhancers:unsharp_mask``, run where
the folder ``examples`` lies. Each takes sources in [0, 1] and uses the first of them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from skimage import exposure, filters

Plane = npt.NDArray[np.float32]
"""(H, W) in [0, 1]."""


def unsharp_mask(sources: Sequence[Plane]) -> Plane:
    """Add what a Gaussian of one pixel takes away."""
    return np.asarray(filters.unsharp_mask(sources[0], radius=1, amount=1), np.float32)


def local_equalisation(sources: Sequence[Plane]) -> Plane:
    """Equalise the histogram around each pixel, with limited contrast (CLAHE)."""
    return np.asarray(exposure.equalize_adapthist(sources[0]), np.float32)
