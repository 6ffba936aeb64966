"""``gifnet fuse``: two picture files to one."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.engine_options import (
    MaxMemoryOption,
    RuntimeOption,
    ThreadsOption,
    TileOption,
)
from gifnet.cli.knob_options import ChromaOption, DetailOption, LumaRangeOption, LutOption
from gifnet.cli.options import (
    DepthOption,
    DeviceOption,
    OutputOption,
    PrecisionOption,
    ReferenceOption,
    StrictOption,
    VerboseOption,
    WeightsOption,
)
from gifnet.cli.progress import progress_bar
from gifnet.inference import Device, Fuser, Precision, Runtime, fuse_files
from gifnet.inference.knobs import LumaRange, make_knobs
from gifnet.tasks import Application

EXAMPLE = "gifnet fuse infrared.png visible.png -o fused.png"


def command(
    source_a: Annotated[
        Path, typer.Argument(metavar="SOURCE_A", readable=False, help="The first picture.")
    ],
    source_b: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE_B", readable=False, help="The second picture, of the same size."
        ),
    ],
    output: OutputOption,
    application: Annotated[
        Application,
        typer.Option(
            "--application",
            help="What the pair shows; sets the order of the two sources where the pixels tell it "
            "(ivif: infrared, visible; mfif: near, far; meif: over-, under-exposed; "
            "nir-vis: near-infrared, visible; medical: PET/CT/SPECT, MRI). "
            "auto guesses it where the pixels are clear (-v says what and why); general keeps the "
            "order given.",
        ),
    ] = Application.AUTO,
    detail: DetailOption = None,
    chroma: ChromaOption = None,
    lut: LutOption = None,
    luma_range: LumaRangeOption = LumaRange.KEEP,
    depth: DepthOption = None,
    reference: ReferenceOption = None,
    strict: StrictOption = False,
    weights: WeightsOption = None,
    device: DeviceOption = Device.AUTO,
    precision: PrecisionOption = Precision.FLOAT32,
    runtime: RuntimeOption = Runtime.AUTO,
    threads: ThreadsOption = None,
    tile: TileOption = None,
    max_memory: MaxMemoryOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Fuse two aligned pictures of one scene into one.

    The result has the size of the sources, colour if one of them has, the depth of the deeper
    one, and all that the reference says beside its pixels.
    """
    knobs = make_knobs(detail=detail, chroma=chroma, luma_range=luma_range, lut=lut)
    with progress_bar("fusing") as progress:
        written = fuse_files(
            source_a,
            source_b,
            output,
            application=application,
            knobs=knobs,
            depth=depth,
            reference=reference,
            strict=strict,
            progress=progress,
            make_fuser=lambda: Fuser(
                weights,
                device=device,
                precision=precision,
                runtime=runtime,
                threads=threads,
                tile=tile,
                max_memory=max_memory,
            ),
        )
    typer.echo(str(written))
