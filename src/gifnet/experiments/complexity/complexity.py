"""What the network costs: everything counted, then measured in fresh processes, then written."""

import datetime
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gifnet.checkpoints import WeightArrays, load_arrays, make_network
from gifnet.engine import fold
from gifnet.engine.graph_bytes import WHOLE
from gifnet.engine.processors import usable_processors
from gifnet.errors import SettingError
from gifnet.experiments.complexity.count import Count
from gifnet.experiments.complexity.engine_counting import count_engine
from gifnet.experiments.complexity.graph_counting import (
    count_graph,
    count_parameters,
    read_graph,
    too_low,
)
from gifnet.experiments.complexity.graph_inputs import GraphInputs, graph_inputs
from gifnet.experiments.complexity.measuring import Measured, measure
from gifnet.experiments.complexity.worker import Kind, Order
from gifnet.experiments.machine import describe_machine
from gifnet.export.models import Source, model_bytes
from gifnet.export.settings import Precision
from gifnet.model.config import MINIMUM_SIZE, ModelConfig
from gifnet.model.needs_torch import require_torch

SIZE = 480, 640
"""Height and width where nobody says."""
ROUNDS = 3
SPECIFIED = 786_000
"""Multiply-accumulates a pixel of the trained form, everything included, as known beforehand."""
IN_FULL, TRAINED = "trained, in full", "trained, forward"
GRAPH, ENGINE = "folded, one graph", "folded, in tiles"

_PACKAGES = "torch", "openvino", "numpy"

Progress = Callable[[float], None]
"""Is told the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class Cost:
    """One form of one network.

    Attributes:
        name: short.
        height: of the pair, in pixels.
        width: likewise.
        parameters: how many numbers it was taught, as it holds them.
        count: its multiply-accumulates for the pair.
        measured: what it took; None if it is only counted.
    """

    name: str
    height: int
    width: int
    parameters: int
    count: Count
    measured: Measured | None = None

    @property
    def per_pixel(self) -> float:
        """Multiply-accumulates for each pixel of the result."""
        return self.count.total / (self.height * self.width)


@dataclass(frozen=True)
class Complexity:
    """All forms, and where they were measured.

    Attributes:
        costs: in the order of the table.
        weights: what the network's weights are called.
        machine: in words.
        date: of the measurement, as 2026-11-28.
        rounds: how often each was timed.
        threads: how many each computed with.
        notes: what is to be said about them.
    """

    costs: tuple[Cost, ...]
    weights: str
    machine: str
    date: str
    rounds: int
    threads: int
    notes: tuple[str, ...] = ()


def find_complexity(
    size: tuple[int, int] = SIZE,
    *,
    weights: str | Path | None = None,
    onnx: Sequence[Path] = (),
    rounds: int = ROUNDS,
    progress: Progress = lambda _: None,
) -> Complexity:
    """Count and measure the network as trained and folded, and other networks beside it.

    Args:
        size: height and width of the pair, in pixels.
        weights: as for ``load_arrays``; networks of another size than the published one are counted
            as trained only, as only that one is folded.
        onnx: files of networks to compare with; run on OpenVINO in float32 with random pictures.
        rounds: how often each is timed, after once for warming up.
        progress: is told the share of the work that is done.

    Returns:
        What was found. Source: the paper's Fig. 1.

    Raises:
        SettingError: the size or the number of rounds is too small.
        CheckpointError: the weights cannot be loaded.
        EvaluationError: an ONNX file cannot be read, or not run at this size, or a process failed.
        MissingDependencyError: PyTorch is not installed.
    """
    require_torch("counting the network")
    height, width = size
    if min(size) < MINIMUM_SIZE:
        raise SettingError(
            f"expected a size of at least {MINIMUM_SIZE}x{MINIMUM_SIZE} (height x width), got "
            f"{height}x{width}"
        )
    if rounds < 1:
        raise SettingError(f"rounds must be at least 1; got {rounds}")
    loaded = load_arrays(weights)
    if loaded.header.model.is_variant:
        # What is left out of forward, and what folds, is that of the published network.
        raise SettingError(
            f"expected a network as published, of any size, got a variant of it in {loaded.name}; "
            "choose other weights"
        )
    threads = usable_processors()
    # A path stays one in words, too: "paper" would be a name.
    source = str(weights.absolute()) if isinstance(weights, Path) else weights

    def order(kind: Kind) -> Order:
        return Order(str(kind), source, height, width, threads, rounds, {}, {})

    # Other people's files first: a mistake is told before minutes of work.
    others = [_count_file(file, height, width) for file in onnx]
    steps = 4 + len(onnx)
    costs = _count_trained(loaded, height, width)
    progress(1 / steps)
    measured = measure(order(Kind.TRAINED), TRAINED)
    costs[1] = replace(costs[1], measured=measured)
    progress(2 / steps)
    if loaded.header.model == ModelConfig():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{WHOLE}.onnx"
            file.write_bytes(model_bytes(WHOLE, Source(loaded), Precision.FLOAT32))
            graph, shapes = _count_file(file, height, width, name=GRAPH)
            measured = measure(_of_graph(order(Kind.GRAPH), file, shapes), GRAPH)
            costs.append(replace(graph, measured=measured))
        progress(3 / steps)
        folded = fold(loaded.foldable)
        parameters = sum(array.size for array in folded.values())
        cost = Cost(ENGINE, height, width, parameters, count_engine(folded, height, width))
        costs.append(replace(cost, measured=measure(order(Kind.ENGINE), ENGINE)))
    progress(4 / steps)
    notes = []
    for number, (file, (cost, shapes)) in enumerate(zip(onnx, others, strict=True)):
        measured = measure(_of_graph(order(Kind.GRAPH), file, shapes), cost.name)
        costs.append(replace(cost, measured=measured))
        notes += [*shapes.notes, *_uncounted(cost)]
        progress((5 + number) / steps)
    return Complexity(
        costs=tuple(costs),
        weights=Path(loaded.name).name,
        machine=describe_machine(_PACKAGES),
        date=str(datetime.datetime.now(tz=datetime.UTC).date()),
        rounds=rounds,
        threads=threads,
        notes=tuple(notes),
    )


def _count_trained(loaded: WeightArrays, height: int, width: int) -> list[Cost]:
    from gifnet.experiments.complexity.torch_counting import count_forward

    parameters = sum(array.size for array in loaded.arrays.values())
    forward, in_full = count_forward(make_network(loaded), height, width)
    return [
        Cost(IN_FULL, height, width, parameters, in_full),
        Cost(TRAINED, height, width, parameters, forward),
    ]


def _count_file(
    file: Path, height: int, width: int, *, name: str | None = None
) -> tuple[Cost, GraphInputs]:
    name = name or file.name
    model = read_graph(file, name)
    parameters = count_parameters(model)
    inputs = graph_inputs(model, height, width, name)
    count = count_graph(model, inputs.shapes, name)
    return Cost(name, inputs.height, inputs.width, parameters, count), inputs


def _of_graph(order: Order, file: Path, inputs: GraphInputs) -> Order:
    return replace(
        order,
        source=str(file),
        height=inputs.height,
        width=inputs.width,
        shapes=inputs.shapes,
        kinds=inputs.kinds,
    )


def _uncounted(cost: Cost) -> list[str]:
    """Say which operators of a graph should have been counted, and were not."""
    kinds = too_low(cost.count)
    if not kinds:
        return []
    listed = ", ".join(f"{kind} ({number})" for kind, number in kinds.items())
    return [f"{cost.name}: not counted, though they multiply: {listed}; its count is too low"]
