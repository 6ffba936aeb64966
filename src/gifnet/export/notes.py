"""The description of a folder of stages: for programs, and for people."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from gifnet.engine.folding import MARGIN, WINDOW
from gifnet.engine.graph_bytes import STAGES
from gifnet.export.models import Source
from gifnet.export.place import MANIFEST, README
from gifnet.export.ports import PORTS, Port
from gifnet.export.settings import Format, Precision
from gifnet.export.verify import Verification

_FORMAT = "gifnet stages 1"


def write_notes(
    folder: Path, source: Source, form: Format, precision: Precision, verification: Verification
) -> None:
    """Write both descriptions into a folder of stages.

    Args:
        folder: the folder.
        source: the weights.
        form: the format of the stages.
        precision: of the numbers in them.
        verification: what came of comparing them with the network.
    """
    manifest = {
        "format": _FORMAT,
        **{key.removeprefix("gifnet."): value for key, value in source.metadata.items()},
        "auxiliary_weight": source.auxiliary_weight,
        "precision": str(precision),
        "verified": {
            "against": verification.reference,
            "on": verification.library,
            "largest_difference": verification.difference,
        },
        "window": WINDOW,
        "window_margin": MARGIN,
        "shifted_windows_start": -WINDOW // 2,
        "passes": [["embed"], ["interact"], ["shift", "decode"]],
        "stages": {
            stage: {
                "file": f"{stage}{form.suffix}",
                "summary": PORTS[stage].summary,
                "inputs": [_port(port) for port in PORTS[stage].inputs],
                "outputs": [_port(port) for port in PORTS[stage].outputs],
            }
            for stage in STAGES
        },
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    explained = (files("gifnet.export") / "stages.txt").read_text(encoding="utf-8")
    (folder / README).write_text(explained, encoding="utf-8")


def _port(port: Port) -> dict[str, Any]:
    return {
        "name": port.name,
        "dtype": "float32",
        "shape": list(port.shape),
        "meaning": port.meaning,
    }
