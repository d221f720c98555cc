"""small_data: data-efficiency against named baselines."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.answers_compare import CompareVerdict
from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.table import Row, rows
from kindergrad.progress.small_data import small_data

SIZES = 10.0 ** np.arange(1, 4.1, 0.25)


def study(half: dict[str, float], *, skills: int = 10, seed: int = 0, stderr: float | None = 0.02,
          between: float = 0.3) -> list[Row]:
    """Engines that reach half of the ceiling at log10 n = ``half``, a little earlier or later on every skill."""
    rng = np.random.default_rng(seed)
    out: list[dict[str, Any]] = []
    for i in range(skills):
        shift = rng.normal(0, between)
        for engine, at in half.items():
            own = at + shift + rng.normal(0, 0.05)
            for n in SIZES:
                value = expit(2.5 * (np.log10(n) - own)) + rng.normal(0, 0.02)
                out.append({"engine": engine, "skill": f"genomics/s{i}", "axis": "examples", "scale": n,
                            "value": value, "stderr": stderr})
    return rows(out)


def test_the_engine_that_learns_from_less_is_better_on_both_measures() -> None:
    found = small_data(study({"ours": 2.0, "kmer": 2.5, "same": 2.5}), ["kmer"])
    area = {c.engine: c for c in found.area}
    needed = {c.engine: c for c in found.examples}
    assert area["ours"].verdict is needed["ours"].verdict is CompareVerdict.BETTER
    assert area["ours"].difference.median == pytest.approx(0.5 / 3, abs=0.03)  # half a decade earlier, of three
    assert needed["ours"].difference.median == pytest.approx(-0.5, abs=0.06)
    assert area["same"].verdict is needed["same"].verdict is CompareVerdict.NOT_FOUND
    assert 0 < (area["same"].detectable or 0) < 0.1
    assert found.engines[0].engine == "ours"


def test_examples_needed_are_recovered_with_an_interval() -> None:
    found = small_data(study({"ours": 2.0, "kmer": 2.5}, skills=30, between=0.0), ["kmer"])
    mine = [c for c in found.curves if c.engine == "ours"]
    inside = [math.log10(c.examples.q05 or 1) - 0.02 <= math.log10(c.examples.median or 1) <=
              math.log10(c.examples.q95 or 1) + 0.02 for c in mine]
    assert all(inside)
    assert np.median([math.log10(c.examples.median or 1) for c in mine]) == pytest.approx(2.0, abs=0.04)
    assert all(c.p_not_reached == 0 for c in mine)


def test_never_within_the_sets_is_a_probability_and_not_a_number() -> None:
    found = small_data(study({"never": 6.0, "kmer": 2.0}), ["kmer"])
    never = [c for c in found.curves if c.engine == "never"]
    assert all(c.p_not_reached == 1 and c.examples.median is None for c in never)
    worse = found.examples[0]
    assert worse.verdict is CompareVerdict.WORSE
    assert 0 < (worse.difference.median or 0) < 3  # bounded by the largest set


def test_large_sets_are_left_out() -> None:
    found = small_data(study({"a": 2.0, "b": 2.5}), ["b"], max_scale=500)
    assert all(c.largest <= 500 for c in found.curves)


def test_curves_without_errors_are_judged_by_their_neighbours_and_say_so() -> None:
    found = small_data(study({"a": 2.0, "b": 2.5}, stderr=None), ["b"])
    assert all(c.area_stderr is not None and 0 < c.area_stderr < 0.05 for c in found.curves)
    assert any("neighbouring points" in note for note in found.assumptions)


def test_order_of_rows_and_unit_of_n_change_nothing_but_the_unit() -> None:
    table = study({"a": 2.0, "b": 2.5})
    assert small_data(table, ["b"]) == small_data(table[::-1], ["b"])
    kilo = [r.model_copy(update={"scale": r.scale * 1000}) for r in table]
    assert small_data(kilo, ["b"]).area[0].difference.median == pytest.approx(
        small_data(table, ["b"]).area[0].difference.median)


def test_refuses() -> None:
    table = study({"a": 2.0, "b": 2.5})
    with pytest.raises(UnknownNameError, match="unknown baseline 'c'"):
        small_data(table, ["c"])
    with pytest.raises(TableError, match="larger --max-scale"):
        small_data(table, ["b"], max_scale=12)
    apart = [r.model_copy(update={"scale": r.scale * 1.1}) if r.engine == "b" else r for r in table]
    with pytest.raises(TableError, match="no curve can be paired"):
        small_data(apart, ["b"])


def test_classical_learners_on_public_data_sets(shared_data: Path) -> None:
    """Random forests learn more from little data than naive Bayes or a linear perceptron, as everybody knows."""
    with gzip.open(shared_data / "curves/lcdb/lcdb_mean_curves.csv.gz", "rt", encoding="utf-8") as file:
        raw = [r for r in csv.DictReader(file) if r["accuracy_test_mean"] and r["accuracy_test_sd"]]
    names = {"sklearn.ensemble.RandomForestClassifier", "sklearn.linear_model.Perceptron",
             "sklearn.naive_bayes.BernoulliNB"}
    sets = sorted({r["openmlid"] for r in raw})[::2]
    table = rows({"engine": r["learner"], "skill": r["openmlid"], "axis": "examples", "scale": float(r["size_train"]),
                  "value": float(r["accuracy_test_mean"]),
                  "stderr": float(r["accuracy_test_sd"]) / math.sqrt(float(r["accuracy_n"]))}
                 for r in raw if r["learner"] in names and r["openmlid"] in sets)
    found = small_data(table, ["sklearn.ensemble.RandomForestClassifier"], max_scale=1000)
    assert len(found.area) == 2
    assert all(c.verdict is CompareVerdict.WORSE for c in found.area)
    assert all(c.n_clusters > 30 for c in found.area)
    assert all((c.detectable or 1) < 0.1 for c in found.area)
