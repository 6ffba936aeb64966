"""The project's shape: layers, sizes, names, and files that must agree with each other."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gifnet

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gifnet"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = {
    "tasks": 0,
    "errors": 0,
    "version": 0,
    "weights": 0,
    "recipes": 0,
    "model": 1,
    "imaging": 1,
    "batch": 1,
    "checkpoints": 2,
    "engine": 2,
    "losses": 2,
    "metrics": 2,
    "data": 2,
    "baselines": 2,
    "inference": 3,
    "export": 3,
    "training": 4,
    "evaluation": 4,
    "pansharpening": 4,
    "folders": 4,
    "experiments": 5,
    "cli": 6,
}
ALLOWED_OUTSIDE = {
    "model": {"torch"},
    "imaging": {"numpy", "PIL", "tifffile", "imagecodecs", "OpenEXR"},
}
LONGEST_FILE = 330
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "misc", "args"}
HEAVY = {
    "torch",
    "numpy",
    "PIL",
    "cv2",
    "scipy",
    "skimage",
    "pydantic",
    "tensorboard",
    "typer",
    "matplotlib",
    "pywt",
    "jinja2",
    "onnxruntime",
    "tifffile",
    "imagecodecs",
    "OpenEXR",
    "rasterio",
}


def part_of(module: Path) -> str:
    """The part of the package that a file belongs to: ``model``, ``tasks``, ..."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(module: Path) -> Iterator[str]:
    """Dotted names of all that a file imports, inside functions and for types too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write the whole name instead of a relative import"
            names = [alias.name for alias in node.names]
            if node.module == "gifnet":
                yield from (f"gifnet.{name}" for name in names)
            elif node.module:
                yield node.module


def name_of(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {part_of(module) for module in MODULES} - {"__init__", "__main__"}
    assert parts <= set(LAYERS), f"no layer for {sorted(parts - set(LAYERS))}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_go_down_only_and_siblings_do_not_import_each_other(module: Path) -> None:
    part = part_of(module)
    if part in {"__init__", "__main__"}:
        return
    for name in imports_of(module):
        root, *below = name.split(".")
        if root != "gifnet":
            continue
        assert below, f"{module.name} imports the whole package: import the part that it needs"
        target = below[0]
        assert target in LAYERS, f"{module.name} imports {target} from gifnet: import it from home"
        assert target == part or LAYERS[target] < LAYERS[part], f"{part} imports {target}"


@pytest.mark.parametrize("part", sorted(ALLOWED_OUTSIDE))
def test_model_and_imaging_need_few_packages(part: str) -> None:
    allowed = ALLOWED_OUTSIDE[part] | sys.stdlib_module_names | {"gifnet"}
    used = {
        name.split(".")[0]
        for module in (PACKAGE / part).rglob("*.py")
        for name in imports_of(module)
    }
    assert used <= allowed, f"{part} imports {sorted(used - allowed)}"


def loaded_by(statement: str) -> set[str]:
    """Which of the heavy packages a statement imports in a fresh process."""
    code = f"{statement}\nimport sys\nprint(*(set(sys.modules) & {HEAVY!r}))"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(printed.stdout.split())


def test_importing_gifnet_loads_nothing_heavy() -> None:
    assert loaded_by("import gifnet") == set()


def test_fusing_loads_the_run_time_dependencies_only() -> None:
    loaded = loaded_by("from gifnet import Fuser, load_model; import gifnet.model")
    assert loaded <= {"torch", "numpy", "PIL"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_files_are_short_well_named_and_documented(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: split it by concept"
    names = {part.removesuffix(".py").strip("_") for part in module.relative_to(ROOT).parts}
    assert not names & FORBIDDEN_NAMES, "name the file after what is in it"
    assert ast.get_docstring(ast.parse(text)), "say in a docstring what the module is for"


def test_the_public_names_are_sorted_and_there() -> None:
    assert gifnet.__all__ == sorted(gifnet.__all__)
    for name in gifnet.__all__:
        assert getattr(importlib.import_module("gifnet"), name) is not None


def test_the_changelog_and_the_citation_know_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert {"Unreleased", gifnet.__version__} & set(headings)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {gifnet.__version__}\n" in citation


def test_every_example_picture_is_listed_with_its_source() -> None:
    folder = ROOT / "examples" / "pictures"
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([\w-]+\.\w+)` \|", text, re.MULTILINE))
    there = {path.name for path in folder.iterdir()} - {"SOURCES.md"}
    assert listed == there
    assert sum((folder / name).stat().st_size for name in there) < 1_500_000


def test_the_pictures_of_the_documentation_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs").rglob("*.[jp][pn]g")}
    assert all(size < 600_000 for size in sizes.values()), sizes


def test_the_bundled_weights_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PACKAGE.glob("weights/*.safetensors")}
    assert sizes, "the package has no weights"
    assert max(sizes.values()) < 4_000_000, sizes


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=~! ;]", line)[0].lower() for line in wanted} - {"gifnet"}
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].lower() for line in pins if not line.startswith("#")}
    assert names <= pinned, f"run `make constraints`: {sorted(names - pinned)} are not pinned"
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins if line[:1] != "#")
