"""Real genomes for the tests of the worlds; they are inputs, never part of the package."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def genomes() -> Path:
    """Folder of real genomes; a skip where it is missing, a failure with KINDERGRAD_REQUIRE_DATA=1."""
    root = Path(os.environ.get("KINDERGRAD_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "genomics"
    if not root.is_dir():
        message = f"real genomes not found at {root}; set KINDERGRAD_SHARED_DATA"
        if os.environ.get("KINDERGRAD_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return root
