"""Recipes: what is accepted, and what each mistake is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from gifnet.checkpoints.bundled import weights_file
from gifnet.data.revision import REVISION
from gifnet.errors import CheckpointError, ConfigError
from gifnet.training.config import TrainingConfig, load_config
from gifnet.training.recipe_digest import recipe_digest

PAIRS = '[data]\npairs = [{ root = "set" }]\n'
STEPS = "[optimiser]\nsteps = 4\n"

OLDER_DIGEST = "1f5f11c556f0c3d6530e2453fe11a1df6fcefaa3918c3f734245aa9dc7500ba7"
"""Of these two, as the code computed it before digests had a revision."""


def _load(folder: Path, text: str) -> TrainingConfig:
    file = folder / "recipe.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def test_a_recipe_needs_only_pairs_and_steps(tmp_path: Path) -> None:
    config = _load(tmp_path, PAIRS + STEPS)
    assert config.data.pairs[0].root == tmp_path / "set"
    assert (config.optimiser.steps, config.data.patch, config.step.freezing) == (4, 128, "paper")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "data: is missing; optimiser: is missing"),
        (STEPS, "data: is missing"),
        (PAIRS + "[optimiser]\nbatch = 2\n", "optimiser.steps: is missing"),
        ("sead = 3\n" + PAIRS + STEPS, "sead: unknown name; meant is seed?"),
        (
            PAIRS + STEPS + "learning_rat = 0.1\n",
            "optimiser.learning_rat: unknown name; meant is learning_rate?",
        ),
        ("[data]\npairs = [{ root = 'x', wait = 2 }]\n" + STEPS, "data.pairs.0.wait: unknown name"),
        (PAIRS + STEPS + "[zzz]\n", "zzz: unknown name"),
        ('seed = "3"\n' + PAIRS + STEPS, "seed: Input should be a valid integer, got '3'"),
        ("seed = true\n" + PAIRS + STEPS, "seed: Input should be a valid integer, got True"),
        ("seed = -1\n" + PAIRS + STEPS, "greater than or equal to 0, got -1"),
        ("seed = 2020-01-01\n" + PAIRS + STEPS, "got '2020-01-01'"),
        (PAIRS + "[optimiser]\nsteps = 2.0\n", "optimiser.steps: Input should be a valid integer"),
        (PAIRS + "[optimiser]\nsteps = 0\n", "optimiser.steps: Input should be greater than 0"),
        (PAIRS + STEPS + "learning_rate = -0.1\n", "learning_rate: Input should be greater than 0"),
        (PAIRS + STEPS + "learning_rate = nan\n", "Input should be a finite number, got nan"),
        (PAIRS + STEPS + "clip = inf\n", "optimiser.clip: Input should be a finite number"),
        (PAIRS + STEPS + "average = 1.0\n", "optimiser.average: Input should be less than 1"),
        (PAIRS + STEPS + 'precision = "half"\n', "'float32' or 'bfloat16', got 'half'"),
        (PAIRS + STEPS + "channels_last = 1\n", "channels_last: Input should be a valid boolean"),
        (PAIRS + "patch = 40\n" + STEPS, "data.patch: Input should be a multiple of 16, got 40"),
        (PAIRS + "patch = 0\n" + STEPS, "data.patch: Input should be greater than or equal to 16"),
        (PAIRS + "scales = []\n" + STEPS, "data.scales: List should have at least 1 item"),
        ("[data]\npairs = []\n" + STEPS, "data.pairs: List should have at least 1 item"),
        ("[data]\npairs = 'set'\n" + STEPS, "data.pairs: Input should be a valid array, got 'set'"),
        (
            PAIRS + STEPS + "[step]\ninference = 1.5\n",
            "step.inference: Input should be less than or equal",
        ),
        (
            PAIRS + STEPS + "[kinds]\nfocus = 0\n",
            "kinds: expected at least one share above 0, got none",
        ),
        (
            PAIRS + STEPS + "[kinds]\nmodal = 0.5\n",
            "kinds: goes with updates as at inference only, got step.inference = 0, and so none",
        ),
        (
            PAIRS + STEPS + "[loss]\ngradient = 0.5\n",
            'loss.gradient: goes with held = "absolute" only, got 0.5 with "squared"',
        ),
        (
            PAIRS + "patch = 48\n" + STEPS + "[loss]\ndensenet = 'd.pth'\n",
            "data.patch: loss.densenet needs patches of at least 64 pixels, got 48",
        ),
        (
            PAIRS + STEPS + "[loss]\ncalibration_batches = 3\n",
            "loss.calibration_batches: Input should be greater than or equal to 20, got 3",
        ),
        ("name = '../up'\n" + PAIRS + STEPS, "name: String should match pattern"),
        (
            PAIRS + STEPS + "[validation]\npanel = [\n"
            "{name='A', source_a='a', source_b='b'}, {name='A', source_a='a', source_b='b'}]\n",
            "validation.panel: expected a name of its own for each pair, got ['A', 'A']",
        ),
        ("[data\n", "expected TOML in"),
    ],
)
def test_a_mistake_is_named_with_what_came(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert expected in str(caught.value)
    assert str(tmp_path / "recipe.toml") in str(caught.value)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "seed = -1\n" + PAIRS + "patch = 17\n" + STEPS + "batch = 0\n")
    for place in ("seed", "data.patch", "optimiser.batch"):
        assert f"{place}: " in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*none\.toml: No such file"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        load_config(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"expected TOML in .*binary\.toml"):
        load_config(tmp_path / "binary.toml")


def test_paths_are_relative_to_the_recipe(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        PAIRS
        + 'sharp = [{ root = "../sharp" }]\npatch = 64\n'
        + STEPS
        + '[model]\nweights = "start.safetensors"\n[loss]\ndensenet = "densenet.pth"\n'
        + '[validation]\npanel = [{ name = "A", source_a = "a.png", source_b = "/b.png" }]\n',
    )
    assert config.data.sharp[0].root == tmp_path.parent / "sharp"
    assert config.model.weights == tmp_path / "start.safetensors"
    assert config.loss.densenet == str(tmp_path / "densenet.pth")
    assert config.validation.panel[0].source_a == tmp_path / "a.png"
    assert config.validation.panel[0].source_b == Path("/b.png")


def test_the_digest_ignores_where_things_lie_and_what_is_only_looked_at(tmp_path: Path) -> None:
    more = '[model]\nweights = "start.safetensors"\n[loss]\ndensenet = "densenet.pth"\n'
    for folder in ("here", "there", "."):
        (tmp_path / folder).mkdir(exist_ok=True)
        for name in ("start", "stop"):
            (tmp_path / folder / f"{name}.safetensors").write_text(name)
    digest = _load(tmp_path / "here", PAIRS + STEPS + more).digest
    assert _load(tmp_path / "there", PAIRS + STEPS + more).digest == digest
    looked = "[validation]\nevery = 7\n"
    other = 'name = "other"\ndata_licence = "CC0"\ncheckpoint_every = 3\n'
    assert _load(tmp_path, other + PAIRS + STEPS + more + looked).digest == digest
    held_out = "[validation]\nholdout = 7\n"
    assert _load(tmp_path, PAIRS + STEPS + more + held_out).digest != digest
    assert _load(tmp_path, "seed = 1\n" + PAIRS + STEPS + more).digest != digest
    assert _load(tmp_path, PAIRS + STEPS + more.replace("start", "stop")).digest != digest
    assert _load(tmp_path, PAIRS + 'focus = "lens"\n' + STEPS + more).digest == digest
    assert _load(tmp_path, PAIRS + 'focus = "masked"\n' + STEPS + more).digest != digest


def test_weights_to_start_from_count_by_what_they_are(tmp_path: Path) -> None:
    start = '[model]\nweights = "{}.safetensors"\n'
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / f"{name}.safetensors").write_bytes(content)
    one, same, other = (_load(tmp_path, PAIRS + STEPS + start.format(n)).digest for n in "abc")
    assert one == same != other
    with pytest.raises(CheckpointError, match=r"expected weights in .*d\.safetensors, found no"):
        _ = _load(tmp_path, PAIRS + STEPS + start.format("d")).digest
    # As the package's weights are now, which later ones replace.
    named = _load(tmp_path, PAIRS + STEPS + '[model]\nweights = "default"\n')
    with weights_file("default") as file:
        (tmp_path / "a.safetensors").write_bytes(file.read_bytes())
    assert named.digest == _load(tmp_path, PAIRS + STEPS + start.format("a")).digest


def test_the_digest_tells_the_revision_of_what_is_drawn(tmp_path: Path) -> None:
    config = _load(tmp_path, PAIRS + STEPS)
    digests = {recipe_digest(config, revision=r) for r in (None, REVISION - 1, REVISION)}
    assert len(digests) == 3
    assert config.digest == recipe_digest(config, revision=REVISION)
    # Weights that were trained before digests had a revision keep theirs.
    assert recipe_digest(config, revision=None) == OLDER_DIGEST


@pytest.mark.parametrize("name", ["default", "paper"])
def test_training_may_start_from_weights_of_the_package(tmp_path: Path, name: str) -> None:
    config = _load(tmp_path, PAIRS + STEPS + f"[model]\nweights = '{name}'\n")
    assert config.model.weights == name
    file = _load(tmp_path, PAIRS + STEPS + f"[model]\nweights = './{name}'\n")
    assert file.model.weights == tmp_path / name


@pytest.mark.parametrize(
    ("module", "package"), [("pydantic", "pydantic"), ("cv2", "opencv-python-headless")]
)
def test_without_the_training_extra_the_command_to_install_it_is_told(
    module: str, package: str
) -> None:
    # The library and not the command: typer may need pydantic, too.
    script = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from gifnet.errors import MissingDependencyError\n"
        "try:\n    import gifnet.training.trainer\n"
        "except MissingDependencyError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=600
    )
    assert f"needs the package {package!r}, which is not installed" in done.stdout, done.stderr
    assert "pip install 'gifnet[train]'" in done.stdout
