"""The table of all variants: each is a few values of a recipe, and nothing else (D21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gifnet.errors import ConfigError
from gifnet.training.config import TrainingConfig, validate_config

FULL = "full"
"""The variant that all others are compared with: the recipe as it stands."""


@dataclass(frozen=True)
class Variant:
    """One line of the table.

    Attributes:
        name: what it is called everywhere.
        title: what is different, in a few words.
        tests: the claim of the paper that it is there for.
        changes: table of the recipe -> field -> value.
        steps: how many steps it does for each of the recipe's: a step of one task is half as many
            updates.
    """

    name: str
    title: str
    tests: str
    changes: Mapping[str, Mapping[str, Any]]
    steps: int = 1

    def of(self, recipe: TrainingConfig, *, seed: int) -> TrainingConfig:
        """Make the recipe of one run.

        Args:
            recipe: That of the full model.
            seed: Of everything random.

        Raises:
            ConfigError: The variant and the recipe do not go together, or it changes nothing.
        """
        values = recipe.model_dump()
        values |= {"seed": seed, "name": f"{recipe.name}-{self.name}-{seed}"}
        values["optimiser"]["steps"] *= self.steps
        values["optimiser"]["warmup"] *= self.steps
        for table, changes in self.changes.items():
            if all(values[table][name] == value for name, value in changes.items()):
                raise ConfigError(
                    f"the variant {self.name} changes nothing of the table {table} of this recipe: "
                    "leave it out of variants"
                )
            values[table] |= changes
        return validate_config(values, source=f"the variant {self.name}")


_INTERACTION = "low-level tasks that interact help each other (Sec. 3.1)"
_AUXILIARY = "the low-level task must be one that gives digital details (Sec. 3.1)"
_FUSION = "the auxiliary branch informs the main one by cross attention and lambda (Eq. 4)"

_TABLE = (
    Variant(FULL, "the whole model", "", {}),
    Variant(
        "mm_only",
        "MM alone",
        _INTERACTION,
        # The other branch would be read, untrained.
        {"step": {"tasks": "multi_modal"}, "model": {"interaction": "none"}},
        steps=2,
    ),
    Variant(
        "dp_only",
        "DP alone",
        _INTERACTION,
        {"step": {"tasks": "digital_photography"}, "model": {"interaction": "none"}},
        steps=2,
    ),
    Variant(
        "dp_exposure",
        "DP on exposures instead of focus",
        _AUXILIARY,
        {"data": {"photography": "exposure"}},
    ),
    Variant(
        "dp_focus_exposure",
        "DP on focus and exposures",
        _AUXILIARY,
        {"data": {"photography": "both"}},
    ),
    Variant(
        "no_reconstruction",
        "without the reconstruction branch",
        "the reconstruction makes features that all tasks share (Sec. 3.2)",
        {"loss": {"reconstruction": False}},
    ),
    Variant("own_query", "no cross attention", _FUSION, {"model": {"cross_attention": False}}),
    Variant("lambda_zero", "lambda held at 0", _FUSION, {"model": {"interaction": "none"}}),
    Variant(
        "interact_everywhere",
        "interaction in every block",
        "the branches meet in the unshifted blocks only (Sec. 3.3)",
        {"model": {"interaction": "every"}},
    ),
    Variant(
        "no_gate",
        "main features alone, no gate",
        "the gate joins shared and main features (Sec. 3.3)",
        {"model": {"gated": False}},
    ),
    Variant(
        "no_joint_data",
        "focus pictures of scenes of their own",
        "joint data close the gap between the tasks (Sec. 3.2)",
        {"data": {"joint": False}},
    ),
    Variant(
        "frozen_as_published",
        "frozen as in the published run",
        "all of the auxiliary branch is frozen (Sec. 3.3; D3, D4)",
        {"step": {"freezing": "published"}},
    ),
    Variant(
        "ssim",
        "SSIM instead of MS-SSIM",
        "the similarity of the public loss (Eq. 7; D6)",
        {"loss": {"similarity": "ssim"}},
    ),
)

VARIANTS: Mapping[str, Variant] = MappingProxyType({item.name: item for item in _TABLE})
"""All variants by name, the full model first."""
