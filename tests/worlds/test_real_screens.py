"""Real screens: what is read is not scored, noise has no ceiling, planted effects are found, figures repeat."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.config import EngineConfig
from kindergrad.core.config import build as study
from kindergrad.core.errors import InputError, NothingToAskError
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.exams import build, catalogue, defaults, plan, references, run, sit
from kindergrad.worlds import big_papi, gbm_panobinostat, l1000_doses, norman_pairs, perturbench_devel, sachs
from kindergrad.worlds._dealt_cells import CONTROL, FIRST, READ, Cells
from kindergrad.worlds._pair_fitness import Fitness, Plan, screen
from kindergrad.worlds._real_screen import RealScreen

WORLDS = sorted(name for name, module in build.known().items()
                if hasattr(module, "DATA") and getattr(module, "DOMAIN", None) is Domain.PERTURBATION)
GENES = 200


@cache
def world(name: str, data: Path) -> Any:
    return build.named(name, 0, data=data)


def exam(name: str) -> Any:
    return catalogue.assessment(f"perturbation/{name}")


def score(engine: str, name: str, made: Any, level: str = "all") -> float:
    """Mean raw score of an engine that has read everything."""
    ready = plan.make(catalogue.engine(engine), EngineConfig(id=engine), 0)
    ready.learn(made.corpus(0))
    items = exam(name).items(made, 100, level, 0)
    return float(exam(name).score(sit.ask(ready, exam(name), next(iter(exam(name).readouts)), items), items).mean())


def ceiling(name: str, made: Any, level: str = "all") -> float:
    found = references.reliable(exam(name), exam(name).items(made, 100, level, 0))
    assert found is not None
    return float(found[0].mean())


def dealt(effect: float, seed: int = 0) -> RealScreen:
    """Twelve perturbations of 100 cells, 150 controls; effects of a given size."""
    rng = np.random.default_rng(seed)
    labels = [""] * 150 + [f"K{i}" for i in range(12) for _ in range(100)]
    own = {f"K{i}": rng.normal(0, effect, GENES) for i in range(12)} | {"": np.zeros(GENES)}
    log = np.stack([own[label] for label in labels]) + rng.normal(0, 1, (len(labels), GENES))
    cells = Cells(log, labels, ["A"] * len(labels), [f"G{i}" for i in range(GENES)], seed)
    every = cells.conditions
    return RealScreen(id="planted", sentence="planted", panel=cells.panel, experiments=cells.experiments(every),
                      asked={"seen": tuple(every), "singles": tuple(every)}, also=frozenset({"cells"}),
                      twice={c: cells.twice(c) for c in every})


def test_no_cell_is_both_read_and_scored() -> None:
    log = np.arange(40.0)[:, None] * np.ones((1, 3))
    cells = Cells(log, ["", "K"] * 20, ["A"] * 40, ["a", "b", "c"], 0)
    assert cells.panel.genes == ("a", "b", "c", "K") and cells.panel.unmeasured == 1
    own = [cells._taken(CONTROL, "A", [k]) for k in range(8)]
    assert sorted(np.concatenate(own).tolist()) == list(range(0, 40, 2))
    found = cells.twice(Condition("K", "A"))
    control = cells.mean(CONTROL, "A", READ)
    np.testing.assert_allclose(found.first, cells.mean("K", "A", FIRST) - control)
    np.testing.assert_allclose(found.first_apart, cells.mean("K", "A", FIRST) - cells.mean(CONTROL, "A", FIRST))
    assert (found.first[3], cells.experiments(cells.conditions)[0].response[3]) == (0.0, 0.0)


def test_planted_effects_have_the_ceiling_of_their_reliability() -> None:
    """Bits of a choice and correlation of sizes; R of 25 cells is tau^2 / (tau^2 + 1/25) around a fixed mean."""
    strong, none = dealt(0.4), dealt(0.0)
    assert ceiling("recognise", strong, "any-pathway") > 1.8
    assert ceiling("recognise", none, "any-pathway") == 0.0
    assert score("response-kernel", "recognise", strong, "any-pathway") > 1.5
    assert score("response-kernel", "recognise", none, "any-pathway") < 0.1
    for engine in ("additive", "response-ridge", "low-rank", "response-kernel"):
        assert abs(score(engine, "up-or-down", none)) < 0.15 < score(engine, "up-or-down", strong), engine
    first, again = strong.measured(strong.conditions("seen"))
    r = np.mean([np.corrcoef(a[:GENES], b[:GENES])[0, 1] for a, b in zip(first, again, strict=True)])
    assert r == pytest.approx(0.16 / (0.16 + 1 / 25), abs=0.06)
    with pytest.raises(NothingToAskError, match="no pathway has"):
        exam("recognise").items(strong, 10, "same-pathway", 0)


def test_sizes_are_free_of_the_noise_of_few_cells() -> None:
    found = np.mean([dealt(0.0, seed).twice[Condition("K0", "A")].sizes for seed in range(8)])
    assert abs(float(found)) < 1.5  # of the GENES / 25 = 8 that noise alone would make


def planted(bend: float, gate: float, replicate: float) -> RealScreen:
    rng = np.random.default_rng(3)
    genes = tuple(f"K{i:02d}" for i in range(24))
    own = rng.normal(-0.5, 0.3, len(genes))
    total = own[:, None] + own
    drawn = np.triu(rng.normal(0, 1, total.shape), 1)
    pair = total + bend * total**2 + gate * (drawn + drawn.T)
    noise = rng.normal(0, replicate, (*total.shape, 2))
    return screen("planted", genes, {"A": Fitness(np.repeat(own[:, None], 2, axis=1), pair[..., None] + noise)},
                  Plan(3, 3))


def test_pairs_are_scored_in_lists_and_each_once() -> None:
    made = planted(0.0, 0.0, 0.05)
    items = exam("additive-pair").items(made, 100, "all", 0)
    rows = [tuple(row) for row in items.asked["perturbation"]]
    flat = [p for row in rows for p in row]
    assert len(set(flat)) == len(flat) >= 30
    assert all(len(set.intersection(*(set(p.split("+")) for p in row))) == 1 for row in rows)
    assert not set(flat) & {e.condition.perturbation for e in made.experiments}
    assert score("response-ridge", "additive-pair", made) > 0.9 * ceiling("additive-pair", made) > 0.8


def test_pairs_by_other_guides_are_read_by_the_first_ones() -> None:
    genes = tuple(f"K{i:02d}" for i in range(24))
    pair = np.random.default_rng(4).normal(-1, 0.3, (24, 24, 1)) * np.ones((1, 1, 2))
    pair = pair + pair.swapaxes(0, 1)
    told = Fitness(np.full((24, 2), -0.5), pair, (pair + 10, pair + 20))
    made = screen("planted", genes, {"A": told}, Plan(3, 3))
    asked = made.asked["other-guide"]
    read = {e.condition: e.response[0] for e in made.experiments}
    assert len(asked) > 20 and {c.batch for c in asked} == {"2"}
    assert all(read[c._replace(batch="1")] > 5 and c._replace(batch="") not in read for c in asked)
    assert min(made.twice[c].first[0] for c in asked) > 15
    assert not {c.perturbation for c in asked} & {c.perturbation for c in made.asked["additive-pair"]}


def test_what_bends_is_no_interaction_and_what_repeats_is() -> None:
    """The floor of a bent sum takes all of a saturation; a gate between pairs repeats, and no engine knows it."""
    bent = planted(0.25, 0.0, 0.01)
    assert score("curved-additive", "epistasis", bent) > 0.95
    assert score("additive", "epistasis", bent) == pytest.approx(0.0, abs=0.02)
    gated = planted(0.0, 0.3, 0.1)
    assert ceiling("epistasis", gated) > 0.85
    assert max(score(e, "epistasis", gated) for e in exam("epistasis").floor) < 0.3


@pytest.mark.parametrize("name", WORLDS)
def test_world_is_made_again_the_same_and_reads_nothing_that_it_asks(name: str, shared_data: Path) -> None:
    made, again = world(name, shared_data), build.named(name, 0, data=shared_data)
    assert made.digest == again.digest and made.sentence == again.sentence
    first, second = made.corpus(0), made.corpus(1)
    assert len(first) == made.size == len(second)
    assert [e.condition for e in first] != [e.condition for e in second]
    assert sorted(e.condition for e in first) == sorted(e.condition for e in second)
    read = {e.condition for e in first}
    for kind in set(made.asked) - {"seen", "singles", "nothing"}:
        assert not read & set(made.asked[kind]), kind
    assert not set(made.offers) & set(made.missing)


@pytest.mark.parametrize("name", WORLDS)
def test_exams_have_finite_floors_and_ceilings(name: str, shared_data: Path) -> None:
    made = world(name, shared_data)
    served = [a for a in catalogue.assessments().values()
              if a.domain is Domain.PERTURBATION and set(a.needs) <= made.offers]
    assert served
    if made.exact:
        return
    for found in served:
        level = found.levels[-1]
        items = found.items(made, 40, level, 0)
        top = references.reliable(found, items)
        assert (top is None) == (found.id in ("perturbation/nothing", "perturbation/seeing-is-not-doing")), found.id
        assert top is None or 0 < top[0].mean() <= found.top
        assert items.ideal is None


def test_a_study_of_real_cells_says_what_it_leaves_out(shared_data: Path, tmp_path: Path) -> None:
    asked = [f"perturbation/{name}" for name in ("recognise", "on-target", "up-or-down", "nothing")]
    made = study({"name": "real", "domain": "perturbation", "data": str(shared_data), "items": 40,
                  "assessments": asked, "world": {"kind": "perturbench_devel"},
                  "engines": [{"id": "additive", "scales": [20, 50]}]})
    assert run.run(made, tmp_path).ok == 6
    ready = run.prepare(made, tmp_path, lambda done, planned, what: None)
    assert "of 33 perturbed genes one is measured" in ready.left_out["perturbation/on-target"]
    assert "no pathway has" in ready.left_out["perturbation/recognise[same-pathway]"]
    found = {r.skill: r for r in run.records(tmp_path) if r.identity.engine == "additive"}
    kinds = {skill: r.estimand.ceiling_kind.value for skill, r in found.items() if r.estimand is not None}
    assert kinds == {"perturbation/recognise[any-pathway]": "reliability", "perturbation/up-or-down": "reliability",
                     "perturbation/nothing": "nominal"}


def test_a_study_of_another_world_has_a_ladder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("domain: perturbation\nworld: {kind: big_papi}\nitems: 50\n")
    found, usual = defaults.study(tmp_path / "study.yaml"), defaults.study(domain=Domain.PERTURBATION)
    assert (found.scales, found.goal, found.items) == ((), None, 50)
    assert usual.scales and usual.goal
    assert defaults.study(domain=Domain.PERTURBATION, world="big_papi").scales == ()


def test_known_noise_gives_the_ceiling_where_nothing_was_done_twice(shared_data: Path) -> None:
    made = world("l1000_doses", shared_data)
    items = exam("dose-between").items(made, 100, "all", 0)
    assert len(items) == len(made.asked["between"]) and "replicate" not in items.truth
    top = references.reliable(exam("dose-between"), items)
    assert top is not None
    np.testing.assert_allclose(top[0], np.sqrt(items.truth["reliability"]))
    assert 0.2 < items.truth["reliability"][0] < 0.6


def test_a_kinetic_model_answers_interventions(shared_data: Path) -> None:
    made = world("gnw_screen", shared_data)
    name = made.asked["seen"][0].perturbation
    at = made.panel.place[name]
    out, half = made.response([Condition(name, "DREAM4"), Condition(name, "DREAM4", 0.5)])
    exact = np.log(made.model.knocked(0.0)[at] + 0.02) - np.log(made.model.steady(np.ones((1, 100)))[0] + 0.02)
    np.testing.assert_allclose(out, exact, atol=1e-9)
    assert out[at] < half[at] < 0
    reached = (made.distances[at] >= 0) | (np.arange(100) == at)
    assert np.abs(out[~reached]).max() < 1e-9 < np.abs(out[made.distances[at] == 1]).max()
    with pytest.raises(InputError, match="cannot be given 'none'"):
        made.response([Condition("none", "DREAM4")])
    with pytest.raises(InputError, match=r"holds no absent\.xml"):
        build.named("gnw_screen", 0, data=shared_data, network="absent")
    for found in ("wiring", "seeing-is-not-doing", "half-to-full", "epistasis"):
        level = exam(found).levels[-1]
        items = exam(found).items(made, 30, level, 0)
        assert items.ideal is not None
        assert exam(found).score(items.ideal, items).mean() == pytest.approx(1.0)


def test_what_does_not_repeat_is_named(shared_data: Path) -> None:
    """The kinases in three glioblastoma lines; K562 repeats but for single conditions."""
    made = world("perturbench_devel", shared_data)
    assert sum("in k562" not in name for name in made.named) >= 20
    assert 1 <= sum("in k562" in name for name in made.named) <= 12
    assert set(made.asked["nothing"]).isdisjoint(made.asked["seen"])
    assert any("reliability" in note for note in made.notes)


def test_labels_without_meaning_have_no_ceiling(shared_data: Path) -> None:
    """Permuted labels of K562: next to nothing repeats, so that next to nothing is asked."""
    import anndata

    table = anndata.read_h5ad(shared_data / "perturbation" / "perturbench_devel" / "devel.h5ad")
    own = table[(table.obs["cell_type"] == "k562").to_numpy()]
    labels = np.where(own.obs["condition"] == "control", "", own.obs["condition"].astype(str))
    labels[labels != ""] = np.random.default_rng(0).permutation(labels[labels != ""])
    log = np.asarray(own.X.toarray(), dtype=np.float32)
    cells = Cells(log, labels.tolist(), ["k562"] * len(labels), list(own.var_names), 0)
    centre = np.mean([e.response for e in cells.experiments(cells.conditions)], axis=0)
    found = list(cells.reliability(cells.conditions, dict.fromkeys(cells.conditions, centre)).values())
    assert np.mean(found) == pytest.approx(0.0, abs=0.05)
    assert max(found) < 0.2


def test_published_figures_of_pair_screens(shared_data: Path) -> None:
    """Norman: per guide pairs repeat at .968 and add up at .918; per gene .985 and .935. Big Papi: .99."""
    genes, found = norman_pairs.read(shared_data / "perturbation" / "norman2019_gi_map")
    i, j = np.triu_indices(len(genes), 1)
    first, again = found.pair[i, j].T
    there = np.isfinite(first) & np.isfinite(again)
    assert (len(genes), int(there.sum())) == (112, 6216)
    assert np.corrcoef(first[there], again[there])[0, 1] == pytest.approx(0.985, abs=0.005)
    alone = found.single[i] + found.single[j]
    assert np.corrcoef(alone.mean(axis=1)[there], (first + again)[there])[0, 1] == pytest.approx(0.935, abs=0.01)
    genes, lines = big_papi.read(shared_data / "perturbation" / "gemini_big_papi")
    i, j = np.triu_indices(len(genes), 1)
    assert len(genes) == 26
    for line in lines.values():
        assert np.corrcoef(*line.pair[i, j].T)[0, 1] > 0.98


def test_published_figures_of_patients(shared_data: Path) -> None:
    """Panobinostat in a new patient: other patients reach .52 to .75 against controls. Halves of 250 cells agree at .90
    to .98, quarters less.
    """
    cells = gbm_panobinostat.read(shared_data / "perturbation" / "gbm_panobinostat_lemur", 0)
    every = cells.conditions
    twice = {c.context: cells.twice(c) for c in every}
    mean = {c.context: cells.mean(c.perturbation, c.context, READ) - cells.mean(CONTROL, c.context, READ)
            for c in every}
    quarters = [np.corrcoef(t.first_apart[:300], t.again_apart[:300])[0, 1] for t in twice.values()]
    others = [np.corrcoef(np.mean([mean[p] for p in mean if p != c], axis=0)[:300], t.first_apart[:300])[0, 1]
              for c, t in twice.items()]
    assert min(quarters) > 0.75 and 0.94 < max(quarters) < 0.99
    assert 0.4 < min(others) < max(others) < 0.8


def test_the_plate_and_the_proteins(shared_data: Path) -> None:
    plate = l1000_doses.read(shared_data / "perturbation" / "l1000_ljp005_a375")
    assert (len(plate.genes), len(plate.drug), plate.drug.count("")) == (978, 377, 26)
    names, cells, edges = sachs.read(shared_data / "perturbation" / "sachs2005")
    assert (len(names), sum(map(len, cells.values())), len(edges)) == (11, 7466, 17)
    assert ("Raf", "Mek") in edges and ("Mek", "Erk") in edges


@pytest.mark.parametrize(("read", "name"), [
    (lambda folder: perturbench_devel.read(folder, 0), "devel.h5ad"),
    (lambda folder: gbm_panobinostat.read(folder, 0), "gbm_panobinostat.h5ad"),
    (l1000_doses.read, "test_l1000.gct"), (norman_pairs.read, "sgRNA_to_gene"), (big_papi.read, "counts.csv"),
    (sachs.read, "sachs_9conditions.csv")])
def test_a_folder_without_the_file_is_refused(read: Any, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=name):
        read(tmp_path)


@pytest.mark.parametrize(("text", "message"), [
    ("#1.3\n1\t1\t0\t0\nid\tw\ng\t1\n", "expected a GCT"), ("nothing", "expected a GCT"),
    ("#1.3\n2\t1\t1\t3\nid\tpr_gene_symbol\tw\npert_type\tna\tctl_vehicle\npert_iname\tna\tDMSO\npert_dose\tna\t1\n"
     "g\tG\t3\n", "its header says")])
def test_a_file_that_is_no_plate_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "test_l1000.gct.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(InputError, match=message):
        l1000_doses.read(tmp_path)
