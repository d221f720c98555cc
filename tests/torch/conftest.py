"""These tests need what the extra ``neural-test`` brings, which no other test does: without it, the folder is skipped.

With KINDERGRAD_REQUIRE_TORCH=1 such a skip is a failure; .ci/run sets it.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

NEEDED = ("torch", "transformers", "accelerate", "pytorch_lightning")
MISSING = ", ".join(name for name in NEEDED if importlib.util.find_spec(name) is None)
TRY = "try python -m pip install -e '.[test,neural-test]'"
if MISSING:
    if os.environ.get("KINDERGRAD_REQUIRE_TORCH") == "1":
        raise pytest.UsageError(f"tests/torch cannot run, {MISSING} not installed; {TRY}")
    collect_ignore_glob = ["test_*.py"]


def pytest_report_header() -> str:
    return f"tests/torch: skipped, {MISSING} not installed; {TRY}" if MISSING else "tests/torch: run"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tiny models."""
    return tmp_path_factory.mktemp("models")
