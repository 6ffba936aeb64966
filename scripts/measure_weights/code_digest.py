"""Digests of code: fused pictures and figures are of use while what made them is the same.

Comments and docstrings do not count: they change nothing that is measured.
"""

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path

import gifnet

PACKAGE = Path(gifnet.__file__).resolve().parent
HERE = Path(__file__).resolve().parent
FUSING = ("model", "inference")
"""Parts of the package that a fused picture depends on."""
MEASURING = (*FUSING, "metrics", "baselines", "imaging")
"""Parts of the package that a figure depends on."""
JUDGING = {
    "__init__.py",
    "code_digest.py",
    "completeness.py",
    "figures_file.py",
    "progress.py",
    "requirements.py",
    "set_bar.py",
    "summary.py",
    "tables.py",
    "truth_bar.py",
    "truth_tables.py",
}
"""Files of this folder that make no rows: what they compute is computed anew for each card."""


@cache
def fusing_digest() -> str:
    """The state of the code that fuses."""
    return _digest([file for part in FUSING for file in _python_files(PACKAGE / part)])


@cache
def measuring_digest() -> str:
    """The state of the code that fuses and measures, metrics and pictures made here included."""
    own = [file for file in _python_files(HERE) if file.name not in JUDGING]
    return _digest([*(f for part in MEASURING for f in _python_files(PACKAGE / part)), *own])


def meaning_of(source: str) -> str:
    """A module's code without comments and docstrings, as this version of Python writes it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [item for item in body if not _is_text(item)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _digest(files: list[Path]) -> str:
    digest = sha256()
    for file in files:
        meaning = meaning_of(file.read_text(encoding="utf-8"))
        digest.update(f"{file.parent.name}/{file.name}\0{meaning}\0".encode())
    return digest.hexdigest()[:16]
