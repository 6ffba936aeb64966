"""Every metric on small pictures of our own, for machines without the toolboxes' values.

Origin: tests/metrics/golden/values.json says which commit computed them, with metrics that agreed
with all verified toolbox values; scripts/make_golden_metrics.py makes them again.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifnet import errors
from gifnet.metrics import METRICS
from make_golden_metrics import arguments

GOLDEN = Path(__file__).parent / "golden"
VALUES = json.loads((GOLDEN / "values.json").read_text(encoding="utf-8"))["pictures"]


@pytest.mark.parametrize("title", sorted(VALUES))
@pytest.mark.parametrize("name", sorted(METRICS))
def test_values_on_our_own_pictures_stay(title: str, name: str) -> None:
    triple = [np.asarray(Image.open(GOLDEN / f"{title}_{part}.png")) for part in "abf"]
    given = arguments(METRICS[name].needs, *triple)
    if given is None:
        assert name not in VALUES[title]
        return
    expected = VALUES[title][name]
    if isinstance(expected, str):
        with pytest.raises(getattr(errors, expected)):
            METRICS[name].function(*given)
        return
    # transforms and sums round in another order on another machine
    assert METRICS[name].function(*given) == pytest.approx(expected, rel=1e-7, abs=1e-9)
