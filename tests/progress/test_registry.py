"""Forecasts that were written down before their results, and what became of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.table import Row
from kindergrad.progress import ledger, registry
from kindergrad.progress.belief import belief
from tests.progress.progress_tables import curve_rows

TIME = "2024-05-01T12:00:00Z"


@pytest.fixture(scope="module")
def table() -> list[Row]:
    rng = np.random.default_rng(0)
    out = []
    for i in range(12):
        out += curve_rows(f"a/skill-{i}", rng.uniform(3.5, 5.0), rng.uniform(0.8, 1.5), 0.9, rng=rng)
    return out


def early(table: list[Row]) -> list[Row]:
    return [row for row in table if row.scale < 1.1e5]


def test_a_forecast_is_resolved_by_the_result_that_comes_later(table: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    told = registry.register(path, early(table), [1e6], time=TIME)
    assert len(told) == 12 and told[0].scale_now == pytest.approx(1e5)
    assert registry.resolve(path, early(table)) == []
    resolved = registry.resolve(path, table)
    assert len(resolved) == 12
    summary = registry.calibration(resolved)
    assert summary.n_forecasts == sum(summary.pit) == 12
    assert summary.crps is not None and summary.crps < 0.15
    assert summary.coverage90 is not None and summary.coverage90 >= 0.7
    first = resolved[0]
    assert first.registered == TIME and 0.0 <= first.pit <= 1.0
    assert first.outcome == pytest.approx(next(r.value for r in table if r.scale > 9e5 and r.skill == "a/skill-0"))


def test_a_forecast_after_its_result_is_refused(table: list[Row], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must come before its result"):
        registry.register(tmp_path / "l.jsonl", table, [1e5], time=TIME)
    assert not (tmp_path / "l.jsonl").exists()


def test_beliefs_are_written_with_what_moved_them_and_scored(table: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    goal = Goal.parse("a/skill-0>=0.5@1e6")
    registry.register_belief(path, early(table), belief(early(table), goal), time=TIME)
    registry.register_belief(path, table, belief(table, goal), time=TIME)
    first, second = (e.body for e in ledger.read(path).entries)
    assert first["n_records"] == 9 and second["n_records"] == 13
    assert len(second["moved_by"]) == len(table) - len(early(table))
    odds = [np.log2(b["belief"] / (1 - b["belief"])) for b in (first, second)]
    assert second["bits"] == pytest.approx(odds[1] - odds[0])
    assert registry.resolve_beliefs(path, early(table)) == []
    scored = registry.resolve_beliefs(path, table)
    truth = max(r.value or 0.0 for r in table if r.skill == "a/skill-0") >= 0.5
    assert [s.happened for s in scored] == [truth, truth]
    summary = registry.calibration([], scored)
    assert summary.n_beliefs == 2
    assert summary.brier == pytest.approx(np.mean([(b["belief"] - truth) ** 2 for b in (first, second)]))


def test_crps_is_that_of_the_normal_distribution() -> None:
    draws = np.random.default_rng(0).normal(size=4000)
    z = 0.7
    pdf, cdf = np.exp(-z * z / 2) / np.sqrt(2 * np.pi), 0.758036
    assert registry.crps(draws, z) == pytest.approx(z * (2 * cdf - 1) + 2 * pdf - 1 / np.sqrt(np.pi), abs=0.02)
    assert registry.crps(np.array([0.4]), 0.9) == pytest.approx(0.5)


def test_the_data_hash_tells_other_results_apart(table: list[Row]) -> None:
    assert registry.results_hash(table) == registry.results_hash(table[::-1])
    assert registry.results_hash(table) != registry.results_hash(table[1:])
