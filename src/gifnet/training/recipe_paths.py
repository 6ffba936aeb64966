"""Where a recipe's files and folders lie."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifnet.checkpoints.bundled import BUNDLED

if TYPE_CHECKING:  # that file needs this one
    from gifnet.training.config import TrainingConfig


def resolve_paths(config: "TrainingConfig", base: Path, *, data: Path) -> "TrainingConfig":
    """Make the paths of a configuration absolute.

    Args:
        config: The configuration.
        base: Folder that relative paths are relative to.
        data: The same for the roots of the training folders.

    Returns:
        A copy. A link keeps its name, whatever the folder or file it leads to is called: names are
        in the digest. Weights of the package keep theirs, too.
    """

    def absolute(path: Path, base: Path = base) -> Path:
        place = base / path.expanduser()
        named = place.name not in {"", ".."}
        return place.parent.resolve() / place.name if named else place.resolve()

    updates: dict[str, Any] = {
        "data": config.data.model_copy(
            update={
                kind: [f.model_copy(update={"root": absolute(f.root, data)}) for f in folders]
                for kind, folders in (("pairs", config.data.pairs), ("sharp", config.data.sharp))
            }
            | {"cache": config.data.cache and absolute(config.data.cache)}
        ),
        "validation": config.validation.model_copy(
            update={
                "panel": [
                    p.model_copy(
                        update={"source_a": absolute(p.source_a), "source_b": absolute(p.source_b)}
                    )
                    for p in config.validation.panel
                ]
            }
        ),
    }
    if config.model.weights is not None and config.model.weights not in BUNDLED:
        weights = absolute(Path(config.model.weights))
        updates["model"] = config.model.model_copy(update={"weights": weights})
    if config.loss.densenet not in {None, "torchvision"}:
        densenet = str(absolute(Path(str(config.loss.densenet))))
        updates["loss"] = config.loss.model_copy(update={"densenet": densenet})
    return config.model_copy(update=updates)
