"""What is said of a picture beside a source that shows nothing."""

import numpy as np
import pytest

from gifnet.inference import Fuser
from gifnet.model import build_gifnet
from measure_weights.dead_sources import (
    CLIPPED,
    DEAD_CASES,
    LARGEST_PSNR,
    NOISE,
    clipped,
    dead_figures,
    dead_sources,
    measure_dead,
)
from measure_weights.kept_fuser import KeptFuser
from measure_weights.sharp_pictures import PICTURES, Grey, sharp_crops


def crop() -> Grey:
    return sharp_crops(("camera",), each=1)[0][1]


def everywhere(picture: Grey) -> np.ndarray:
    return np.full(picture.shape, True)


def test_the_living_picture_itself_has_no_error_and_all_of_its_contrast() -> None:
    living = crop()
    dead = dead_sources(living, seed=1)[NOISE]
    found = dead_figures(living, dead, living.astype(np.float64), everywhere(living))
    assert found["psnr"] == LARGEST_PSNR
    assert (found["shift"], found["passed"]) == (0, 0)
    assert found["contrast"] == pytest.approx(1)


def test_the_average_beside_black_is_half_as_light_and_half_as_lively() -> None:
    living = crop()
    found = dead_figures(living, np.zeros_like(living), living / 2, everywhere(living))
    mean = float(living.mean(dtype=np.float64))
    assert found["shift"] == pytest.approx(-mean / 2, rel=1e-5)  # float32 pictures
    assert found["contrast"] == pytest.approx(0.5, rel=1e-5)
    assert found["passed"] is None
    expected = -10 * np.log10(np.mean((living.astype(np.float64) / 2) ** 2))
    assert found["psnr"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5])
def test_the_share_of_noise_that_shows_is_what_was_added(share: float) -> None:
    living = crop()
    noise = dead_sources(living, seed=2)[NOISE]
    found = dead_figures(living, noise, living + share * (noise - 0.5), everywhere(living))
    assert found["passed"] == pytest.approx(share, abs=1e-4)  # float32 pictures


def test_every_picture_has_clipped_areas_large_enough_to_measure() -> None:
    for name, living in sharp_crops(PICTURES, each=1):
        sources = dead_sources(living, seed=3)
        assert tuple(sources) == DEAD_CASES
        assert clipped(sources[CLIPPED]).sum() > 4000, name
        assert all(s.dtype == np.float32 and s.shape == living.shape for s in sources.values())


def test_a_place_that_is_too_small_has_no_figures() -> None:
    living = crop()
    nowhere = np.full(living.shape, False)
    found = dead_figures(living, np.zeros_like(living), living / 2, nowhere)
    assert found == {"pixels": 0, "psnr": None, "shift": None, "contrast": None, "passed": None}


def test_dead_sources_are_first_and_second_in_turn() -> None:
    rows = measure_dead(KeptFuser(Fuser.from_model(build_gifnet(seed=1))), most=2, side=32)
    assert [(row["case"], row["dead_first"]) for row in rows] == [
        (case, (index + place) % 2 == 0)
        for index in range(2)
        for place, case in enumerate(DEAD_CASES)
    ]
