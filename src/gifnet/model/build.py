"""The one place where the network's hyper-parameters become parts."""

import torch

from gifnet.model.config import ModelConfig
from gifnet.model.cross_fusion_gating import CrossFusionGating
from gifnet.model.gate import Gate, MainFeaturesOnly
from gifnet.model.global_decoder import GlobalDecoder
from gifnet.model.initialisation import Initialisation, initialise
from gifnet.model.network import GIFNet
from gifnet.model.reconstruction_decoder import ReconstructionDecoder
from gifnet.model.shared_encoder import SharedEncoder


def build_gifnet(
    config: ModelConfig | None = None,
    *,
    seed: int = 0,
    initialisation: Initialisation = Initialisation.PAPER,
) -> GIFNet:
    """Build an untrained network.

    Args:
        config: Hyper-parameters; the published ones by default.
        seed: Seed of the random initialisation. The global generator is left as it was.
        initialisation: How the weights start.

    Returns:
        A float32 network on the CPU, in training mode.
    """
    config = config or ModelConfig()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = SharedEncoder(width=config.encoder_width, depth=config.encoder_depth)
        channels = encoder.channels
        # In this order, always: each part draws its weights from the one generator.
        reconstruction_decoder = ReconstructionDecoder(
            in_channels=channels, widths=config.decoder_widths
        )
        cross_fusion = CrossFusionGating(
            channels=channels,
            heads=config.heads,
            window=config.window,
            depth=config.blocks,
            interaction=config.interaction,
            cross_attention=config.cross_attention,
        )
        gate: Gate | MainFeaturesOnly = Gate(channels=channels, out_channels=config.gate_channels)
        if not config.gated:
            # Its weights are drawn all the same: the parts after it then start as with it.
            gate = MainFeaturesOnly(channels=channels)
        network = GIFNet(
            shared_encoder=encoder,
            reconstruction_decoder=reconstruction_decoder,
            cross_fusion=cross_fusion,
            gate=gate,
            global_decoder=GlobalDecoder(
                in_channels=gate.out_channels, widths=config.decoder_widths
            ),
        )
        initialise(network, initialisation)
    return network
