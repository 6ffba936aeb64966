"""How a classifier is trained: He et al.'s recipe, unless something else is asked for."""

from dataclasses import dataclass, fields
from math import isfinite

from gifnet.errors import SettingError

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Hyper-parameters of a classifier (He et al., CVPR 2016, Sec. 4.2).

    Attributes:
        depth: layers of the residual network, 6 n + 2.
        epochs: passes over the training pictures. 164 of them are the 64,000 updates of the
            source, for 50,000 pictures.
        batch: pictures of an update.
        learning_rate: of the first half of the epochs; a tenth of it up to three quarters, then
            a hundredth.
        momentum: of stochastic gradient descent.
        weight_decay: of all weights.
        padding: pixels around a picture out of which it is cut again, at random.
        precision: of the forward pass, "float32" or "bfloat16".

    Raises:
        SettingError: a value makes no sense.
    """

    depth: int = 56
    epochs: int = 164
    batch: int = 128
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    padding: int = 4
    precision: str = "float32"

    def __post_init__(self) -> None:
        least = {"depth": 8, "epochs": 1, "batch": 2, "padding": 0}
        least |= {"learning_rate": 0, "momentum": 0, "weight_decay": 0}
        for field in fields(self):
            value = getattr(self, field.name)
            lowest = least.get(field.name)
            if lowest is not None and not (value >= lowest and isfinite(value)):
                raise SettingError(f"{field.name}: expected {lowest} at least, got {value}")
        if (self.depth - 2) % 6:
            raise SettingError(
                f"expected a depth of 6 n + 2 (8, 14, 20, 32, 44, 56, 110, ...), got {self.depth}"
            )
        if self.precision not in PRECISIONS:
            raise SettingError(
                f"expected a precision out of {', '.join(PRECISIONS)}, got {self.precision!r}"
            )

    def rate_of(self, epoch: int) -> float:
        """Tell the learning rate of an epoch.

        Args:
            epoch: 0 for the first.
        """
        drops = (2 * epoch >= self.epochs) + (4 * epoch >= 3 * self.epochs)
        return float(self.learning_rate * 0.1**drops)
