"""What the corpus of a study shows: counted once, kept in the run folder, and read from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.exams import exposures
from kindergrad.exams.store import Store
from kindergrad.exposure import planned
from kindergrad.worlds import arithmetic, genome


def test_a_text_is_counted_and_a_simulated_genome_is_not() -> None:
    web = arithmetic.make(0, size=100_000)
    found = exposures.of_world(web)
    assert found is not None and found.corpus.unit == "characters" and found.corpus.size == web.size
    for row in found.rows:
        skill = row.skill.partition("/")[2]
        expected = (web.rate(skill) or 0.0) * web.size
        assert row.occurrences > expected - 6 * max(expected, 1.0) ** 0.5, "and more, where harder skills use it"
        if skill in ("counting", "modular-arithmetic", "equations"):
            assert row.occurrences < expected + 6 * max(expected, 1.0) ** 0.5
    assert exposures.of_world(genome.make(0, size=50_000)) is None


def test_counted_once_for_each_world(tmp_path: Path) -> None:
    store, web = Store.create(tmp_path / "run"), arithmetic.make(0, size=20_000)
    asked: list[int] = []

    def find() -> ExposureAnswer | None:
        asked.append(1)
        return exposures.of_world(web)

    for _ in range(2):
        exposures.keep(store, web, find)
    assert len(asked) == 1 and exposures.kept(store.folder) == exposures.of_world(web)
    exposures.keep(store, arithmetic.make(1, size=20_000), find)
    assert len(asked) == 2, "another world"


@pytest.mark.parametrize("body", [{"world": "x", "exposure": None}, {"world": "x", "exposure": {"of": "another one"}}])
def test_nothing_is_an_answer(tmp_path: Path, body: object) -> None:
    store = Store.create(tmp_path / "run")
    assert exposures.kept(store.folder) is None
    store.write_json(exposures.FILE, body)
    assert exposures.kept(store.folder) is None


def test_a_text_of_ones_own_has_rates(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("3 + 4 = 7\nsome words that say nothing\n" * 100)
    found = exposures.of_world(arithmetic.make(0, corpus=path))
    assert found is not None
    assert planned.told(found) == {"arithmetic/one-digit-addition": pytest.approx(100 / len(path.read_text()))}
