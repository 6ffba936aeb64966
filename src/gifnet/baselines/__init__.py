"""Methods to compare with: ``name(sources)`` on grey pictures, and two for pansharpening.

Importing this package imports NumPy only; a baseline imports OpenCV or PyWavelets when it runs.
"""

from gifnet.baselines.catalogue import BASELINES, PANSHARPENING_BASELINES, Baseline

__all__ = ["BASELINES", "PANSHARPENING_BASELINES", "Baseline"]
