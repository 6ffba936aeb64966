"""Options about the look of a result."""

from typing import Annotated

import typer

from gifnet.imaging.chroma_rules import ChromaRule
from gifnet.imaging.luts import Lut
from gifnet.inference.knobs import LumaRange

DetailOption = Annotated[
    float | None,
    typer.Option(
        "--detail",
        metavar="0..2",
        help="0 is faithful: no detail stronger than in a source; 1 is as trained; 2 is crisp. "
        "Brightness stays.  [default: 1]",
    ),
]
LumaRangeOption = Annotated[
    LumaRange,
    typer.Option(
        "--luma-range",
        help="full stretches the result from black to white; 0.1 % of the pixels at each end may "
        "be cut off.",
    ),
]
ChromaOption = Annotated[
    ChromaRule | None,
    typer.Option(
        "--chroma",
        help="Whose colour counts where several sources have some: the better exposed one's, the "
        "stronger one, as the published run weighs them (paper), or that of one source alone "
        "(second: the last of a stack).  "
        "[default: the application's]",
    ),
]
LutOption = Annotated[
    Lut | None,
    typer.Option(
        "--lut",
        help="Show the first source, or that of --reference, in these colours over the other; "
        "for two pictures, of which this one is grey, such as PET over MRI.",
    ),
]
