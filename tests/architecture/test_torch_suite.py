"""The tests of the neural engines are never skipped in silence where they are required."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPLETE = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "accelerate", "pytorch_lightning"))


def collect(required: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-n", "0", "tests/torch"], cwd=ROOT,
                          env=os.environ | {"KINDERGRAD_REQUIRE_TORCH": required}, capture_output=True, text=True)


def test_a_required_suite_that_cannot_run_is_an_error() -> None:
    found = collect("1")
    assert found.returncode == (0 if COMPLETE else 4)
    assert COMPLETE or "torch" in found.stderr + found.stdout
    assert ("test_neural.py" in found.stdout) == COMPLETE


def test_ci_requires_the_suite() -> None:
    assert "KINDERGRAD_REQUIRE_TORCH=1 pytest tests/torch" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
