"""Links lead somewhere, notes name tests that exist, and pictures are small."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from documents import DOCUMENTS, ROOT

NOTES = [p for p in (ROOT / "docs" / "design").glob("*.md") if p.name != "README.md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not link.startswith("http"):
            assert (path.parent / link).exists(), link


def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}


@pytest.mark.parametrize("path", NOTES, ids=lambda p: p.stem)
def test_notes_are_short_and_name_the_test_that_pins_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert named, "a note names the test that pins it"
    for file, test in named:
        assert test in names_in(file), f"{file} has no {test}"


def test_every_note_stands_in_the_list() -> None:
    text = (ROOT / "docs" / "design" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", text)) == {path.name for path in NOTES}


def test_pictures_are_small_and_stand_alone() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 200_000
    svg = (ROOT / "docs" / "images" / "curves.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"var\((--[\w-]+)\)", svg)) <= set(re.findall(r"(--[\w-]+):", svg)), "colours are written in"
