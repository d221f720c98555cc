"""Scores that engines will have on a skill they have not sat: from a table, by the command, on published tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.table import Row, rows
from kindergrad.progress.expected import expect, expected_scores

HARD = "genomics/hard"


def table(*, n_items: int | None = None, sat: int = 20) -> tuple[list[Row], np.ndarray]:
    """Thirty engines of ten families on three easy skills; the ablest have not sat the hard one."""
    rng = np.random.default_rng(1)
    ability = np.sort(rng.normal(0, 1.2, 30))
    raw = []
    truth = expit(1.5 * ability - 1.0 + 0.3 * rng.standard_normal(30))
    for e, theta in enumerate(ability):
        row = {"engine": f"e{e}", "family": f"f{e % 10}", "axis": "bases", "scale": 1e6, "n_items": n_items}
        for k, b in enumerate((-2.0, -1.0, 0.0)):
            raw.append({**row, "skill": f"genomics/easy-{k}", "value": share(rng, expit(0.8 * theta - b), n_items)})
        if e < sat:
            raw.append({**row, "skill": HARD, "value": share(rng, truth[e], n_items)})
    return rows(raw), truth[sat:]


def share(rng: np.random.Generator, p: float, n: int | None) -> float:
    return float(p) if n is None else rng.binomial(n, p) / n


@pytest.mark.parametrize("n_items", [None, 400])
def test_those_that_have_not_sat_it_are_forecast(n_items: int | None) -> None:
    given, truth = table(n_items=n_items)
    found = expect(given, HARD)
    assert found.n_engines == 20
    assert found.taught_by == ("genomics/easy-0", "genomics/easy-1", "genomics/easy-2")
    order = np.argsort([int(unit.engine[1:]) for unit in found.engines])
    low, middle, high = np.quantile(found.draws[:, order], [0.05, 0.5, 0.95], axis=0)
    assert np.mean((truth >= low) & (truth <= high)) >= 0.8
    assert np.mean(np.abs(middle - truth)) < 0.15


def test_answers_name_engine_skill_and_interval() -> None:
    given, _ = table()
    answers = expected_scores(given, HARD)
    assert {a.engine for a in answers} == {f"e{i}" for i in range(20, 30)}
    assert all(a.skill == HARD and 0.0 < (a.score.q05 or 0.0) <= (a.score.median or 0.0) < 1.0 for a in answers)


def test_order_of_rows_does_not_matter() -> None:
    given, _ = table()
    assert expected_scores(given[::-1], HARD) == expected_scores(given, HARD)


def test_bad_input_gives_one_clear_line() -> None:
    given, _ = table()
    with pytest.raises(UnknownNameError, match="genomics/hard"):
        expect(given, "genomics/herd")
    with pytest.raises(TableError, match="30 of 30 engines have a result"):
        expect(given, "genomics/easy-0")
    with pytest.raises(TableError, match="3 of 30 engines have a result"):
        expect([r for r in given if r.skill != HARD or r.engine in ("e0", "e1", "e2")], HARD)
    alone = [r for r in given if r.skill == HARD or r.engine not in {f"e{i}" for i in range(20)}]
    with pytest.raises(TableError, match="no other skill is known"):
        expect(alone, HARD)


@pytest.mark.slow
def test_larger_language_models_on_tasks_called_emergent(shared_data: Path) -> None:
    """Ruan et al. 2024: their best variants err by .038, .063 and .021 at these cuts."""
    import sys

    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    from obs_scaling import ITEMS, TASKS, read, together

    folder = shared_data / "curves/obs_scaling"
    base, hard = (read(folder / f"base_llm_{x}_eval.csv") for x in ("benchmark", "emergent_capability"))
    for cut, published in ((8.4, 0.038), (30.0, 0.063), (84.0, 0.021)):
        found = together(base, hard, TASKS, cut, ITEMS)
        assert found["mse"] <= published
        assert found["coverage90"] >= 0.85
