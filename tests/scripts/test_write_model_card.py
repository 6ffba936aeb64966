"""The model card: refused while anything is missing, and what it says of figures made up here."""

import copy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import write_model_card
from gifnet.checkpoints import describe_weights
from gifnet.training.packaged_recipes import read_recipe
from measure_weights import completeness, figures_file
from measure_weights.completeness import expected_counts
from measure_weights.development_sets import COMPARED_SETS, METRIC_NAMES
from measure_weights.figures_file import figures_of, judged, read_figures, write_figures
from write_model_card import (
    PUBLISHED_SHA256,
    TEXTS,
    card,
    data_of,
    objections,
    read_words,
    unfilled,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = {"most": None, "side": None, "bar": None, "device": "cpu", "precision": "float32"}
METRICS = dict.fromkeys(METRIC_NAMES, 0.5)
KNOWN = {
    chosen: {method: {"01": METRICS, "02": METRICS} for method in ("average", "gifnet", "ifcnn")}
    for chosen in COMPARED_SETS
}


def some_truth() -> dict[str, list[dict[str, Any]]]:
    """One row of each kind, two of focus pairs."""
    baselines = {n: {"psnr": 33.7} for n in ("average", "laplacian", "wavelet", "guided_filter")}
    pair = {"psnr": 44.5, "ssim": 0.995, "gain": 10.8, "gradient": 1.0, "choice": 47.0}
    kinds = ({"group": "recipe", "exchange": 0.002}, {"group": "varied", "exchange": None})
    place = {"picture": "camera", "shape": "blob", "sigma": 2.0, "seed": 1, "baselines": baselines}
    beside_black = {"shift": 0.01, "contrast": 1.0, "passed": None}
    return {
        "focus": [{**pair, **place, **kind} for kind in kinds],
        "flat": [{"height": 64, "width": 64, "level": 0.5, "shift": -0.004}],
        "steps": [
            {
                "profile": "hard edge",
                "low": 0.3,
                "high": 0.7,
                "direction": "vertical",
                "overshoot": 0.157,
            }
        ],
        "sharp": [{"picture": "camera", "psnr": 38.0, "gradient": 1.1}],
        "blurred": [{"picture": "camera", "sigma": 1.0, "before": 30.0, "gain": 2.5}],
        "dead": [{"picture": "camera", "case": "black", "psnr": 31.0, **beside_black}],
        "hard": [{"case": "slope", "finite": True, "tile_amplitude": 0.1}],
    }


def whole_truth() -> dict[str, list[dict[str, Any]]]:
    """As many rows of each kind as there should be."""
    counts = expected_counts(whole=True)
    some = some_truth()
    rows = {kind: rows * counts.get(kind, 0) for kind, rows in some.items()}
    focus = [some["focus"][:1] * counts["focus, recipe"], some["focus"][1:] * 120]
    return {**rows, "focus": [row for part in focus for row in part]}


def whole_sets() -> dict[str, dict[str, Any]]:
    row: dict[str, Any] = {
        "black": {"fused": 3.0, "darker_source": 2.0},
        "dark": None,
        "agreement": 0.3,
    }
    row |= {
        "crushed": 0.0,
        "burnt": 0.002,
        "agreement_signed": 0.1,
        "edge_excess": [0.0, 0.01],
        "exchange": 0.002,
    }
    row |= {"methods": {"ours": METRICS, "average": METRICS}}
    return {chosen: {"01": row, "02": row | {"exchange": None}} for chosen in COMPARED_SETS}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other methods' figures of two pictures of each set."""
    for module in (figures_file, completeness):
        monkeypatch.setattr(module, "known_figures", lambda: KNOWN)


@pytest.fixture
def figures() -> dict[str, Any]:
    """Figures of weights, but for the development sets."""
    return figures_of(describe_weights("default"), dict(SETTINGS), some_truth(), {})


@pytest.fixture(scope="module")
def whole() -> tuple[dict[str, Any], dict[str, Any]]:
    """All figures of weights, and of the published checkpoint."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (figures_file, completeness):
            patch.setattr(module, "known_figures", lambda: KNOWN)
        description = describe_weights("default")
        ours = figures_of(description, dict(SETTINGS), whole_truth(), whole_sets())
        published = figures_of(description, dict(SETTINGS), whole_truth(), {})
    ours["weights"]["recipe_digest"] = read_recipe("default").digest
    published["weights"] |= {"sha256": "0" * 64, "origin_sha256": PUBLISHED_SHA256}
    return ours, published


def wrong_with(ours: dict[str, Any], published: dict[str, Any]) -> str:
    """What is said against a card, after computing anew what follows from the rows."""
    ours, published = (figures | judged(figures) for figures in (ours, published))
    return "\n".join(objections("default", ours, published, read_recipe("default"), filled()))


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
    published = copy.deepcopy(figures)
    other["weights"] |= {"sha256": "0" * 64, "recipe_digest": "1" * 64}
    unfinished = words("default")
    unfinished["hardware"]["hours"] = 0.0
    unfinished["weakness"][0]["picture"] = "nowhere.jpg"
    wrong = "\n".join(objections("default", other, published, read_recipe("default"), unfinished))
    assert "hardware.hours is not filled in" in wrong
    assert "the figures are of other weights" in wrong
    assert "trained from a recipe with digest 111111111111" in wrong
    assert "not the whole measurement: known truth, flat: 1 rows of 63" in wrong
    assert "not the whole measurement: tno21: not measured" in wrong
    assert "there is no picture docs/images/model-cards/nowhere.jpg" in wrong


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    comment = describe_weights("default").sha256
    Image.new("L", (8, 8)).save(tmp_path / "shown.jpg", comment=comment)
    monkeypatch.setattr(write_model_card, "PICTURES", tmp_path)


Both = tuple[dict[str, Any], dict[str, Any]]
Change = Callable[[dict[str, Any], dict[str, Any]], Any]


@pytest.mark.usefixtures("pictures")
def test_nothing_is_objected_to_where_all_is_there(whole: Both) -> None:
    assert wrong_with(*whole) == ""


@pytest.mark.usefixtures("pictures")
def test_pictures_of_other_weights_are_refused(whole: Both) -> None:
    Image.new("L", (8, 8)).save(write_model_card.PICTURES / "shown.jpg", comment="0" * 64)
    assert wrong_with(*whole) == "shown.jpg shows other weights: run make_card_pictures.py"
    Image.new("L", (8, 8)).save(write_model_card.PICTURES / "shown.jpg")
    assert "shows other weights" in wrong_with(*whole)


REFUSED: dict[str, tuple[Change, str]] = {
    "few pictures": (lambda o, p: o["settings"].update(most=3), "measurement: --most 3 was given"),
    "small ones": (lambda o, p: o["settings"].update(side=64), "measurement: --side 64 was given"),
    "other code": (
        lambda o, p: o["settings"].update(measuring="other"),
        "the code that measures is another than then",
    ),
    "of the other bar": (
        lambda o, p: o["settings"].update(bar="paper"),
        "the figures are those of --bar paper",
    ),
    "a flat pair is missing": (lambda o, p: o["truth"]["flat"].pop(), "flat: 62 rows of 63"),
    "a focus pair is missing": (
        lambda o, p: o["truth"]["focus"].pop(0),
        "focus, recipe: 15 rows of 16",
    ),
    "a kind is missing": (lambda o, p: o["truth"].pop("hard"), "hard: 0 rows of 22"),
    "a number is missing": (
        lambda o, p: o["truth"]["sharp"][3].update(psnr=None),
        "sharp: a row without psnr",
    ),
    "a set is missing": (lambda o, p: o["sets"].pop("lytro"), "lytro: not measured"),
    "a picture is missing": (lambda o, p: o["sets"]["lytro"].pop("02"), "lytro: 1 of its 2"),
    "another picture": (
        lambda o, p: o["sets"]["lytro"].update({"03": o["sets"]["lytro"].pop("02")}),
        "lytro: 1 of its 2 pictures",
    ),
    "a metric is not a number": (
        lambda o, p: o["sets"]["lytro"]["02"]["methods"]["ours"].update(SSIM=None),
        "lytro/02: no SSIM",
    ),
    "not exchanged": (
        lambda o, p: o["sets"]["lytro"]["01"].update(exchange=None),
        "lytro/01: the exchange",
    ),
    "published: ours": (
        lambda o, p: p["weights"].update(origin_sha256=o["weights"]["sha256"]),
        "--published is not of the authors' checkpoint",
    ),
    "published: a recipe's": (
        lambda o, p: p["weights"].update(origin_sha256=None),
        "--published is not of the authors' checkpoint",
    ),
    "published: few pictures": (
        lambda o, p: p["settings"].update(most=2),
        "--published is not the whole measurement with known truth: --most 2",
    ),
    "published: small ones": (
        lambda o, p: p["settings"].update(side=64),
        "--published is not the whole measurement with known truth: --side 64",
    ),
    "published: no truth": (
        lambda o, p: p["truth"].clear(),
        "--published is not the whole measurement with known truth: known truth, flat: 0 rows",
    ),
    "published: other code": (
        lambda o, p: p["settings"].update(measuring="other"),
        "--published is not the whole measurement with known truth: the code",
    ),
    "published: other columns": (
        lambda o, p: p["truth"]["sharp"][0].update(more=1.0),
        "other columns with known truth",
    ),
    "published: of another precision": (
        lambda o, p: p["settings"].update(precision="bfloat16"),
        "--published was measured with precision bfloat16, these weights with float32",
    ),
}


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("case", REFUSED)
def test_figures_that_are_not_the_whole_truth_are_refused(whole: Both, case: str) -> None:
    change, message = REFUSED[case]
    ours, published = copy.deepcopy(whole)
    change(ours, published)
    assert message in wrong_with(ours, published)


def test_the_other_focus_pairs_and_the_exchange_are_not_needed_for_paper(whole: Both) -> None:
    ours = copy.deepcopy(whole[0])
    ours["settings"]["bar"] = "paper"
    ours["truth"]["focus"] = [{**row, "exchange": None} for row in ours["truth"]["focus"][:16]]
    for rows in ours["sets"].values():
        rows["01"] = rows["01"] | {"exchange": None}
    assert judged(ours)["missing"] == []
    assert completeness.columns_of(ours["truth"]) == completeness.columns_of(whole[1]["truth"])


def test_what_follows_from_the_rows_is_computed_anew(whole: Both, tmp_path: Path) -> None:
    forged = copy.deepcopy(whole[0])
    forged["bar"], forged["summary"], forged["overall_ranks"] = [], {}, {}
    forged["missing"] = ["everything"]
    write_figures(tmp_path / "figures.json", forged)
    assert read_figures(tmp_path / "figures.json") == whole[0]


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
    assert "| the recipe's focus pairs, PSNR, dB | 44.50 | - | 44.50 | - |" in text
    assert "1.5 hours. About 0.60 kWh" in text
    assert "| largest overshoot of an enhanced step, share of the step | below 0.05" in text
    assert "0.157 | - | **missed** |" in text
    assert "355 of 361" in text  # six of each set are kept out
    assert "![a step](../../../docs/images/model-cards/shown.jpg)" in text
    assert "DRAFT" not in text
    assert "{{" not in text
    assert "**These sets had a say in what the weights are trained to do**" in text
    assert "gifnet train --recipe default --data DIR" in text


def test_the_card_says_which_file_the_recipe_was_and_what_was_not_measured(
    figures: dict[str, Any],
) -> None:
    reduced = copy.deepcopy(figures)
    reduced["settings"]["bar"] = "paper"
    text = card("paper", reduced, figures, read_recipe("paper"), filled(), source="own.toml")
    assert "gifnet train --recipe own.toml --data DIR" in text
    assert "--name paper --recipe own.toml" in text
    assert "evaluate_weights.py paper --bar paper -o" in text
    assert "others were not measured." in text
    assert "These sets had a say" not in text


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


@pytest.mark.shared
def test_as_many_pictures_are_stated_as_there_are(shared: Path) -> None:
    known = tomllib.loads((TEXTS / "data_sets.toml").read_text(encoding="utf-8"))
    for name, row in known.items():
        folder = shared / "data" / "train" / name
        parts = [part for part in folder.iterdir() if part.is_dir()] or [folder]
        assert {len(list(part.iterdir())) for part in parts} == {row["pictures"]}, name
