"""What can be chosen for a pansharpening."""

from enum import StrEnum


class Method(StrEnum):
    """Where the detail that is added to the bands comes from, and how it is added."""

    SPECTRA = "spectra"
    """The panchromatic picture's own detail, with local gains: nearest to the true spectra."""

    NETWORK = "network"
    """The network's detail, with the same gains."""

    PAPER = "paper"
    """The network's bands, their base layers matched to the bands' histograms."""


class Alignment(StrEnum):
    """Whether the panchromatic picture is moved to where the bands show the same."""

    AUTO = "auto"
    """By less than a multispectral pixel, as measured; never for the method ``paper``."""

    NONE = "none"
    """The georeferences, or the sizes, are taken as exact."""
