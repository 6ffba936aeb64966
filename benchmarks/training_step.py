"""How fast is one step of the alternating training, and what does each measure bring?

A step is an MM and a DP update. The plain step computes in float32 and NCHW, skips nothing and
decodes its pictures from files; the rows after it add one measure each, down to the step as
``gifnet train`` does it. All rows are measured in one run, in turn, round by round, so that
whatever else the machine does hits all of them; CPU time is shown beside wall time.

    python benchmarks/training_step.py --patch 64 --batch 4
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from gifnet.data.crops import SceneCrops
from gifnet.data.folders import Scene, SceneFiles, list_pairs
from gifnet.data.patches import JointPatches, Quadruple
from gifnet.data.samples import JointSampler
from gifnet.losses.public import public_loss
from gifnet.model import Freezing, GIFNet, build_gifnet
from gifnet.model.convolution import reflect_pad
from gifnet.model.depthwise import DepthwiseConvolution
from gifnet.tasks import Task
from gifnet.training.config import LossConfig
from gifnet.training.devices import autocast_for, choose_device
from gifnet.training.step import (
    Update,
    digital_photography_update,
    held_to,
    informed,
    multi_modal_update,
    run_update,
)
from machine import describe_machine

PICTURES = 8
PICTURE_SIZE = (480, 640)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A way to do the step: the plain one with some of our measures."""

    name: str
    depthwise: bool = False
    """The depthwise convolution's gradient as ours, not as PyTorch's."""
    skipping: bool = False
    """No gradient for what is frozen, and nothing that nobody reads."""
    cached: bool = False
    """Pictures decoded once."""
    channels_last: bool = False
    bfloat16: bool = False


VARIANTS = (
    Variant(name="plain: float32, NCHW"),
    Variant(name="+ own depthwise gradient", depthwise=True),
    Variant(name="+ frozen parts skipped", depthwise=True, skipping=True),
    Variant(name="+ pictures cached", depthwise=True, skipping=True, cached=True),
    Variant(name="+ channels-last", depthwise=True, skipping=True, cached=True, channels_last=True),
    Variant(
        name="+ bfloat16 (gifnet train)",
        depthwise=True,
        skipping=True,
        cached=True,
        channels_last=True,
        bfloat16=True,
    ),
)


class PlainDepthwise(nn.Conv2d):
    """The depthwise convolution with PyTorch's own gradient."""

    def forward(self, maps: Tensor) -> Tensor:
        reach = self.kernel_size[0] // 2
        return nn.functional.conv2d(
            reflect_pad(maps, [reach] * 4), self.weight, self.bias, groups=self.groups
        )


class DecodedEachTime(Sequence[Scene]):
    """Scenes that are read from their files whenever they are looked at."""

    def __init__(self, files: Sequence[SceneFiles]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> Scene: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Scene]: ...
    def __getitem__(self, index: int | slice) -> Scene | Sequence[Scene]:
        if isinstance(index, slice):
            return [files.load() for files in self.files[index]]
        return self.files[index].load()


class Step:
    """One variant with its network, its optimiser and its data."""

    def __init__(
        self,
        variant: Variant,
        files: Sequence[SceneFiles],
        *,
        patch: int,
        batch: int,
        device: torch.device,
    ) -> None:
        self.variant, self.batch, self.device = variant, batch, device
        network = build_gifnet(seed=0)
        if not variant.depthwise:
            _make_depthwise_plain(network)
        layout = torch.channels_last if variant.channels_last else torch.contiguous_format
        self.network: GIFNet = network.to(device=device, memory_format=layout)  # type: ignore[call-overload]
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-4)
        self.autocast = autocast_for(device, "bfloat16" if variant.bfloat16 else "float32")
        scenes = [f.load() for f in files] if variant.cached else DecodedEachTime(files)
        sampler = JointSampler(SceneCrops(scenes, patch=patch), seed=0)
        self.patches = JointPatches(sampler, length=10**6)
        self.weights = torch.tensor([0.4, 0.6], device=device)
        self.number = 0

    def run(self) -> float:
        """Do one step; return its loss."""
        items = [self.patches[self.number + index] for index in range(self.batch)]
        self.number += self.batch
        batch = Quadruple(*(torch.stack(p).to(self.device) for p in zip(*items, strict=True)))
        update = self._run_update if self.variant.skipping else self._run_plain_update
        losses = update(multi_modal_update(batch, informed(batch, self.weights)))
        focus = held_to(batch.visible, LossConfig())
        losses = losses + update(digital_photography_update(batch, focus))
        return float(losses)  # waits for a GPU

    def _run_update(self, update: Update) -> Tensor:
        losses = run_update(
            self.network,
            update,
            self.optimiser,
            freezing=Freezing.PAPER,
            autocast=self.autocast,
        )
        return losses.private if losses.public is None else losses.public + losses.private

    def _run_plain_update(self, update: Update) -> Tensor:
        """Run both branches alike, gradients and all; then drop those of what is frozen."""
        network, main = self.network, update.main
        self.optimiser.zero_grad()
        shared = network.encode(*update.main_pair)
        features = network.embedding[main.value](shared)
        auxiliary = network.embedding[main.other.value](network.encode(*update.auxiliary_pair))
        features = self._cross_fusion(features, auxiliary, main)
        fused = network.decode(network.gating(shared, network.unembedding(features)))
        loss = public_loss(network.reconstruct(shared), update.visible)
        loss = loss + update.private_loss(fused)
        loss.backward()  # type: ignore[no-untyped-call]
        for name, parameter in network.named_parameters():
            if f".{main.other}" in name:
                parameter.grad = None
        self.optimiser.step()
        return loss.detach()

    def _cross_fusion(self, features: Tensor, auxiliary: Tensor, main: Task) -> Tensor:
        blocks: Any = self.network.cross_fusion.blocks
        for block in blocks:
            bias, grid = block.position_bias(), block._grid(features)
            features, query = block.branches[main.value](features, bias, grid)
            auxiliary, _ = block.branches[main.other.value](
                auxiliary, bias, grid, query=query if block.interacts else None
            )
            if block.interacts:
                features = block.interact(features, auxiliary, main)
        return features


