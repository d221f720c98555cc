"""Conformance suites for files of your own: is this assessment, engine, world or law what it has to be?

Each raises AssertionError with the rule that is broken. They are imported here, not on first use, because
each function has the name of its file: a later import of the file would hide the function.
"""

from kindergrad.testing.check_assessment import LevelFindings, References, check_assessment, references
from kindergrad.testing.check_engine import check_engine
from kindergrad.testing.check_law import check_law
from kindergrad.testing.check_world import check_world
from kindergrad.testing.mock import Mock

__all__ = ["LevelFindings", "Mock", "References", "check_assessment", "check_engine", "check_law", "check_world",
           "references"]
