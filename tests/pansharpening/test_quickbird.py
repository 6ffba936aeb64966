"""What docs/pansharpening.md says of the default method, on scenes with a truth."""

from pathlib import Path

import numpy as np
import pytest

from classical_pansharpening import interpolation
from make_pansharpening_table import classical, moved, ours, scenes, values

pytest.importorskip("rasterio")


@pytest.mark.shared
def test_spectra_is_ahead_of_every_classical_method_even_with_the_picture_moved(
    shared: Path,
) -> None:
    found = list(scenes(shared / "data" / "eval" / "quickbird5"))
    assert len(found) == 5
    placed = [scene._replace(panchromatic=moved(scene)) for scene in found]
    methods = {"interpolation": interpolation, **classical()}
    spectra = np.mean(
        [values(s, ours("spectra", "auto")(s.multispectral, s.panchromatic)) for s in found], axis=0
    )
    for name, function in methods.items():
        for sources in (found, placed):
            others = np.mean(
                [
                    values(
                        scene,
                        function(
                            source.multispectral.astype(np.float64),
                            source.panchromatic.astype(np.float64),
                        ),
                    )
                    for scene, source in zip(found, sources, strict=True)
                ],
                axis=0,
            )
            assert spectra[0] < others[0], f"SAM of {name}: {spectra} {others}"
            assert spectra[1] < others[1], f"ERGAS of {name}: {spectra} {others}"
