"""What users may set about the look of a result, and what each application sets if they do not."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gifnet.errors import SettingError
from gifnet.imaging.chroma_rules import ChromaRule
from gifnet.imaging.detail import AS_TRAINED, MOST
from gifnet.imaging.luts import Lut
from gifnet.inference.settings import parse_setting
from gifnet.tasks import Application


class LumaRange(StrEnum):
    """What range the luma of the result has."""

    KEEP = "keep"
    """As the network gives it."""

    FULL = "full"
    """From its 0.1 % darkest to its 0.1 % brightest pixels, stretched to the whole range."""


@dataclass(frozen=True)
class Knobs:
    """The look of a result.

    Attributes:
        detail: 0 (faithful) to 2 (crisp), 1 as trained; the application's if None.
        chroma: how the colour of two coloured sources becomes one; the application's if None.
        luma_range: the range of the result's luma.
        lut: shows a grey source in these colours over the other one; None for none.
    """

    detail: float | None = None
    chroma: ChromaRule | None = None
    luma_range: LumaRange = LumaRange.KEEP
    lut: Lut | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The settings that are not as they are by default, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(Knobs(), name)}


PRESETS: Mapping[Application, Knobs] = MappingProxyType(
    {
        Application.GENERAL: Knobs(AS_TRAINED, ChromaRule.EXPOSED),
        Application.IVIF: Knobs(AS_TRAINED, ChromaRule.STRONGER),
        Application.MFIF: Knobs(AS_TRAINED, ChromaRule.EXPOSED),
        Application.MEIF: Knobs(AS_TRAINED, ChromaRule.EXPOSED),
        Application.NIR_VIS: Knobs(AS_TRAINED, ChromaRule.STRONGER),
        Application.MEDICAL: Knobs(AS_TRAINED, ChromaRule.FIRST),
    }
)
"""Detail and chroma of each application, for its sources in the published order."""


def make_knobs(
    *,
    detail: float | None = None,
    chroma: str | ChromaRule | None = None,
    luma_range: str | LumaRange = LumaRange.KEEP,
    lut: str | Lut | None = None,
) -> Knobs:
    """Check settings that a user gave.

    Args:
        detail: 0 to 2, or None.
        chroma: a rule or its name, or None.
        luma_range: a range or its name.
        lut: a table or its name, or None.

    Returns:
        The knobs.

    Raises:
        SettingError: one of them does not exist, or is outside its range.
    """
    # Written so that NaN is refused, too.
    if detail is not None and not 0.0 <= detail <= MOST:
        raise SettingError(
            f"detail must be from 0 (faithful) to {MOST:g} (crisp), 1 is as trained; got {detail:g}"
        )
    return Knobs(
        detail,
        None if chroma is None else parse_setting(ChromaRule, chroma),
        parse_setting(LumaRange, luma_range),
        None if lut is None else parse_setting(Lut, lut),
    )


def settled(knobs: Knobs, application: Application, *, swapped: bool) -> Knobs:
    """Fill in what the user left to the application.

    Args:
        knobs: the user's.
        application: what the sources show, not ``auto``.
        swapped: whether the second source given is taken first.

    Returns:
        Knobs for the sources in the order in which they are taken, with detail and chroma set.
    """
    preset = PRESETS[application]
    chroma = knobs.chroma
    if chroma is not None and swapped:
        chroma = chroma.exchanged
    return replace(
        knobs,
        detail=preset.detail if knobs.detail is None else knobs.detail,
        chroma=chroma or preset.chroma,
    )


def require_pair_for_lut(knobs: Knobs, count: int) -> None:
    """Refuse a colour table where it is not clear what is shown in colour over what.

    Args:
        knobs: the user's.
        count: of the sources.

    Raises:
        SettingError: there is a table, and there are more than two sources.
    """
    if knobs.lut is not None and count > 2:
        raise SettingError(
            f"expected two sources for the colour table {str(knobs.lut)!r}, a grey functional one "
            f"and an anatomical one, got {count}; fuse these two, or leave the table out"
        )
