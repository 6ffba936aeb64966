"""The network that a run starts from."""

import torch

from gifnet.checkpoints import load_model
from gifnet.model import GIFNet, Initialisation, build_gifnet
from gifnet.training.config import TrainingConfig


def start_network(config: TrainingConfig, device: torch.device) -> GIFNet:
    """Make the network of a new run, or one that a resumed run's state is read into.

    Args:
        config: The run's configuration.
        device: Device of the run.

    Returns:
        The network in training mode.

    Raises:
        CheckpointError: The weights to start from cannot be read.
    """
    model = config.model
    if model.weights is not None:
        network = load_model(model.weights)
    else:
        network = build_gifnet(
            model.network, seed=config.seed, initialisation=Initialisation(model.initialisation)
        )
    layout = torch.channels_last if config.optimiser.channels_last else torch.contiguous_format
    return network.train().to(device=device, memory_format=layout)  # type: ignore[call-overload,no-any-return]
