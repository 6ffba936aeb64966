"""The table of all baselines: what each is called, is for, and where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gifnet.baselines.average import average
from gifnet.baselines.brovey import brovey
from gifnet.baselines.focus_measure import focus_measure
from gifnet.baselines.gram_schmidt import gram_schmidt
from gifnet.baselines.guided_filter import guided_filter
from gifnet.baselines.laplacian import laplacian
from gifnet.baselines.maximum import maximum
from gifnet.baselines.mertens import mertens
from gifnet.baselines.pictures import Picture
from gifnet.baselines.wavelet import wavelet


@dataclass(frozen=True)
class Baseline:
    """One line of the table.

    Attributes:
        name: what it is called everywhere.
        function: ``name(sources)``; for pansharpening ``name(multispectral, panchromatic)``.
        purpose: what it is for, in a line.
        source: who published it.
    """

    name: str
    function: Callable[..., Picture]
    purpose: str
    source: str


def _table(*baselines: Baseline) -> Mapping[str, Baseline]:
    return MappingProxyType({baseline.name: baseline for baseline in baselines})


BASELINES = _table(
    Baseline("average", average, "what every method has to beat", "the mean"),
    Baseline("maximum", maximum, "bright targets, emissive slices", "the maximum"),
    Baseline("laplacian", laplacian, "any sources; strong details", "Burt and Adelson 1983"),
    Baseline("wavelet", wavelet, "any sources; strong details", "Li et al. 1995, Rockinger 1997"),
    Baseline("guided_filter", guided_filter, "any sources; few artefacts", "Li et al. 2013"),
    Baseline("mertens", mertens, "exposures", "Mertens et al. 2007"),
    Baseline(
        "focus_measure", focus_measure, "focus stacks", "Nayar and Nakagawa 1994, He et al. 2013"
    ),
)
"""Name -> fusion of grey sources."""

PANSHARPENING_BASELINES = _table(
    Baseline("brovey", brovey, "pansharpening by a ratio", "Gillespie et al. 1987"),
    Baseline("gram_schmidt", gram_schmidt, "pansharpening by details", "Laben and Brower 2000"),
)
"""Name -> pansharpening."""
