"""The model card: refused while anything is missing, and what it says of figures made up here."""

import copy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import write_model_card
from gifnet.checkpoints import describe_weights
from gifnet.training.packaged_recipes import read_recipe
from measure_weights.figures_file import figures_of, read_figures, write_figures
from write_model_card import TEXTS, card, data_of, objections, read_words, unfilled

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = {"most": 1, "side": None, "truth": True, "device": "cpu", "precision": "float32"}


def truth() -> dict[str, list[dict[str, Any]]]:
    baselines = {n: {"psnr": 33.7} for n in ("average", "laplacian", "wavelet", "guided_filter")}
    pair = {"psnr": 44.5, "ssim": 0.995, "gain": 10.8, "gradient": 1.0, "choice": 47.0}
    kinds = ({"group": "recipe", "exchange": 0.002}, {"group": "varied", "exchange": None})
    place = {"picture": "camera", "shape": "blob", "sigma": 2.0, "seed": 1, "baselines": baselines}
    return {
        "focus": [{**pair, **place, **kind} for kind in kinds],
        "flat": [{"height": 64, "width": 64, "level": 0.5, "shift": -0.004}],
        "steps": [{"low": 0.3, "high": 0.7, "direction": "vertical", "overshoot": 0.157}],
        "sharp": [{"picture": "camera", "psnr": 38.0, "gradient": 1.1}],
        "blurred": [{"picture": "camera", "sigma": 1.0, "before": 30.0, "gain": 2.5}],
        "hard": [{"case": "slope", "finite": True, "tile_amplitude": 0.1}],
    }


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return figures_of(describe_weights("default"), dict(SETTINGS), truth(), {})


def words(name: str) -> dict[str, Any]:
    return read_words(TEXTS / f"{name}.toml")


@pytest.mark.parametrize("name", ["default", "paper"])
def test_the_hand_written_files_have_all_keys(name: str) -> None:
    assert words(name)["weakness"]


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "default.toml"
    text = (TEXTS / "default.toml").read_text().replace("\nhours =", "\nhour =")
    file.write_text(text)
    with pytest.raises(SystemExit, match=r"\[hardware\] of default.toml.*'hour'"):
        read_words(file)


def test_what_nobody_filled_in_is_found_at_every_depth() -> None:
    found = {"a": "FILL: this", "b": {"hours": 0.0, "watts": 9.5}, "c": ["good", "FILL"], "d": []}
    assert list(unfilled(found)) == ["a", "b.hours", "c[1]", "d"]


def test_a_card_is_refused_for_every_reason_at_once(figures: dict[str, Any]) -> None:
    other = copy.deepcopy(figures)
    other["weights"] |= {"sha256": "0" * 64, "recipe_digest": "1" * 64}
    unfinished = words("default")
    unfinished["hardware"]["hours"] = 0.0
    unfinished["weakness"][0]["picture"] = "nowhere.jpg"
    wrong = "\n".join(objections("default", other, read_recipe("default"), unfinished))
    assert "hardware.hours is not filled in" in wrong
    assert "the figures are of other weights" in wrong
    assert "trained from a recipe with digest 111111111111" in wrong
    assert "not the whole measurement" in wrong
    assert "there is no picture docs/images/model-cards/nowhere.jpg" in wrong


def test_nothing_is_objected_to_where_all_is_there(
    figures: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = copy.deepcopy(figures)
    recipe = read_recipe("default")
    whole["settings"]["complete"] = True
    whole["weights"]["recipe_digest"] = recipe.digest
    (tmp_path / "shown.jpg").write_bytes(b"picture")
    monkeypatch.setattr(write_model_card, "PICTURES", tmp_path)
    assert list(objections("default", whole, recipe, filled())) == []


def filled() -> dict[str, Any]:
    return {
        "title": "default",
        "summary": "Good ones.",
        "departures": "Much.",
        "hardware": {"machine": "A GPU", "hours": 1.5, "watts": 400.0, "watts_assumption": "meter"},
        "looked": {"sets": "all", "seen": ["No blocks."]},
        "weakness": [{"text": "Steps overshoot.", "picture": "shown.jpg", "caption": "a step"}],
    }


def test_the_card_holds_figures_words_energy_and_the_bar(figures: dict[str, Any]) -> None:
    text = card("default", figures, figures, read_recipe("default"), filled())
    assert "| the recipe's focus pairs, PSNR, dB | 44.50 | 44.50 |" in text
    assert "1.5 hours. About 0.60 kWh" in text
    assert "| largest overshoot of an enhanced step, share of the step | below 0.05" in text
    assert "0.157 | **missed** |" in text
    assert "355 of 361" in text  # six of each set are kept out
    assert "![a step](../../../docs/images/model-cards/shown.jpg)" in text
    assert "DRAFT" not in text
    assert "{{" not in text


def test_every_folder_of_the_recipes_is_described() -> None:
    for name in ("default", "paper"):
        assert all(row["trained"] > 0 for row in data_of(read_recipe(name)))


def test_figures_come_back_from_their_file_and_other_files_are_refused(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    write_figures(file, figures)
    assert read_figures(file) == figures
    file.write_text('{"format": "other"}')
    with pytest.raises(SystemExit, match="got 'other': measure the weights again"):
        read_figures(file)


def test_the_program_writes_no_card_but_a_marked_draft(
    figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "figures.json"
    write_figures(file, figures)
    arguments = ["default", "--figures", str(file), "--published", str(file)]
    command = [sys.executable, "scripts/write_model_card.py", *arguments]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "the card is not written:" in refused.stderr
    draft = tmp_path / "draft.md"
    monkeypatch.setattr(sys, "argv", ["write_model_card.py", *arguments, "--draft", str(draft)])
    write_model_card.main()
    assert "**DRAFT: not for shipping.**" in draft.read_text()


def test_a_card_of_the_package_has_no_placeholder() -> None:
    for file in (ROOT / "src" / "gifnet" / "weights").glob("*.md"):
        text = file.read_text(encoding="utf-8")
        assert "FILL" not in text
        assert "DRAFT" not in text


def test_the_data_sets_say_what_a_card_needs() -> None:
    known = tomllib.loads((TEXTS / "data_sets.toml").read_text(encoding="utf-8"))
    for row in known.values():
        assert set(row) == {"title", "pictures", "what", "licence", "link"}
