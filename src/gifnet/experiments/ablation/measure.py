"""What a trained network makes of the pairs, in numbers."""

from collections.abc import Sequence

import numpy as np

from gifnet.experiments.ablation.pairs import EvaluationPair
from gifnet.inference import Fuser
from gifnet.metrics import METRICS, Needs
from gifnet.model import GIFNet
from gifnet.tasks import Application, Task

Values = dict[str, dict[str, float]]
"""Group -> metric -> mean over its pairs."""


def measure_network(
    network: GIFNet, main: Task, pairs: Sequence[EvaluationPair], metrics: Sequence[str]
) -> Values:
    """Fuse all pairs with PyTorch, and measure the results.

    The engine is not asked: it computes the published network only.

    Args:
        network: In evaluation mode.
        main: The task whose branch fuses.
        pairs: Sources, and the truth where it is known.
        metrics: Names in METRICS; those that need a truth are left out where there is none.
    """
    fuser = Fuser.from_model(network, device="cpu", main=main)
    values: dict[str, dict[str, list[float]]] = {}
    for pair in pairs:
        sources = [pair.source_a, pair.source_b]
        fused = fuser.fuse(*sources, application=Application.GENERAL)
        for name in metrics:
            metric = METRICS[name]
            if metric.needs is Needs.TRUTH and pair.truth is None:
                continue
            seen = [pair.truth] if metric.needs is Needs.TRUTH else sources
            value = metric.function(seen, fused)
            values.setdefault(pair.group, {}).setdefault(name, []).append(value)
    return {
        group: {name: float(np.mean(found)) for name, found in metrics_of.items()}
        for group, metrics_of in values.items()
    }
