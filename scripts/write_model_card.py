"""Write the model card of weights of the package from their figures and a few words of a human.

Figures are those of ``scripts/evaluate_weights.py``, all of them: for these weights, and with
known truth for the published checkpoint. Words are in ``scripts/model_cards/NAME.toml``. Nothing
is written while a word is missing, or while figures, weights and recipe do not belong together.

    python scripts/write_model_card.py default --figures figures.json --published published.json
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from PIL import Image

from gifnet.checkpoints import describe_weights
from gifnet.errors import GIFNetError
from gifnet.evaluation.statistics import RESAMPLES
from gifnet.imaging.atomic import write_atomically
from gifnet.training.config import TrainingConfig, load_config
from gifnet.training.packaged_recipes import read_recipe
from measure_weights.completeness import columns_of, missing_truth
from measure_weights.figures_file import Row, bar_of, read_figures
from measure_weights.tables import (
    bar_table,
    looked_table,
    rank_table,
    set_table,
    tally,
)
from measure_weights.truth_tables import focus_table, truth_table

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "scripts" / "model_cards"
PACKAGED = ROOT / "src" / "gifnet" / "weights"
PICTURES = ROOT / "docs" / "images" / "model-cards"
PICTURES_LINK = "../../../docs/images/model-cards"
"""From a card to the pictures."""
PUBLISHED_SHA256 = "bfc1dfef0d5b386b0c04f172daf8f6af52ba395f26dc3dd5757425fd32eb1038"
"""Of the authors' file Final.model."""
LARGEST_PICTURE = 400_000
"""Bytes."""
PLACEHOLDER = "FILL"
TEXT_KEYS = {
    "": {"title", "summary", "departures", "hardware", "looked", "weakness"},
    "hardware": {"machine", "hours", "watts", "watts_assumption"},
    "looked": {"sets", "seen"},
    "weakness": {"text", "picture", "caption"},
}
_STARTS = {"mean": "a network that returns the mean of its sources", "paper": "random weights"}


def read_words(file: Path) -> Row:
    """Read a hand-written file.

    Raises:
        SystemExit: A key is missing or unknown.
    """
    words = tomllib.loads(file.read_text(encoding="utf-8"))
    tables = {"": [words], "hardware": [words.get("hardware", {})]}
    tables |= {"looked": [words.get("looked", {})], "weakness": words.get("weakness", [])}
    for name, keys in TEXT_KEYS.items():
        for table in tables[name]:
            if set(table) != keys:
                where = f"[{name}] of {file.name}" if name else file.name
                raise SystemExit(f"expected {sorted(keys)} in {where}, got {sorted(table)}")
    return words


def unfilled(words: Any, path: str = "") -> Iterator[str]:
    """Name what nobody has filled in: texts that begin with FILL, empty ones, numbers of 0."""
    if isinstance(words, dict):
        for key, value in words.items():
            yield from unfilled(value, f"{path}.{key}" if path else key)
    elif isinstance(words, list):
        if not words:
            yield path
        for index, value in enumerate(words):
            yield from unfilled(value, f"{path}[{index}]")
    elif not words or str(words).lstrip().startswith(PLACEHOLDER):
        yield path


def objections(
    name: str, figures: Row, published: Row, recipe: TrainingConfig, words: Row
) -> Iterator[str]:
    """Say why a card would not be true, one reason after the other."""
    for path in unfilled(words):
        yield f"scripts/model_cards/{name}.toml: {path} is not filled in"
    weights = describe_weights(name)
    if figures["weights"]["sha256"] != weights.sha256:
        yield f"the figures are of other weights than {weights.file.name}: measure them again"
    if figures["weights"]["recipe_digest"] != recipe.digest:
        yield (
            f"the weights were trained from a recipe with digest "
            f"{str(figures['weights']['recipe_digest'])[:12]}, not from {recipe.name!r} as it is "
            f"now ({recipe.digest[:12]})"
        )
    for part in figures["missing"]:
        yield f"the figures are not the whole measurement: {part}"
    if figures["settings"]["bar"] not in {None, name}:
        yield f"the figures are those of --bar {figures['settings']['bar']}: leave it out"
    yield from _objections_to_published(figures, published)
    for weakness in words["weakness"]:
        picture = PICTURES / weakness["picture"]
        if not picture.is_file():
            yield f"there is no picture {picture.relative_to(ROOT)}: run make_card_pictures.py"
        elif picture.stat().st_size > LARGEST_PICTURE:
            yield f"{picture.name} is larger than {LARGEST_PICTURE} bytes"
        elif shown_weights(picture) != weights.sha256:
            yield f"{picture.name} shows other weights: run make_card_pictures.py"


def _objections_to_published(figures: Row, published: Row) -> Iterator[str]:
    found = published["weights"]["origin_sha256"]
    if found != PUBLISHED_SHA256:
        yield (
            "--published is not of the authors' checkpoint: expected weights converted from the "
            f"file with SHA-256 {PUBLISHED_SHA256[:12]}, got {str(found)[:12]}"
        )
    needed = published["settings"] | {"bar": figures["settings"]["bar"]}
    for part in missing_truth(needed, published["truth"]):
        yield f"--published is not the whole measurement with known truth: {part}"
    if columns_of(published["truth"]) != columns_of(figures["truth"]):
        yield "--published and --figures have other columns with known truth: measure both again"
    for setting in ("device", "precision"):
        ours, its = figures["settings"][setting], published["settings"][setting]
        if ours != its:
            yield f"--published was measured with {setting} {its}, these weights with {ours}"


