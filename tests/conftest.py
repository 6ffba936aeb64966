"""Fixtures that the whole test suite shares."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the development data; tests that use it are skipped where it is absent."""
    folder = Path(os.environ.get("GIFNET_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"development data not found at {folder} (set GIFNET_SHARED)")
    return folder
