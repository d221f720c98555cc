"""Skills that need doses, triples, gene sets, cells or several contexts: 1 for the truth, 0 for what is their floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from response_tables import DIALECT

from kindergrad.core.answers_response import SkillScore
from kindergrad.core.names import ExpressionScale
from kindergrad.exams.score_response import score
from kindergrad.exams.score_response_items import Training, material
from kindergrad.worlds.expression_tables import ExpressionTable

GENES, NOISE = 60, 0.5
NAMES = tuple(f"G{i}" for i in range(GENES))
Profiles = Mapping[tuple[str, str], np.ndarray]


def measured(means: Profiles, n: int, *, sd: Mapping[tuple[str, str], np.ndarray] | None = None, seed: int = 0,
             folds: int = 4, column: str | None = None) -> ExpressionTable:
    """Cells around each mean, with a standard deviation of 0.5 or as told, dealt into folds."""
    rng = np.random.default_rng(seed)
    sums, squares = np.zeros((folds, len(means), GENES)), np.zeros((folds, len(means), GENES))
    for row, (key, mean) in enumerate(means.items()):
        spread = NOISE if sd is None else sd[key]
        many = 4 * n if key[1] == "control" else n
        cells = (mean + spread * rng.normal(size=(many, GENES))).reshape(folds, many // folds, GENES)
        sums[:, row], squares[:, row] = cells.sum(axis=1), (cells**2).sum(axis=1)
    cells = np.array([[(4 * n if label == "control" else n) // folds for _, label in means]] * folds)
    dialect = DIALECT if column is None else DIALECT.__class__("plain", "perturbation", "control", column, "var_names")
    return ExpressionTable(Path("made.h5ad"), dialect, ExpressionScale.LOG1P, "made", NAMES,
                           tuple(label for _, label in means), tuple(c for c, _ in means), ("",) * len(means), sums,
                           cells, (), squares)


def exactly(means: Profiles, truth: ExpressionTable) -> ExpressionTable:
    """Predictions, one row a perturbation."""
    kept = {key: mean for key, mean in means.items() if key[1] != "control"}
    table = measured(kept, 1, sd={key: np.zeros(GENES) for key in kept}, folds=1)
    return ExpressionTable(table.path, truth.dialect, *[getattr(table, name) for name in (
        "scale", "evidence", "genes", "labels", "contexts", "splits", "sums", "cells", "notes")])


def asked(said: Profiles | ExpressionTable, truth: ExpressionTable, training: set[tuple[str | None, str]], skill: str,
          sets: Mapping[str, list[str]] | None = None) -> SkillScore:
    table = said if isinstance(said, ExpressionTable) else exactly(said, truth)
    found = score(table, truth, material(table, truth, Training(frozenset(training), "test"), sets))
    reasons = {one.skill: one.reason for one in found.not_scored}
    assert f"perturbation/{skill}" not in reasons, reasons
    (one,) = [one for one in found.skills if one.skill == f"perturbation/{skill}"]
    return one


def is_scored(one: SkillScore, value: float) -> None:
    assert one.score is not None and one.stderr is not None, one.reason
    assert one.score == pytest.approx(value, abs=max(3.0 * one.stderr, 0.05))


def base() -> np.ndarray:
    return 2.0 + np.random.default_rng(1).normal(0.0, 0.3, GENES)


@pytest.fixture(scope="module")
def drugs() -> Profiles:
    """Twelve drugs at five doses, a Hill curve each."""
    rng = np.random.default_rng(2)
    out = {("", "control"): base()}
    for i in range(12):
        effect, half = rng.normal(size=GENES), 10.0 ** rng.uniform(0.0, 0.8)
        for dose in (0.1, 0.3, 1.0, 3.0, 10.0):
            out["", f"D{i}@{dose:g}"] = base() + effect * dose**2 / (dose**2 + half**2)
    return out


@pytest.mark.parametrize(("skill", "asked_dose"), [("dose-between", "1"), ("beyond-the-range", "10")])
def test_doses(drugs: Profiles, skill: str, asked_dose: str) -> None:
    truth = measured(drugs, 60)
    scored = {key: mean for key, mean in drugs.items() if key[1].endswith("@" + asked_dose)}
    training = {(None, label) for _, label in drugs if label != "control" and not label.endswith("@" + asked_dose)}
    one = asked(scored, truth, training, skill)
    is_scored(one, 1.0)
    assert one.n_items == 12
    assert max(one.floors, key=lambda name: one.floors[name]) in ("nearest dose", "line through two doses")
    last = "0.3" if skill == "dose-between" else "3"
    known = {key: drugs["", key[1].split("@")[0] + "@" + last] for key in scored}
    copied = asked(known, truth, training, skill)
    assert copied.score is None or copied.score < 2.0 * (copied.stderr or 0.0)


def test_a_label_tells_how_much(drugs: Profiles) -> None:
    """Larger doses move more: to know that is the floor of which perturbation is strong."""
    truth = measured(drugs, 60)
    by_dose = {key: base() + float(key[1].split("@")[1]) ** 0.25 for key in drugs if key[1] != "control"}
    one = asked(by_dose, truth, {(None, "D0")}, "strong-or-weak")
    assert one.floors["more genes, larger dose"] > 0.5
    assert one.value == pytest.approx(one.floors["more genes, larger dose"])
    assert one.score is None or one.score == pytest.approx(0.0, abs=0.02)


def test_a_name_without_dose_trains_all_doses(drugs: Profiles) -> None:
    training = Training(frozenset({(None, "D0"), (None, "D1@1")}), "test")
    assert training.holds("", "D0@10") and training.holds("", "D1@1") and not training.holds("", "D1@3")


@pytest.fixture(scope="module")
def triples() -> Profiles:
    """Singles and pairs of eight genes, and triples with an effect of their own."""
    rng = np.random.default_rng(3)
    own = {(i,): 0.6 * rng.normal(size=GENES) for i in range(8)}
    own |= {(i, j): 0.4 * rng.normal(size=GENES) for i in range(8) for j in range(i + 1, 8)}
    three = [(i, (i + 1) % 8, (i + 3) % 8) for i in range(8)]
    own |= {tuple(sorted(t)): 0.4 * rng.normal(size=GENES) for t in three}
    out = {("", "control"): base()}
    for key in own:
        out["", "+".join(f"G{i}" for i in key)] = base() + sum(v for k, v in own.items() if set(k) <= set(key))
    return out


def test_triples_against_the_sum_of_their_pairs(triples: Profiles) -> None:
    truth = measured(triples, 60)
    scored = {key: mean for key, mean in triples.items() if key[1].count("+") == 2}
    training = {(None, label) for _, label in triples if label.count("+") < 2 and label != "control"}
    one = asked(scored, truth, training, "three-at-once")
    is_scored(one, 1.0)
    assert one.n_items == 8
    assert max(one.floors, key=lambda n: one.floors[n]).startswith("sum of pairs less singles")
    assert one.floors["sum of singles"] < one.floors["sum of pairs less singles"]
    effect = {label: mean - base() for (_, label), mean in triples.items()}
    pairwise = {}
    for (_, label) in scored:
        a, b, c = label.split("+")
        pairwise["", label] = base() + effect[f"{a}+{b}"] + effect[f"{a}+{c}"] + effect[f"{b}+{c}"] - effect[a] \
            - effect[b] - effect[c]
    is_scored(asked(pairwise, truth, training, "three-at-once"), 0.0)


@pytest.fixture(scope="module")
def families() -> tuple[Profiles, dict[str, list[str]]]:
    """Forty perturbed genes in ten pathways, the effect half of the pathway and half of the gene."""
    rng = np.random.default_rng(4)
    sets = {f"P{k}": [f"G{i}" for i in range(GENES) if i % 12 == k] for k in range(12)}
    shared = rng.normal(size=(12, 12))
    out = {("", "control"): base()}
    for i in range(40):
        move = np.repeat(shared[i % 12][None], 5, axis=0).ravel()  # gene j stands in pathway j % 12
        out["", f"G{i}"] = base() + 0.7 * move + 0.4 * rng.normal(size=GENES)
    return out, sets


def test_relatives_and_programmes(families: tuple[Profiles, dict[str, list[str]]]) -> None:
    means, sets = families
    truth = measured(means, 60)
    training = {(None, f"G{i}") for i in range(20)}
    scored = {key: mean for key, mean in means.items() if key[1] != "control" and (None, key[1]) not in training}
    one = asked(scored, truth, training, "relative", sets)
    is_scored(one, 1.0)
    assert one.n_items == 20
    assert max(one.floors, key=lambda name: one.floors[name]) == "mean of relatives"
    kin = {key: np.mean([means["", f"G{i}"] for i in range(20) if i % 12 == int(key[1][1:]) % 12], axis=0)
           for key in scored}
    is_scored(asked(kin, truth, training, "relative", sets), 0.0)
    programmes = asked(scored, truth, training, "programme", sets)
    is_scored(programmes, 1.0)
    assert asked(kin, truth, training, "programme", sets).score > 0.5
    assert asked(scored, truth, training, "rare-pathway", sets).n_items == 20


def test_strangers_have_no_relative(families: tuple[Profiles, dict[str, list[str]]]) -> None:
    """With gene sets, only genes none of whose sets was met are strangers; without them, all that are new."""
    means, sets = families
    truth = measured(means, 60)
    training = {(None, f"G{i}") for i in range(40) if i % 12 < 6}
    scored = {key: mean for key, mean in means.items() if key[1] != "control" and (None, key[1]) not in training}
    alone = asked(scored, truth, training, "stranger", sets)
    assert alone.n_items == len(scored) == asked(scored, truth, training, "stranger").n_items
    fewer = {(None, f"G{i}") for i in range(20)}
    found = score(table := exactly(means, truth), truth,
                  material(table, truth, Training(frozenset(fewer), "test"), sets))
    assert any(one.skill == "perturbation/stranger" and "share no gene set" in one.reason for one in found.not_scored)


def test_spread_between_cells() -> None:
    """Each perturbation widens genes of its own; means move too."""
    rng = np.random.default_rng(5)
    keys = [("", "control"), *[("", f"G{i}") for i in range(24)]]
    means = {key: base() + (0.3 * rng.normal(size=GENES) if key[1] != "control" else 0.0) for key in keys}
    wide = {key: NOISE * np.ones(GENES) if key[1] == "control" else NOISE * (1.0 + (rng.random(GENES) < 0.3))
            for key in keys}
    truth = measured(means, 80, sd=wide)
    training = {(None, f"G{i}") for i in range(10)}
    scored = {key: mean for key, mean in means.items() if key[1] != "control" and (None, key[1]) not in training}

    def cells(sd: Mapping[tuple[str, str], np.ndarray]) -> ExpressionTable:
        return measured(scored, 400, sd=sd, seed=9, folds=1)

    is_scored(asked(cells(wide), truth, training, "spread"), 1.0)
    plain = asked(cells(dict.fromkeys(scored, wide["", "control"])), truth, training, "spread")
    assert plain.score < 2.0 * plain.stderr
    usual = np.sqrt(np.mean([wide["", f"G{i}"] ** 2 for i in range(10)], axis=0))
    assert asked(cells(dict.fromkeys(scored, usual)), truth, training, "spread").score == pytest.approx(0.0, abs=0.1)
    found = score(table := exactly(scored, truth), truth, material(table, truth, None))
    assert any(one.skill == "perturbation/spread" and "must hold cells" in one.reason for one in found.not_scored)


def test_one_drug_in_several_donors() -> None:
    """Each donor has one scored perturbation: the donors are put together, with the mean over donors as the floor."""
    rng = np.random.default_rng(6)
    shared, donors = rng.normal(size=GENES), [f"p{i}" for i in range(12)]
    means: dict[tuple[str, str], np.ndarray] = {}
    for donor in donors:
        level = base() + rng.normal(size=GENES)
        means[donor, "control"], means[donor, "drug"] = level, level + shared + 0.5 * rng.normal(size=GENES)
    truth = measured(means, 80, column="donor_id")
    training: set[tuple[str | None, str]] = {(d, "drug") for d in donors[:5]}
    scored = {(d, "drug"): means[d, "drug"] for d in donors[5:]}
    one = asked(scored, truth, training, "new-donor")
    is_scored(one, 1.0)
    assert one.n_items == 7
    usual = np.mean([means[d, "drug"] - means[d, "control"] for d in donors[:5]], axis=0)
    mean = asked({(d, "drug"): means[d, "control"] + usual for d in donors[5:]}, truth, training, "new-donor")
    assert abs(mean.score) < 0.1 + 2.0 * mean.stderr
    swapped = asked({(d, "drug"): means[d, "control"] + means[e, "drug"] - means[e, "control"]
                     for d, e in zip(donors[5:], [*donors[6:], donors[5]], strict=True)}, truth, training, "new-donor")
    assert swapped.score < 2.0 * swapped.stderr
    assert asked(scored, truth, training, "up-or-down").n_items == 7
    level = np.mean([means[d, "control"] for d in donors], axis=0)
    constant = asked({(d, "drug"): level + usual for d in donors[5:]}, truth, training, "new-donor")
    assert constant.score < 2.0 * constant.stderr + 0.1


def test_one_profile_for_all_donors_shares_no_noise_with_their_controls() -> None:
    """No donor responds in a way of its own: what is the same in absolute numbers differs from noisy controls only."""
    beyond = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shared, donors = rng.normal(size=GENES), [f"p{i}" for i in range(14)]
        means = {}
        for donor in donors:
            level = base() + 0.1 * rng.normal(size=GENES)
            means[donor, "control"], means[donor, "drug"] = level, level + shared
        truth = measured(means, 12, column="donor_id", seed=seed)
        training: set[tuple[str | None, str]] = {(d, "drug") for d in donors[:5]}
        row = {key: i for i, key in enumerate(zip(truth.contexts, truth.labels, strict=True))}
        known = np.mean([truth.means([row[d, "drug"]])[0] for d in donors[:5]], axis=0)
        one = asked({(d, "drug"): known for d in donors[5:]}, truth, training, "new-donor")
        if one.score is not None and one.stderr is not None:
            beyond.append(one.score / one.stderr)
    assert len(beyond) >= 4
    assert np.mean(beyond) < 1.0 and sum(z > 2.0 for z in beyond) <= 2


def test_sums_and_means_of_singles_earn_no_interaction() -> None:
    """Pairs that only add up: no arithmetic on the singles ends above the sum."""
    rng = np.random.default_rng(8)
    effect = {f"G{i}": 0.6 * rng.normal(size=GENES) for i in range(10)}
    pairs = [(a, b) for i, a in enumerate(effect) for b in list(effect)[i + 1:]][:24]
    means = {("", "control"): base()} | {("", label): base() + move for label, move in effect.items()}
    means |= {("", f"{a}+{b}"): base() + effect[a] + effect[b] for a, b in pairs}
    truth = measured(means, 40)
    training: set[tuple[str | None, str]] = {(None, label) for label in effect}
    known = {label: truth.means([truth.labels.index(label)])[0] - truth.means([truth.labels.index("control")])[0]
             for label in effect}
    level = truth.means([truth.labels.index("control")])[0]
    for combine in (lambda a, b: a + b, lambda a, b: 0.8 * (a + b), lambda a, b: (a + b) / 2,
                    lambda a, b: np.where(np.abs(a) > np.abs(b), a, b),
                    lambda a, b: a + b + 0.05 * rng.normal(size=GENES)):
        said = {("", f"{a}+{b}"): level + combine(known[a], known[b]) for a, b in pairs}
        one = asked(said, truth, training, "epistasis")
        assert one.score is None or one.score <= 2.0 * (one.stderr or 0.0) + 1e-9


def test_batches_are_contexts_where_the_user_says_so() -> None:
    rng = np.random.default_rng(7)
    effect = {f"G{i}": rng.normal(size=GENES) for i in range(12)}
    means: dict[tuple[str, str], np.ndarray] = {}
    for batch, shift in (("1", 0.0), ("2", 0.4)):
        means[batch, "control"] = base() + shift
        means |= {(batch, label): base() + shift + move for label, move in effect.items()}
    truth = measured(means, 60, column="batch")
    training = {("1", label) for label in effect}
    scored = {key: mean for key, mean in means.items() if key[0] == "2" and key[1] != "control"}
    one = asked(scored, truth, training, "another-guide")
    assert one.value == pytest.approx(one.ceiling, abs=0.05)
    assert one.floors["same perturbation elsewhere"] > 0.5


def test_cells_and_counts_tell_no_skill() -> None:
    """Strong perturbations kill cells and empty them: whoever counts stands on the floor of which is strong."""
    rng = np.random.default_rng(12)
    size = np.linspace(0.2, 1.5, 20)
    means = {("", "control"): base()} | {("", f"G{i}"): base() + size[i] * rng.normal(size=GENES) for i in range(20)}
    truth = measured(means, 60)
    depth = np.array([1e4, *(1e4 - 4e3 * size)])
    table = replace(truth, depth=depth)
    scored = {key: base() + size[int(key[1][1:])] for key in means if key[1] != "control"}
    one = asked(scored, table, {(None, "G0")}, "strong-or-weak")
    assert one.floors["fewer counts"] > 0.9 and one.floors["more counts"] < -0.9
    assert one.floors["more cells"] == pytest.approx(0.0)
    assert one.score is None or one.score < 2.0 * one.stderr
