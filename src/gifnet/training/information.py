"""How a run measures and weighs the information of its sources (Eq. 8-9)."""

from collections.abc import Callable

import torch

from gifnet.data.patches import Quadruple
from gifnet.losses.densenet import load_densenet
from gifnet.losses.information_measure import (
    DenseNetInformation,
    InformationMeasure,
    PictureInformation,
)
from gifnet.losses.information_weights import InformationWeights, calibrate
from gifnet.training.config import TrainingConfig

UNUSED = InformationWeights(measure="unused")
"""What a run keeps whose updates do not weigh their sources."""


def choose_measure(config: TrainingConfig, device: torch.device) -> InformationMeasure:
    """Choose the measure: DenseNet features where the recipe names weights, else the picture.

    Args:
        config: Names the weights.
        device: Device of the run.
    """
    if config.loss.densenet is None or not config.uses_information:
        return PictureInformation()
    return DenseNetInformation(load_densenet(config.loss.densenet).to(device))


def calibrate_on_batches(
    config: TrainingConfig, measure: InformationMeasure, joint_batch: Callable[[int], Quadruple]
) -> InformationWeights:
    """Calibrate the information weights on the first batches that training will see.

    DenseNet features are weighed as published, and only looked at.

    Args:
        config: Tells the number of batches, and whether the weights are used at all.
        measure: The run's measure.
        joint_batch: Makes the joint pictures of a step, on the device of the run.

    Returns:
        The weights; ``UNUSED``, without making a batch, where no update uses them.
    """
    if not config.uses_information:
        return UNUSED
    pairs = []
    for step in range(config.loss.calibration_batches):
        joint = joint_batch(step)
        pairs.append((measure.measure(joint.infrared), measure.measure(joint.visible)))
    if config.loss.densenet is None:
        return calibrate(pairs, measure=measure.name)
    return InformationWeights(measure=measure.name).observe(pairs)
