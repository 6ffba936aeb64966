"""Measure how much the colours of fused pictures shift, by rule of chroma, and write the tables.

python scripts/study_colour.py DATA CACHE [--page docs/colour.md]

DATA holds mefb10 (oe, ue) and lytro (a, b). CACHE keeps the fused lumas. Other tables are made from
scikit-image's pictures, whose truth is known. Without --page the tables are printed.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage import color, data, transform

from gifnet.imaging import from_float, read_image, rgb_to_ycbcr, ycbcr_to_rgb
from gifnet.imaging.arrays import convert
from gifnet.imaging.chroma_rules import ChromaRule, Colour, combine_chroma
from gifnet.inference import Fuser
from page_part import print_or_write

BEGIN = "<!-- tables: made by scripts/study_colour.py -->"
END = "<!-- end -->"
FloatArray = NDArray[np.float32]
Rule = Callable[[Colour, Colour, FloatArray], FloatArray]
"""Both sources and the fused luma -> the fused chroma."""

# A pixel is flat where no gradient within two pixels reaches so many 8-bit levels a pixel.
FLAT = 3.0
# Where a colour is grey, it has no hue.
COLOURED = 8.0
# Less luma cannot be lit up to another brightness.
DARK = 0.05


class Pair(NamedTuple):
    """Two sources in RGB, the fused luma, and the truth where there is one."""

    first: FloatArray
    second: FloatArray
    luma: FloatArray
    truth: FloatArray | None = None


def shipped(rule: ChromaRule) -> Rule:
    return lambda first, second, fused: combine_chroma(rule, [first, second], fused)


def mean(first: Colour, second: Colour, _: FloatArray) -> FloatArray:
    return weighted(first, second, lambda source: np.ones_like(source.luma))


def weighted(first: Colour, second: Colour, weights: Callable[[Colour], FloatArray]) -> FloatArray:
    one, other = weights(first), weights(second)
    share = ((one + 1e-6) / (one + other + 2e-6))[..., None]
    return np.asarray(second.chroma + share * (first.chroma - second.chroma), np.float32)


def exposed(source: Colour) -> FloatArray:
    off_middle = (ycbcr_to_rgb(*source) - 0.5) / 0.2
    return np.asarray(np.exp(-0.5 * np.square(off_middle).sum(axis=-1)), np.float32)


def near(source: Colour, fused: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + ((source.luma - fused) / 0.02) ** 2), np.float32)


def nearer(first: Colour, second: Colour, fused: FloatArray) -> FloatArray:
    return weighted(first, second, lambda source: near(source, fused))


def following(power: float) -> Rule:
    """The default's weights; chroma follows luma by this power, 1 being all the way."""

    def run(first: Colour, second: Colour, fused: FloatArray) -> FloatArray:
        weights = [exposed(source) * near(source, fused) + 1e-6 for source in (first, second)]
        share = weights[0] / (weights[0] + weights[1])
        luma = second.luma + share * (first.luma - second.luma)
        chroma = second.chroma + share[..., None] * (first.chroma - second.chroma)
        scale = (np.maximum(fused, 0.05) / np.maximum(luma, 0.05)) ** power
        return np.asarray(chroma * scale[..., None], np.float32)

    return run


RULES: Mapping[str, Rule] = {
    "`exposed`": shipped(ChromaRule.EXPOSED),
    "`stronger` (the default until now)": shipped(ChromaRule.STRONGER),
    "`paper` (the published run's)": shipped(ChromaRule.PAPER),
    "`first`": shipped(ChromaRule.FIRST),
    "`second`": shipped(ChromaRule.SECOND),
    "mean": mean,
    "better exposed": lambda first, second, _: weighted(first, second, exposed),
    "nearer luma": nearer,
    "as `exposed`, luma not followed": following(0),
    "as `exposed`, luma followed all the way": following(1),
}


def lightness_and_colour(rgb: FloatArray) -> NDArray[Any]:
    """CIELAB of pixels (N, 3) as a file of 8 bits holds them."""
    stored = from_float(rgb, np.dtype(np.uint8))
    lab: NDArray[Any] = color.rgb2lab(stored[None])[0]
    return lab


def figures(fused: FloatArray, reference: FloatArray, mask: NDArray[np.bool_]) -> list[float]:
    """The columns of the tables, for the pixels of a mask."""
    fused, reference = fused[mask], reference[mask]
    ours, theirs = lightness_and_colour(fused), lightness_and_colour(reference)
    whole = color.deltaE_ciede2000(theirs, ours).mean()
    level = ours.copy()
    level[:, 0] = theirs[:, 0]
    chroma = color.deltaE_ciede2000(theirs, level).mean()
    strengths = [np.hypot(lab[:, 1], lab[:, 2]) for lab in (ours, theirs)]
    clear = (strengths[1] > COLOURED) & (strengths[0] > 1)
    if not clear.any():
        return [float(whole), float(chroma), relit(fused, reference), np.nan, np.nan]
    angles = [np.degrees(np.arctan2(lab[clear, 2], lab[clear, 1])) for lab in (ours, theirs)]
    turn = np.abs((angles[0] - angles[1] + 180) % 360 - 180)
    saturation = [
        (strong[clear] / np.maximum(lab[clear, 0], 1)).mean()
        for strong, lab in zip(strengths, (ours, theirs), strict=True)
    ]
    return [
        float(whole),
        float(chroma),
        relit(fused, reference),
        float(turn.mean()),
        float(saturation[0] / saturation[1]),
    ]


