"""Evaluating fusion methods: cases, methods, measuring, statistics, reports."""

from gifnet.evaluation.evaluate import Report, Request, evaluate
from gifnet.evaluation.measuring.applicability import choose_metrics, default_metrics
from gifnet.evaluation.measuring.measure import measure
from gifnet.evaluation.reporting.tables import markdown_overview, write_tables
from gifnet.evaluation.results import (
    Case,
    Evaluation,
    Figure,
    MethodOutputs,
    PairedTest,
    Problem,
    Summary,
)
from gifnet.evaluation.scenes.cases import find_cases, find_outputs, method_name, method_names
from gifnet.evaluation.statistics import summarise

__all__ = [
    "Case",
    "Evaluation",
    "Figure",
    "MethodOutputs",
    "PairedTest",
    "Problem",
    "Report",
    "Request",
    "Summary",
    "choose_metrics",
    "default_metrics",
    "evaluate",
    "find_cases",
    "find_outputs",
    "markdown_overview",
    "measure",
    "method_name",
    "method_names",
    "summarise",
    "write_tables",
]
