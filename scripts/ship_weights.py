"""Put the weights of a run into the package, under their recipe's name and licence line.

python scripts/ship_weights.py runs/default --name default

A run is refused whose recipe is not that of the package in all values, by its digest, or that is
not finished (--unfinished ships it all the same; the header tells how many steps of how many).

Digests tell by which revision of the code patches were drawn (gifnet/data/revision.py); older ones
do not. A run whose digest is of an older form or revision is shipped with --drawn-as-now, by which
you say that the run has drawn its patches as the code does now: then its recipe, recomputed in the
older form, must still be the package's in all values, and the present digest is written.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from gifnet.checkpoints import CheckpointHeader, load_checkpoint, save_checkpoint
from gifnet.checkpoints.bundled import BUNDLED
from gifnet.data.revision import REVISION
from gifnet.training.config import TrainingConfig
from gifnet.training.packaged_recipes import read_recipe
from gifnet.training.recipe_digest import recipe_digest
from gifnet.training.trainer import WEIGHTS_FILE

PACKAGED = Path(__file__).resolve().parent.parent / "src" / "gifnet" / "weights"


def ship(
    run: Path,
    recipe: TrainingConfig,
    target: Path,
    *,
    unfinished: bool = False,
    drawn_as_now: bool = False,
) -> CheckpointHeader:
    """Copy a run's weights to a file, if they were trained from this very recipe.

    Args:
        run: Folder of the run.
        recipe: What it was trained from; its licence line is taken.
        target: The file to write.
        unfinished: Whether a run will do that has not done all steps of its recipe.
        drawn_as_now: Whether the run is known to have drawn its patches as the code does now,
            though its digest is older.

    Returns:
        The header that was written.

    Raises:
        SystemExit: The run was trained from another recipe, or another version of it, or is not
            finished.
    """
    network, header = load_checkpoint(run / WEIGHTS_FILE)
    if header.recipe_name != recipe.name:
        raise SystemExit(f"{run} was trained from {header.recipe_name!r}, not {recipe.name!r}")
    _require_digest(run, header.recipe_digest, recipe, drawn_as_now=drawn_as_now)
    steps = recipe.optimiser.steps
    if header.step != steps and not unfinished:
        raise SystemExit(
            f"{run} has done {header.step} of the {steps} steps of {recipe.name!r}: finish it with "
            "gifnet train --resume, or say --unfinished"
        )
    named = replace(header, licence=recipe.data_licence, recipe_digest=recipe.digest, steps=steps)
    save_checkpoint(network, target, named)
    return named


def _require_digest(run: Path, found: str, recipe: TrainingConfig, *, drawn_as_now: bool) -> None:
    """Refuse a run that was trained from other values, or may have drawn other patches."""
    if found == recipe.digest:
        return
    older = {recipe_digest(recipe, revision=r): f"of revision {r}" for r in range(1, REVISION)}
    older[recipe_digest(recipe, revision=None)] = "without a revision"
    if found not in older:
        raise SystemExit(
            f"{run} was trained from another version of {recipe.name!r} (digest "
            f"{found[:12]}, this one {recipe.digest[:12]})"
        )
    if not drawn_as_now:
        raise SystemExit(
            f"{run} was trained from {recipe.name!r} as it is, but with a digest {older[found]} "
            f"of the code that draws patches, which is at {REVISION} now: if you know that the "
            "run has drawn them in the same way, say --drawn-as-now; else train anew"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", choices=BUNDLED, required=True, help="that of their recipe, too")
    parser.add_argument("--unfinished", action="store_true", help="ship it before its last step")
    parser.add_argument(
        "--drawn-as-now",
        action="store_true",
        help="the run's digest is older, but its patches were drawn as they are now",
    )
    options = parser.parse_args()
    recipe = read_recipe(options.name)
    target = PACKAGED / f"{options.name}.safetensors"
    header = ship(
        options.run,
        recipe,
        target,
        unfinished=options.unfinished,
        drawn_as_now=options.drawn_as_now,
    )
    print(f"{target}: recipe {header.recipe_name}, {header.step} of {header.steps} steps")


if __name__ == "__main__":
    main()
