"""These tests need torch and transformers, which no other test does: without them, the whole folder is skipped."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

MISSING = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
if MISSING:
    collect_ignore_glob = ["test_*.py"]


def pytest_report_header() -> str:
    return f"tests/torch: skipped, {' and '.join(MISSING)} not installed" if MISSING else "tests/torch: run"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tiny models."""
    return tmp_path_factory.mktemp("models")
