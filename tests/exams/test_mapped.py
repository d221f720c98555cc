"""Material on disk is mapped, not copied, and is what was written."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.exams import mapped


def test_arrays_are_those_that_were_saved_and_lie_on_disk(tmp_path: Path) -> None:
    kept: dict[str, Any] = {
        "texts": np.array([["ACGT", "é"], ["", "T"]]), "numbers": np.arange(12.0).reshape(3, 4),
        "columns": np.asfortranarray(np.arange(6).reshape(2, 3)), "none": np.zeros((0, 3)), "word": np.array("alone"),
        "flags": np.array([True, False])}
    np.savez(tmp_path / "a.npz", **kept)
    found = mapped.arrays(tmp_path / "a.npz")
    assert found.keys() == kept.keys()
    for name, array in kept.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
    base: Any = found["numbers"]
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, mmap.mmap)
    with pytest.raises(ValueError, match="read-only"):
        found["numbers"][0, 0] = 1.0


def test_what_cannot_be_mapped_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "c.npz", a=np.arange(3))
    with pytest.raises(ValueError, match="compressed"):
        mapped.arrays(tmp_path / "c.npz")
    np.savez(tmp_path / "o.npz", a=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="objects"):
        mapped.arrays(tmp_path / "o.npz")
