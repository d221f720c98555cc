"""kindergrad: graded exams for bio-ML engines, and calibrated belief in what they will learn.

The names below are all that most programs need; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Goal": "core.config",
    "KindergradError": "core.errors",
    "Record": "core.records",
    "Row": "core.table",
    "StudyConfig": "core.config",
    "belief": "progress.belief",
    "compare": "progress.compare",
    "forecast": "progress.forecast",
    "load_study": "core.config:load",
    "read_table": "exchange.tables:read",
    "records": "exams.run",
    "report_card": "report.card:card",
    "run": "exams.run",
    "status": "exams.run",
    "thresholds": "progress.thresholds",
    "vertical": "progress.vertical",
}
"""Public name -> ``module`` or ``module:name``, below ``kindergrad``. Types stand in ``__init__.pyi``."""

__all__ = ["Goal", "KindergradError", "Record", "Row", "StudyConfig", "belief", "compare", "forecast", "load_study",
           "read_table", "records", "report_card", "run", "status", "thresholds", "vertical"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'kindergrad' has no attribute '{name}'; it has {', '.join(__all__)}")
    module, _, other = _HOME[name].partition(":")
    found = getattr(import_module(f"kindergrad.{module}"), other or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
