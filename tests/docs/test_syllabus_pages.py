"""The syllabus book tells of the syllabus of the code. After a change: python docs/make_syllabus.py."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from documents import ROOT, script

from kindergrad.core.names import Domain
from kindergrad.syllabus.skills import syllabus

DOMAINS = tuple(domain.value for domain in Domain)
FOLDER = ROOT / "docs" / "syllabus"
AGAIN = "the book is of another syllabus: run python docs/make_syllabus.py and read the difference"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return script("make_syllabus")


def test_pages_are_those_of_the_code(make: ModuleType) -> None:
    written = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.md")}
    made = make.pages()
    assert set(written) == set(made), AGAIN
    for name, text in made.items():
        assert written[name] == text, AGAIN


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_picture_shows_the_same_skills(make: ModuleType, domain: str) -> None:
    """Libraries that draw may move a line; the titles tell skill, status and question."""
    titles = re.compile(r"<title>([^<]*)</title>")
    written = titles.findall((FOLDER / make.BOOKS[domain].folder / make.GRAPH).read_text(encoding="utf-8"))
    assert sorted(written) == sorted(titles.findall(make.graph(domain))), AGAIN


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_skill_has_an_entry_and_every_anchor_one_to_lead_to(make: ModuleType, domain: str) -> None:
    folder = FOLDER / make.BOOKS[domain].folder
    entries = {(path.name, title) for path in folder.glob("*.md")
               for title in re.findall(r"^## (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert {title for _, title in entries} == {name.partition("/")[2] for name in syllabus(Domain(domain))}
    for path in folder.glob("*.md"):
        for target, anchor in re.findall(r"\]\(([\w-]+\.md)#([\w-]+)\)", path.read_text(encoding="utf-8")):
            assert (target, anchor) in entries