def relit(fused: FloatArray, reference: FloatArray) -> float:
    """CIEDE2000 against the reference as it would be at the fused pixels' luma."""
    lumas = [rgb_to_ycbcr(picture.clip(0, 1))[0] for picture in (fused, reference)]
    lit = reference * (lumas[0] / np.maximum(lumas[1], DARK))[:, None]
    possible = (lumas[1] > DARK) & (lit.max(axis=1) <= 1)
    if not possible.any():
        return np.nan
    ours, theirs = (lightness_and_colour(each[possible]) for each in (fused, lit))
    return float(color.deltaE_ciede2000(theirs, ours).mean())


def flat(*lumas: FloatArray) -> NDArray[np.bool_]:
    mask = np.ones(lumas[0].shape, bool)
    for luma in lumas:
        down, right = np.gradient(luma * 255)
        mask &= ndimage.maximum_filter(np.hypot(down, right), 5) < FLAT
    return mask


def better_exposed(pair: Pair) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The source whose surroundings are nearer to mid-grey; where it is flat and not cut off."""
    lumas = [rgb_to_ycbcr(source)[0] for source in pair[:2]]
    distances = [np.abs(ndimage.uniform_filter(luma, 15) - 0.5) for luma in lumas]
    nearer = (distances[0] <= distances[1])[..., None]
    reference = np.where(nearer, pair.first, pair.second)
    shows = (reference.min(axis=2) > 0.02) & (reference.max(axis=2) < 0.98)
    return reference, flat(*lumas) & shows


def fused_by(rule: Rule, pair: Pair) -> FloatArray:
    first, second = (Colour(*rgb_to_ycbcr(source)) for source in pair[:2])
    return ycbcr_to_rgb(pair.luma, np.asarray(rule(first, second, pair.luma), np.float32))


class Lumas:
    """Fused lumas, kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fuser: Fuser | None = None

    def __call__(self, name: str, first: FloatArray, second: FloatArray) -> FloatArray:
        file = self._folder / f"{name}.npy"
        if not file.exists():
            self._fuser = self._fuser or Fuser(precision="bfloat16")
            lumas = [rgb_to_ycbcr(source)[0].clip(0, 1) for source in (first, second)]
            np.save(file, self._fuser.fuse(*lumas, application="general"))
        return np.asarray(np.load(file), np.float32)


def pairs(folder: Path, names: tuple[str, str], lumas: Lumas) -> Iterator[Pair]:
    files = [sorted((folder / name).iterdir()) for name in names]
    for first, second in zip(*files, strict=True):
        sources = [convert(read_image(file).pixels) for file in (first, second)]
        yield Pair(sources[0], sources[1], lumas(f"{folder.name}-{first.stem}", *sources))


def made_pairs(kind: str, lumas: Lumas) -> Iterator[Pair]:
    """Exposure and focus pairs made of pictures that are sharp and well exposed."""
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        truth = np.asarray(
            transform.resize(getattr(data, name)(), (320, 400), anti_aliasing=True), np.float32
        )
        if kind == "exposure":
            sources = [_exposure(truth, 2.0), _exposure(truth, -2.5)]
        else:
            soft = np.asarray(ndimage.gaussian_filter(truth, (3, 3, 0)), np.float32)
            columns = np.arange(truth.shape[1]) - truth.shape[1] / 2
            share = (1 / (1 + np.exp(-columns / 4)))[None, :, None].astype(np.float32)
            sources = [soft + share * (truth - soft), truth + share * (soft - truth)]
        stored = [convert(from_float(source, np.dtype(np.uint8))) for source in sources]
        yield Pair(stored[0], stored[1], lumas(f"{kind}-{name}", *stored), truth)


def _exposure(picture: FloatArray, stops: float) -> FloatArray:
    return np.asarray(np.clip(picture**2.2 * 2**stops, 0, 1) ** (1 / 2.2), np.float32)


def measure(found: list[Pair]) -> Mapping[str, NDArray[np.float64]]:
    """Rule -> means over the pictures."""
    rows = {}
    for name, rule in RULES.items():
        values = []
        for pair in found:
            if pair.truth is None:
                reference, mask = better_exposed(pair)
            else:
                reference, mask = pair.truth, np.ones(pair.luma.shape, bool)
            if mask.any():
                values.append(figures(fused_by(rule, pair), reference, mask))
        rows[name] = np.nanmean(values, axis=0)
    return rows


def table(title: str, rows: Mapping[str, NDArray[np.float64]], count: int) -> str:
    lines = [
        f"{title}, {count} pairs",
        "",
        "| chroma | CIEDE2000 | without lightness | relit | hue, degrees | saturation |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {whole:.2f} | {chroma:.2f} | {lit:.2f} | {hue:.1f} | {saturation:.2f} |"
        for name, (whole, chroma, lit, hue, saturation) in rows.items()
    ]
    return "\n".join(lines)


def tables(folder: Path, cache: Path) -> str:
    cache.mkdir(parents=True, exist_ok=True)
    lumas = Lumas(cache)
    sets = {
        "Exposure (mefb10)": list(pairs(folder / "mefb10", ("oe", "ue"), lumas)),
        "Focus (lytro)": list(pairs(folder / "lytro", ("a", "b"), lumas)),
        "Exposure, against the truth": list(made_pairs("exposure", lumas)),
        "Focus, against the truth": list(made_pairs("focus", lumas)),
    }
    return "\n\n".join(table(name, measure(found), len(found)) for name, found in sets.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--page", type=Path, help="the page whose tables are made anew")
    arguments = parser.parse_args()
    print_or_write(tables(arguments.data, arguments.cache), arguments.page, BEGIN, END)


if __name__ == "__main__":
    main()
