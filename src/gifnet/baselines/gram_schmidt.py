"""Pansharpening by Gram-Schmidt orthogonalisation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.baselines.component_substitution import matched_panchromatic, upsampled
from gifnet.baselines.libraries import opencv
from gifnet.baselines.pictures import Picture, pansharpening_sources, within_range

_FLAT = 1e-12


def gram_schmidt(multispectral: NDArray[Any], panchromatic: NDArray[Any]) -> Picture:
    """Add to each band what the panchromatic picture has more than the simulated one.

    The bands are enlarged by bicubic interpolation; the simulated panchromatic picture is their
    mean, and the real one is given its mean and standard deviation. What it has more is added
    with the gain cov(band, simulated) / var(simulated).

    Args:
        multispectral: (h, w, C), floating point, 0 to 1.
        panchromatic: (H, W), likewise, H and W being the same whole multiple of h and w.

    Returns:
        (H, W, C), 0 to 1.

    Raises:
        ImageValueError, ImageSizeError: The sources cannot be fused.
        MissingDependencyError: OpenCV is not installed.

    Source: Laben and Brower, "Process for enhancing the spatial resolution of multispectral
    imagery using pan-sharpening", US patent 6,011,875, 2000; its first mode, in the form of
    Aiazzi, Baronti and Selva, IEEE TGRS 45(10), 2007.
    """
    cv2 = opencv("gram_schmidt")
    low, high = pansharpening_sources(multispectral, panchromatic)
    bands = upsampled(cv2, low, high.shape)
    simulated = bands.mean(axis=2, dtype=np.float64)
    centred = simulated - simulated.mean()
    variance = np.mean(centred**2)
    covariances = np.mean(bands * centred[:, :, None], axis=(0, 1))
    gains = covariances / variance if variance > _FLAT else np.zeros_like(covariances)
    details = matched_panchromatic(high, simulated) - simulated
    return within_range(bands + gains * details[:, :, None])
