"""``gifnet fuse``: two picture files, or a stack of any length, to one."""

from pathlib import Path
from typing import Annotated

import typer

from gifnet.cli.engine_options import (
    MaxMemoryOption,
    RuntimeOption,
    ThreadsOption,
    TileOption,
)
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
from gifnet.inference import Device, Fuser, Precision, Runtime, fuse_stack_files
from gifnet.tasks import Application

EXAMPLE = "gifnet fuse infrared.png visible.png -o fused.png"


def command(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...", readable=False, help="Two or more pictures of the same size."
        ),
    ],
    output: OutputOption,
    application: Annotated[
        Application,
        typer.Option(
            "--application",
            help="What a pair shows; sets the order of the two sources where the pixels tell it "
            "(ivif: infrared, visible; mfif: near, far; meif: over-, under-exposed; "
            "nir-vis: near-infrared, visible; medical: PET/CT/SPECT, MRI). "
            "auto keeps the order given.",
        ),
    ] = Application.AUTO,
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
    """Fuse two or more aligned pictures of one scene into one.

    The result has the size of the sources, colour if one of them has, the depth of the deeper
    one, and all that the reference says beside its pixels.
    """
    with progress_bar("fusing") as progress:
        written = fuse_stack_files(
            sources,
            output,
            application=application,
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
