"""The files that hold the numbers."""

import csv
import json
import math
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gifnet.errors import EvaluationError
from gifnet.evaluation import (
    Evaluation,
    Problem,
    Summary,
    markdown_overview,
    summarise,
    write_tables,
)
from gifnet.evaluation.reporting import figure_text, markdown
from gifnet.evaluation.reporting.figure_text import number, p_text
from gifnet.evaluation.reporting.latex import _row, escape, latex_table
from gifnet.evaluation.reporting.overview import overview
from gifnet.evaluation.reporting.tables import per_image_csv, summary_json
from gifnet.metrics import METRICS
from gifnet.version import __version__

MakeEvaluation = Callable[..., Evaluation]
AG = [[1 / 3, 2.0, 5.0], [np.nan] * 3, [3.0, 4.0, 1.0], [0.0, 6.0, 3.5]]
PSNR = [[30.0, np.inf, 10.0], [31.0, 20.0, 10.0], [32.0, 21.0, 10.5], [33.0, 22.0, 9.5]]
METHODS = ("a_b & c%", "x|y*", "plain")


@pytest.fixture
def summary(make_evaluation: MakeEvaluation) -> Summary:
    evaluation = make_evaluation({"ag": AG, "psnr": PSNR}, METHODS, "50 % of #1")
    problem = Problem("case1", "x|y*", "ag", "expected <this>, got that")
    return summarise(replace(evaluation, problems=(problem,)), resamples=200)


