"""What a step sees depends on the seed and the step alone, and never on held-out scenes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gifnet.data.contrast_target import contrast_target
from gifnet.errors import DataError
from gifnet.training.batches import StepBatch, StepBatches
from gifnet.training.config import TrainingConfig
from gifnet.training.scenes import load_scenes

MakeConfig = Callable[..., TrainingConfig]


def _batches(make_config: MakeConfig, *, seed: int = 5, workers: int = 0) -> StepBatches:
    config = make_config(seed=seed, data={"workers": workers})
    return StepBatches(config, load_scenes(config))


def _all(config: TrainingConfig) -> list[StepBatch]:
    return list(StepBatches(config, load_scenes(config)).iterate(0))


def _equal(one: StepBatch, other: StepBatch) -> bool:
    if one[3:6] != other[3:6]:
        return False
    ours, theirs = (
        [*(batch.joint or []), *(batch.held or []), *([batch.contrast] if has else [])]
        for batch in (one, other)
        for has in [batch.contrast is not None]
    )
    return len(ours) == len(theirs) and all(
        torch.equal(a, b) for a, b in zip(ours, theirs, strict=True)
    )


def test_a_step_has_a_batch_of_patches_in_the_range(make_config: MakeConfig) -> None:
    config = make_config(step={"inference": 1.0}, loss={"multi_modal": "contrast"})
    batch = StepBatches(config, load_scenes(config))[0]
    assert batch.joint is not None
    assert batch.held is not None
    assert batch.contrast is not None
    for picture in (*batch.joint, *batch.held, batch.contrast):
        assert picture.shape == (1, 1, 16, 16)
        assert picture.dtype == torch.float32
        assert 0 <= picture.min() <= picture.max() <= 1


def test_quadruples_have_focus_pairs_as_the_recipe_says(make_config: MakeConfig) -> None:
    lens, masked = (make_config(data={"focus": focus}) for focus in ("lens", "masked"))
    for steps in zip(_all(lens), _all(masked), strict=True):
        by_lens, by_mask = (batch.joint for batch in steps)
        assert by_lens is not None
        assert by_mask is not None
        assert torch.equal(by_lens.visible, by_mask.visible)
        assert not torch.equal(by_lens.near, by_mask.near)
        # One blur for both: what one picture has of the sharp one, the other lacks.
        blurred = by_mask.near + by_mask.far - by_mask.visible
        assert blurred.diff(dim=-1).abs().mean() < by_mask.visible.diff(dim=-1).abs().mean() / 2


def test_seed_and_step_decide_everything(make_config: MakeConfig) -> None:
    first, again = _batches(make_config), _batches(make_config)
    order = list(range(len(first)))
    forward = [first[step] for step in order]
    backward = [again[step] for step in reversed(order)][::-1]
    assert all(_equal(a, b) for a, b in zip(forward, backward, strict=True))
    assert not any(_equal(forward[0], batch) for batch in forward[1:])
    assert not _equal(_batches(make_config, seed=6)[0], forward[0])


def test_workers_and_a_later_start_change_nothing(make_config: MakeConfig) -> None:
    alone = list(_batches(make_config).iterate(0))
    assert len(alone) == 6
    helped = list(_batches(make_config, workers=2).iterate(2))
    assert all(_equal(a, b) for a, b in zip(alone[2:], helped, strict=True))


def test_the_kinds_of_steps_come_in_their_shares(make_config: MakeConfig) -> None:
    config = make_config(
        step={"multi_modal": 0.5, "inference": 0.3, "exchange": 0.25}, optimiser={"steps": 300}
    )
    batches = StepBatches(config, load_scenes(config))
    steps = [batches[step] for step in range(300)]
    assert sum(step.multi_modal for step in steps) == pytest.approx(150, abs=30)
    assert sum(step.held is not None for step in steps) == pytest.approx(90, abs=30)
    assert sum(s.exchange_multi_modal for s in steps) == pytest.approx(75, abs=30)
    assert sum(s.exchange_digital_photography for s in steps) == pytest.approx(75, abs=30)


def test_the_contrast_target_is_that_of_the_steps_infrared_and_visible(
    make_config: MakeConfig,
) -> None:
    config = make_config(loss={"multi_modal": "contrast"}, optimiser={"batch": 3})
    batch = StepBatches(config, load_scenes(config))[1]
    assert batch.joint is not None
    assert batch.contrast is not None
    for target, infrared, visible in zip(
        batch.contrast, batch.joint.infrared, batch.joint.visible, strict=True
    ):
        expected = contrast_target(infrared[0].numpy(), visible[0].numpy())
        assert torch.equal(target[0], torch.from_numpy(expected))
    config = make_config()
    assert StepBatches(config, load_scenes(config))[1].contrast is None


def test_what_a_step_does_not_use_is_not_made_and_the_rest_stays_the_same(
    make_config: MakeConfig,
) -> None:
    shares = {"multi_modal": 0.5, "inference": 0.5}
    config = make_config(step=shares, loss={"multi_modal": "contrast"}, optimiser={"steps": 40})
    batches = StepBatches(config, load_scenes(config))
    all_of_it = make_config(loss={"multi_modal": "contrast"}, optimiser={"steps": 40})
    whole = StepBatches(all_of_it, load_scenes(all_of_it))
    made = []
    for step in range(40):
        batch = batches[step]
        made.append((batch.joint is not None, batch.contrast is not None))
        assert made[-1] == (batch.multi_modal or batch.held is None, batch.multi_modal)
        expected = whole[step]
        assert expected.joint is not None
        for ours, theirs in (
            (batch.joint, expected.joint),
            ([batch.contrast], [expected.contrast]),
        ):
            for picture, other in zip(ours or [], theirs, strict=False):
                assert picture is None or (other is not None and torch.equal(picture, other))
    assert {(True, True), (True, False), (False, False)} == set(made)


def test_pairs_of_kinds_are_varied_and_exchanged_where_the_recipe_says_so(
    make_config: MakeConfig,
) -> None:
    plain = make_config(step={"inference": 1.0, "exchange": 0.0})
    varied = make_config(step={"inference": 1.0}, data={"augment": True})
    for config, expected in ((plain, False), (varied, True)):
        held = StepBatches(config, load_scenes(config)).held
        assert (held.augment, held.exchange) == (expected, expected)


def test_held_out_scenes_are_never_trained_on(make_config: MakeConfig, pictures: Path) -> None:
    config = make_config(validation={"holdout": 2}, optimiser={"steps": 200})
    scenes = load_scenes(config)
    held_out = {scene.name for scene in scenes.held_out}
    assert held_out == {"pairs/0", "pairs/5", "sharp/0", "sharp/3"}
    batches = StepBatches(config, scenes)
    drawn_from = {scene.name for scene in batches.joint.sampler.crops.scenes}
    drawn_from |= {scene.name for scene in batches.held.pictures.scenes}
    drawn_from |= {scene.name for scene in batches.held.paired.scenes}
    assert drawn_from == {f"pairs/{n}" for n in (1, 2, 3, 4)} | {"sharp/1", "sharp/2"}


def test_holding_out_everything_is_an_error(make_config: MakeConfig) -> None:
    with pytest.raises(DataError, match=r"more than validation.holdout = 4 .*'sharp', found 4"):
        load_scenes(make_config(validation={"holdout": 4}))


def test_folders_are_drawn_by_weight(make_config: MakeConfig, pictures: Path) -> None:
    config = make_config(
        data={"sharp": [{"root": pictures / "sharp", "weight": 3.0}]},
    )
    scenes = load_scenes(config)
    assert sum(scenes.paired_weights) == pytest.approx(1)
    assert sum(scenes.sharp_weights) == pytest.approx(3)


def test_a_patch_larger_than_a_picture_is_an_error(make_config: MakeConfig) -> None:
    config = make_config(data={"patch": 48})
    with pytest.raises(DataError, match="at least 48x48 pixels"):
        StepBatches(config, load_scenes(config))
