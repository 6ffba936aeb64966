"""Make tests/metrics/golden: small pictures of our own and the value of every metric on them.

The values are this package's, from the commit that values.json names; they were written when every
metric that has a verified toolbox value agreed with it (tests/metrics/test_*golden*.py). They hold
the metrics to that where the toolbox values are not at hand.

    python scripts/make_golden_metrics.py
"""

import json
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifnet.errors import ImageError
from gifnet.imaging.atomic import write_atomically
from gifnet.metrics import METRICS, Needs

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "examples" / "pictures"
GOLDEN = ROOT / "tests" / "metrics" / "golden"
SIDE = 192
LUMA = (0.299, 0.587, 0.114)

Levels = NDArray[np.uint8]


def photographs() -> dict[str, Levels]:
    """A focus pair of coffee and cup, and a fused picture that is sharpened too much."""
    near, far, sharp = (
        np.asarray(Image.open(PICTURES / f"coffee-{name}.jpg"))[100 : 100 + SIDE, 180 : 180 + SIDE]
        for name in ("near", "far", "sharp")
    )
    values = np.asarray(sharp, np.float64)
    over = values + 0.5 * (values - np.roll(values, 1, axis=1))
    return {"a": near, "b": far, "f": np.asarray(np.clip(over.round(), 0, 255), np.uint8)}


def drawing() -> dict[str, Levels]:
    """Bright discs on black, as in medical slices: flat and saturated areas, odd sizes."""
    rows, columns = np.mgrid[:179, :191]
    a, b = np.zeros((2, 179, 191))
    for number in range(7):
        distance = np.hypot(rows - 25 * number, columns - (60 * number) % 191)
        a = np.maximum(a, np.where(distance < 30, 255 - 6 * number, 0))
        b = np.maximum(b, np.clip(220 - 4 * distance, 0, 255) * (1 + np.sin(columns / 5)) / 2)
    fused = np.clip(0.8 * a + 0.6 * b, 0, 255)
    return {
        name: np.asarray(p.round(), np.uint8) for name, p in zip("abf", (a, b, fused), strict=True)
    }


def arguments(needs: Needs, a: Levels, b: Levels, fused: Levels) -> tuple[list[Any], Any] | None:
    """What a metric is given of a triple; None if it does not apply to grey pictures."""
    if needs in {Needs.FUSED, Needs.SOURCES, Needs.TRUTH}:
        grey = [p if p.ndim == 2 else np.round(p @ np.asarray(LUMA)) for p in (a, b, fused)]
        return (grey[:1] if needs is Needs.TRUTH else grey[:2]), grey[2]
    if a.ndim == 2:
        return None
    if needs is Needs.TRUTH_BANDS:
        return [a], fused
    if needs is Needs.PANSHARPENING:
        low = np.asarray(a, np.float64).reshape(SIDE // 4, 4, SIDE // 4, 4, 3).mean(axis=(1, 3))
        return [low, np.round(b @ np.asarray(LUMA))], fused
    return [a, b], fused


def values_of(a: Levels, b: Levels, fused: Levels) -> dict[str, float | str]:
    """Every metric that applies; the class of the error where one cannot be measured."""
    values: dict[str, float | str] = {}
    for name, metric in METRICS.items():
        given = arguments(metric.needs, a, b, fused)
        if given is not None:
            try:
                values[name] = metric.function(*given)
            except ImageError as error:
                values[name] = type(error).__name__
    return values


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True).strip()
    content: dict[str, Any] = {
        "origin": f"scripts/make_golden_metrics.py at commit {commit}, NumPy {np.__version__}",
        "pictures": {},
    }
    for title, triple in (("coffee", photographs()), ("discs", drawing())):
        for name, picture in triple.items():
            stream = BytesIO()
            Image.fromarray(picture).save(stream, "PNG", optimize=True)
            write_atomically(GOLDEN / f"{title}_{name}.png", stream.getvalue())
        content["pictures"][title] = values_of(*triple.values())
    write_atomically(GOLDEN / "values.json", (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
