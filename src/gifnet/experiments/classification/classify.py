"""The whole experiment: read, enhance once, train and test, report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from gifnet.errors import EvaluationError, MissingDependencyError
from gifnet.experiments.classification.data_sets import read_picture_set
from gifnet.experiments.classification.enhanced_sets import TrainingSet, enhanced_set
from gifnet.experiments.classification.enhancers import ORIGINAL, make_enhancers
from gifnet.experiments.classification.outcomes import Outcome, note, read_notes
from gifnet.experiments.classification.recipe import Recipe
from gifnet.experiments.classification.result_folder import own_folder
from gifnet.experiments.classification.tables import Results, markdown, write_tables
from gifnet.inference.settings import Device, resolve_device
from gifnet.model.needs_torch import require_torch

StageProgress = Callable[[str, int, int, str], None]
"""Called with the name of a stage, how much of it is done, how much there is, and what to say."""

_NEEDED = (
    ("filelock", "filelock", "train"),
    ("scipy", "scipy", "eval"),
    ("matplotlib", "matplotlib", "eval"),
)
_PURPOSE = "classifying"
_STATES = "states"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to classify, and how.

    Attributes:
        data: where the pictures lie, see ``read_picture_set``.
        methods: what enhances the training pictures, see ``make_enhancers``.
        seeds: a classifier for each, at least one, all different, none negative.
        recipe: of the classifiers.
        device: what to compute on.
        cache: folder of enhanced pictures; ``enhanced`` in the folder of the results if None.
        shown: pictures in a row of the panel, at least one.
    """

    data: Path
    methods: tuple[str, ...] = (ORIGINAL, "gifnet:default")
    seeds: tuple[int, ...] = (0, 1, 2)
    recipe: Recipe = field(default_factory=Recipe)
    device: Device = Device.AUTO
    cache: Path | None = None
    shown: int = 8


@dataclass(frozen=True)
class Classification:
    """What came of it.

    Attributes:
        results: the numbers.
        folder: where the files are.
        text: the table and what it rests on, in Markdown.
    """

    results: Results
    folder: Path
    text: str


def classify(
    request: Request, folder: Path, *, progress: StageProgress = lambda *_: None
) -> Classification:
    """Train classifiers on original and enhanced pictures, and test them on original ones.

    For each seed, classifiers of all methods start from the same weights and see the same pictures
    in the same order, cut and flipped alike. Source: Cheng et al., CVPR 2025, Sec. 4.6, Table 3.

    Args:
        request: what to do.
        folder: where the results go. What an earlier run finished in it is used, and a classifier
            that was stopped goes on after its last whole epoch.
        progress: told how far each stage is.

    Returns:
        The results. The folder gets ``classification.csv`` and ``.md`` after every classifier,
        and ``classification.png`` and ``panel.png`` at the end.

    Raises:
        DataError: the pictures are not there, or damaged.
        EvaluationError: a method or a seed makes no sense, or the folder is somebody else's.
        ConfigError: another run fills the folder.
        SettingError: there is no such device, or a loss is no longer a number.
        MissingDependencyError: a package of the extras ``train`` and ``eval`` is not installed.
    """
    _require_packages()
    _check(request)
    device = resolve_device(request.device, torch_needed=True)
    enhancers = make_enhancers(request.methods, device=device)
    found = read_picture_set(request.data)
    with own_folder(folder):
        sets = []
        for enhancer in enhancers:

            def tell(done: int, total: int, name: str = enhancer.name) -> None:
                progress(f"enhancing ({name})", done, total, "")

            cache = request.cache or folder / "enhanced"
            sets.append(enhanced_set(enhancer, found.train, cache, progress=tell))
        results = Results(found, request.recipe, request.seeds, sets, {})
        results = _train(results, folder, device, progress)
        from gifnet.experiments.classification.pictures_of_results import write_pictures

        write_pictures(results, folder, shown=request.shown)
    return Classification(results, folder, markdown(results))


def _train(results: Results, folder: Path, device: str, progress: StageProgress) -> Results:
    """Train what no earlier run finished, seed by seed, so that what is known is paired."""
    from gifnet.experiments.classification.training_run import Progress, Statistics, TrainingRun

    statistics = Statistics.of(results.found.train.pictures)
    runs: list[tuple[TrainingSet, TrainingRun]] = [
        (
            made,
            TrainingRun.of(
                results.found,
                made.labelled,
                recipe=results.recipe,
                seed=seed,
                statistics=statistics,
            ),
        )
        for seed in results.seeds
        for made in results.trained
    ]
    if not runs:
        raise EvaluationError(
            "expected a method that changes pictures, or none for the originals, got only such "
            f"that change nothing: {', '.join(made.method for made in results.sets)}"
        )
    known = read_notes(folder)
    outcomes: dict[tuple[str, int], Outcome] = {}
    (folder / _STATES).mkdir(exist_ok=True)
    epochs = results.recipe.epochs
    for number, (made, run) in enumerate(runs):
        if run.digest not in known:
            state = folder / _STATES / f"{run.digest[:16]}.pt"
            label = f"{made.method}, seed {run.seed}"

            def tell(so_far: Progress, number: int = number, label: str = label) -> None:
                text = f"{label}: epoch {so_far.epoch}"
                if so_far.top1:
                    text += f", top-1 {so_far.top1[-1]:.1f} %"
                progress("training", number * epochs + so_far.epoch, len(runs) * epochs, text)

            reached = run.complete(state, device=device, report=tell)
            known[run.digest] = Outcome(
                method=made.method,
                seed=run.seed,
                top1=reached.top1[-1],
                top5=reached.top5[-1] if reached.top5 else None,
                epochs=reached.epoch,
                seconds=reached.seconds,
                device=device,
                curve=tuple(reached.top1),
                losses=tuple(reached.loss),
            )
            note(folder, run.digest, known[run.digest])
            # Only now, so that a kill between the two costs nothing.
            state.unlink(missing_ok=True)
        outcomes[made.method, run.seed] = known[run.digest]
        write_tables(_with(results, outcomes), folder)
    return _with(results, outcomes)


def _with(results: Results, outcomes: dict[tuple[str, int], Outcome]) -> Results:
    return Results(results.found, results.recipe, results.seeds, results.sets, dict(outcomes))


def _check(request: Request) -> None:
    seeds = request.seeds
    if not seeds or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise EvaluationError(
            f"expected different seeds, none below 0, got {', '.join(map(str, seeds)) or 'none'}"
        )
    if request.shown < 1:
        raise EvaluationError(f"expected at least one picture in the panel, got {request.shown}")


def _require_packages() -> None:
    require_torch(_PURPOSE, extra="train")
    for module, package, extra in _NEEDED:
        if find_spec(module) is None:
            raise MissingDependencyError(package, extra=extra, purpose=_PURPOSE)
