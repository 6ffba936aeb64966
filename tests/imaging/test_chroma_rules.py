"""The rules by which the colour of several sources becomes one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gifnet.imaging import fuse_chroma, rgb_to_ycbcr, ycbcr_to_rgb
from gifnet.imaging.chroma_rules import ChromaRule, Colour, combine_chroma

FloatArray = NDArray[np.float32]


def colour(*rgb: float) -> Colour:
    return Colour(*rgb_to_ycbcr(np.full((2, 3, 3), rgb, np.float32)))


def noise(seed: int) -> Colour:
    return Colour(*rgb_to_ycbcr(np.random.default_rng(seed).random((9, 8, 3), dtype=np.float32)))


def lit(picture: FloatArray, stops: float) -> FloatArray:
    return np.asarray(np.clip(picture**2.2 * 2.0**stops, 0, 1) ** (1 / 2.2), np.float32)


@pytest.mark.parametrize("rule", ChromaRule)
def test_sources_that_are_alike_give_themselves(rule: ChromaRule) -> None:
    source = noise(1)
    np.testing.assert_allclose(
        combine_chroma(rule, [source, source, source], source.luma), source.chroma, atol=1e-6
    )


@pytest.mark.parametrize("rule", ChromaRule)
def test_neutral_sources_stay_neutral(rule: ChromaRule) -> None:
    sources = [colour(0.2, 0.2, 0.2), colour(0.9, 0.9, 0.9)]
    chroma = combine_chroma(rule, sources, sources[0].luma)
    assert np.abs(chroma).max() < 1e-6


@pytest.mark.parametrize("rule", ChromaRule)
def test_a_single_source_keeps_its_colour(rule: ChromaRule) -> None:
    source = noise(2)
    assert combine_chroma(rule, [source], source.luma * 0) is source.chroma


def test_clipped_and_black_sources_hardly_count() -> None:
    good = colour(0.7, 0.4, 0.3)
    for bad in (colour(1.0, 1.0, 0.8), colour(0.03, 0.0, 0.05)):
        for order in ([good, bad], [bad, good]):
            mixed = combine_chroma(ChromaRule.EXPOSED, order, good.luma)
            np.testing.assert_allclose(mixed, good.chroma, atol=0.01)


def test_the_nearer_luma_counts_more() -> None:
    red, green = colour(0.6, 0.4, 0.4), colour(0.4, 0.6, 0.4)
    for source in (red, green):
        mixed = combine_chroma(ChromaRule.EXPOSED, [red, green], source.luma)
        np.testing.assert_allclose(mixed, source.chroma, atol=0.02)


def test_half_of_a_change_of_luma_is_followed() -> None:
    source = colour(0.6, 0.4, 0.3)
    darker = combine_chroma(ChromaRule.EXPOSED, [source, source], source.luma * np.float32(0.25))
    np.testing.assert_allclose(darker, source.chroma / 2, rtol=1e-4)
    # But dark noise is not made bright without end.
    dark = colour(0.05, 0.02, 0.02)
    brighter = combine_chroma(ChromaRule.EXPOSED, [dark, dark], dark.luma * 0 + np.float32(0.4))
    np.testing.assert_allclose(brighter, dark.chroma * 2, rtol=1e-4)


def test_two_exposures_give_the_colour_of_the_scene_and_the_other_rules_do_so_less() -> None:
    generator = np.random.default_rng(3)
    scene = generator.uniform(0.1, 0.9, (40, 40, 3)).astype(np.float32)
    luma, chroma = rgb_to_ycbcr(scene)
    sources = [Colour(*rgb_to_ycbcr(lit(scene, stops))) for stops in (2.0, -2.5)]
    errors = {
        rule: float(np.abs(combine_chroma(rule, sources, luma) - chroma).mean())
        for rule in ChromaRule
    }
    assert min(errors, key=lambda rule: errors[rule]) is ChromaRule.EXPOSED, errors


@pytest.mark.parametrize("rule", [ChromaRule.EXPOSED, ChromaRule.STRONGER, ChromaRule.PAPER])
def test_the_order_of_two_sources_does_not_matter(rule: ChromaRule) -> None:
    first, second = noise(4), noise(5)
    luma = noise(6).luma
    np.testing.assert_allclose(
        combine_chroma(rule, [first, second], luma),
        combine_chroma(rule, [second, first], luma),
        atol=2e-6,
    )


def test_each_pixel_is_by_itself() -> None:
    first, second, luma = noise(7), noise(8), noise(9).luma
    part = slice(2, 5)
    for rule in ChromaRule:
        whole = combine_chroma(rule, [first, second], luma)
        cut = [Colour(each.luma[part], each.chroma[part]) for each in (first, second)]
        np.testing.assert_array_equal(combine_chroma(rule, cut, luma[part]), whole[part])


def test_the_stronger_colour_is_that_of_deepfuse() -> None:
    first, second = noise(1), noise(2)
    np.testing.assert_array_equal(
        combine_chroma(ChromaRule.STRONGER, [first, second], first.luma),
        fuse_chroma(first.chroma, second.chroma),
    )


def test_the_published_rule_weighs_chroma_without_offset() -> None:
    first, second = noise(1), noise(2)
    mixed = combine_chroma(ChromaRule.PAPER, [first, second], first.luma)
    for place in np.ndindex(mixed.shape):
        one, other = (float(each.chroma[place]) * 255 for each in (first, second))
        weights = abs(one - 128), abs(other - 128)
        expected = (one * weights[0] + other * weights[1]) / sum(weights) / 255
        assert mixed[place] == pytest.approx(expected, abs=1e-6)
    # Two opposite colours of the same strength: the one below neutral wins.
    blue, yellow = colour(0.5, 0.5, 0.7), colour(0.5, 0.5, 0.3)
    assert combine_chroma(ChromaRule.PAPER, [blue, yellow], blue.luma)[0, 0, 0] < 0


def test_first_and_second_exchange_places_with_the_sources() -> None:
    assert ChromaRule.FIRST.exchanged is ChromaRule.SECOND
    assert ChromaRule.SECOND.exchanged is ChromaRule.FIRST
    assert ChromaRule.PAPER.exchanged is ChromaRule.PAPER


def test_no_channel_is_cut_off_so_that_no_hue_turns() -> None:
    blue = colour(0.2, 0.3, 0.6)
    for luma in (0.02, 0.5, 0.97):
        fused = np.full_like(blue.luma, luma)
        chroma = combine_chroma(ChromaRule.EXPOSED, [blue, blue], fused)
        rgb = ycbcr_to_rgb(fused, chroma)
        assert rgb.min() >= -1e-6
        assert rgb.max() <= 1 + 1e-6
        turned = chroma[..., 0] * blue.chroma[..., 1] - chroma[..., 1] * blue.chroma[..., 0]
        np.testing.assert_allclose(turned, 0, atol=1e-6)
        assert (chroma[..., 0] > 0).all()
