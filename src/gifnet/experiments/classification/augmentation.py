"""What is random about an epoch: the order of the pictures, and how each is cut and flipped."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Draw:
    """What an epoch drew, of the seed and its number alone: alike for every training set.

    Attributes:
        order: (N,), which picture comes when.
        rows: (N,), how far down in the padded picture each is cut.
        columns: (N,), how far right.
        flips: (N,), whether it is flipped left to right.
    """

    order: Tensor
    rows: Tensor
    columns: Tensor
    flips: Tensor


def draw_epoch(*, seed: int, epoch: int, count: int, padding: int) -> Draw:
    """Draw an epoch.

    Args:
        seed: of the run.
        epoch: 0 for the first.
        count: of the training pictures.
        padding: pixels on each side.

    Returns:
        What was drawn; the i-th crop and flip belong to the i-th picture of the order.
    """
    generator = np.random.default_rng([seed, epoch])
    return Draw(
        order=torch.from_numpy(generator.permutation(count)),
        rows=torch.from_numpy(generator.integers(0, 2 * padding + 1, count)),
        columns=torch.from_numpy(generator.integers(0, 2 * padding + 1, count)),
        flips=torch.from_numpy(generator.random(count) < 0.5),
    )


def cut_and_flip(
    pictures: Tensor, *, rows: Tensor, columns: Tensor, flips: Tensor, padding: int
) -> Tensor:
    """Pad pictures with zeros, cut each out again somewhere, and flip some.

    Args:
        pictures: (B, 3, H, W), normalised, so that zero is the mean.
        rows: (B,), 0 to 2 * padding.
        columns: (B,), likewise.
        flips: (B,), bool.
        padding: pixels on each side.

    Returns:
        (B, 3, H, W).
    """
    count, _, height, width = pictures.shape
    padded = functional.pad(pictures, [padding] * 4)
    down = torch.arange(height, device=pictures.device)
    right = torch.arange(width, device=pictures.device).expand(count, width)
    right = torch.where(flips[:, None], right.flip(1), right)
    # (B, H, 1) and (B, 1, W) index (B, H, W, 3) of the padded pictures.
    numbers = torch.arange(count, device=pictures.device)[:, None, None]
    at_rows = (rows[:, None] + down)[:, :, None]
    at_columns = (columns[:, None] + right)[:, None, :]
    cut = padded.permute(0, 2, 3, 1)[numbers, at_rows, at_columns]
    # (B, H, W, 3) -> (B, 3, H, W)
    return cut.permute(0, 3, 1, 2)
