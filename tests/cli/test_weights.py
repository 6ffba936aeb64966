"""``gifnet weights`` as a user runs it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gifnet.checkpoints import CheckpointHeader, bundled_names, describe_weights, save_checkpoint
from gifnet.checkpoints.published import to_published
from gifnet.checkpoints.weights_file import sha256_of
from gifnet.model import ModelConfig, build_gifnet


def _run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "gifnet", "weights", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def _values(output: str) -> dict[str, str]:
    return {
        name: value.strip() for name, value in (line.split(":", 1) for line in output.splitlines())
    }


def test_the_published_file_is_described_converted_and_described_again(tmp_path: Path) -> None:
    source, output = tmp_path / "Final.model", tmp_path / "published.safetensors"
    torch.save(to_published(build_gifnet(seed=2).state_dict()), source)

    before = _run("info", source)
    assert before.returncode == 0, before.stderr
    values = _values(before.stdout)
    assert values["format"] == "published pickle"
    assert values["parameters"] == "822,780"
    assert values["sha256"] == sha256_of(source)
    assert values["to use it"].startswith(f"gifnet weights convert {source} -o ")

    converted = _run("convert", source, "-o", output)
    assert (converted.returncode, converted.stderr) == (0, "")
    assert converted.stdout == f"{output}\n"

    after = _run("info", output)
    assert (after.returncode, after.stderr) == (0, "")
    values = _values(after.stdout)
    assert values["format"] == "gifnet-checkpoint-1"
    assert values["step"] == "unknown"
    assert values["recipe"] == "published"
    assert values["information"] == "kind softmax, measure densenet"
    assert values["licence"].startswith("none: the authors")
    assert values["origin"] == f"file Final.model, sha256 {sha256_of(source)}"
    assert values["sha256"] == sha256_of(output)


def test_info_prints_what_a_trained_checkpoint_says(tmp_path: Path) -> None:
    config = ModelConfig(encoder_width=4, gate_channels=6, decoder_widths=(5, 4))
    network = build_gifnet(config)
    header = CheckpointHeader(
        step=12_000,
        steps=20_000,
        recipe_name="first",
        recipe_digest="cd" * 32,
        licence="CC0-1.0",
        information={"measure": "picture", "scale": 1.5, "histogram": None},
        model=config,
    )
    save_checkpoint(network, tmp_path / "small.safetensors", header)
    result = _run("info", tmp_path / "small.safetensors")
    assert result.returncode == 0, result.stderr
    values = _values(result.stdout)
    assert values["step"] == "12,000 of 20,000"
    assert values["recipe"] == "first"
    assert values["recipe sha256"] == "cd" * 32
    assert values["information"] == "measure picture, scale 1.5"
    assert "encoder width 4" in values["network"]
    assert values["parameters"] == f"{sum(p.numel() for p in network.parameters()):,}"


def test_info_without_a_file_describes_the_default_weights_of_the_package() -> None:
    result = _run("info")
    assert result.returncode == 0, result.stderr
    assert _values(result.stdout)["format"] == "gifnet-checkpoint-1"
    assert _values(result.stdout)["parameters"] == "822,780"
    assert Path(_values(result.stdout)["file"]).name == "default.safetensors"


def test_list_says_what_the_weights_of_the_package_are() -> None:
    result = _run("list")
    assert (result.returncode, result.stderr) == (0, "")
    blocks = [_values(block) for block in result.stdout.split("\n\n")]
    assert tuple(block["name"] for block in blocks) == bundled_names()
    for block in blocks:
        weights = describe_weights(block["name"])
        assert weights.header is not None
        assert block == {
            "name": block["name"],
            "recipe": weights.header.recipe_name,
            "step": f"{weights.header.step:,} of {weights.header.steps:,}",
            "recipe sha256": weights.header.recipe_digest,
            "licence": weights.header.licence,
            "sha256": weights.sha256,
        }


def test_a_plain_name_means_the_package_and_a_path_the_file(tmp_path: Path) -> None:
    config = ModelConfig(encoder_width=4, gate_channels=6, decoder_widths=(5, 4))
    header = CheckpointHeader(step=7, recipe_name="mine", recipe_digest="", licence="CC0-1.0")
    save_checkpoint(build_gifnet(config), tmp_path / "default", replace(header, model=config))
    recipes = [
        _values(_run("info", name, cwd=tmp_path).stdout)["recipe"]
        for name in ("default", "./default")
    ]
    assert recipes[0] != recipes[1] == "mine"


def test_a_name_that_means_nothing_is_answered_with_those_that_do(tmp_path: Path) -> None:
    result = _run("info", "defalt", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    expected = (
        "error: expected a file of weights or the name of weights of the package, got 'defalt'"
    )
    assert result.stderr.startswith(expected)
    assert "this package has default" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["info", "convert"])
def test_a_file_of_another_network_ends_in_one_line_and_code_2(
    tmp_path: Path, command: str
) -> None:
    file, output = tmp_path / "linear.pth", tmp_path / "out.safetensors"
    torch.save(torch.nn.Linear(2, 3).state_dict(), file)
    result = _run("info", file) if command == "info" else _run("convert", file, "-o", output)
    assert result.returncode == 2
    assert result.stdout == ""
    expected = f"error: {file}: expected the keys of the published GIFNet checkpoint (114), got 2"
    assert result.stderr.startswith(expected)
    assert result.stderr.count("\n") == 1
    assert not output.exists()


def test_convert_without_an_output_is_bad_usage(tmp_path: Path) -> None:
    result = _run("convert", tmp_path / "Final.model")
    assert result.returncode == 2
    assert "--output" in result.stderr


def test_every_help_ends_with_an_example() -> None:
    for command in ("convert", "info", "list"):
        result = _run(command, "--help")
        assert result.returncode == 0
        assert f"gifnet weights {command}" in result.stdout.split("Example:")[1]
