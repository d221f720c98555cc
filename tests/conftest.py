"""Fixtures for all tests: the folder of real data, and a small genome with known truth."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kindergrad.worlds.genome import SyntheticGenome


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data; a skip where it is missing, a failure with KINDERGRAD_REQUIRE_DATA=1."""
    root = Path(os.environ.get("KINDERGRAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not root.is_dir():
        message = f"real data not found at {root}; set KINDERGRAD_SHARED_DATA"
        if os.environ.get("KINDERGRAD_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return root


@pytest.fixture(scope="session")
def genome() -> SyntheticGenome:
    """A synthetic genome of 300 kb, made once."""
    return SyntheticGenome(size=300_000)
