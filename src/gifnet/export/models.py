"""The models that are exported, as bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gifnet.checkpoints import WeightArrays
from gifnet.engine import fold
from gifnet.engine.folding import FoldedWeights
from gifnet.engine.graph_bytes import AnyArray, graph, with_metadata, with_weights
from gifnet.engine.quantising import Ranges, quantise
from gifnet.export.ports import PORTS
from gifnet.export.settings import Precision
from gifnet.version import __version__


@dataclass(frozen=True)
class Source:
    """The weights that are exported.

    Attributes:
        weights: as they were trained.
        ranges: of the activations, where files are to compute with integers.
        pictures: what the ranges were measured on, in words.
    """

    weights: WeightArrays
    ranges: Ranges | None = None
    pictures: str = ""

    @cached_property
    def folded(self) -> FoldedWeights:
        """As the graphs compute with them, but for the auxiliary's influence, which is an input."""
        return {name: array for name, array in self._folded.items() if name != "auxiliary_weight"}

    @cached_property
    def stored(self) -> Mapping[str, AnyArray]:
        """What the files hold: the folded weights, or integers made of them."""
        return self.folded if self.ranges is None else quantise(self.folded, self.ranges)

    @property
    def auxiliary_weight(self) -> float:
        """The trained value of the auxiliary's influence."""
        return float(self._folded["auxiliary_weight"][0])

    @property
    def metadata(self) -> dict[str, str]:
        """What exported files say of their weights."""
        header = self.weights.header
        return {
            "gifnet.version": __version__,
            # Where a file lies on this machine is nobody else's business.
            "gifnet.weights": Path(self.weights.name).name,
            "gifnet.weights_sha256": self.weights.sha256,
            "gifnet.recipe": header.recipe_name,
            "gifnet.licence": header.licence,
            "gifnet.auxiliary_weight": repr(self.auxiliary_weight),
            **({"gifnet.calibrated_on": self.pictures} if self.pictures else {}),
        }

    @cached_property
    def _folded(self) -> FoldedWeights:
        return fold(self.weights.foldable)


def model_bytes(name: str, source: Source, precision: Precision) -> bytes:
    """Make a model that needs nothing else: graph, weights and metadata.

    Every exported file is made of it, whatever its format.

    Args:
        name: one of the engine's ``STAGES``, or ``WHOLE``.
        source: the weights.
        precision: of the numbers in it.

    Returns:
        A serialised ``ModelProto``.

    Raises:
        CheckpointError: the network is not of the published size.
    """
    return with_metadata(
        with_weights(graph(name, quantised=precision is Precision.INT8), source.stored),
        version=__version__,
        description=f"GIFNet, one model that fuses any pictures. {PORTS[name].summary}",
        entries=model_metadata(name, source, precision),
    )


def model_metadata(name: str, source: Source, precision: Precision) -> dict[str, str]:
    """Say what a model is, and what goes in and comes out.

    Args:
        name: as for ``model_bytes``.
        source: the weights.
        precision: of the numbers in it.
    """
    ports = PORTS[name]
    return {
        **source.metadata,
        "gifnet.graph": name,
        "gifnet.precision": str(precision),
        **{f"input.{port.name}": str(port) for port in ports.inputs},
        **{f"output.{port.name}": str(port) for port in ports.outputs},
    }
