"""The inference engine: the folded network, exactly, tile by tile, on several runtimes.

NumPy alone when imported; a runtime's library is imported when it is made.
"""

from gifnet.engine.engine import compute
from gifnet.engine.folding import fold
from gifnet.engine.plan import Plan, make_plan
from gifnet.engine.regions import Region
from gifnet.engine.runtime import Runtime
from gifnet.engine.runtimes import installed_precisions, make_runtime, runtime_names

__all__ = [
    "Plan",
    "Region",
    "Runtime",
    "compute",
    "fold",
    "installed_precisions",
    "make_plan",
    "make_runtime",
    "runtime_names",
]
