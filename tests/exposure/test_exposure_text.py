"""Texts: phrases and facts against the obvious count, whatever the bundles; files that are no text."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.exposure import measure, text
from kindergrad.exposure.concepts import numbered
from kindergrad.exposure.measure import Domain, Wanted
from kindergrad.syllabus.skills import Concept

ADD = r"\d \+ \d = \d+"
CONCEPTS = (Concept(name="addition", kind="phrase", settings={"pattern": ADD}),
            Concept(name="story", kind="phrase", settings={"pattern": r"once upon"}),
            Concept(name="sums", kind="facts", settings={"pattern": r"\d \+ \d", "forms": 100}),
            Concept(name="Chi", kind="word"))
ASKED = Wanted(Domain.ARITHMETIC, {}, tuple(numbered([], [("arithmetic/one-digit-addition", c) for c in CONCEPTS])))


def document(lines: int, seed: int = 0) -> str:
    rng = stream(seed, "document")
    out = []
    for _ in range(lines):
        a, b = (int(x) for x in rng.integers(0, 10, size=2))
        out.append(f"{a} + {b} = {a + b}" if rng.random() < 0.3 else "some words that say nothing at all")
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("bundle", [300, 1 << 14])
def test_counts(tmp_path: Path, bundle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_BUNDLE", bundle)
    whole = document(3000)
    (tmp_path / "a.txt").write_text(whole[:20_000] + "\n")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(("\n" + whole[20_000:]).encode()))
    found = measure.exposure(tmp_path, ASKED)
    said = whole[:20_000] + "\n\n" + whole[20_000:]
    row, story = found.rows
    assert row.occurrences == len(re.findall(ADD, said)) > 500 and story.occurrences == 0
    assert found.corpus.size == len(said) and found.corpus.unit == "characters"
    assert row.rate == pytest.approx(row.occurrences / found.corpus.size)
    (sums,) = found.families
    assert sums.met == len(set(re.findall(r"\d \+ \d", said))) and sums.forms == 100
    assert found.not_looked_for == {"arithmetic/one-digit-addition: Chi": "a text shows no word"}


def test_facts_left_are_those_not_met(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(document(400))
    (sums,) = measure.exposure(tmp_path / "a.txt", ASKED).families
    new = sums.new_at["10x"]
    assert new.median is None or new.median <= 100 - sums.met


@pytest.mark.parametrize(("name", "raw", "said"), [
    ("a.txt", b"a \0 b", "binary"), ("a.txt", b"caf\xe9 au lait\n", "not UTF-8"), ("a.txt", b"", "no word"),
    ("a.txt", b"\x89HDF\r\n\x1a\n\0\0", "binary"),
    ("a.txt.gz", gzip.compress(document(2000).encode(), mtime=0)[:-60], "truncated gzip"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_are_no_text(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(InputError, match=said):
        measure.exposure(tmp_path / name, ASKED)


def test_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        measure.exposure(tmp_path / "none.txt", ASKED)
    with pytest.raises(InputError, match="holds no text file"):
        measure.exposure(tmp_path, ASKED)


def test_patterns_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 + 1\n")
    bad = numbered([], [("arithmetic/x", Concept(name="x", kind="phrase", settings={"pattern": "("}))])
    with pytest.raises(InputError, match="not a regular expression"):
        measure.exposure(tmp_path / "a.txt", ASKED._replace(concepts=tuple(bad)))


def test_a_line_longer_than_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 + 2 = 3 " * 20_000)
    assert measure.exposure(tmp_path / "a.txt", ASKED).rows[0].occurrences == pytest.approx(20_000, abs=20)


def test_a_web_shows_kindergarten_most(tmp_path: Path) -> None:
    """The synthetic web of arithmetic: every grade's skills are met less often than those of the grade before."""
    from kindergrad.exams import build

    pieces = build.named("arithmetic", 0).corpus(0)
    (tmp_path / "web.txt").write_text("\n".join(pieces[:150]) + "\n")
    found = measure.exposure(tmp_path / "web.txt", measure.wanted("arithmetic"))
    grades: dict[str, list[float]] = {}
    for one in found.skills:
        grades.setdefault(one.grade or "", []).append(one.rate or 0.0)
    most = [max(rates) for rates in grades.values()]
    assert list(grades) == ["kindergarten", "elementary", "middle", "high", "college", "frontier"]
    assert most == sorted(most, reverse=True)
    assert {f.family: f.met for f in found.families}["sums below ten"] <= 36
