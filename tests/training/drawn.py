"""Numbers that stand for what steps draw; ``python tests/training/drawn.py`` writes them anew.

They were made by this project's own code: they say that what is drawn has not changed, and not
that it is right.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gifnet.data.folders import Scene
from gifnet.data.revision import REVISION
from gifnet.training.batches import StepBatches
from gifnet.training.config import TrainingConfig
from gifnet.training.scenes import Scenes

GOLDEN = Path(__file__).with_name("golden_drawn.json")

_STEPS = 10
_VARIED: dict[str, Any] = {
    "seed": 4,
    "data": {"patch": 32, "scales": [1, 2], "augment": True, "pairs": [{"root": "pairs"}]},
    "loss": {"multi_modal": "contrast"},
    "step": {"inference": 0.9, "exchange": 0.5},
    "kinds": {"single": 1.0, "drawn": 1.0, "modal": 1.0, "mixed": 1.0, "exposure": 1.0},
    "optimiser": {"steps": _STEPS, "batch": 6},
}
_PLAIN: dict[str, Any] = {
    **_VARIED,
    "data": {**_VARIED["data"], "scales": [1], "augment": False},
    "step": {"inference": 0.5, "multi_modal": 0.5},
}


def draw() -> dict[str, list[list[float]]]:
    """Draw the steps of two recipes.

    Returns:
        For each recipe, two numbers for each patch that is seen, and which updates there are.
    """
    return {"varied": _numbers(_VARIED), "plain": _numbers(_PLAIN)}


def _numbers(recipe: dict[str, Any]) -> list[list[float]]:
    batches = StepBatches(TrainingConfig.model_validate(recipe), _scenes())
    rows = []
    for step in range(_STEPS):
        batch = batches[step]
        row = [
            float(batch.multi_modal),
            float(batch.exchange_multi_modal),
            float(batch.exchange_digital_photography),
        ]
        for picture in (*(batch.joint or []), batch.contrast, *(batch.held or [])):
            if picture is not None:
                # Unlike a mean, this sees a patch that is turned.
                slope = torch.linspace(0, 1, picture[0].numel()).reshape(picture[0].shape)
                row += (picture * slope).mean((1, 2, 3)).tolist()
                row += picture.std((1, 2, 3)).tolist()
        rows.append([round(number, 4) for number in row])
    return rows


def _scenes() -> Scenes:
    generator = np.random.default_rng(0)
    pictures = []
    for _ in range(8):
        rows, columns = np.mgrid[:72, :90] * generator.uniform(0.05, 0.4)
        waves = np.sin(rows + generator.uniform(0, 6)) * np.cos(columns * generator.uniform(0.5, 2))
        blocks = (rows // 1.3 + columns // 1.7) % 2
        values = 128 + 60 * waves + 90 * (blocks - 0.5)
        pictures.append(np.clip(values, 0, 255).round().astype(np.uint8))
    paired = [Scene(f"pairs/{n}", pictures[2 * n], pictures[2 * n + 1]) for n in range(3)]
    sharp = [Scene(f"sharp/{n}", pictures[6 + n], None) for n in range(2)]
    return Scenes(paired, [1.0, 1.0, 2.0], sharp, [1.5, 1.5], [])


if __name__ == "__main__":
    content = {"revision": REVISION, **draw()}
    GOLDEN.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
