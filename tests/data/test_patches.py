"""Patches depend on the scenes, the seed and their number, and on nothing else."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from gifnet.data.crops import SceneCrops
from gifnet.data.folders import Scene
from gifnet.data.patches import JointPatches, Quadruple
from gifnet.data.samples import JointSampler
from gifnet.errors import DataError


def _scenes() -> list[Scene]:
    generator = np.random.default_rng(0)
    shapes = [(60, 80), (48, 48), (70, 50)]
    return [
        Scene(
            f"set/{number}",
            generator.integers(0, 256, shape).astype(np.uint8),
            None if number == 2 else generator.integers(0, 256, shape).astype(np.uint8),
        )
        for number, shape in enumerate(shapes)
    ]


def _patches(seed: int = 3, *, augment: bool = False) -> JointPatches:
    crops = SceneCrops(_scenes(), patch=32, scales=(1, 2))
    return JointPatches(JointSampler(crops, seed=seed, augment=augment), length=12)


def _equal(one: Quadruple, two: Quadruple) -> bool:
    return all(torch.equal(first, second) for first, second in zip(one, two, strict=True))


@pytest.mark.parametrize("augment", [False, True])
def test_quadruples_are_patches_of_the_right_type_and_range(augment: bool) -> None:
    patches = _patches(augment=augment)
    for number in range(12):
        for picture in patches[number]:
            assert picture.shape == (1, 32, 32)
            assert picture.dtype == torch.float32
            assert 0.0 <= picture.min() <= picture.max() <= 1.0


def test_the_order_of_access_changes_nothing() -> None:
    forwards, backwards = _patches(), _patches()
    first = [forwards[number] for number in range(12)]
    second = [backwards[number] for number in reversed(range(12))][::-1]

    assert all(_equal(one, two) for one, two in zip(first, second, strict=True))


def test_different_numbers_and_seeds_give_different_patches() -> None:
    patches = [_patches()[number] for number in range(12)]

    assert not any(_equal(one, two) for one, two in pairwise(patches))
    assert not _equal(patches[0], _patches(seed=4)[0])


def test_the_number_of_workers_changes_nothing() -> None:
    batches = [
        list(DataLoader(_patches(augment=True), batch_size=4, num_workers=workers))
        for workers in (0, 2)
    ]

    for alone, together in zip(*batches, strict=True):
        assert _equal(Quadruple(*alone), Quadruple(*together))


def test_a_sample_is_the_quadruple_with_its_region() -> None:
    sample, quadruple = _patches().sampler.sample(5), _patches()[5]

    for array, tensor in zip(sample[:4], quadruple, strict=True):
        np.testing.assert_array_equal(array, tensor[0].numpy())
    assert sample.region.shape == (32, 32)


def test_visible_and_infrared_are_cut_at_the_same_place() -> None:
    ramp = np.arange(60 * 80, dtype=np.uint32).reshape(60, 80)
    scene = Scene("set/0", (ramp % 251).astype(np.uint8), (ramp % 251).astype(np.uint8))
    patches = JointPatches(JointSampler(SceneCrops([scene], patch=16), seed=0), length=20)

    for number in range(20):
        quadruple = patches[number]
        assert torch.equal(quadruple.visible, quadruple.infrared)


def test_a_scene_without_infrared_gives_its_visible_patch() -> None:
    crops = SceneCrops(_scenes()[2:], patch=32)
    patches = JointPatches(JointSampler(crops, seed=0, augment=True), length=4)

    for number in range(4):
        quadruple = patches[number]
        assert torch.equal(quadruple.visible, quadruple.infrared)


def test_scenes_are_drawn_by_weight() -> None:
    flat = [Scene(f"s/{v}", np.full((16, 16), v, np.uint8), None) for v in (0, 100, 200)]
    crops = SceneCrops(flat, patch=16, weights=[0, 1, 3])
    patches = JointPatches(JointSampler(crops, seed=0), length=300)
    values = [round(float(patches[n].visible.mean()) * 255) for n in range(300)]

    assert values.count(0) == 0
    assert 50 < values.count(100) < 100


def test_a_number_past_the_end_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        _patches()[12]


def test_a_scene_smaller_than_a_patch_is_named() -> None:
    with pytest.raises(DataError, match=r"at least 64x64 pixels.*got 80x60 in set/0"):
        SceneCrops(_scenes(), patch=64)


def test_no_scene_at_all_is_an_error() -> None:
    with pytest.raises(DataError, match="at least one scene"):
        SceneCrops([], patch=64)