def shown_weights(picture: Path) -> str:
    """The SHA-256 of the weights that a picture was made with, which is its comment."""
    with Image.open(picture) as opened:
        return bytes(opened.info.get("comment", b"")).decode("ascii", "replace")


def data_of(recipe: TrainingConfig) -> list[Row]:
    """What the recipe trained on, with counts and licences.

    Raises:
        SystemExit: A folder is not in data_sets.toml.
    """
    known = tomllib.loads((TEXTS / "data_sets.toml").read_text(encoding="utf-8"))
    rows = []
    roots = [pairs.root for pairs in recipe.data.pairs]
    roots += [sharp.root for sharp in recipe.data.sharp]
    for name in (root.name for root in roots):
        if name not in known:
            raise SystemExit(f"describe {name!r} in scripts/model_cards/data_sets.toml")
        trained = known[name]["pictures"] - recipe.validation.holdout
        rows.append({**known[name], "name": name, "trained": trained})
    return rows


def card(
    name: str,
    figures: Row,
    published: Row,
    recipe: TrainingConfig,
    words: Row,
    *,
    draft: str = "",
    source: str = "",
) -> str:
    """Fill the template.

    Args:
        name: ``default`` or ``paper``.
        figures: Of the weights.
        published: Of the published checkpoint; its figures with known truth are used.
        recipe: What the weights were trained from.
        words: The hand-written file.
        draft: What is wrong with the card, said at its top; empty for one to be shipped.
        source: The file of the recipe; empty for the package's of that name.

    Returns:
        The card in Markdown.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEXTS),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the template is Markdown, and all that goes in is ours
    )
    bar = bar_of(figures, name)
    data = data_of(recipe)
    return environment.get_template("card.md.jinja").render(
        name=name,
        draft=draft,
        hand=words,
        weights=figures["weights"],
        settings=figures["settings"],
        data=data,
        folders=", ".join(f"`{row['name']}`" for row in data),
        recipe={
            "name": recipe.name,
            "source": source or name,
            "contrast": _uses_contrast(recipe),
            "digest": recipe.digest,
            "seed": recipe.seed,
            "steps": recipe.optimiser.steps,
            "batch": recipe.optimiser.batch,
            "multi_modal": recipe.step.multi_modal,
            "patch": recipe.data.patch,
            "holdout": recipe.validation.holdout,
            "precision": recipe.optimiser.precision,
            "start": _start(recipe),
        },
        kwh=words["hardware"]["hours"] * words["hardware"]["watts"] / 1000,
        resamples=f"{RESAMPLES:,}",
        truth_table=truth_table(figures["truth"], published["truth"]) if figures["truth"] else "",
        focus_table=focus_table(figures["truth"]["focus"]) if figures["truth"] else "",
        set_tables=[set_table(chosen, found) for chosen, found in figures["summary"].items()],
        looked_table=looked_table(figures["sets"]) if figures["sets"] else "",
        rank_table=rank_table(figures),
        tally=tally(bar),
        bar_table=bar_table(bar),
        pictures=PICTURES_LINK,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=("default", "paper"))
    parser.add_argument("--figures", type=Path, required=True, help="of these weights")
    parser.add_argument("--published", type=Path, required=True, help="of the published checkpoint")
    parser.add_argument("--recipe", type=Path, help="a file; the package's of that name by default")
    parser.add_argument("--draft", type=Path, help="write to this file whatever is missing, marked")
    options = parser.parse_args()
    try:
        recipe = load_config(options.recipe) if options.recipe else read_recipe(options.name)
        figures, published = read_figures(options.figures), read_figures(options.published)
        words = read_words(TEXTS / f"{options.name}.toml")
        wrong = list(objections(options.name, figures, published, recipe, words))
    except GIFNetError as error:
        sys.exit(str(error))
    if wrong and not options.draft:
        sys.exit("the card is not written:\n" + "\n".join(f"- {reason}" for reason in wrong))
    source = str(options.recipe or "")
    text = card(
        options.name, figures, published, recipe, words, draft="; ".join(wrong), source=source
    )
    file = options.draft or PACKAGED / f"{options.name}.md"
    write_atomically(file, text.encode())
    print(file)


def _uses_contrast(recipe: TrainingConfig) -> bool:
    """Whether pairs without a truth are held to the target that development sets chose."""
    in_kinds = recipe.kinds.modal + recipe.kinds.mixed + recipe.kinds.exposure > 0
    return recipe.loss.multi_modal == "contrast" or (recipe.step.inference > 0 and in_kinds)


def _start(recipe: TrainingConfig) -> str:
    if recipe.model.weights:
        return f"the weights {Path(recipe.model.weights).name}"
    return _STARTS[recipe.model.initialisation]


if __name__ == "__main__":
    main()