def cells(line: str) -> list[str]:
    """Of a line of a Markdown table; an escaped bar is no border."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_csv_has_every_value_in_full_precision(summary: Summary) -> None:
    rows = list(csv.DictReader(per_image_csv(summary.evaluation).splitlines()))
    assert len(rows) == 12
    assert list(rows[0]) == ["case", "method", "ag", "psnr"]
    read = [[float(row[name] or "nan") for name in ("ag", "psnr")] for row in rows]
    np.testing.assert_array_equal(read, summary.evaluation.values.reshape(12, 2))
    assert rows[4] == {"case": "case1", "method": "x|y*", "ag": "", "psnr": "20.0"}
    assert rows[1]["psnr"] == "inf"


def test_the_json_is_valid_and_has_everything(summary: Summary) -> None:
    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    content = json.loads(summary_json(summary, seed=3, resamples=200), parse_constant=refuse)
    assert content["gifnet"] == __version__
    assert content["bootstrap"] == {"seed": 3, "resamples": 200, "confidence": 0.95}
    assert content["methods"] == list(METHODS)
    assert content["metrics"]["ag"]["better"] == "higher"
    assert content["metrics"]["ag"]["cases"] == 3
    figure = summary.figures["ag", "plain"]
    assert content["figures"]["plain"]["ag"] == vars(figure)
    assert content["figures"]["x|y*"]["psnr"]["mean"] == "inf"
    assert content["figures"]["x|y*"]["psnr"]["low"] is None
    assert content["values"]["case1"]["plain"] == {"ag": None, "psnr": 10.0}
    assert content["values"]["case0"]["a_b & c%"]["ag"] == 1 / 3
    assert len(content["tests"]) == 6
    assert content["problems"][0]["message"] == "expected <this>, got that"


def test_the_overview_marks_the_best_and_the_second_best(summary: Summary) -> None:
    lines = markdown_overview(summary).splitlines()
    assert [cells(line)[0] for line in lines] == ["Method", "---", r"a\_b & c%", r"x\|y\*", "plain"]
    heads = cells(lines[0])
    assert heads[1:] == ["AG ↑", "PSNR ↑", "Mean rank ↓"]
    first, second, third = (cells(line) for line in lines[2:])
    assert first[1:3] == ["1.111 ± 1.644", "_31.50 ± 1.29_"]
    assert second[1:3] == ["**4.000 ± 2.000**", "**∞**"]
    assert third[1:3] == ["_3.167 ± 2.021_", "10.00 ± 0.41"]
    assert len({len(cells(line)) for line in lines}) == 1


def test_the_markdown_has_intervals_ranks_tests_problems_and_cautions(summary: Summary) -> None:
    text = markdown.markdown_summary(summary)
    assert text.startswith("# 50 % of \\#1\n")
    assert "over 3 to 4 of 4 pictures" in text
    assert "AG[^ag] ↑" in text
    assert f"[^ag]: {METRICS['ag'].caution}" in text
    figure = summary.figures["ag", "plain"]
    assert f"{figure.low:.3f} to {figure.high:.3f}" in text
    assert r"| a\_b & c% / x\|y\* |" in text
    test = summary.tests[0]
    assert f"{test.p_corrected:.3f} ({test.better} : {test.worse})" in text
    assert "- AG: 3 of 4\n" in text
    assert r"- case1, x\|y\*, AG: expected \<this\>, got that" in text
    assert "Too few pictures (3 to 4) to show a difference among 3 methods" in text
    assert "over all 2 metrics (none of the recommended ones was measured)" in text
    assert figure_text.INFINITE_MEAN in text
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(cells(line)) for line in block.splitlines()}) == 1, block


def test_one_method_has_no_marks_and_no_tests(make_evaluation: MakeEvaluation) -> None:
    text = markdown.markdown_summary(summarise(make_evaluation({"ag": [[1.0], [2.0]]})))
    assert "| method0 | 1.500 ± 0.707 | 1.00 |" in text
    assert "## Paired tests" not in text
    assert "over 2 pictures" in text
    assert "All 2 count under every metric." in text


def test_the_latex_table_is_complete_and_escaped(summary: Summary) -> None:
    text = latex_table(summary)
    lines = text.splitlines()
    assert lines[0] == r"% \usepackage{booktabs}"
    assert lines[2].startswith("% Mean rank over all 2 metrics")
    assert r"\begin{tabular}{lrrr}" in lines
    assert lines[-1] == r"\end{tabular}}"
    rows = [line for line in lines if line.endswith(r"\\")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)&", row)) == 3 for row in rows)
    assert rows[0] == r"Metric & a\_b \& c\% & x\textbar{}y* & plain \\"
    assert rows[1] == r"AG $\uparrow$ & 1.111 & \textbf{4.000} & \underline{3.167} \\"
    assert rows[2] == r"PSNR $\uparrow$ & \underline{31.50} & \textbf{$\infty$} & 10.00 \\"
    assert rows[3].startswith(r"Mean rank $\downarrow$ & ")
    assert text.isascii()
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_sets_all_metrics_of_four_methods_within_the_width_of_a_page(
    make_evaluation: MakeEvaluation, tmp_path: Path
) -> None:
    names = [name for name in METRICS if not METRICS[name].reproduces_bug][:32]
    random = np.random.default_rng(0)
    values = {name: random.gamma(2, 30, (6, 4)) for name in names}
    methods = ("GIFNet", "[laplacian]", "*mertens_50%", "guided filter")
    table = latex_table(summarise(make_evaluation(values, methods), resamples=10))
    document = (
        r"\documentclass{article}\usepackage{booktabs}\begin{document}\begin{table}\centering"
        f"\n{table}"
        r"\end{table}\end{document}"
    )
    (tmp_path / "table.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Overfull" not in said.stdout
    assert "too large for page" not in said.stdout


def test_a_row_of_latex_that_begins_with_a_bracket_is_no_option_of_the_line_before() -> None:
    assert _row(["[a]", "b"]) == r"{}[a] & b \\"
    assert _row(["*", "b"]) == r"{}* & b \\"


def test_more_than_eight_metrics_go_down(make_evaluation: MakeEvaluation) -> None:
    values = {name: [[1.0, 2.0], [2.0, 3.0]] for name in list(METRICS)[:9]}
    lines = markdown_overview(summarise(make_evaluation(values), resamples=10)).splitlines()
    assert cells(lines[0]) == ["Metric", "method0", "method1"]
    assert len(lines) == 2 + 9 + 1
    assert cells(lines[-1])[0] == "Mean rank ↓"
    assert {len(cells(line)) for line in lines} == {3}


def test_notes_are_in_the_markdown_and_in_the_json(summary: Summary, tmp_path: Path) -> None:
    notes = [
        "A part.",
        "### Beside",
        "",
        "| | `ag` |",
        "|---|---|",
        r"| a\|b | 1 |",
        "- one",
        "- two",
    ]
    write_tables(summary, tmp_path, notes=notes)
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    expected = (
        "A part.\n\n### Beside\n\n|  | `ag` |\n| --- | --- |\n| a\\|b | 1 |\n\n- one\n- two\n"
    )
    assert f"## Notes\n\n{expected}" in text
    content = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert content["notes"] == notes
    assert content["ranked_by"] == ["ag", "psnr"]
    assert content["correction"]["over"] == "the pairs of methods within each metric"
    assert content["metrics"]["psnr"]["least_p_corrected"] == 0.375


def test_the_overview_says_which_metrics_the_mean_rank_is_over(
    make_evaluation: MakeEvaluation,
) -> None:
    table = [[1.0, 2.0]] * 2
    text = overview(summarise(make_evaluation({"qabf": table, "qcb": table, "ag": table})))
    assert "mean rank over QCB, Qabf; 1 is best" in text


def test_every_special_character_of_latex_is_escaped_once() -> None:
    assert escape(r"\{}$&#_%~^<>") == (
        r"\textbackslash{}\{\}\$\&\#\_\%\textasciitilde{}\textasciicircum{}"
        r"\textless{}\textgreater{}"
    )
    assert escape("plain text, (1/2)") == "plain text, (1/2)"


def test_a_title_of_two_lines_stays_a_comment(make_evaluation: MakeEvaluation) -> None:
    evaluation = make_evaluation({"ag": [[1.0, 2.0]]}, title="one\n\\input{two}")
    text = latex_table(summarise(evaluation))
    assert r"% one \input{two}: mean" in text
    assert "1 picture\n" in text


def test_a_lower_value_is_better_where_the_arrow_points_down(
    make_evaluation: MakeEvaluation, falling: str
) -> None:
    evaluation = make_evaluation({falling: [[0.1, 0.2], [0.3, 0.4]]})
    lines = markdown_overview(summarise(evaluation)).splitlines()
    assert "↓" in cells(lines[0])[1]
    assert cells(lines[2])[1].startswith("**0.2000")


@pytest.mark.parametrize(
    ("mean", "shown"),
    [
        (1234.5678, "1235"),
        (83.8412, "83.84"),
        (0.78912, "0.7891"),
        (0.0021234, "0.002123"),
        (0.0, "0.000"),
        (-0.00004, "−0.00004000"),
    ],
)
def test_means_have_four_significant_digits(
    make_evaluation: MakeEvaluation, mean: float, shown: str
) -> None:
    summary = summarise(make_evaluation({"ag": [[mean], [mean]]}), resamples=10)
    decimals = figure_text.decimals_of(summary, "ag")
    assert number(summary.figures["ag", "method0"].mean, decimals) == shown


def test_numbers_without_a_value_are_dashes() -> None:
    assert [number(v, 2) for v in (math.nan, math.inf, -math.inf, -0.001)] == [
        "–",
        "∞",
        "−∞",
        "0.00",
    ]
    assert [p_text(p) for p in (0.0004, 0.0314159, 1.0, math.nan)] == [
        "<0.001",
        "0.031",
        "1.000",
        "–",
    ]


def test_tables_are_written_whole_into_a_new_folder(summary: Summary, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    files = write_tables(summary, folder)
    names = ["per_image.csv", "summary.md", "summary.tex", "summary.json"]
    assert [file.name for file in files] == names
    assert sorted(file.name for file in folder.iterdir()) == sorted(names), "nothing left over"
    assert (folder / "summary.tex").read_text(encoding="utf-8") == latex_table(summary)
    assert stat.S_IMODE(files[0].stat().st_mode) & 0o400


def test_tables_of_nothing_measured_are_written_too(
    make_evaluation: MakeEvaluation, tmp_path: Path
) -> None:
    nothing = summarise(make_evaluation({"ag": [[math.nan] * 2] * 3}))
    for file in write_tables(nothing, tmp_path):
        assert file.stat().st_size
    assert "over 0 of 3 pictures" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "| method0 | – | – |" in markdown_overview(nothing)


def test_a_folder_that_cannot_be_made_is_an_error(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvaluationError, match="cannot write the tables to"):
        write_tables(summary, tmp_path / "file" / "x")