def _make_depthwise_plain(network: GIFNet) -> None:
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, DepthwiseConvolution):
                plain = PlainDepthwise(
                    child.in_channels, child.out_channels, child.kernel_size[0], groups=child.groups
                )
                plain.load_state_dict(child.state_dict())
                setattr(module, name, plain)


def write_pictures(root: Path) -> None:
    """Write pairs of smooth detail, as large as those of a usual training set."""
    generator = np.random.default_rng(0)
    height, width = PICTURE_SIZE
    for folder in ("ir", "vi"):
        (root / folder).mkdir(parents=True)
        for number in range(PICTURES):
            coarse = generator.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
            picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
            picture.save(root / folder / f"{number}.png")


def measure(steps: Sequence[Step], *, rounds: int) -> list[list[tuple[float, float]]]:
    """Time every step once a round; return (wall, CPU) seconds by step and round."""
    times: list[list[tuple[float, float]]] = [[] for _ in steps]
    for step in steps:  # warm-up
        step.run()
    for _ in range(rounds):
        for step, measured in zip(steps, times, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            step.run()
            measured.append((time.perf_counter() - wall, time.process_time() - cpu))
    return times


def report(variants: Sequence[Variant], times: list[list[tuple[float, float]]]) -> str:
    """Make a Markdown table: medians over the rounds."""
    lines = [
        "| step | wall s | steps/s | times plain | CPU s | times plain (CPU) |",
        "|---|---:|---:|---:|---:|---:|",
    ]

    def median(number: int, kind: Callable[[tuple[float, float]], float]) -> float:
        return statistics.median(map(kind, times[number]))

    for number, variant in enumerate(variants):
        wall, cpu = (median(number, lambda t, k=kind: t[k]) for kind in (0, 1))  # type: ignore[misc]
        faster = [
            statistics.median(
                plain[kind] / ours[kind]
                for plain, ours in zip(times[0], times[number], strict=True)
            )
            for kind in (0, 1)
        ]
        lines.append(
            f"| {variant.name} | {wall:.3f} | {1 / wall:.2f} | {faster[0]:.2f} | {cpu:.3f} | "
            f"{faster[1]:.2f} |"
        )
    return "\n".join(lines)


def _describe(device: torch.device) -> str:
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    versions = f"{torch.get_num_threads()} threads", f"torch {torch.__version__}"
    return describe_machine(*versions, device=gpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patch", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--ends", action="store_true", help="only the first and the last row")
    options = parser.parse_args()
    variants = VARIANTS[:: len(VARIANTS) - 1] if options.ends else VARIANTS
    device = choose_device(options.device)
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder) / "set")
        files = list_pairs(Path(folder) / "set")
        steps = [
            Step(variant, files, patch=options.patch, batch=options.batch, device=device)
            for variant in variants
        ]
        times = measure(steps, rounds=options.rounds)
    print(
        f"patch {options.patch}, batch {options.batch}, {options.rounds} rounds; "
        f"{_describe(device)}\n\n{report(variants, times)}"
    )


if __name__ == "__main__":
    main()
