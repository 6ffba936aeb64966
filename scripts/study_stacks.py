"""Measure ways of fusing stacks against a truth, and write the table and the picture of them.

python scripts/study_stacks.py [--precision float32] [--page docs/stacks.md] [--picture FILE.png]

The truth is a sharp picture of scikit-image. A focus stack is made of it by blurring each place by
its distance from the plane in focus: of a slope, or of regions at different depths that hide each
other's edges; an exposure stack by exposing it longer and shorter. Without --page the table is
printed.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import skimage.color
import skimage.data
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from gifnet.imaging.chroma_rules import ChromaRule
from gifnet.inference import Fuser
from gifnet.inference.stack_composites import Composites
from gifnet.metrics import ag, mef_ssim
from page_part import print_or_write

BEGIN = "<!-- table: made by scripts/study_stacks.py -->"
COLOUR_BEGIN = "<!-- colours: made by scripts/study_stacks.py -->"
END = "<!-- end -->"
PICTURES = ("camera", "coffee")
COUNTS = (5, 10, 20)
HEIGHT, WIDTH = 160, 208
STRONGEST = 5.0
"""Deviation of the strongest blur, in pixels."""
NOISE = 1.5
"""Deviation of the noise of the stacks that have some, in 8-bit levels."""
GAMMA = 2.2

Grey = NDArray[np.float32]
"""(H, W) in [0, 1]."""
Stack = list[Grey]
Scheme = Callable[[Fuser, Sequence[Grey]], Grey]


def sharp_picture(name: str) -> Grey:
    """The middle of a picture of scikit-image."""
    picture = np.asarray(getattr(skimage.data, name)())
    if picture.ndim == 3:
        picture = picture[..., :3] @ [0.299, 0.587, 0.114]
    top, left = (picture.shape[0] - HEIGHT) // 2, (picture.shape[1] - WIDTH) // 2
    cut = picture[top : top + HEIGHT, left : left + WIDTH]
    return np.asarray(cut / 255, np.float32)


def slope_stack(sharp: Grey, count: int, seed: int) -> Stack:
    """A surface that goes away from the camera; each place is wholly sharp in some slice."""
    generator = np.random.default_rng(seed)
    angle = generator.uniform(0, 2 * np.pi)
    rows, columns = np.indices(sharp.shape)
    bumps = smoothed(generator.standard_normal(sharp.shape), 40)
    depth = np.cos(angle) * columns / sharp.shape[1] + np.sin(angle) * rows / sharp.shape[0]
    depth = depth + 0.25 * bumps / np.abs(bumps).max()
    depth = (depth - depth.min()) / (depth.max() - depth.min())
    strengths = np.linspace(0, STRONGEST, 11)
    blurred = np.stack([sharp, *(smoothed(sharp, strength) for strength in strengths[1:])])
    slices = []
    for number in range(count):
        away = np.clip(np.abs(depth - number / (count - 1)) - 0.5 / (count - 1), 0, 1)
        position = np.clip(away * 1.5, 0, 1) * 10
        lower = np.minimum(position.astype(int), 9)
        share = position - lower
        below, above = (
            np.take_along_axis(blurred, index[None], 0)[0] for index in (lower, lower + 1)
        )
        slices.append(np.asarray(below * (1 - share) + above * share, np.float32))
    return slices


def layer_stack(sharp: Grey, count: int, seed: int) -> Stack:
    """Regions one before the other: what is out of focus spreads over what lies behind it."""
    generator = np.random.default_rng(seed)
    field = smoothed(generator.standard_normal(sharp.shape), 25)
    ranks = np.argsort(np.argsort(field.ravel())).reshape(sharp.shape)
    layer = ranks * count // sharp.size
    slices = []
    for number in range(count):
        picture = sharp
        for place in range(count):
            strength = min(abs(place - number) / (count - 1) * 1.5, 1.0) * STRONGEST
            spread = max(strength, 0.5)
            own = np.asarray(layer == place, np.float32)
            around = (smoothed(sharp * own, spread) + 1e-3 * smoothed(sharp, spread)) / (
                smoothed(own, spread) + 1e-3
            )
            seen = around if strength > 0 else own * sharp + (1 - own) * around
            if place == 0:
                picture = seen
                continue
            cover = smoothed(layer >= place, spread)
            picture = picture * (1 - cover) + seen * cover
        slices.append(np.asarray(picture, np.float32))
    return slices


def exposure_stack(sharp: Grey, count: int, _: int) -> Stack:
    """From four stops under to two stops over."""
    light = sharp**GAMMA
    return [
        np.asarray(np.clip(light * 2**stops, 0, 1) ** (1 / GAMMA), np.float32)
        for stops in np.linspace(-4, 2, count)
    ]


def smoothed(values: NDArray[np.generic], sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(np.asarray(values, np.float32), (0, 0), sigma), np.float32)


def stored(slices: Stack, noise: float, seed: int) -> Stack:
    """As 8-bit files have them."""
    generator = np.random.default_rng(seed)
    noisy = [s * 255 + noise * generator.standard_normal(s.shape) for s in slices]
    return [np.asarray(np.rint(np.clip(s, 0, 255)) / 255, np.float32) for s in noisy]


def folded(fuser: Fuser, slices: Sequence[Grey]) -> Grey:
    fused = slices[0]
    for other in slices[1:]:
        fused = grey(fuser.fuse(fused, other))
    return fused


def tree(fuser: Fuser, slices: Sequence[Grey]) -> Grey:
    level = list(slices)
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        level = [grey(fuser.fuse(*pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def guided_by_the_mean(fuser: Fuser, slices: Sequence[Grey]) -> Grey:
    """Each slice is fused with the mean; the results are weighted by how sharp they are."""
    mean = grey(np.mean(slices, axis=0))
    sums = Composites(*mean.shape)
    for luma in slices:
        sums.add(grey(fuser.fuse(luma, mean)))
    return sums.pair()[0]


def selected_only(_: Fuser, slices: Sequence[Grey]) -> Grey:
    sums = Composites(*slices[0].shape)
    for luma in slices:
        sums.add(luma)
    return sums.pair()[0]


def ours(fuser: Fuser, slices: Sequence[Grey]) -> Grey:
    return grey(fuser.fuse_stack(slices))


def grey(values: NDArray[np.generic]) -> Grey:
    return np.asarray(np.clip(np.asarray(values, np.float32), 0, 1), np.float32)


SCHEMES: dict[str, Scheme] = {
    "folding in sequence": folded,
    "balanced tree": tree,
    "each slice with the mean": guided_by_the_mean,
    "**two composites** (`gifnet fuse`)": ours,
    "selection without the network": selected_only,
}
KINDS: dict[str, tuple[Callable[[Grey, int, int], Stack], float]] = {
    "focus, slope": (slope_stack, 0.0),
    "focus, layers, noise": (layer_stack, NOISE),
    "exposure": (exposure_stack, 0.0),
}


class Row(NamedTuple):
    """Means over the pictures."""

    psnr: float
    ssim: float
    sharpness: float
    order: float
    largest: float
    mef_ssim: float
    seconds: float


def measured(fuser: Fuser, scheme: Scheme, truth: Grey, slices: Stack, seed: int) -> Row:
    started = time.perf_counter()
    fused = scheme(fuser, slices)
    seconds = time.perf_counter() - started
    order = np.random.default_rng(seed).permutation(len(slices))
    other = scheme(fuser, [slices[place] for place in order])
    difference = np.abs(fused - other) * 255
    return Row(
        psnr=float(-10 * np.log10(np.mean((fused - truth) ** 2))),
        ssim=float(structural_similarity(truth, fused, data_range=1.0)),
        sharpness=ag([], fused, data_range=1) / ag([], truth, data_range=1),
        order=float(difference.mean()),
        largest=float(difference.max()),
        mef_ssim=mef_ssim(slices, fused, data_range=1),
        seconds=seconds,
    )


def study(fuser: Fuser, counts: Sequence[int]) -> list[str]:
    lines = [
        "| stack | slices | scheme | PSNR ↑ | SSIM ↑ | sharpness | shuffled: mean, largest ↓ | "
        "MEF-SSIM ↑ | s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, (make, noise) in KINDS.items():
        for count in counts:
            rows: dict[str, list[Row]] = {name: [] for name in SCHEMES}
            for seed, picture in enumerate(PICTURES):
                truth = sharp_picture(picture)
                slices = stored(make(truth, count, seed), noise, seed)
                for name, scheme in SCHEMES.items():
                    rows[name].append(measured(fuser, scheme, truth, slices, seed))
            for name, found in rows.items():
                row = Row(*(float(mean) for mean in np.mean(found, axis=0)))
                exposed = f"{row.mef_ssim:.3f}" if make is exposure_stack else ""
                lines.append(
                    f"| {kind} | {count} | {name} | {row.psnr:.1f} | {row.ssim:.4f} | "
                    f"{row.sharpness:.3f} | {row.order:.2f}, {row.largest:.1f} | {exposed} | "
                    f"{row.seconds:.1f} |"
                )
                print(lines[-1], flush=True)
    return lines


def colours(fuser: Fuser) -> str:
    """A table of the rules of chroma: ten slices of a colour picture, three kinds."""
    truth = np.asarray(skimage.data.astronaut() / 255, np.float32)
    lab = skimage.color.rgb2lab(truth)
    lines = [
        "| ten slices of astronaut | chroma | PSNR ↑ | CIEDE2000 without lightness ↓ |",
        "|---|---|---|---|",
    ]
    for kind, (make, noise) in KINDS.items():
        # One seed for the places in focus, one a channel for the noise.
        channels = [
            stored(make(np.ascontiguousarray(truth[..., place]), 10, 0), noise, place)
            for place in range(3)
        ]
        slices = [np.stack(parts, axis=-1) for parts in zip(*channels, strict=True)]
        for rule in (ChromaRule.EXPOSED, ChromaRule.STRONGER):
            fused = grey(fuser.fuse_stack(slices, chroma=rule))
            error = -10 * np.log10(np.mean((fused - truth) ** 2))
            found = skimage.color.rgb2lab(fused)
            found[..., 0] = lab[..., 0]
            difference = skimage.color.deltaE_ciede2000(lab, found).mean()
            lines.append(f"| {kind} | `{rule}` | {error:.1f} | {difference:.2f} |")
    return "\n".join(lines)


def picture(fuser: Fuser) -> NDArray[np.uint8]:
    """Truth, two slices; folding, tree, ours: of ten layers."""
    truth = sharp_picture("coffee")
    slices = stored(layer_stack(truth, 10, 2), 0.0, 2)
    upper = [truth, slices[1], slices[8]]
    lower = [folded(fuser, slices), tree(fuser, slices), ours(fuser, slices)]
    return np.asarray(np.rint(np.vstack([np.hstack(upper), np.hstack(lower)]) * 255), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--slices", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--page", type=Path, help="the page whose table is made anew")
    parser.add_argument("--picture", type=Path, help="where to write the picture")
    arguments = parser.parse_args()
    fuser = Fuser(precision=arguments.precision)
    if arguments.picture is not None:
        cv2.imwrite(str(arguments.picture), picture(fuser))
    print_or_write(colours(fuser), arguments.page, COLOUR_BEGIN, END)
    made = "\n".join(study(fuser, arguments.slices))
    print_or_write(made, arguments.page, BEGIN, END)


if __name__ == "__main__":
    main()
