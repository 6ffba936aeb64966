"""Scenes with a known truth, as arrays and as GeoTIFF files."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_scenes import Pixels, Truth, made_truth

from gifnet.inference import Fuser

EDGE = 500_000.0, 4_600_000.0


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Rasterio warns where a file gets no georeference."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def truth() -> Truth:
    return made_truth()


@pytest.fixture(scope="session")
def fuser() -> Fuser:
    return Fuser(device="cpu")


@pytest.fixture
def write_tiff(tmp_path: Path) -> Callable[..., Path]:
    """Write pixels (H, W) or (H, W, C) to a GeoTIFF and return its path."""
    import rasterio
    from rasterio.transform import from_origin

    def write(
        name: str,
        pixels: Pixels,
        resolution: float | None,
        *,
        edge: tuple[float, float] = EDGE,
        crs: str | None = "EPSG:32633",
        descriptions: tuple[str, ...] = (),
        mask: Pixels | None = None,
        tags: dict[str, str] | None = None,
        **profile: Any,
    ) -> Path:
        stacked = np.atleast_3d(pixels).transpose(2, 0, 1)
        if resolution is not None:
            profile |= {"crs": crs, "transform": from_origin(*edge, resolution, resolution)}
        count, height, width = stacked.shape
        path = tmp_path / name
        with (
            _without_warnings(),
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(
                path,
                "w",
                driver="GTiff",
                height=height,
                width=width,
                count=count,
                dtype=stacked.dtype,
                **profile,
            ) as dataset,
        ):
            dataset.write(stacked)
            dataset.update_tags(**(tags or {}))
            for band, description in enumerate(descriptions, start=1):
                dataset.set_band_description(band, description)
            if mask is not None:
                dataset.write_mask(mask)
        return path

    return write
