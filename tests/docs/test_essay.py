"""The page of the essay quotes the figures of the benchmarks, and no others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from documents import ROOT, script

PAGE = ROOT / "docs" / "the-essay.md"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return script("make_essay")


def test_the_page_is_that_of_the_benchmarks(make: ModuleType) -> None:
    assert PAGE.read_text(encoding="utf-8") == make.page(), "run python docs/make_essay.py and read the difference"


def test_another_figure_makes_another_page(make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a number typed into the page by hand cannot hide."""
    for path in (ROOT / "benchmarks").glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    scaling = json.loads((tmp_path / "obs_scaling.json").read_text(encoding="utf-8"))
    scaling["30.0"]["coverage90"] = 0.123
    (tmp_path / "obs_scaling.json").write_text(json.dumps(scaling), encoding="utf-8")
    monkeypatch.setattr(make, "BENCHMARKS", tmp_path)
    assert "12\u00a0%" in make.belief() and make.page() != PAGE.read_text(encoding="utf-8")


def test_every_claim_has_a_verdict_and_a_way_to_measure_it_again() -> None:
    claims = re.split(r"^## \d+\. ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(claims) == 9
    for claim in claims[:-1]:
        assert re.search(r"^\*\*[^*]+\*\*", claim, re.MULTILINE), claim[:60]
        assert re.search(r"`(python\s+benchmarks/|kindergrad\s)|\]\([a-z-]+\.md\)", claim), claim[:60]
