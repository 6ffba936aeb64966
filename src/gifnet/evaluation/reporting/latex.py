"""The table of means as LaTeX, to be put into a paper."""

import re

from gifnet.evaluation.reporting.figure_text import (
    arrow,
    counted,
    decimals_of,
    mean_and_deviation,
    number,
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
    r"""Write the means as a tabular.

    Args:
        summary: What it shows.

    Returns:
        A ``tabular`` for the package booktabs, methods down and metrics across: mean ± standard
        deviation, the best ``\textbf``, the second best ``\underline``, and the mean rank.
    """
    evaluation = summary.evaluation
    metrics = evaluation.metrics
    decimals = {metric: decimals_of(summary, metric) for metric in metrics}
    heads = [f"{escape(METRICS[metric].label)} {_symbols(arrow(metric))}" for metric in metrics]
    rows = [
        [
            escape(name),
            *(_marked(summary.figures[metric, name], decimals[metric]) for metric in metrics),
            _symbols(number(summary.mean_ranks[name], 2)),
        ]
        for name in evaluation.method_names
    ]
    lines = [
        r"% \usepackage{booktabs}",
        f"% {_comment(evaluation.title)}: mean and standard deviation over {counted(summary)}",
        rf"\begin{{tabular}}{{l{'r' * (len(metrics) + 1)}}}",
        r"\toprule",
        _row(["Method", *heads, r"Mean rank $\downarrow$"]),
        r"\midrule",
        *map(_row, rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _marked(figure: Figure, decimals: int) -> str:
    text = _symbols(mean_and_deviation(figure, decimals))
    return {1: rf"\textbf{{{text}}}", 2: rf"\underline{{{text}}}"}.get(figure.place, text)


def _symbols(text: str) -> str:
    return "".join(_SYMBOLS.get(character, character) for character in text)


def _row(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _comment(text: str) -> str:
    """A line break would end the comment."""
    return " ".join(text.split())
