"""The training tasks of the network's two branches, and the applications that users have.

A *task* owns weights; *main* and *auxiliary* are roles that either task can take. An
*application* is a kind of source pair; the network treats all of them alike.
"""

from enum import StrEnum


class Task(StrEnum):
    """A low-level training task, one for each branch of the network (Sec. 3.1)."""

    MULTI_MODAL = "multi_modal"
    """Multi-modal fusion (MM), trained on infrared and visible pictures."""

    DIGITAL_PHOTOGRAPHY = "digital_photography"
    """Digital-photography fusion (DP), trained on near- and far-focused pictures."""

    @property
    def other(self) -> "Task":
        """The task that is auxiliary when this one is main."""
        return Task.DIGITAL_PHOTOGRAPHY if self is Task.MULTI_MODAL else Task.MULTI_MODAL


class Application(StrEnum):
    """What a pair of sources shows; it fixes the published order of the two sources."""

    AUTO = "auto"
    """Guessed from the pixels; ``general`` where they do not tell it clearly."""

    GENERAL = "general"
    """Any pair; the sources stay in the order given."""

    IVIF = "ivif"
    """Infrared, visible."""

    MFIF = "mfif"
    """Near focus, far focus."""

    MEIF = "meif"
    """Over-exposed, under-exposed."""

    NIR_VIS = "nir-vis"
    """Near-infrared, visible."""

    MEDICAL = "medical"
    """Functional picture (PET, CT or SPECT), MRI."""
