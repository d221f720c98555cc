"""The simulated screen: exact truth, calibrated noise, what is kept back, and frequencies of pathways."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import InputError, StudyError
from kindergrad.core.responses import Condition, joined
from kindergrad.core.seeds import stream
from kindergrad.worlds import _asked, _kinetics, _network, combos, dose_response
from kindergrad.worlds._cells import counts, mixture_quantiles
from kindergrad.worlds.gene_network import GeneNetwork
from kindergrad.worlds.response_items import own_genes


@pytest.fixture(scope="module")
def linear() -> GeneNetwork:
    return GeneNetwork(0, experiments=600, pathways=14, kinetics="linear")


@pytest.fixture(scope="module")
def hill() -> GeneNetwork:
    return GeneNetwork(0, experiments=600, pathways=14)


def test_linear_truth_is_that_of_the_structural_equations(linear: GeneNetwork) -> None:
    """v = shift + v W, solved gene by gene by going round until nothing moves."""
    condition = linear.conditions("relative")[0]
    edges = linear.network.edges
    state = linear.state(condition.context)
    slopes = np.eye(len(state.effects)) - np.linalg.inv(state.effects)
    links = set(zip(edges.source, edges.target, strict=True))
    assert set(zip(*np.nonzero(np.abs(slopes) > 1e-9), strict=True)) <= links
    shift = linear.interventions.shift([condition])[0]
    moved = np.zeros_like(shift)
    for _ in range(400):
        moved = shift + moved @ slopes
    np.testing.assert_allclose(linear.response([condition])[0], moved, atol=1e-9)


@pytest.mark.filterwarnings("ignore:No module named 'rpy2'")  # for a part of sempler that is not asked here
def test_linear_interventions_agree_with_sempler() -> None:
    """A hard intervention on an acyclic network: means of sempler against total effects."""
    import sempler

    network = _network.draw(12, 1, feedback=False)
    genes = len(network.names)
    weights = _kinetics.slopes(genes, network.edges)
    model = sempler.LGANM(weights, np.zeros(genes), np.ones(genes))
    effects = _kinetics.Linear(genes, network.edges).effects
    for at in (network.hub(0), network.sensors(1)[0]):
        expected = model.sample(population=True, do_interventions={at: (1.5, 0.0)}).mean
        np.testing.assert_allclose(expected, 1.5 * effects[at], atol=1e-8)


def test_hill_kinetics_rest_where_production_says(hill: GeneNetwork) -> None:
    state = hill.state("A.1")
    assert isinstance(state, _kinetics.Hill)
    shift = hill.interventions.shift([c for c in hill.trained if c.context == "A.1"][:80])
    rest = state.steady(shift)
    np.testing.assert_allclose(shift + state.regulation(rest), rest, atol=1e-9)


def test_hill_kinetics_are_linear_in_the_limit(hill: GeneNetwork) -> None:
    state = hill.state("B.1")
    shift = stream(0, "small").standard_normal((5, len(state.effects)))
    np.testing.assert_allclose(state.steady(1e-6 * shift) * 1e6, shift @ state.effects, rtol=1e-3, atol=1e-3)


def test_hill_kinetics_saturate(hill: GeneNetwork) -> None:
    """Ten times the shift moves other genes by far less than ten times as much."""
    state, hub = hill.state("A.1"), hill.network.hub(0)
    shift = np.zeros((2, len(state.effects)))
    shift[:, hub] = -1.0, -10.0
    others = np.arange(shift.shape[1]) != hub
    small, large = (np.linalg.norm(row[others]) for row in state.steady(shift))
    assert small < large < 4 * small


def test_a_loop_without_bound_is_refused() -> None:
    edges = _network.Edges(np.array([0, 1]), np.array([1, 0]), np.array([0.8, 0.8]))
    unbound = _kinetics.Hill(2, edges, 0)
    unbound.regulation = lambda state: 2.0 * state + 1.0  # type: ignore[method-assign]
    with pytest.raises(InputError, match="does not settle"):
        unbound.steady(np.ones((1, 2)))


def test_null_scores_are_calibrated(hill: GeneNetwork) -> None:
    """Guides that cut nothing: measured responses scatter as the variance says, |z| has the mean of a normal."""
    experiments = [e for e in hill.corpus(0) if e.condition.perturbation.startswith("safe-")]
    z = []
    for e in experiments:
        variance = hill.variance(e.condition.context) * (1 / e.cells + 1 / 1000)
        z.append(e.response / np.sqrt(variance))
    size = np.abs(np.array(z))
    assert len(z) > 10
    # Genes of one experiment are correlated; the spread over experiments gives the error of the mean.
    error = size.mean(axis=1).std() / np.sqrt(len(z))
    assert size.mean() == pytest.approx(np.sqrt(2 / np.pi), abs=4 * error + 0.01)


def test_measured_responses_scatter_around_the_truth(hill: GeneNetwork) -> None:
    corpus = [e for e in hill.corpus(0) if hill.responders([e.condition])[0] == 1.0]
    exact = hill.response([e.condition for e in corpus])
    variance = np.stack([hill.variance(e.condition.context) * (1 / e.cells + 1 / 1000) for e in corpus])
    z = (np.stack([e.response for e in corpus]) - exact) / np.sqrt(variance)
    assert float((z**2).mean()) == pytest.approx(1.0, abs=0.05)


def test_cells_have_the_exact_mean_and_quantiles(hill: GeneNetwork) -> None:
    """Of a perturbation that works in half of the cells."""
    condition = hill.conditions("partial")[0]
    cells = hill.perturbed_cells(condition, 20_000, stream(0, "cells"))
    at = np.argsort(-np.abs(hill.response([condition])[0]))[:5]
    expected = hill.base(condition.context)[at] + hill.response([condition])[0][at]
    np.testing.assert_allclose(cells[:, at].mean(axis=0), expected, atol=0.05)
    levels = np.array([0.1, 0.5, 0.9])
    exact = hill.quantiles([condition], at[None], levels)[0]
    np.testing.assert_allclose(np.quantile(cells[:, at], levels, axis=0).T, exact, atol=0.2)


def test_quantiles_of_a_mixture() -> None:
    from scipy.special import ndtri

    levels = np.array([0.05, 0.5, 0.95])
    one = mixture_quantiles(np.array([2.0]), np.array([0.5]), np.array([1.0]), levels)
    np.testing.assert_allclose(one[0], 2.0 + 0.5 * ndtri(levels), atol=1e-8)
    both = mixture_quantiles(np.array([4.0]), np.array([1.0]), np.array([0.5]), np.array([0.5]))
    assert both[0, 0] == pytest.approx(2.0, abs=1e-6)


def test_counts_have_the_depth_dropout_and_batch_that_were_asked() -> None:
    rng = stream(0, "counts")
    expression = np.tile(rng.normal(0, 1, 50), (4000, 1))
    batch = np.where(np.arange(50) < 25, 0.5, 0.0)
    plain = counts(expression, depth=2000, rng=stream(1, "counts"))
    shifted = counts(expression, depth=2000, rng=stream(2, "counts"), dropout=0.3, batch=np.tile(batch, (4000, 1)))
    share = np.exp(expression[0]) / np.exp(expression[0]).sum()
    np.testing.assert_allclose(plain.mean(axis=0), 2000 * share, rtol=0.05, atol=0.2)
    moved = np.exp(expression[0] + batch)
    np.testing.assert_allclose(shifted.mean(axis=0), 0.7 * 2000 * moved / moved.sum(), rtol=0.06, atol=0.2)


def test_gates_make_the_interaction_that_they_say(linear: GeneNetwork) -> None:
    """In a linear network, what a pair has beyond its genes is the gate and nothing else."""
    pairs = linear.conditions("gated-pair")
    assert {linear.gate(c) for c in pairs} == {"and", "or", "saturating", "suppressing"}
    for condition in pairs[:12]:
        both = linear.response([condition, *condition.alone()])
        left = both[0] - both[1] - both[2]
        gate = next(g for g in linear.interventions.gates if g.pathways == tuple(
            sorted(linear.network.pathway[at] for at in own_genes(linear, condition))))
        programme = linear.state(condition.context).effects[gate.gene]
        share = float(left @ programme / (programme @ programme))
        np.testing.assert_allclose(left, share * programme, atol=1e-9)
        assert share != 0.0


def test_ungated_pairs_of_a_linear_network_add_up(linear: GeneNetwork) -> None:
    pairs = linear.conditions("additive-pair")[:20]
    alone = sum(linear.response([c.alone()[k] for c in pairs]) for k in (0, 1))
    np.testing.assert_allclose(linear.response(pairs), alone, atol=1e-9)


@pytest.mark.parametrize("kind", sorted(set(_asked.KINDS) - {"seen", "singles", "nothing"}))
def test_what_exams_ask_for_is_kept_out_of_the_corpus(hill: GeneNetwork, kind: str) -> None:
    asked = {c._replace(batch="") if kind != "other-guide" else c for c in hill.conditions(kind)}
    trained = {c._replace(batch="") if kind != "other-guide" else c for c in hill.trained}
    assert asked
    if kind != "partial":  # seen, but asked for its single cells
        assert not asked & trained


def test_genes_of_relatives_and_strangers_were_never_touched(hill: GeneNetwork) -> None:
    touched = {part.rstrip("^") for c in hill.trained for part in c.parts}
    held = {p for kind in ("relative", "stranger", "compensated") for c in hill.conditions(kind) for p in c.parts}
    assert held and not held & touched


def test_pathways_follow_zipf(hill: GeneNetwork) -> None:
    shares = [hill.exposure([p]) for p in range(4)]
    assert shares == sorted(shares, reverse=True) and shares[0] > 2.5 * shares[2]


def test_distances_reach_exactly_what_responds(hill: GeneNetwork) -> None:
    for condition in hill.conditions("seen")[:40]:
        at = own_genes(hill, condition)[0]
        away = hill.distances[at]
        size = np.abs(hill.response([condition])[0])
        assert (size[(away < 0)] < 1e-9).all()
        assert (size[(away == 1)] > 1e-6).all()


def test_the_same_seed_gives_the_same_screen_in_another_order() -> None:
    one, two = GeneNetwork(3, experiments=60, pathways=12), GeneNetwork(3, experiments=60, pathways=12)
    assert one.digest == two.digest and one.digest != GeneNetwork(4, experiments=60, pathways=12).digest
    first, second = one.corpus(0), two.corpus(0)
    assert all(a.condition == b.condition and np.array_equal(a.response, b.response)
               for a, b in zip(first, second, strict=True))
    other = one.corpus(1)
    assert [e.condition for e in other] != [e.condition for e in first]
    assert sorted(e.condition for e in other) == sorted(e.condition for e in first)


def test_presets_hold_what_they_are_for() -> None:
    titrated = [c.dose < 1 for c in dose_response.make(0, experiments=300, pathways=12).trained]
    several = [len(c.parts) > 1 for c in combos.make(0, experiments=300, pathways=12).trained]
    assert np.mean(titrated) > 0.6 and np.mean(several) > 0.6


@pytest.mark.parametrize(("settings", "message"), [
    ({"kinetics": "boolean"}, "unknown kinetics"), ({"pathways": 3}, "pathways must be at least 12"),
    ({"experiments": 3}, "experiments must be at least"), ({"contexts": 9}, "at most 8"),
])
def test_settings_out_of_range_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        GeneNetwork(0, **settings)


@pytest.mark.parametrize(("condition", "message"), [
    (Condition("NOGENE", "A.1"), "has no gene 'NOGENE'"), (Condition("G0001", "A.1", 0.0), "dose must lie in"),
    (Condition("G0001", "A.1", 1.5), "dose must lie in"),
])
def test_conditions_that_make_no_sense_are_refused(hill: GeneNetwork, condition: Condition, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hill.response([condition])


def test_names_of_genes_tell_nothing(hill: GeneNetwork) -> None:
    number = np.array([int(name[1:]) for name in hill.panel.genes])
    assert abs(np.corrcoef(number, hill.network.pathway)[0, 1]) < 0.25
    assert joined(["B", "A"]) == "A+B"
