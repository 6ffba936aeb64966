"""``gifnet fuse``: two picture files or a stack of any length to one, or folders of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gifnet.cli.engine_options import (
    MaxMemoryOption,
    RuntimeOption,
    ThreadsOption,
    TileOption,
    fuser_maker,
)
from gifnet.cli.folder_options import (
    MatchOption,
    ShardOption,
    SuffixOption,
    WorkersOption,
    require_no_folder_options,
)
from gifnet.cli.folder_run import run_on_folders
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
from gifnet.folders import FuserSettings
from gifnet.inference import Device, Precision, Runtime, fuse_stack_files
from gifnet.inference.knobs import LumaRange, make_knobs
from gifnet.tasks import Application

EXAMPLE = "gifnet fuse infrared.png visible.png -o fused.png"


def command(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            readable=False,
            help="Two or more pictures of the same size; or folders, whose pictures of one name "
            "belong together.",
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
    match: MatchOption = None,
    suffix: SuffixOption = None,
    shard: ShardOption = None,
    workers: WorkersOption = None,
    verbose: VerboseOption = False,  # noqa: ARG001 - handled by its callback
) -> None:
    """Fuse two or more aligned pictures of one scene into one, or all those of folders.

    The result has the size of the sources, colour if one of them has, the depth of the deeper
    one, and all that the reference says beside its pixels.
    """
    how: dict[str, Any] = {
        "application": application,
        "depth": depth,
        "reference": reference,
        "strict": strict,
        "knobs": make_knobs(detail=detail, chroma=chroma, luma_range=luma_range, lut=lut),
    }
    if match is not None or sources[0].is_dir():
        run_on_folders(
            sources,
            output,
            match=match,
            suffix=suffix,
            shard=shard,
            workers=workers,
            threads=threads,
            max_memory=max_memory,
            how=how,
            fuser=FuserSettings(weights, device, precision, runtime, tile),
        )
        return
    require_no_folder_options({"--suffix": suffix, "--shard": shard, "--workers": workers})
    with progress_bar("fusing") as progress:
        written = fuse_stack_files(
            sources,
            output,
            **how,
            progress=progress,
            make_fuser=fuser_maker(weights, device, precision, runtime, threads, tile, max_memory),
        )
    typer.echo(str(written))
