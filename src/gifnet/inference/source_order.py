"""The published order of the two sources of each application.

The network treats its sources nearly alike, but was published with this order: infrared, visible ·
near focus, far focus · over-, under-exposed · near-infrared, visible · PET/CT/SPECT, MRI.
"""

from dataclasses import dataclass

from gifnet.tasks import Application

_ONE_LEVEL = 1.0 / 255.0


@dataclass(frozen=True)
class SourceLook:
    """What the pixels of a source say about its place.

    Attributes:
        coloured: whether it has colour.
        brightness: mean luma, in [0, 1].
    """

    coloured: bool
    brightness: float


def should_swap(application: Application, first: SourceLook, second: SourceLook) -> bool:
    """Tell whether two sources were given against their application's order.

    Args:
        application: what the pair shows.
        first: the source given first.
        second: the source given second.

    Returns:
        True if the pixels say clearly that the order is wrong: the visible picture (ivif,
        nir-vis) and the functional one (medical) are told by being the only one with colour, the
        over-exposed one (meif) by being brighter by more than one 8-bit level. Focus pairs and
        ``auto`` always stay as given.
    """
    match application:
        case Application.IVIF | Application.NIR_VIS:
            return first.coloured and not second.coloured
        case Application.MEDICAL:
            return second.coloured and not first.coloured
        case Application.MEIF:
            return second.brightness > first.brightness + _ONE_LEVEL
        case _:
            return False
