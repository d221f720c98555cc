"""Importing is cheap: what must not be loaded, asked in fresh interpreters."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"scipy.stats", "pandas", "torch", "transformers", "matplotlib", "sklearn", "pyarrow", "Bio", "anndata",
         "jinja2", "sqlalchemy"}


def loaded_after(code: str) -> set[str]:
    """Modules in memory after ``code``, in a fresh interpreter."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_bare_import_loads_nothing_at_all() -> None:
    loaded = loaded_after("import kindergrad")
    assert "kindergrad" in loaded
    assert loaded & (HEAVY | {"numpy", "scipy", "pydantic", "typer", "rich"}) == set()
    assert {name for name in loaded if name.startswith("kindergrad.")} == set()


def test_the_check_sees_what_is_loaded() -> None:
    assert "numpy" in loaded_after("from kindergrad import Row, forecast")


@pytest.mark.parametrize("code", [
    "from kindergrad import Row, Record, Goal, StudyConfig, load_study",
    "from kindergrad import forecast, belief, thresholds, compare, vertical",
    "from kindergrad import run, status, records",
    "import kindergrad.cli",
])
def test_no_heavy_library_before_it_is_needed(code: str) -> None:
    assert loaded_after(code) & HEAVY == set()


def test_listing_and_help_stay_light() -> None:
    asked = "import kindergrad.cli as c\ntry:\n    c.app(['list', 'assessments', '--json'], standalone_mode=False)\n" \
            "except SystemExit:\n    pass"
    assert loaded_after(asked) & (HEAVY - {"Bio"}) == set()
