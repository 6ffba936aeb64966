"""The recipes of the package: by name, with the folders of pictures in a place of one's own."""

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from gifnet.errors import ConfigError
from gifnet.training.config import PairFolder, SharpFolder, TrainingConfig, parse_config
from gifnet.training.recipe_paths import resolve_paths

_SUFFIX = ".toml"


def recipe_names() -> tuple[str, ...]:
    """Name the recipes of the package, sorted."""
    names = (resource.name for resource in files("gifnet.recipes").iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def read_recipe(name: str) -> TrainingConfig:
    """Read a recipe of the package as it stands there: its paths are mere names.

    Args:
        name: One of ``recipe_names()``.

    Raises:
        ConfigError: There is no such recipe.
    """
    names = recipe_names()
    if name not in names:
        near = get_close_matches(name, names, n=1)
        raise ConfigError(
            f"expected a recipe of the package ({', '.join(names)}), got {name!r}: "
            + (f"meant is {near[0]}? " if near else "")
            + "a recipe of your own is a file, given without --recipe"
        )
    resource = files("gifnet.recipes") / f"{name}{_SUFFIX}"
    return parse_config(resource.read_bytes(), source=f"the recipe {name}")


def load_recipe(name: str, *, data: Path | None) -> TrainingConfig:
    """Read a recipe of the package, to be trained with the pictures in a folder.

    Args:
        name: One of ``recipe_names()``.
        data: Folder in which the recipe's folders of pictures lie.

    Returns:
        The recipe, its paths absolute.

    Raises:
        ConfigError: There is no such recipe, no folder is given, or it lacks one that the recipe
            needs.
    """
    return place_recipe(read_recipe(name), data=data)


def place_recipe(recipe: TrainingConfig, *, data: Path | None) -> TrainingConfig:
    """Look for a recipe's folders of pictures in a place.

    Args:
        recipe: With paths relative to ``data``.
        data: The folder of these folders.

    Returns:
        The recipe, its paths absolute.

    Raises:
        ConfigError: As ``load_recipe``.
    """
    if data is None:
        raise ConfigError(
            f"the recipe {recipe.name!r} needs --data DIR, a folder with {_needed(recipe)}; "
            f"{_ADVICE}"
        )
    if not data.is_dir():
        raise ConfigError(
            f"expected a folder of training pictures at {data}, found none: the recipe "
            f"{recipe.name!r} needs one with {_needed(recipe)}; {_ADVICE}"
        )
    placed = resolve_paths(recipe, data, data=data)
    folders: list[PairFolder | SharpFolder] = [*placed.data.pairs, *placed.data.sharp]
    missing = sorted({folder.root.name for folder in folders if not folder.root.is_dir()})
    if missing:
        there = ", ".join(sorted(entry.name for entry in data.iterdir() if entry.is_dir()))
        raise ConfigError(
            f"expected the folders {', '.join(missing)} in {data}, found {there or 'no folder'}: "
            f"the recipe {recipe.name!r} needs {_needed(recipe)}; {_ADVICE}"
        )
    return placed


_ADVICE = "gifnet data prepare NAME --root SET -o DIR/NAME checks a set and makes such a folder"


def _needed(recipe: TrainingConfig) -> str:
    """The folders that a recipe looks for, in words."""
    pairs = ", ".join(str(folder.root) for folder in recipe.data.pairs)
    sharp = ", ".join(str(folder.root) for folder in recipe.data.sharp)
    needed = f"{pairs} (pairs of infrared and visible pictures)"
    return f"{needed} and {sharp} (single sharp pictures)" if sharp else needed
