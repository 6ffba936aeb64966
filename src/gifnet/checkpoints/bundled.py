"""Where weights lie: those that come with the package, by name, or a file of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from gifnet.errors import CheckpointError

BUNDLED = ("default", "paper")
"""Names that mean weights of the package."""
DEFAULT = "default"


def bundled_names() -> tuple[str, ...]:
    """Name the weights that the package has, the default ones first."""
    return tuple(name for name in BUNDLED if _resource(name).is_file())


@contextmanager
def weights_file(weights: str | Path | None = None) -> Iterator[Path]:
    """Give the file that weights lie in, for as long as the context lasts.

    Args:
        weights: As for ``load_arrays``. A file is given back as it is; the weights of the package
            may lie in a zip archive and are unpacked for the time being.

    Raises:
        CheckpointError: The package has no weights of that name, or what looks like a name is
            neither one of the package's nor a file.
    """
    name = DEFAULT if weights is None else weights
    if isinstance(name, Path) or name not in BUNDLED:
        _refuse_unknown_name(name)
        yield Path(name)
        return
    if name not in (present := bundled_names()):
        raise CheckpointError(
            f"expected the weights {name!r} of the package in gifnet/weights/{name}.safetensors, "
            f"found none; {_choice(present)}, or give a file of weights (./{name} if it is called "
            "so)"
        )
    with as_file(_resource(name)) as file:
        yield file


def _refuse_unknown_name(weights: str | Path) -> None:
    """A text that can hardly be a file is probably a name with a slip."""
    if isinstance(weights, str) and weights.isidentifier() and not Path(weights).exists():
        raise CheckpointError(
            f"expected a file of weights or the name of weights of the package, got {weights!r}, "
            f"which is neither; {_choice(bundled_names())}, or check the path"
        )


def _choice(present: tuple[str, ...]) -> str:
    if not present:
        return "this package has no weights at all: reinstall gifnet"
    return f"this package has {' and '.join(present)}: choose from these"


def _resource(name: str) -> Traversable:
    return files("gifnet.weights") / f"{name}.safetensors"
