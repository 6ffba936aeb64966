"""The HTML report: what is in the file, and how a real browser shows it."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from gifnet.errors import MissingDependencyError
from gifnet.evaluation import Case, Evaluation, MethodOutputs, Problem, summarise
from gifnet.evaluation.page.report import write_report
from gifnet.imaging import write_image

MakeEvaluation = Callable[..., Evaluation]

NAMES = ("GIFNet", "<b>bold</b>", "onnx:a-very-long-name-of-a-file-with-a-model.onnx", "average")
METRICS = ("psnr_truth", "ssim", "nabf", "ag", "qabf", "mse")
NOTES = (
    "Measured on <other> pictures.",
    "### Beside the <paper>",
    "",
    "| | pictures | EI: `ei` |",
    "|---|---|---|",
    "| <i>, here | 6 | 1.25 |",
    "",
    "- Pictures: not `comparable`.",
    "- SCD: <unknown>.",
)


def make_report(folder: Path, *, cases: int = 6, methods: int = 4) -> Path:
    """A report of random values and pictures, with names that try to break it."""
    random = np.random.default_rng(3)
    paths = []
    for index in range(cases):
        paths.append(folder / f"picture{index}.png")
        pixels = random.integers(0, 256, (12, 16, 3), np.uint8).repeat(5, axis=0).repeat(5, axis=1)
        write_image(paths[-1], pixels)
    scenes = tuple(
        Case(f"scene{index} <i>", (path, paths[0]), path) for index, path in enumerate(paths)
    )
    outputs = tuple(
        MethodOutputs(name, {scene.name: paths[-1] for scene in scenes}) for name in NAMES[:methods]
    )
    values = random.normal(10, 1, (cases, methods, len(METRICS)))
    values[1, 0, 0] = np.inf
    values[0, :, 1] = np.nan
    problems = (
        Problem(
            scenes[0].name, NAMES[0], "ssim", "expected 16 x 12, got <script>alert(1)</script>"
        ),
        Problem("gone", None, None, "gone.png: no such file; check the name and the folder"),
    )
    evaluation = Evaluation("Focus & <blur>", scenes, outputs, METRICS, values, problems)
    report = folder / "report"
    report.mkdir()
    (report / "per image.csv").write_text("case\n")
    (report / "summary.json").write_text("{}\n")
    summary = summarise(evaluation, resamples=50)
    return write_report(evaluation, summary, report, notes=NOTES, date="2026-01-02")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_report(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module", params=[(360, 740), (1280, 900)], ids=["phone", "desk"])
def page(
    browser: Browser, report: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str]]]:
    """The report in a browser, and every complaint and every request of it."""
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=width < 600, color_scheme="dark"
    )
    shown, heard = context.new_page(), []
    shown.on("console", lambda message: heard.append(f"console: {message.text}"))
    shown.on("pageerror", lambda error: heard.append(f"error: {error}"))
    shown.on(
        "request",
        lambda asked: heard.append(asked.url) if not asked.url.startswith("data:") else None,
    )
    shown.goto(report.as_uri())
    shown.wait_for_load_state("load")
    yield shown, heard
    context.close()


def test_the_file_is_one_page_with_everything_in_it(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert report.name == "index.html"
    assert report.stat().st_size < 2_000_000
    assert not re.search(r"(src|href)=\"(?!data:|#|per%20image\.csv|summary\.json)", text)
    assert "url(" not in text
    assert "6 pictures · 4 methods · 6 metrics" in text
    assert "2026-01-02" in text
    assert "grows with over-sharpening and noise, too" in text
    for heading in ("Overview", "Each metric", "Best and worst", "Paired tests", "Left out"):
        assert re.search(rf"<h2 [^>]*>{heading}", text)
    assert text.count("<details") == len(METRICS) + 2


def test_names_and_messages_cannot_become_markup(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert "<title>Focus &amp; &lt;blur&gt;</title>" in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<b>bold" not in text
    assert "Measured on &lt;other&gt; pictures." in text
    assert text.count("<script") == 1


def test_notes_are_shown_as_headings_tables_and_lists(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert '<p class="note">Measured on &lt;other&gt; pictures.</p>' in text
    assert "<h3>Beside the &lt;paper&gt;</h3>" in text
    assert '<th scope="col">EI: <code>ei</code></th>' in text
    assert "&lt;i&gt;, here</span></th><td>6</td><td>1.25</td></tr>" in text
    assert "<li>Pictures: not <code>comparable</code>.</li>" in text
    assert "<li>SCD: &lt;unknown&gt;.</li>" in text
    assert "|---" not in text
    assert "###" not in text


def test_the_page_says_what_its_ranks_and_tests_and_infinite_means_are_worth(
    report: Path,
) -> None:
    text = report.read_text(encoding="utf-8")
    assert "The mean rank is over PSNR to the truth, Qabf." in text
    assert "corrected by Holm within each metric" in text
    assert "Too few pictures (5 to 6) to show a difference among 4 methods" in text
    assert text.count("has an infinite PSNR, and makes the mean infinite") == 2


def test_the_plots_and_sheets_lie_beside_the_page(report: Path) -> None:
    names = {file.name for file in (report.parent / "plots").iterdir()}
    assert names >= {"best.png", "worst.png", "radar.png", "ranks.png", "box_ssim.png"}


def test_it_is_written_anew_byte_for_byte_without_a_date(
    tmp_path: Path, make_evaluation: MakeEvaluation
) -> None:
    evaluation = make_evaluation({"ssim": [[1.0, 2.0], [2.0, 2.5]]})
    summary = summarise(evaluation, resamples=20)
    # The sources of this evaluation are no files: there is a page without pictures.
    first = write_report(evaluation, summary, tmp_path / "a").read_bytes()
    assert write_report(evaluation, summary, tmp_path / "b").read_bytes() == first
    assert b"Best and worst pictures" not in first


def test_one_method_and_one_picture_or_no_value_at_all_make_a_page(
    tmp_path: Path, make_evaluation: MakeEvaluation
) -> None:
    alone = make_evaluation({"ssim": [[1.0]]})
    text = write_report(alone, summarise(alone, resamples=20), tmp_path / "a").read_text("utf-8")
    assert "nothing to rank it against" in text
    assert "Mean rank" not in text.split("<main>")[1].split("How to read")[0]
    nothing = make_evaluation({"ssim": [[np.nan, np.nan]]}, ["a", "b"])
    nothing = replace(nothing, problems=(Problem("case0", "a", None, "empty"),))
    page = write_report(nothing, summarise(nothing, resamples=20), tmp_path / "b")
    text = page.read_text(encoding="utf-8")
    assert "No picture could be measured for all methods" in text
    assert "No value for SSIM" in text


def test_names_that_are_not_unicode_are_written_readably(
    tmp_path: Path, make_evaluation: MakeEvaluation
) -> None:
    evaluation = make_evaluation({"ssim": [[1.0, 2.0]]}, ["plain", "broken\udcff"])
    page = write_report(evaluation, summarise(evaluation, resamples=20), tmp_path)
    assert "broken\\udcff" in page.read_text(encoding="utf-8")


def test_a_missing_jinja_is_named_with_the_extra(
    tmp_path: Path, make_evaluation: MakeEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = make_evaluation({"ssim": [[1.0, 2.0]]})
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingDependencyError, match=r"the HTML report needs .*'gifnet\[eval\]'"):
        write_report(evaluation, summarise(evaluation, resamples=20), tmp_path)


def test_a_browser_asks_for_nothing_but_the_file_and_complains_of_nothing(
    page: tuple[Page, list[str]], report: Path
) -> None:
    _, heard = page
    assert heard == [report.as_uri()]


def test_the_page_never_scrolls_sideways_and_its_letters_are_large_enough(
    page: tuple[Page, list[str]],
) -> None:
    shown, _ = page
    shown.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    width, window = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width == window
    # Tables may be wider, each within its own frame.
    for frame in shown.locator(".scroll").all():
        box = frame.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= window
    # The first column keeps its words whole: no line of it is a single letter wide.
    widths = shown.evaluate(
        "[...document.querySelectorAll('tbody th')].map((each) => each.clientWidth)"
    )
    assert min(widths) >= 60
    for place in ("body", "table", ".faint", "figcaption", "thead th", ".place"):
        size = shown.locator(place).first.evaluate("(each) => getComputedStyle(each).fontSize")
        assert float(size.removesuffix("px")) >= 15


def test_all_pictures_are_there_and_described(page: tuple[Page, list[str]]) -> None:
    shown, _ = page
    pictures = shown.evaluate(
        "[...document.images].map((each) => [each.naturalWidth, each.alt.length])"
    )
    # Six boxes, ranks, radar, three scatter plots, and twice seven pictures with their crops.
    assert len(pictures) == 11 + 2 * 7 * 2
    assert all(width > 0 and described > 0 for width, described in pictures)


def test_tables_have_headings_for_screen_readers_and_a_first_column_that_stays(
    page: tuple[Page, list[str]],
) -> None:
    shown, _ = page
    assert shown.locator("th:not([scope])").count() == 0
    assert shown.locator("h1").count() == 1
    frame = shown.locator(".scroll").first
    before = shown.locator("#overview-table tbody th").first.bounding_box()
    frame.evaluate("(each) => each.scrollLeft = 200")
    after = shown.locator("#overview-table tbody th").first.bounding_box()
    frame.evaluate("(each) => each.scrollLeft = 0")
    assert before is not None
    assert after is not None
    assert after["x"] == pytest.approx(before["x"], abs=1)


def test_a_click_on_a_heading_sorts_the_best_to_the_top_and_a_second_one_turns_it(
    page: tuple[Page, list[str]],
) -> None:
    shown, _ = page
    column = shown.locator("#overview-table thead th", has_text="Nabf")
    index = column.evaluate("(each) => each.cellIndex")
    cells = shown.locator(f"#overview-table tbody tr > :nth-child({index + 1})")
    column.locator("button").click()
    values = [float(each.get_attribute("data-value") or "nan") for each in cells.all()]
    assert values == sorted(values)
    assert column.get_attribute("aria-sort") == "ascending"
    column.locator("button").click()
    values = [float(each.get_attribute("data-value") or "nan") for each in cells.all()]
    assert values == sorted(values, reverse=True)
    # Infinity is the largest: the first click on a metric whose higher values are better.
    shown.locator("#overview-table thead th", has_text="PSNR").locator("button").click()
    assert shown.locator("#overview-table tbody th").first.inner_text() == "GIFNet"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_their_ground(browser: Browser, report: Path, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    shown = context.new_page()
    shown.goto(report.as_uri())
    names = (
        "--ink",
        "--faint",
        "--accent",
        "--warn",
        "--card",
        "--paper",
        "--warn-paper",
        "--shade",
    )
    colours = shown.evaluate(
        "(names) => names.map((name) => "
        "getComputedStyle(document.documentElement).getPropertyValue(name))",
        list(names),
    )
    context.close()
    rgb = {
        name: np.array([int(colour.strip()[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        for name, colour in zip(names, colours, strict=True)
    }
    # The strongest shade is mixed in with 55 %.
    rgb["shaded"] = 0.55 * rgb["--shade"] + 0.45 * rgb["--card"]
    grounds = {name: ["--card", "--paper"] for name in ("--ink", "--faint", "--accent")}
    grounds["--ink"].append("shaded")
    grounds["--warn"] = ["--warn-paper"]
    for letters, several in grounds.items():
        for ground in several:
            # WCAG 2.1, level AA.
            assert contrast(rgb[letters], rgb[ground]) >= 4.5, (letters, ground)


def contrast(first: np.ndarray, second: np.ndarray) -> float:
    """Contrast ratio of two colours as WCAG 2.1 defines it."""
    linear = [
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (first, second)
    ]
    dark, light = sorted(float(c @ [0.2126, 0.7152, 0.0722]) for c in linear)
    return (light + 0.05) / (dark + 0.05)


def test_without_javascript_the_tables_are_there(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(report.as_uri())
    assert shown.locator("#overview-table thead th").first.inner_text() == "Method"
    assert shown.locator("#overview-table button").count() == 0
    assert shown.locator("#overview-table tbody tr").count() == 4
    context.close()
