"""What an update computes with the network, as one module from pairs to pictures."""

from typing import Protocol, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from gifnet.model import Freezing, GIFNet
from gifnet.tasks import Task

Pair = tuple[Tensor, Tensor]


class Passes(Protocol):
    """Runs the network for one update."""

    def __call__(self, main_pair: Pair, auxiliary_pair: Pair | None, main: Task) -> Pair:
        """Fuse a pair, and rebuild its visible picture.

        Args:
            main_pair: The main task's two sources, (B, 1, H, W) each, in [0, 1].
            auxiliary_pair: Those of the other task; None where they are the same.
            main: The main task.

        Returns:
            The fused picture in [0, 1] and the reconstruction in [-1, 1], (B, 1, H, W) each.
        """


class UpdatePass(nn.Module):
    """The passes of one update, in one piece or in parts that need less memory.

    In parts, only the pictures that come out are kept, and each part is computed once more when
    its gradient is due. So the losses see the whole batch, as some of them must (the similarity
    of the public loss is a product of means over the batch), and the gradients of the parts add
    up to the very gradient of the whole.

    Args:
        network: The network, in training mode.
        freezing: What of the auxiliary branch gets no gradient.
        parts: In how many parts a batch is worked through; a divisor of its size.
    """

    def __init__(self, network: GIFNet, freezing: Freezing, *, parts: int = 1) -> None:
        super().__init__()
        self.network = network
        self.freezing = freezing
        self.parts = parts
        self.run_part: Passes = self.run_plainly
        """Computes one part; a compiled form may take its place."""

    def forward(self, main_pair: Pair, auxiliary_pair: Pair | None, main: Task) -> Pair:
        """Run the network; see ``Passes``."""
        if self.parts == 1:
            return self.run_part(main_pair, auxiliary_pair, main)
        mains = _cut(main_pair, self.parts)
        auxiliaries = (
            [None] * len(mains) if auxiliary_pair is None else _cut(auxiliary_pair, self.parts)
        )
        fused, reconstructions = [], []
        for main_part, auxiliary_part in zip(mains, auxiliaries, strict=True):
            pictures = checkpoint(
                self.run_part,
                main_part,
                auxiliary_part,
                main,
                use_reentrant=False,
                preserve_rng_state=False,  # nothing here is random
            )
            fused.append(pictures[0])
            reconstructions.append(pictures[1])
        return torch.cat(fused), torch.cat(reconstructions)

    def run_plainly(self, main_pair: Pair, auxiliary_pair: Pair | None, main: Task) -> Pair:
        """Run the network once; see ``Passes``."""
        network = self.network
        shared_main = network.encode(*main_pair)
        with torch.no_grad():  # the auxiliary's encoder pass is frozen with either freezing
            if auxiliary_pair is None:
                shared_auxiliary = shared_main
            else:
                shared_auxiliary = network.encode(*auxiliary_pair)
        gated = network.gate(shared_main, shared_auxiliary, main=main, freezing=self.freezing)
        return network.decode(gated), network.reconstruct(shared_main)


def _cut(pair: Pair, parts: int) -> list[Pair]:
    pieces = [source.chunk(parts) for source in pair]
    return [cast(Pair, piece) for piece in zip(*pieces, strict=True)]
