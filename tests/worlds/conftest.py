"""Real genomes for the tests of the worlds; they are inputs, never part of the package."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def genomes(shared_data: Path) -> Path:
    """Folder of real genomes."""
    return shared_data / "genomics"
