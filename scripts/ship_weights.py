"""Put the weights of a finished run into the package, under their recipe's name and licence line.

python scripts/ship_weights.py recipes/first.toml runs/first
"""

import argparse
from dataclasses import replace
from pathlib import Path

from gifnet.checkpoints import load_checkpoint, save_checkpoint
from gifnet.training.config import load_config
from gifnet.training.trainer import WEIGHTS_FILE

ROOT = Path(__file__).resolve().parent.parent
PACKAGED = ROOT / "src" / "gifnet" / "weights" / "gifnet.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("run", type=Path)
    options = parser.parse_args()
    recipe = load_config(options.recipe)
    network, header = load_checkpoint(options.run / WEIGHTS_FILE)
    if header.recipe_name != recipe.name:
        raise SystemExit(
            f"{options.run} was trained from {header.recipe_name!r}, not {recipe.name!r}"
        )
    named = replace(header, recipe_digest=recipe.digest, licence=recipe.data_licence)
    save_checkpoint(network, PACKAGED, named)
    print(f"{PACKAGED.relative_to(ROOT)}: {named.recipe_name}, {named.step} steps")


if __name__ == "__main__":
    main()
