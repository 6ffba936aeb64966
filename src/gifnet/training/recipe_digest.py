"""The digest of a recipe: two runs that share it make the same weights."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifnet.checkpoints.bundled import weights_file
from gifnet.checkpoints.weights_file import require_file, sha256_of
from gifnet.data.revision import REVISION

if TYPE_CHECKING:  # that file needs this one
    from gifnet.training.config import TrainingConfig


_USUAL = {
    ("data", "focus"): "lens",
    ("data", "photography"): "focus",
    ("data", "joint"): True,
    ("loss", "reconstruction"): True,
    ("loss", "similarity"): "ms-ssim",
    ("step", "tasks"): "both",
    ("model", "interaction"): "unshifted",
    ("model", "cross_attention"): True,
    ("model", "gated"): True,
}
"""Choices that came later than the first digests, and what was done before."""


def recipe_digest(config: "TrainingConfig", *, revision: int | None = REVISION) -> str:
    """Digest everything that decides the weights.

    Left out are the run's name and licence line, where data and weights lie, how the work is
    done, and what is only looked at. The held-out pictures are in it: with another number of them
    a resumed run would train on pictures that it validates on. The pictures themselves are not:
    their folders' names stand for them. Weights to start from are, by their SHA-256.

    Args:
        config: The recipe.
        revision: Of the code that draws patches; another one tells what the digest was then. None
            gives the form of the time before digests had a revision, when a name stood for the
            weights to start from.

    Raises:
        CheckpointError: The weights to start from cannot be read.
    """
    recipe = config.model_dump(
        mode="json", exclude={"name", "data_licence", "checkpoint_every", "validation"}
    )
    recipe["holdout"] = config.validation.holdout
    for name in ("workers", "memory", "cache"):
        del recipe["data"][name]
    for (table, name), usual in _USUAL.items():
        if recipe[table][name] == usual:  # as always before there was a choice
            del recipe[table][name]
    for name in ("device", "accumulate", "compile"):
        del recipe["optimiser"][name]
    for folder in recipe["data"]["pairs"]:
        del folder["layout"]  # where pictures lie, and not which they are
    places: list[tuple[dict[str, Any], str]] = [(recipe["loss"], "densenet")]
    places += [(folder, "root") for folder in recipe["data"]["pairs"] + recipe["data"]["sharp"]]
    for section, key in [*places, (recipe["model"], "weights")]:
        if section[key] is not None:
            section[key] = Path(section[key]).name
    if revision is not None:
        recipe["data"]["revision"] = revision
        recipe["model"]["weights"] = _sha256(config.model.weights)
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _sha256(weights: str | Path | None) -> str | None:
    if weights is None:
        return None
    with weights_file(weights) as file:
        require_file(file)
        return sha256_of(file)
