"""Evaluating fusion methods: cases, methods, measuring, statistics, reports."""

from gifnet.evaluation.applicability import choose_metrics, default_metrics
from gifnet.evaluation.cases import find_cases, find_outputs, method_name, method_names
from gifnet.evaluation.measure import measure
from gifnet.evaluation.results import (
    Case,
    Evaluation,
    Figure,
    MethodOutputs,
    PairedTest,
    Problem,
    Summary,
)
from gifnet.evaluation.statistics import summarise
from gifnet.evaluation.tables import markdown_overview, write_tables

__all__ = [
    "Case",
    "Evaluation",
    "Figure",
    "MethodOutputs",
    "PairedTest",
    "Problem",
    "Summary",
    "choose_metrics",
    "default_metrics",
    "find_cases",
    "find_outputs",
    "markdown_overview",
    "measure",
    "method_name",
    "method_names",
    "summarise",
    "write_tables",
]
