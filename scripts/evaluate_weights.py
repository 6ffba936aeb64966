"""Measure a file of weights for its model card: tables as Markdown and JSON.

Focus pairs with known truth are made from pictures of the scikit-image wheel; development sets
are read from ``GIFNET_SHARED`` (or ../shared), where ``spec/published-figures.json`` has the same
figures of the published checkpoint and of the plain average, picture by picture.

    python scripts/evaluate_weights.py runs/first/weights.safetensors -o runs/first/figures.json
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from gifnet.inference import Fuser
from gifnet.metrics import ag, psnr, ssim

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GIFNET_SHARED", ROOT.parent / "shared"))
PICTURES = ("camera", "astronaut", "coffee", "chelsea", "coins", "page", "rocket", "retina")
SIDE = 224
SEED = 7
# set -> the folders of the first and the second source
SETS = {
    "tno21": ("ir", "vi"),
    "lytro": ("a", "b"),
    "mefb10": ("oe", "ue"),
    "nir10": ("nir", "rgb"),
    "harvard_pet": ("pet", "mri"),
}

Grey = NDArray[np.uint8]
Values = dict[str, float]


def grey(path: Path) -> Grey:
    """BT.601 luma rounded to 8 bits, cut to a multiple of 16 as the published figures are."""
    with Image.open(path) as picture:
        values = np.asarray(picture.convert("RGB"), np.float64) @ [0.299, 0.587, 0.114]
    height, width = (16 * (length // 16) for length in values.shape)
    return np.asarray(values.round(), np.uint8)[:height, :width]


def sharp_crops() -> list[tuple[str, NDArray[np.float32]]]:
    """Two crops of each scikit-image picture, grey in [0, 1]."""
    generator = np.random.default_rng(SEED)
    crops = []
    for name in PICTURES:
        picture = np.asarray(getattr(skimage.data, name)())
        if picture.ndim == 3:
            picture = picture[..., :3] @ [0.299, 0.587, 0.114]
        values = np.asarray(picture, np.float32) / 255
        if min(values.shape) < SIDE:
            scale = SIDE / min(values.shape)
            values = cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            values = np.clip(values, 0, 1)
        for _ in range(2):
            top, left = (int(generator.integers(0, n - SIDE + 1)) for n in values.shape)
            crop = values[top : top + SIDE, left : left + SIDE]
            crops.append((name, np.asarray(crop, np.float32)))
    return crops


def focus_pairs() -> list[dict[str, Any]]:
    """Smooth complementary masks cut at their median, blurred like the picture by 1.5 or 3."""
    generator = np.random.default_rng(SEED + 1)
    pairs = []
    for index, (name, sharp) in enumerate(sharp_crops()):
        sigma = (1.5, 3.0)[index % 2]
        field = cv2.GaussianBlur(
            generator.standard_normal(sharp.shape).astype(np.float32), (0, 0), 20
        )
        mask = cv2.GaussianBlur((field > np.median(field)).astype(np.float32), (0, 0), sigma)
        blurred = cv2.GaussianBlur(sharp, (0, 0), sigma)
        near, far = (m * sharp + (1 - m) * blurred for m in (mask, 1 - mask))
        pairs.append({"name": name, "sharp": sharp, "near": near, "far": far})
    return pairs


def measure_truth(fuser: Fuser) -> Values:
    """Figures on pictures whose truth is known."""
    rows = []
    for pair in track(focus_pairs(), "focus pairs"):
        sharp, near, far = pair["sharp"], pair["near"], pair["far"]
        fused, swapped = fuser.fuse(near, far), fuser.fuse(far, near)
        enhanced = fuser.enhance(sharp)
        soft = cv2.GaussianBlur(sharp, (0, 0), 1.0)
        rows.append(
            {
                "focus PSNR, dB": psnr([sharp], fused, data_range=1),
                "focus PSNR of the average, dB": psnr([sharp], (near + far) / 2, data_range=1),
                "focus SSIM": ssim([sharp], fused, data_range=1),
                "focus gradient / truth's": ag([], fused) / ag([], sharp),
                "change by exchanging the sources": float(np.abs(fused - swapped).mean()),
                "sharp picture enhanced, PSNR to itself, dB": psnr([sharp], enhanced, data_range=1),
                "sharp picture enhanced, gradient / its own": ag([], enhanced) / ag([], sharp),
                "picture blurred by 1 px enhanced, gain in PSNR, dB": psnr(
                    [sharp], fuser.enhance(soft), data_range=1
                )
                - psnr([sharp], soft, data_range=1),
            }
        )
    values = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    values["focus PSNR, lowest, dB"] = min(row["focus PSNR, dB"] for row in rows)
    levels = np.linspace(0, 1, 11, dtype=np.float32)
    flat = [fuser.enhance(np.full((64, 64), level, np.float32)) for level in levels]
    values["largest shift of a flat pair"] = max(
        float(np.abs(fused - level).max()) for fused, level in zip(flat, levels, strict=True)
    )
    step = np.full((64, 64), 0.3, np.float32)
    step[:, 32:] = 0.7
    enhanced = fuser.enhance(step)
    overshoot = max(float(enhanced.max()) - 0.7, 0.3 - float(enhanced.min())) / 0.4
    values["overshoot of a 0.3/0.7 step"] = overshoot
    return values


def measure_set(fuser: Fuser, name: str, most: int | None) -> dict[str, Values]:
    """Mean AG and SSIM of a development set, beside the published checkpoint's on the same."""
    folder_a, folder_b = (SHARED / "data" / "eval" / name / part for part in SETS[name])
    files_b = {file.stem: file for file in folder_b.iterdir()}
    published = json.loads((SHARED / "spec" / "published-figures.json").read_text())[name]
    rows: dict[str, list[tuple[float, float]]] = {"ours": [], "published": [], "average": []}
    for file in track(sorted(folder_a.iterdir())[:most], name):
        sources = [grey(file), grey(files_b[file.stem])]
        fused = fuser.fuse(*sources)
        rows["ours"].append((ag(sources, fused), ssim(sources, fused)))
        for method, key in (("published", "gifnet"), ("average", "average")):
            figures = published[key][file.stem]
            rows[method].append((figures["AG"], figures["SSIM"]))
    return {
        method: dict(zip(("AG", "SSIM"), map(float, np.mean(values, axis=0)), strict=True))
        for method, values in rows.items()
    }


def markdown(truth: Values, sets: dict[str, dict[str, Values]]) -> str:
    lines = ["| with known truth | |", "|---|---|"]
    lines += [f"| {name} | {value:.3f} |" for name, value in truth.items()]
    lines += ["", "| set | method | AG | SSIM |", "|---|---|---|---|"]
    for name, methods in sets.items():
        for method, values in methods.items():
            lines.append(f"| {name} | {method} | {values['AG']:.3f} | {values['SSIM']:.3f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON, too")
    parser.add_argument("--most", type=int, help="pictures of each development set")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    options = parser.parse_args()
    fuser = Fuser(options.weights)
    truth = measure_truth(fuser)
    present = (SHARED / "data" / "eval").is_dir()
    sets = {n: measure_set(fuser, n, options.most) for n in options.sets} if present else {}
    print(markdown(truth, sets))
    if options.output:
        options.output.write_text(json.dumps({"truth": truth, "sets": sets}, indent=1) + "\n")


if __name__ == "__main__":
    main()
