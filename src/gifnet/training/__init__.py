"""The alternating training of the two tasks: configuration, step, run."""

from gifnet.model.needs_torch import require_torch

# Here, for most files of this part import PyTorch before anything else.
require_torch("training", extra="train")
