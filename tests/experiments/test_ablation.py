"""``gifnet ablate``: variants that differ, runs that go on, tables and a plot."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image

from gifnet.checkpoints import load_arrays
from gifnet.errors import ConfigError
from gifnet.experiments.ablation import VARIANTS, load_ablation
from gifnet.training.trainer import Trainer

CONFIG = """
seeds = [1, 2]
variants = ["full", "{variant}"]

[training]
name = "tiny"
checkpoint_every = 1

[training.data]
patch = 16
pairs = [{{ root = "pairs" }}]

[training.loss]
calibration_batches = 20

[training.optimiser]
steps = 2
batch = 2

[training.validation]
every = 100
holdout = 1
panel_side = 16

[evaluation]
pictures = 1
longest_side = 64
metrics = ["ssim_truth", "ei"]
made = [{{ root = "single", made = "focus" }}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny pairs to train on, and single pictures to measure on."""
    root = tmp_path_factory.mktemp("ablation")
    generator = np.random.default_rng(1)
    rows, columns = np.mgrid[:64, :72]
    for name in ("pairs/ir", "pairs/vi", "single"):
        (root / name).mkdir(parents=True)
        for number in range(3):
            waves = np.sin(rows * generator.uniform(0.2, 1)) * np.cos(columns * generator.random())
            values = 128 + generator.uniform(20, 120) * waves
            Image.fromarray(values.round().astype(np.uint8)).save(root / name / f"{number}.png")
    return root


def config(folder: Path, variant: str = "no_gate") -> Path:
    file = folder / f"{variant}.toml"
    file.write_text(CONFIG.format(variant=variant), encoding="utf-8")
    return file


def ablate(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gifnet", "ablate", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_each_variant_changes_the_recipe_and_what_is_trained(folder: Path, tmp_path: Path) -> None:
    recipe = load_ablation(config(folder)).training
    digests, weights = set(), {}
    for name, variant in VARIANTS.items():
        changed = variant.of(recipe, seed=1)
        digests.add(changed.digest)
        file = Trainer(changed, tmp_path / name).train()
        arrays = load_arrays(file).arrays
        weights[name] = b"".join(arrays[key].tobytes() for key in sorted(arrays))
    assert len(digests) == len(VARIANTS)
    assert len(set(weights.values())) == len(VARIANTS)


def trained(folder: Path, name: str, run: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights of a variant before and after a few steps."""
    recipe = VARIANTS[name].of(load_ablation(config(folder)).training, seed=1)
    trainer = Trainer(recipe, run)
    before = {key: value.clone() for key, value in trainer.network.state_dict().items()}
    trainer.train()
    return before, trainer.network.state_dict()


@pytest.mark.parametrize(
    ("name", "moved", "left"),
    [
        ("full", ["embedding.digital_photography", "embedding.multi_modal"], []),
        ("full", ["gating", "reconstruction_decoder", "cross_fusion.blocks.0"], []),
        ("mm_only", ["embedding.multi_modal"], ["embedding.digital_photography"]),
        ("dp_only", ["embedding.digital_photography"], ["embedding.multi_modal"]),
        ("no_reconstruction", ["gating"], ["reconstruction_decoder"]),
    ],
)
def test_a_variant_trains_what_it_has(
    name: str, moved: list[str], left: list[str], folder: Path, tmp_path: Path
) -> None:
    before, after = trained(folder, name, tmp_path / "run")

    def changes(part: str) -> bool:
        keys = [key for key in before if key.startswith(part)]
        assert keys
        return any(not torch.equal(before[key], after[key]) for key in keys)

    assert [part for part in moved if not changes(part)] == []
    assert [part for part in left if changes(part)] == []


def test_tasks_without_joint_data_draw_from_scenes_of_their_own(
    folder: Path, tmp_path: Path
) -> None:
    recipe = VARIANTS["no_joint_data"].of(load_ablation(config(folder)).training, seed=1)
    batches = Trainer(recipe, tmp_path / "run").batches
    assert batches.photography is not None
    ours, theirs = (
        {scene.name for scene in patches.sampler.crops.scenes}
        for patches in (batches.joint, batches.photography)
    )
    assert ours
    assert theirs
    assert not ours & theirs
    step = batches[0]
    assert step.joint is not None
    assert step.photography is not None
    assert not torch.equal(step.joint.visible, step.photography.visible)


def test_a_variant_that_changes_nothing_of_a_recipe_is_refused(folder: Path) -> None:
    recipe = VARIANTS["ssim"].of(load_ablation(config(folder)).training, seed=1)
    with pytest.raises(ConfigError, match="the variant ssim changes nothing of the table loss"):
        VARIANTS["ssim"].of(recipe, seed=1)


def test_a_missing_set_is_told_before_any_run(folder: Path) -> None:
    file = folder / "missing.toml"
    text = config(folder).read_text(encoding="utf-8")
    file.write_text(text.replace('root = "single"', 'root = "nowhere"'), encoding="utf-8")
    done = ablate(file.name, "-o", "missing", folder=folder)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert not (folder / "missing").exists()


def test_an_ablation_writes_values_a_table_and_a_plot_and_is_not_done_twice(
    folder: Path,
) -> None:
    arguments = (config(folder).name, "-o", "out")
    done = ablate(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    out = folder / "out"
    with (out / "ablation.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    values = {(row["variant"], row["seed"], row["metric"]): float(row["value"]) for row in rows}
    assert {key[:2] for key in values} == {
        (variant, seed) for variant in ("full", "no_gate") for seed in "12"
    }
    assert values["full", "1", "ei"] != values["no_gate", "1", "ei"]
    assert values["full", "1", "ei"] != values["full", "2", "ei"]
    assert "no_gate" in (out / "ablation.md").read_text(encoding="utf-8")
    with Image.open(out / "ablation.png") as plot:
        assert plot.width > 300

    table = (out / "ablation.csv").read_bytes()
    again = ablate(*arguments, folder=folder)
    assert again.returncode == 0, again.stderr
    assert "seed" not in again.stderr  # no run was done
    assert (out / "ablation.csv").read_bytes() == table


def test_an_unknown_variant_is_named_with_those_there_are(folder: Path) -> None:
    file = config(folder, "no_gat")
    with pytest.raises(ConfigError, match=r"variants: expected some of full, .*, got no_gat"):
        load_ablation(file)
    done = ablate(file.name, "-o", "none", folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (folder / "none").exists()


def values_of(out: Path) -> bytes:
    return (out / "ablation.csv").read_bytes()


def test_killed_in_the_middle_of_a_run_it_goes_on_to_the_same_values(folder: Path) -> None:
    file = folder / "longer.toml"
    text = config(folder).read_text(encoding="utf-8").replace("steps = 2", "steps = 12")
    file.write_text(text, encoding="utf-8")
    begun = subprocess.Popen(
        [sys.executable, "-m", "gifnet", "ablate", file.name, "-o", "killed"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not list((folder / "killed").glob("runs/*/*/state*")):
            assert begun.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
    assert not (folder / "killed" / "ablation.csv").exists()
    for out in ("killed", "whole"):
        done = ablate(file.name, "-o", out, folder=folder)
        assert done.returncode == 0, done.stderr
    assert values_of(folder / "killed") == values_of(folder / "whole")
    assert not list((folder / "killed").rglob("*.tmp*"))


def test_a_run_that_fails_is_listed_and_tried_again_and_stops_no_other(folder: Path) -> None:
    arguments = (config(folder).name, "-o", "failing")
    fewer = folder / "fewer.toml"
    text = config(folder).read_text(encoding="utf-8")
    fewer.write_text(text.replace('"full", "no_gate"', '"full"'), encoding="utf-8")
    assert ablate(fewer.name, "-o", "failing", folder=folder).returncode == 0
    in_the_way = folder / "failing" / "runs" / "no_gate"
    in_the_way.write_text("a file where a folder goes", encoding="utf-8")
    done = ablate(*arguments, folder=folder)
    assert done.returncode == 1
    assert "no_gate, seed 2: failed: cannot make the folder of the run" in done.stderr
    report = (folder / "failing" / "ablation.md").read_text(encoding="utf-8")
    assert "`no_gate`, seed 1: cannot make the folder" in report.partition("What is missing")[2]
    assert "2 runs" in done.stdout

    in_the_way.unlink()
    again = ablate(*arguments, folder=folder)
    assert again.returncode == 0, again.stderr
    assert "full" not in again.stderr
    assert "What is missing" not in (folder / "failing" / "ablation.md").read_text("utf-8")


def test_two_processes_do_not_work_on_one_ablation(folder: Path) -> None:
    out = folder / "taken"
    out.mkdir()
    with FileLock(out / "ablation.lock"):
        done = ablate(config(folder).name, "-o", "taken", folder=folder)
    assert done.returncode == 2
    assert "another process works on the ablation in taken" in done.stderr
    assert [file.name for file in out.iterdir()] == ["ablation.lock"]


def test_a_folder_of_another_recipe_is_left_alone(folder: Path) -> None:
    assert ablate(config(folder).name, "-o", "first", folder=folder).returncode == 0
    before = values_of(folder / "first")
    other = folder / "other.toml"
    text = config(folder).read_text(encoding="utf-8").replace("steps = 2", "steps = 3")
    other.write_text(text, encoding="utf-8")
    done = ablate(other.name, "-o", "first", folder=folder)
    assert done.returncode == 2
    assert "first" in done.stderr
    assert values_of(folder / "first") == before
