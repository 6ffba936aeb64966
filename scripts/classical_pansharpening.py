"""Classical pansharpening that the package does not carry, for comparing: arrays in, array out.

All take (h, w, C) and (H, W) of floats, H and W being the same whole multiple of h and w, and give
(H, W, C) in the same units.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifnet.pansharpening import pansharpen

Bands = NDArray[Any]

# Of the modulation transfer at the Nyquist frequency, the mean of QuickBird's bands in Vivone et
# al., "A critical comparison among pansharpening algorithms", IEEE TGRS 53(5), 2015.
_NYQUIST_GAIN = 0.3


def interpolation(multispectral: Bands, panchromatic: Bands) -> Bands:
    """Cubic interpolation (Keys, a = -1/2), as GDAL's."""
    flat = np.ones_like(panchromatic, np.float32)
    return pansharpen(flat, multispectral.astype(np.float32))


def weighted_brovey(multispectral: Bands, panchromatic: Bands) -> Bands:
    """GDAL's own weighted Brovey with equal weights and cubic interpolation, as gdal_pansharpen."""
    import rasterio

    with tempfile.TemporaryDirectory() as folder:
        for name, pixels in (("pan", panchromatic), ("ms", multispectral)):
            stacked = np.atleast_3d(pixels).transpose(2, 0, 1).astype(np.float32)
            count, height, width = stacked.shape
            size = panchromatic.shape[0] / height
            with rasterio.open(
                Path(folder, f"{name}.tif"),
                "w",
                driver="GTiff",
                height=height,
                width=width,
                count=count,
                dtype="float32",
                crs="EPSG:32633",
                transform=rasterio.Affine(size, 0, 1000, 0, -size, 1000),
            ) as dataset:
                dataset.write(stacked)
        with rasterio.open(_pansharpened_vrt(Path(folder), multispectral.shape[2])) as dataset:
            return np.asarray(dataset.read().transpose(1, 2, 0))


def _pansharpened_vrt(folder: Path, bands: int) -> str:
    spectral = "".join(
        f'<SpectralBand dstBand="{band}"><SourceFilename>{folder}/ms.tif</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SpectralBand>"
        for band in range(1, bands + 1)
    )
    weights = ",".join([str(1 / bands)] * bands)
    return (
        '<VRTDataset subClass="VRTPansharpenedDataset"><PansharpeningOptions>'
        "<Algorithm>WeightedBrovey</Algorithm>"
        f"<AlgorithmOptions><Weights>{weights}</Weights></AlgorithmOptions>"
        "<Resampling>Cubic</Resampling>"
        f"<PanchroBand><SourceFilename>{folder}/pan.tif</SourceFilename>"
        f"<SourceBand>1</SourceBand></PanchroBand>{spectral}"
        "</PansharpeningOptions></VRTDataset>"
    )


def adaptive_gram_schmidt(multispectral: Bands, panchromatic: Bands) -> Bands:
    """GSA: Gram-Schmidt whose intensity is the bands' best sum for the blurred picture.

    Aiazzi, Baronti and Selva, IEEE TGRS 45(10), 2007.
    """
    bands = interpolation(multispectral, panchromatic).astype(np.float64)
    columns = np.column_stack([bands.reshape(-1, bands.shape[2]), np.ones(panchromatic.size)])
    low = _blurred(multispectral, panchromatic)
    weights = np.linalg.lstsq(columns, low.ravel(), rcond=None)[0]
    intensity = (columns @ weights).reshape(panchromatic.shape)
    centred = intensity - intensity.mean()
    gains = np.mean(bands * centred[:, :, None], (0, 1)) / np.mean(centred**2)
    return np.asarray(bands + gains * (panchromatic - intensity)[:, :, None])


def mtf_regression(multispectral: Bands, panchromatic: Bands) -> Bands:
    """MTF-GLP-CBD: the detail beyond the sensor's blur, with each band's regression gain.

    Aiazzi, Alparone, Baronti, Garzelli and Selva, PE&RS 72(5), 2006; one gain a band.
    """
    bands = interpolation(multispectral, panchromatic).astype(np.float64)
    low = _blurred(multispectral, panchromatic)
    centred = low - low.mean()
    gains = np.mean(bands * centred[:, :, None], (0, 1)) / np.mean(centred**2)
    return np.asarray(bands + gains * (panchromatic - low)[:, :, None])


def mtf_modulation(multispectral: Bands, panchromatic: Bands) -> Bands:
    """MTF-GLP-HPM: the bands times the picture over what the sensor's blur leaves of it."""
    bands = interpolation(multispectral, panchromatic).astype(np.float64)
    low = _blurred(multispectral, panchromatic)
    least = 0.01 * panchromatic.mean()
    return np.asarray(bands * (panchromatic / np.maximum(low, least))[:, :, None])


def high_pass(multispectral: Bands, panchromatic: Bands) -> Bands:
    """HPF: the detail beyond a box as long as two multispectral pixels and one, added to all."""
    import cv2

    bands = interpolation(multispectral, panchromatic).astype(np.float64)
    side = 2 * (panchromatic.shape[0] // multispectral.shape[0]) + 1
    low = cv2.blur(panchromatic, (side, side), borderType=cv2.BORDER_REPLICATE)
    gains = bands.std((0, 1)) / panchromatic.std()
    return np.asarray(bands + gains * (panchromatic - low)[:, :, None])


def _blurred(multispectral: Bands, panchromatic: Bands) -> Bands:
    """The panchromatic picture as the multispectral sensor sees it, sampled and enlarged again."""
    from scipy.ndimage import gaussian_filter

    ratio = panchromatic.shape[0] // multispectral.shape[0]
    sigma = ratio / np.pi * np.sqrt(-2 * np.log(_NYQUIST_GAIN))
    blurred = gaussian_filter(panchromatic, sigma, mode="nearest")
    height, width = multispectral.shape[:2]
    # The four pixels around the middle of each multispectral one.
    half = ratio // 2
    middle = sum(
        blurred[down::ratio, right::ratio][:height, :width]
        for down in (half - 1, half)
        for right in (half - 1, half)
    )
    return interpolation(np.asarray(middle / 4)[:, :, None], panchromatic)[:, :, 0]
