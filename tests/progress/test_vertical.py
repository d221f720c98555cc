"""vertical: long table in, engines and skills on one scale out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.answers_vertical import OrderVerdict, VerticalAnswer
from kindergrad.core.errors import InputError, TableError, UnknownNameError
from kindergrad.core.names import Grade, Role
from kindergrad.core.table import Row, rows
from kindergrad.progress.vertical import vertical
from kindergrad.progress.vertical_cells import tabulate

GRADES = ("kindergarten", "elementary", "middle", "high")
SCALES = (1e3, 1e4, 3e4, 1e5, 1e6, 1e7)


def ladder(seed: int = 0, swapped: bool = False, **more: Any) -> list[Row]:
    """Two engines that learn a ladder of four grades with two skills each; ability rises 1.5 logits a decade."""
    rng = np.random.default_rng(seed)
    difficulty = {f"genomics/{grade}-{i}": -3 + 2.0 * g + 0.4 * i for g, grade in enumerate(GRADES) for i in range(2)}
    if swapped:  # what the syllabus calls high school is easier than middle school
        for i in range(2):
            a, b = f"genomics/middle-{i}", f"genomics/high-{i}"
            difficulty[a], difficulty[b] = difficulty[b], difficulty[a]
    out = []
    for e, engine in enumerate(("kmer", "markov")):
        for scale in SCALES:
            for skill, b in difficulty.items():
                if rng.random() < 0.2:
                    continue
                theta = 1.5 * (np.log10(scale) - 5) + 0.5 * e
                n = 200
                value = rng.binomial(n, 0.25 + 0.75 * expit(theta - b)) / n
                out.append({"engine": engine, "family": engine, "skill": skill, "axis": "bases", "scale": scale,
                            "value": value, "n_items": n, "floor": 0.25, "ceiling": 1.0,
                            "grade": skill.split("/")[1].split("-")[0], **more})
    return rows(out)


@pytest.fixture(scope="module")
def answer() -> VerticalAnswer:
    return vertical(ladder(), slope_sd=0.3)


def test_the_ladder_comes_out_in_order(answer: VerticalAnswer) -> None:
    assert answer.converged
    assert [s.grade for s in answer.skills] == [Grade(g) for g in GRADES for _ in range(2)]
    assert answer.p_order is not None
    assert answer.p_order > 0.95
    assert not answer.violations
    assert all(e.verdict is OrderVerdict.HOLDS for e in answer.grades)
    assert len(answer.order) == 3 * 4
    assert answer.one_scale.holds
    assert answer.rank_correlation is not None
    assert (answer.rank_correlation.q05 or 0) > 0.8


def test_ability_rises_with_scale_and_is_recovered(answer: VerticalAnswer) -> None:
    for name in ("kmer", "markov"):
        mine = sorted((e for e in answer.engines if e.engine.startswith(name)), key=lambda e: e.scale)
        theta = [e.ability.median or 0.0 for e in mine]
        slope = np.polyfit(np.log10([e.scale for e in mine]), theta, 1)[0]
        assert slope == pytest.approx(1.5, abs=0.3)
    assert {e.engine for e in answer.engines} >= {"kmer@1000", "markov@1e+07"}


def test_grade_equivalents_follow_ability(answer: VerticalAnswer) -> None:
    for engine in answer.engines:
        p = [engine.p_half_way[g] for g in GRADES]
        assert p == sorted(p, reverse=True)
    assert answer.engines[0].grade is Grade.HIGH
    assert answer.engines[-1].grade in (None, Grade.KINDERGARTEN)


def test_a_wrong_syllabus_is_found_out() -> None:
    found = vertical(ladder(swapped=True), slope_sd=0.3)
    edge = next(e for e in found.grades if e.easier == "middle")
    assert edge.verdict is OrderVerdict.VIOLATED
    assert edge.p < 0.05
    assert any("middle is harder than high" in v for v in found.violations)
    assert "violations" in found.sentence


def test_edges_of_a_syllabus_are_judged_one_by_one() -> None:
    needs = {"genomics/high-0": ["genomics/kindergarten-0", "genomics/not-examined"],
             "genomics/elementary-0": ["genomics/high-1"], "genomics/not-examined": ["genomics/high-0"]}
    found = vertical(ladder(), prerequisites=needs, slope_sd=0.3)
    assert {(e.easier, e.harder) for e in found.order} == {
        ("genomics/kindergarten-0", "genomics/high-0"), ("genomics/high-1", "genomics/elementary-0")}
    found = found.model_copy(update={"order": sorted(found.order, key=lambda e: e.easier != "genomics/kindergarten-0")})
    assert [e.verdict for e in found.order] == [OrderVerdict.HOLDS, OrderVerdict.VIOLATED]
    assert {p.skill for p in found.prerequisites} == {"genomics/high-0", "genomics/elementary-0"}
    assert {(e.harder, e.verdict) for e in found.needs} == {("genomics/high-0", OrderVerdict.HOLDS),
                                                            ("genomics/elementary-0", OrderVerdict.VIOLATED)}


def test_levels_of_a_skill_are_one_skill_for_its_prerequisites() -> None:
    table = [r.model_copy(update={"skill": f"genomics/{grade}[{level}]"}) for r in ladder()
             for grade, level in [r.skill.split("/")[1].split("-")]]
    found = vertical(table, prerequisites={"genomics/high": ["genomics/middle", "genomics/not-examined"]}, slope_sd=0.3)
    assert [(e.easier, e.harder, e.verdict) for e in found.needs] == [
        ("genomics/middle", "genomics/high", OrderVerdict.HOLDS)]
    assert len(found.order) == 4
    assert found.rank_correlation is not None and (found.rank_correlation.median or 0) == pytest.approx(1)


def test_anchors_fix_zero_and_one_and_may_be_blind() -> None:
    table = ladder()
    blind = [r.model_copy(update={"engine": "uniform", "role": Role.BLIND, "value": 0.27, "scale": 1000.0})
             for r in {r.skill: r for r in table}.values()]
    found = vertical([*table, *blind], anchors=("uniform", "kmer@1e+06"), slope_sd=0.3)
    by_name = {e.engine: e for e in found.engines}
    assert by_name["uniform"].ability.median == pytest.approx(0)
    assert by_name["kmer@1e+06"].ability.q95 == pytest.approx(1)
    assert (by_name["markov@1e+07"].ability.q05 or 0) > 1
    assert "uniform" not in {e.engine for e in vertical([*table, *blind], slope_sd=0.3).engines}
    with pytest.raises(UnknownNameError, match="unknown engine"):
        vertical(table, anchors=("unifrom", "kmer@1e+06"), slope_sd=0.3)
    with pytest.raises(InputError, match="cannot be told apart"):
        vertical(table, anchors=("kmer@1e+06", "kmer@1000"), slope_sd=0.3)


def test_regression_on_scale_gives_ability_per_decade() -> None:
    found = vertical(ladder(), regress=True, slope_sd=0.3)
    assert found.per_decade is not None
    assert found.per_decade.median == pytest.approx(1.5, abs=0.3)
    assert (found.per_decade.q05 or 0) < 1.5 < (found.per_decade.q95 or 0)


def test_order_of_rows_does_not_matter() -> None:
    table = ladder()
    assert vertical(table, slope_sd=0.3).model_dump_json() == vertical(table[::-1], slope_sd=0.3).model_dump_json()


def test_a_leak_is_flagged() -> None:
    table = [r.model_copy(update={"value": 0.95 if r.grade is Grade.HIGH else 0.3})
             if (r.engine, r.scale) == ("kmer", SCALES[5]) else r for r in ladder(seed=4)]
    found = vertical(table, slope_sd=0.3)
    strange = next(e for e in found.engines if e.engine == f"kmer@{SCALES[5]:g}")
    assert any("leak" in flag for flag in strange.flags)
    assert any(s.engine == strange.engine for s in found.surprises)


def test_counts_scores_and_bare_values_are_told_apart_and_said() -> None:
    table = ladder()
    bare = [r.model_copy(update={"n_items": None}) for r in table]
    known = [r.model_copy(update={"stderr": 0.03}) for r in table]
    assert set(tabulate(table).cells.n) == {200.0}
    assert not tabulate(bare).cells.n.any()
    assert not tabulate(bare).cells.stderr.any()
    np.testing.assert_allclose(tabulate(known).cells.stderr, 0.04)
    assert "no resolution" in tabulate(bare).assumptions[0]
    assert "read as counts" in tabulate(table).assumptions[0]


def test_duplicates_missing_and_failed_results_are_counted_aloud() -> None:
    table = ladder()
    more = [*table, table[0], table[1].model_copy(update={"value": None, "reason": "engine raised"})]
    notes = " ".join(tabulate(more).assumptions)
    assert "1 results: left out, it repeats another row" in notes
    assert "1 results: left out, engine raised" in notes
    assert len(tabulate(more).cells.value) == len(table)


def test_engines_that_share_no_skill_are_said_to_be_apart() -> None:
    table = [r for r in ladder() if (r.engine == "kmer") == (r.grade in (Grade.KINDERGARTEN, Grade.HIGH))]
    assert any("share no skill" in note for note in vertical(table, slope_sd=0.3).assumptions)


@pytest.mark.parametrize(("change", "message"), [
    ({"value": 57.0, "floor": 0.0}, "divide percents by 100"),
    ({"direction": "lower", "floor": 0.0}, "a loss has no score without floor and ceiling"),
])
def test_percents_and_losses_are_refused(change: dict[str, Any], message: str) -> None:
    table = ladder()
    table[3] = rows([{**table[3].model_dump(), **change}])[0]
    with pytest.raises(TableError, match=message):
        vertical(table, slope_sd=0.3)


def test_mixed_versions_are_refused() -> None:
    table = ladder(version="1.0")
    table[5] = table[5].model_copy(update={"version": "2.0"})
    with pytest.raises(TableError, match="versions"):
        vertical(table, slope_sd=0.3)


def test_too_little_is_refused() -> None:
    with pytest.raises(TableError, match="at least 2 engines and 2 skills"):
        vertical([r for r in ladder() if r.scale == 1000.0 and r.engine == "kmer"], slope_sd=0.3)


def test_language_model_benchmarks_with_missing_cells(shared_data: Path) -> None:
    floors = {"MMLU": 0.25, "ARC-C": 0.25, "HellaSwag": 0.25, "Winograd": 0.5, "TruthfulQA": 0.0, "GSM8K": 0.0,
              "XWinograd": 0.5, "HumanEval": 0.0}
    with (shared_data / "curves/obs_scaling/base_llm_benchmark_eval.csv").open(encoding="utf-8") as file:
        wide = list(csv.DictReader(file))
    table = rows({"engine": m["Model"], "family": m["Model Family"], "skill": name, "axis": "parameters",
                  "scale": float(m["Model Size (B)"]) * 1e9, "value": m[name] or None, "floor": floor}
                 for m in wide for name, floor in floors.items())
    found = vertical(table, slope_sd=0.6)  # what cross-validation chooses here, see benchmarks/vertical.py
    assert found.converged
    assert len(found.engines) == len(wide)
    assert any("left out" in note for note in found.assumptions)  # the missing cells
    able = {e.engine: e.ability.median or 0.0 for e in found.engines}
    assert able["meta-llama/Llama-2-70b-hf"] > able["meta-llama/Llama-2-13b-hf"] > able["meta-llama/Llama-2-7b-hf"]
    by_name = {s.skill: s for s in found.skills}
    assert found.skills[0].skill == "HellaSwag"
    assert (by_name["TruthfulQA"].explained or 0) < 0.5
    assert by_name["TruthfulQA"].flags
    assert not found.one_scale.holds
    assert "One scale does not hold" in found.sentence
    apart = {frozenset(found.one_scale.pulls_up), frozenset(found.one_scale.pulls_down)}
    assert any({"MMLU", "GSM8K"} <= side for side in apart)
    assert any("HellaSwag" in side for side in apart)
