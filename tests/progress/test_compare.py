"""compare: differences between engines over skills, with what could have been seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kindergrad.core.answers_compare import CompareVerdict
from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.table import Row, rows
from kindergrad.progress.compare import compare


def study(gains: dict[str, float], *, skills: int = 12, seed: int = 0, stderr: float | None = 0.02, seeds: int = 1,
          spread: float = 0.02) -> list[Row]:
    """Engines that differ by a gain over common skills of different difficulty, at three scales."""
    rng = np.random.default_rng(seed)
    out: list[dict[str, Any]] = []
    for i in range(skills):
        base = rng.uniform(0.2, 0.6)
        for engine, gain in gains.items():
            own = rng.normal(gain, spread)
            for scale in (1e3, 1e4, 1e5):
                out += [{"engine": engine, "skill": f"genomics/s{i:02}", "axis": "bases", "scale": scale, "seed": s,
                         "value": base + own + rng.normal(0, 0.02), "stderr": stderr} for s in range(seeds)]
    return rows(out)


def test_a_better_engine_is_called_better_and_an_equal_one_not() -> None:
    found = compare(study({"a": 0.15, "b": 0.0, "c": 0.0}), ["b"])
    by_name = {c.engine: c for c in found.overall}
    assert set(by_name) == {"a", "c"}
    assert by_name["a"].verdict is CompareVerdict.BETTER
    assert by_name["a"].n_clusters == 12
    assert (by_name["a"].difference.q05 or 0) < 0.15 < (by_name["a"].difference.q95 or 0)
    assert by_name["c"].verdict is CompareVerdict.NOT_FOUND
    assert 0 < (by_name["c"].detectable or 0) < (by_name["c"].detectable_corrected or 0) < 0.1
    assert "could have found a difference of" in found.sentence


def test_without_baselines_all_pairs_are_compared_once() -> None:
    found = compare(study({"a": 0.1, "b": 0.0, "c": 0.0}))
    assert [(c.engine, c.baseline) for c in found.overall] == [("a", "b"), ("a", "c"), ("b", "c")]
    twice = compare(study({"a": 0.1, "b": 0.0, "c": 0.0}), ["b", "a"])
    pairs = [frozenset((c.engine, c.baseline)) for c in twice.overall]
    assert len(pairs) == len(set(pairs)) == 3


def test_many_single_skills_are_corrected_for_being_many() -> None:
    false = 0
    for seed in range(10):
        found = compare(study({"a": 0.0, "b": 0.0}, skills=40, seed=seed, spread=0.0))
        assert len(found.by_skill) == 40
        raw = sum((c.p or 1) <= 0.05 for c in found.by_skill)
        false += any(c.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE) for c in found.by_skill)
        assert all((c.p_holm or 0) >= (c.p_bh or 0) - 1e-9 >= (c.p or 0) - 2e-9 for c in found.by_skill)
        assert raw <= 10
    assert false <= 2


def test_more_scales_of_one_skill_do_not_count_as_more_skills() -> None:
    table = study({"a": 0.0, "b": 0.0}, spread=0.1)
    few = [r for r in table if r.scale == 1e4]
    all_, one = compare(table).overall[0], compare(few).overall[0]
    assert all_.n_clusters == one.n_clusters == 12
    assert (all_.stderr or 0) > 0.75 * (one.stderr or 0)


def test_pairs_only_where_both_have_a_result() -> None:
    table = [r for r in study({"a": 0.3, "b": 0.0}) if not (r.engine == "a" and r.skill < "genomics/s04")]
    assert compare(table).overall[0].n_clusters == 8


def test_repeated_rows_add_no_evidence() -> None:
    table = study({"a": 0.02, "b": 0.0})
    assert compare(table).by_skill == compare([*table, *table]).by_skill


def test_seeds_give_errors_where_the_table_has_none() -> None:
    bare = compare(study({"a": 0.1, "b": 0.0}, stderr=None))
    assert all(c.verdict is CompareVerdict.NO_RESOLUTION and c.reason for c in bare.by_skill)
    assert bare.overall[0].p is not None
    assert any("neither a standard error nor two seeds" in note for note in bare.assumptions)
    seeded = compare(study({"a": 0.1, "b": 0.0}, stderr=None, seeds=3))
    assert all(c.p is not None for c in seeded.by_skill)


def test_one_skill_is_no_comparison_across_skills() -> None:
    found = compare(study({"a": 0.1, "b": 0.0}, skills=1))
    assert found.overall[0].verdict is CompareVerdict.NO_RESOLUTION
    assert found.overall[0].p is None
    assert found.by_skill[0].p is not None


def test_refuses() -> None:
    table = study({"markov": 0.1, "kmer": 0.0})
    with pytest.raises(UnknownNameError, match="did you mean 'kmer'"):
        compare(table, ["kmers"])
    apart = [r.model_copy(update={"scale": r.scale * 2}) if r.engine == "kmer" else r for r in table]
    with pytest.raises(TableError, match="share a skill"):
        compare(apart)
