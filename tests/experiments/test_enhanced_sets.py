"""Training pictures, enhanced once by any method."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gifnet import Fuser
from gifnet.errors import EvaluationError, ImageSizeError
from gifnet.experiments.classification.enhanced_sets import enhanced_set
from gifnet.experiments.classification.enhancers import Enhancer, make_enhancers
from gifnet.experiments.classification.network_enhancing import (
    Lumas,
    in_batches,
    one_by_one,
)
from gifnet.experiments.classification.picture_set import Labelled, Pictures
from gifnet.imaging.arrays import FloatArray, convert
from gifnet.imaging.colour import rgb_to_ycbcr

Ignore: Callable[..., None] = lambda *_: None  # noqa: E731


def smooth_pictures(count: int, height: int, width: int) -> Pictures:
    """Colourful pictures without clipped values."""
    generator = np.random.default_rng(4)
    rows, columns = np.mgrid[:height, :width]
    waves = [
        np.sin(rows * a + columns * b + c)
        for a, b, c in generator.uniform(0.1, 0.9, (3 * count, 3))
    ]
    values = 128 + 60 * np.stack(waves).reshape(count, 3, height, width)
    pictures: Pictures = np.rint(values).astype(np.uint8).transpose(0, 2, 3, 1)
    return pictures


def labelled(pictures: Pictures) -> Labelled:
    return Labelled(pictures, np.arange(len(pictures)) % 2)


@pytest.mark.parametrize("weights", ["default", "paper"])
@pytest.mark.parametrize("way", [in_batches, one_by_one])
def test_all_pictures_come_out_as_enhance_makes_each(
    way: Callable[..., Lumas], weights: str
) -> None:
    # Of odd sizes, so that the padding within the network plays a part.
    pictures = smooth_pictures(5, 21, 30)
    lumas = way(weights, *(["cpu"] if way is in_batches else []))
    together = Enhancer("network", "1", lumas).enhance(pictures)
    fuser = Fuser(weights, device="cpu")
    alone = np.stack([fuser.enhance(picture) for picture in pictures])
    # Two libraries add in another order: a value may be rounded to the next level, here and there.
    apart = np.abs(together.astype(int) - alone)
    assert apart.max() <= 1
    assert (apart > 0).mean() < 1e-3
    assert np.abs(together.astype(int) - pictures).max() > 3, "the network does something"


def test_gifnet_is_the_network_with_the_weights_that_are_named() -> None:
    pictures = smooth_pictures(2, 16, 16)
    made = {}
    for text in ("gifnet", "gifnet:default", "other=gifnet:paper"):
        (enhancer,) = make_enhancers([text], device="cpu")
        made[text] = enhancer.enhance(pictures)
    np.testing.assert_array_equal(made["gifnet"], made["gifnet:default"])
    assert (made["gifnet"] != made["other=gifnet:paper"]).any()


def halved(lumas: FloatArray) -> FloatArray:
    return (np.float32(0.25) + lumas / 2).astype(np.float32)


def test_luma_is_enhanced_and_chroma_stays() -> None:
    pictures = smooth_pictures(3, 8, 8)
    enhanced = Enhancer("halved", "halved", halved).enhance(pictures)
    before, after = (rgb_to_ycbcr(convert(p)) for p in (pictures, enhanced))
    # Half a level of rounding in each channel.
    np.testing.assert_allclose(after[1], before[1], atol=1 / 255)
    np.testing.assert_allclose(after[0], halved(before[0]), atol=1 / 255)


def test_methods_that_average_leave_every_picture_as_it_is(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    original = labelled(generator.integers(0, 256, (40, 16, 16, 3), np.uint8))
    for enhancer in make_enhancers(["average", "maximum", "laplacian"], device="cpu"):
        made = enhanced_set(enhancer, original, tmp_path, progress=Ignore)
        assert made.is_original
        np.testing.assert_array_equal(made.labelled.pictures, original.pictures)


def test_methods_have_the_names_of_an_evaluation() -> None:
    texts = ["none", "gifnet", "gifnet:paper", "soft=gifnet:default", "laplacian"]
    names = [enhancer.name for enhancer in make_enhancers(texts, device="cpu")]
    assert names == ["none", "gifnet", "gifnet-paper", "soft", "laplacian"]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "at least one method"),
        (["none", "none"], "got none more than once"),
        (["none=laplacian"], "another name than none"),
        (["brovey"], "brovey sharpens the bands of satellite pictures and enhances no single"),
        (["gifnett"], "there is no method 'gifnett'; did you mean gifnet"),
    ],
)
def test_methods_that_make_no_sense_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        make_enhancers(texts, device="cpu")


def test_pictures_too_small_for_the_network_are_refused() -> None:
    for lumas in (in_batches("default", "cpu"), one_by_one("default")):
        with pytest.raises(ImageSizeError, match="at least 5 x 5 pixels, got 4 x 4"):
            lumas(np.zeros((2, 4, 4), np.float32))


class Counting:
    """Brightens, and counts the pictures that it sees."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.seen, self.stop_after = 0, stop_after

    def __call__(self, lumas: FloatArray) -> FloatArray:
        if self.seen >= self.stop_after:
            raise KeyboardInterrupt
        self.seen += len(lumas)
        brighter: FloatArray = np.minimum(lumas + np.float32(0.1), np.float32(1))
        return brighter


def test_pictures_are_enhanced_once_and_after_a_stop_the_rest(tmp_path: Path) -> None:
    original = labelled(smooth_pictures(2500, 6, 6))
    first, second, third = Counting(stop_after=2048), Counting(), Counting()
    with pytest.raises(KeyboardInterrupt):
        enhanced_set(Enhancer("bright", "1", first), original, tmp_path, progress=Ignore)
    made = enhanced_set(Enhancer("bright", "1", second), original, tmp_path, progress=Ignore)
    again = enhanced_set(Enhancer("bright", "1", third), original, tmp_path, progress=Ignore)
    assert (first.seen, second.seen, third.seen) == (2048, 2500 - 2048, 0)
    expected = Enhancer("bright", "1", Counting()).enhance(original.pictures)
    np.testing.assert_array_equal(made.labelled.pictures, expected)
    assert again.labelled.digest == made.labelled.digest != original.digest
    assert made.changed == 1
    assert made.difference == pytest.approx(25.5, abs=1)


def test_another_method_or_other_pictures_are_not_taken_for_these(tmp_path: Path) -> None:
    original = labelled(smooth_pictures(20, 6, 6))
    other = labelled(original.pictures[::-1].copy())
    for digest, pictures in (("1", original), ("2", original), ("1", other)):
        counting = Counting()
        enhanced_set(Enhancer("bright", digest, counting), pictures, tmp_path, progress=Ignore)
        assert counting.seen == 20


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    original = labelled(smooth_pictures(20, 6, 6))
    enhanced_set(Enhancer("bright", "1", Counting()), original, tmp_path, progress=Ignore)
    (file,) = tmp_path.rglob("*.npy")
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    counting = Counting()
    enhanced_set(Enhancer("bright", "1", counting), original, tmp_path, progress=Ignore)
    assert counting.seen == 20
    assert file.read_bytes() == whole
