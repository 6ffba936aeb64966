"""Sets of small pictures in real folders, and evaluations made of numbers alone."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from gifnet.evaluation import Case, Evaluation, MethodOutputs, find_cases, find_outputs
from gifnet.imaging import write_image
from gifnet.metrics import METRICS, Direction, Metric, Needs, psnr


@dataclass(frozen=True)
class PictureSet:
    """Folders of sources, results and truth."""

    root: Path
    sources: tuple[Path, ...]
    method_folders: dict[str, Path]
    truth: Path | None

    @property
    def cases(self) -> tuple[Case, ...]:
        return find_cases(self.sources, self.truth)

    @property
    def methods(self) -> tuple[MethodOutputs, ...]:
        cases = self.cases
        return tuple(find_outputs(n, f, cases)[0] for n, f in self.method_folders.items())


MakeSet = Callable[..., PictureSet]
MakeEvaluation = Callable[..., Evaluation]


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """Make a set of random pictures, of which each method's are nearer to the truth."""

    def make(
        *,
        count: int = 3,
        methods: Sequence[str] = ("rough", "fine"),
        size: tuple[int, ...] = (24, 32),
        truth: bool = False,
        sources: int = 2,
    ) -> PictureSet:
        random = np.random.default_rng(7)
        names = [f"source{number}" for number in range(sources)]
        for name in (*names, "truth", *methods):
            (tmp_path / name).mkdir()
        for index in range(count):
            exact = random.integers(40, 216, size)
            spreads = dict.fromkeys(names, 40) | {"truth": 1}
            spreads |= {name: 32 // 2**place for place, name in enumerate(methods)}
            for name, spread in spreads.items():
                noisy = exact + random.integers(-spread, spread, size)
                pixels = np.clip(noisy, 0, 255).astype(np.uint8)
                write_image(tmp_path / name / f"scene{index}.png", pixels)
        return PictureSet(
            tmp_path,
            tuple(tmp_path / name for name in names),
            {name: tmp_path / name for name in methods},
            tmp_path / "truth" if truth else None,
        )

    return make


@pytest.fixture
def make_evaluation() -> MakeEvaluation:
    """Make an evaluation of given values (cases, methods) of metrics, without files."""

    def make(
        values: dict[str, NDArray[np.float64] | list[list[float]]],
        methods: Sequence[str] | None = None,
        title: str = "Test",
    ) -> Evaluation:
        stacked = np.stack([np.asarray(value, np.float64) for value in values.values()], axis=-1)
        names = methods or [f"method{index}" for index in range(stacked.shape[1])]
        return Evaluation(
            title,
            tuple(Case(f"case{index}", (Path("a.png"),)) for index in range(len(stacked))),
            tuple(MethodOutputs(name, {}) for name in names),
            tuple(values),
            stacked,
        )

    return make


@pytest.fixture(scope="module")
def falling() -> Iterator[str]:
    """Name of a metric in the table whose lower values are better."""
    metric = Metric("falling", "Falling", psnr, Direction.LOWER, Needs.SOURCES)
    table = MappingProxyType({**METRICS, "falling": metric})
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "statistics",
            "reporting.figure_text",
            "reporting.markdown",
            "reporting.latex",
            "reporting.tables",
        ):
            patch.setattr(import_module(f"gifnet.evaluation.{name}"), "METRICS", table)
        yield "falling"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; tests that use it are skipped where none is installed."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip(f"no browser found: none of {', '.join(names)} is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
