"""Put the weights of a run into the package, under their recipe's name and licence line.

python scripts/ship_weights.py runs/default --name default
python scripts/ship_weights.py runs/own --name default --recipe own.toml
"""

import argparse
from dataclasses import replace
from pathlib import Path

from gifnet.checkpoints import CheckpointHeader, load_checkpoint, save_checkpoint
from gifnet.checkpoints.bundled import BUNDLED
from gifnet.training.config import TrainingConfig, load_config
from gifnet.training.packaged_recipes import read_recipe
from gifnet.training.trainer import WEIGHTS_FILE

PACKAGED = Path(__file__).resolve().parent.parent / "src" / "gifnet" / "weights"


def ship(run: Path, recipe: TrainingConfig, target: Path) -> CheckpointHeader:
    """Copy a run's weights to a file, if they were trained from this very recipe.

    Args:
        run: Folder of the run.
        recipe: What it was trained from; its licence line is taken.
        target: The file to write.

    Returns:
        The header that was written.

    Raises:
        SystemExit: The run was trained from another recipe, or another version of it.
    """
    network, header = load_checkpoint(run / WEIGHTS_FILE)
    if header.recipe_name != recipe.name:
        raise SystemExit(f"{run} was trained from {header.recipe_name!r}, not {recipe.name!r}")
    if header.recipe_digest != recipe.digest:
        raise SystemExit(
            f"{run} was trained from another version of {recipe.name!r} (digest "
            f"{header.recipe_digest[:12]}, this one {recipe.digest[:12]})"
        )
    named = replace(header, licence=recipe.data_licence)
    save_checkpoint(network, target, named)
    return named


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", choices=BUNDLED, required=True, help="what they are called there")
    parser.add_argument("--recipe", type=Path, help="a file; the package's of that name by default")
    options = parser.parse_args()
    recipe = load_config(options.recipe) if options.recipe else read_recipe(options.name)
    target = PACKAGED / f"{options.name}.safetensors"
    header = ship(options.run, recipe, target)
    print(f"{target}: recipe {header.recipe_name}, {header.step} of {recipe.optimiser.steps} steps")


if __name__ == "__main__":
    main()
