"""What steps draw stays the same, unless the revision says that it does not."""

import json

import pytest
from drawn import GOLDEN, draw

from gifnet.data import compression, contrast_target, crops, held_pairs, single
from gifnet.data.revision import REVISION

# Other machines round in another way in the last bits; a pixel that changes side at the edge of a
# region, or a level of a JPEG file, makes some 1e-4 of a patch of 32 x 32 pixels.
TOLERANCE = 2e-3

ADVICE = (
    "what is drawn has changed: if that is meant, raise REVISION in gifnet/data/revision.py, say "
    "there what is new, and run  python tests/training/drawn.py"
)


def _same(found: dict[str, list[list[float]]], expected: dict[str, list[list[float]]]) -> bool:
    return all(
        len(row) == len(other) and row == pytest.approx(other, abs=TOLERANCE)
        for name in expected
        for row, other in zip(found[name], expected[name], strict=True)
    )


def test_what_is_drawn_is_that_of_the_revision() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden.pop("revision") == REVISION, "run  python tests/training/drawn.py"
    assert _same(draw(), golden), ADVICE


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (crops, "DULL", 0.3),
        (single, "MILD_BLUR", (0.5, 2.5)),
        (held_pairs, "COMPRESSED", 0.5),
        (compression, "QUALITIES", (5, 10)),
        (contrast_target, "REST_GAIN", 0.5),
        (contrast_target, "LEAST_SHARE", 0.4),
    ],
)
def test_a_change_of_what_is_drawn_is_seen(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object
) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    monkeypatch.setattr(module, name, value)
    assert not _same(draw(), {recipe: golden[recipe] for recipe in ("varied", "plain")})
