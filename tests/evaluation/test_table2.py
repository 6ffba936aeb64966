"""The paper's figures stand beside ours with what they are worth."""

import numpy as np
import pytest

from gifnet.evaluation.reporting.table2 import TABLE_2, comparison_lines
from gifnet.evaluation.results import Case, Evaluation, Figure, MethodOutputs, Summary
from gifnet.evaluation.scenes.datasets import DATASETS


def summary(metrics: tuple[str, ...], count: int = 20) -> Summary:
    cases = tuple(Case(str(i), ()) for i in range(count))
    methods = (MethodOutputs("gifnet", {}), MethodOutputs("average", {}))
    evaluation = Evaluation("", cases, methods, metrics, np.zeros((count, 2, len(metrics))))
    figures = {
        (metric, method.name): Figure(10 * m + i + 0.125, 0, 0, 0, 1, 0)
        for m, metric in enumerate(metrics)
        for i, method in enumerate(methods)
    }
    return Summary(evaluation, figures, {}, (), dict.fromkeys(metrics, count))


def test_the_row_stands_above_ours() -> None:
    lines = comparison_lines(summary(("ei", "ag", "scd_uint8", "vif_wavelet_unit")), "lytro")
    table = [line for line in lines if line.startswith("|")]
    assert table == [
        "| | pictures | EI: `ei` | AG: `ag` | SCD: `scd_uint8` | VIF: `vif_wavelet_unit` |",
        "|---|---|---|---|---|---|",
        "| GIFNet, the paper | 20 | 80.86 | 7.71 | 1.37 | 1.74 |",
        "| gifnet, here | 20 | 0.12 | 10.12 | 20.12 | 30.12 |",
        "| average, here | 20 | 1.12 | 11.12 | 21.12 | 31.12 |",
    ]


def test_both_candidates_of_a_column_are_shown() -> None:
    lines = comparison_lines(summary(("vifp_unit", "vif_wavelet_unit", "ssim")), "tno")
    heads = "| | pictures | EI | AG | SCD | VIF: `vif_wavelet_unit` | VIF: `vifp_unit` |"
    assert heads in lines
    assert "| GIFNet, the paper | ? | 52.30 | 5.24 | 1.66 | 0.99 | 0.99 |" in lines
    assert "| gifnet, here | 20 | - | - | - | 10.12 | 0.12 |" in lines
    assert "- EI, AG, SCD: not measured here." in lines


@pytest.mark.parametrize("name", sorted(TABLE_2))
def test_what_cannot_be_compared_is_said(name: str) -> None:
    text = "\n".join(comparison_lines(summary(("ei", "ag", "scd_uint8", "vifp_unit")), name))
    assert ("Pictures: not comparable, which pictures" in text) == (name != "lytro")
    assert "CVPR 2025" in text
    assert "SCD: the variant is not said" in text
    assert "VIF: the definition is not said" in text


def test_another_count_than_the_papers_is_said() -> None:
    text = "\n".join(comparison_lines(summary(("ei",), count=19), "lytro"))
    assert "| gifnet, here | 19 |" in text
    assert "not comparable, the paper took all 20 pairs; 19 are measured here" in text


def test_without_any_of_its_metrics_the_papers_row_is_there_alone() -> None:
    lines = comparison_lines(summary(("ssim",)), "lytro")
    assert "| GIFNet, the paper | 20 | 80.86 | 7.71 | 1.37 | 1.74 |" in lines
    assert "| average, here | 20 | - | - | - | - |" in lines
    assert "- EI, AG, SCD, VIF: not measured here." in lines


@pytest.mark.parametrize("name", [None, "llvip", "mfi-whu", "msrs"])
def test_a_set_without_a_row_is_said(name: str | None) -> None:
    (line,) = comparison_lines(summary(("ei",)), name)
    assert line.startswith("There is no row of the paper's Table 2 to set beside ")
    assert "LLVIP and MFI-WHU are in the paper's Table 2, too" in line


def test_every_row_is_of_a_data_set() -> None:
    assert set(TABLE_2) <= set(DATASETS)
