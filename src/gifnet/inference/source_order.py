"""The published order of the two sources of each application.

The network treats its sources nearly alike, but was published with this order: infrared, visible ·
near focus, far focus · over-, under-exposed · near-infrared, visible · PET/CT/SPECT, MRI.
"""

from dataclasses import dataclass

from gifnet.tasks import Application

_ONE_LEVEL = 1.0 / 255.0
_MORE_THAN_A_TINT = 4.0


@dataclass(frozen=True)
class SourceLook:
    """What the pixels of a source say about its place.

    Attributes:
        coloured: whether it has colour.
        brightness: mean luma, in [0, 1].
        colour: mean distance from neutral, of Cb and Cr.
    """

    coloured: bool
    brightness: float
    colour: float = 0.0

    def outshines(self, other: "SourceLook") -> bool:
        """Whether it alone has colour, or the other one's is a mere tint beside it."""
        if not self.coloured:
            return False
        return not other.coloured or self.colour > _MORE_THAN_A_TINT * other.colour


def should_swap(application: Application, first: SourceLook, second: SourceLook) -> bool:
    """Tell whether two sources were given against their application's order.

    Args:
        application: what the pair shows.
        first: the source given first.
        second: the source given second.

    Returns:
        True if the pixels say clearly that the order is wrong: the visible picture (ivif,
        nir-vis) and the functional one (medical) are told by being the only one with more than a
        tint of colour, the over-exposed one (meif) by being brighter by more than one 8-bit
        level. Focus pairs and ``general`` ones always stay as given.
    """
    match application:
        case Application.IVIF | Application.NIR_VIS:
            return first.outshines(second)
        case Application.MEDICAL:
            return second.outshines(first)
        case Application.MEIF:
            return second.brightness > first.brightness + _ONE_LEVEL
        case _:
            return False
