"""The example that trains a tiny model with exams runs and shows what it says."""

from __future__ import annotations

import re
import runpy
import sys
import warnings
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "train_with_exams.py"


def test_words_are_learnt_and_copying_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), str(tmp_path)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    found = re.findall(r"^genomics/(\S+) .* score +(-?[\d.]+)$", capsys.readouterr().out, re.MULTILINE)
    word = [float(score) for skill, score in found if skill == "exact-word"]
    copy = [float(score) for skill, score in found if skill == "copy[identical]"]
    assert len(word) == len(copy) == 3
    assert word[-1] > 0.5 > 0.2 > copy[-1]
    assert (tmp_path / "exams" / "ledger.jsonl").is_file()
