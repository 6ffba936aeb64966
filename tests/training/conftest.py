"""Tiny training data and recipes, made on the fly."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gifnet.training.config import TrainingConfig

SIDES = (40, 56)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep to one core: the tests must not depend on how many there are."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``pairs`` (ir, vi) and ``sharp``, six and four tiny pictures."""
    root = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(3)
    for folder, count in (("pairs/ir", 6), ("pairs/vi", 6), ("sharp", 4)):
        (root / folder).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(_picture(generator)).save(root / folder / f"{number}.png")
    return root


def _picture(generator: np.random.Generator) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Stripes and blocks whose contrast differs from picture to picture."""
    rows, columns = np.mgrid[: SIDES[0], : SIDES[1]]
    waves = np.sin(rows * generator.uniform(0.1, 1)) * np.cos(columns * generator.uniform(0.1, 1))
    blocks = (rows // 7 + columns // 9) % 2
    values = 128 + generator.uniform(5, 60) * waves + generator.uniform(5, 60) * (blocks - 0.5)
    return np.asarray(np.clip(values, 0, 255).round(), np.uint8)


MakeConfig = Callable[..., TrainingConfig]


@pytest.fixture(scope="session")
def make_config(pictures: Path) -> MakeConfig:
    """Make a tiny configuration; each keyword is a section whose values are changed."""

    def make(**sections: Any) -> TrainingConfig:
        content: dict[str, Any] = {
            "name": "tiny",
            "seed": 5,
            "checkpoint_every": 1,
            "data": {
                "patch": 16,
                "pairs": [{"root": pictures / "pairs"}],
                "sharp": [{"root": pictures / "sharp"}],
            },
            "loss": {"calibration_batches": 20},
            "step": {"inference": 0.5, "exchange": 0.5},
            "kinds": {"single": 0.5, "drawn": 0.5, "modal": 0.5, "mixed": 0.5, "exposure": 0.5},
            "optimiser": {"steps": 6, "batch": 1, "device": "cpu", "average": 0.9, "clip": 1.0},
            "validation": {"every": 100, "holdout": 1},
        }
        for section, values in sections.items():
            if isinstance(values, dict):
                content[section] = {**content.get(section, {}), **values}
            else:
                content[section] = values
        if not content["step"].get("inference"):
            del content["kinds"]  # which go with such updates only
        return TrainingConfig.model_validate(content)

    return make
