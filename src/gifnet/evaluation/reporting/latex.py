"""The table of means as LaTeX, to be put into a paper."""

import re

from gifnet.evaluation.reporting.figure_text import (
    arrow,
    counted,
    decimals_of,
    number,
    ranked_over,
)
from gifnet.evaluation.results import Figure, Summary
from gifnet.metrics import METRICS

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\n": " ",
    **{character: f"\\{character}" for character in "{}$&#_%"},
}
_SYMBOLS = {
    "±": r"$\pm$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "∞": r"$\infty$",
    "−": "$-$",
    "–": "--",
}
_SPECIAL = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")


def escape(text: str) -> str:
    """Make LaTeX show a text as it is."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text)


def latex_table(summary: Summary) -> str:
    r"""Write the means as a table that fits a page.

    Args:
        summary: What it shows.

    Returns:
        A ``tabular`` for the package booktabs, metrics down and methods across: the means, the
        best ``\textbf``, the second best ``\underline``, and the mean rank. Standard deviations
        are in the other tables.
    """
    evaluation = summary.evaluation
    names = evaluation.method_names
    rows = []
    for metric in evaluation.metrics:
        decimals = decimals_of(summary, metric)
        means = [_marked(summary.figures[metric, name], decimals) for name in names]
        rows.append([f"{escape(METRICS[metric].label)} {_symbols(arrow(metric))}", *means])
    ranks = [_symbols(number(summary.mean_ranks[name], 2)) for name in names]
    lines = [
        r"% \usepackage{booktabs}",
        f"% {_comment(evaluation.title)}: means over {_comment(counted(summary))}",
        f"% Mean rank over {_comment(ranked_over(summary))}",
        r"% Too wide? \setlength{\tabcolsep}{3pt}, or \resizebox{\linewidth}{!}{...} of graphicx.",
        r"{\footnotesize",
        rf"\begin{{tabular}}{{l{'r' * len(names)}}}",
        r"\toprule",
        _row(["Metric", *map(escape, names)]),
        r"\midrule",
        *map(_row, rows),
        r"\midrule",
        _row([r"Mean rank $\downarrow$", *ranks]),
        r"\bottomrule",
        r"\end{tabular}}",
    ]
    return "\n".join(lines) + "\n"


def _marked(figure: Figure, decimals: int) -> str:
    text = _symbols(number(figure.mean, decimals))
    return {1: rf"\textbf{{{text}}}", 2: rf"\underline{{{text}}}"}.get(figure.place, text)


def _symbols(text: str) -> str:
    return "".join(_SYMBOLS.get(character, character) for character in text)


def _row(cells: list[str]) -> str:
    # After the end of a line LaTeX takes a bracket or a star for an option of it.
    start = "{}" if cells[0].startswith(("[", "*")) else ""
    return start + " & ".join(cells) + r" \\"


def _comment(text: str) -> str:
    """A line break would end the comment."""
    return " ".join(text.split())
