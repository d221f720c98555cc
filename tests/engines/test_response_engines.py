"""Engines of responses: the contract, and what each of them is there for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kindergrad.core.asks import RankEdges
from kindergrad.core.errors import EngineError
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.exams import catalogue
from kindergrad.stats.response_exact import agreement, separation
from kindergrad.testing import check_engine
from kindergrad.worlds.gene_network import GeneNetwork

ENGINES = sorted(name for name, spec in catalogue.engines().items()
                 if spec.domain is Domain.PERTURBATION and not spec.extra)


@pytest.fixture(scope="module")
def screen() -> GeneNetwork:
    """A linear screen with little noise: what can be known is known exactly."""
    return GeneNetwork(0, experiments=500, pathways=12, kinetics="linear", cells=20_000, controls=100_000, contexts=1)


def taught(name: str, screen: GeneNetwork, size: int | None = None) -> Any:
    spec = catalogue.engine(name)
    engine = spec.make(**spec.settings)
    engine.learn(screen.corpus(0)[:size])
    return engine


@pytest.mark.parametrize("name", ENGINES)
def test_engine_keeps_the_contract(name: str, screen: GeneNetwork) -> None:
    spec = catalogue.engine(name)
    check_engine(spec.make(**spec.settings), corpus=screen.corpus(0)[:60])


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_that_has_read_nothing_says_so(name: str) -> None:
    spec = catalogue.engine(name)
    engine = spec.make(**spec.settings)
    with pytest.raises(EngineError, match="has read no experiment"):
        if isinstance(engine, RankEdges):
            engine.rank_edges(["G1"], ["G2"])
        else:
            engine.predict_response([Condition("G1")])


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("name", ENGINES)
def test_a_handful_of_experiments_is_enough_to_answer(name: str, size: int, screen: GeneNetwork) -> None:
    engine = taught(name, screen, size)
    asked = screen.conditions("relative")[:3]
    if isinstance(engine, RankEdges):
        assert np.isfinite(engine.rank_edges([screen.panel.genes[0]], [screen.panel.genes[1]])).all()
    else:
        assert np.isfinite(engine.predict_response(asked)).all()


def test_learning_in_pieces_is_learning_at_once(screen: GeneNetwork) -> None:
    spec, corpus = catalogue.engine("response-kernel"), screen.corpus(0)[:120]
    pieces = spec.make()
    pieces.learn(corpus[:50])
    pieces.predict_response(screen.conditions("relative")[:2])
    pieces.learn(corpus[50:])
    asked = screen.conditions("relative")[:5]
    np.testing.assert_allclose(pieces.predict_response(asked), taught("response-kernel", screen, 120)
                               .predict_response(asked))


@pytest.mark.parametrize(("name", "kind", "least"), [
    ("additive", "seen", 0.97), ("response-kernel", "seen", 0.95), ("response-ridge", "seen", 0.95),
    ("additive", "additive-pair", 0.95), ("response-ridge", "additive-pair", 0.95),
])
def test_without_noise_what_was_seen_is_known_and_added_up(name: str, kind: str, least: float, screen: GeneNetwork
                                                           ) -> None:
    known = {c.perturbation for c in screen.trained if c.dose == 1.0 and c.batch != "2"}
    asked = [c for c in screen.conditions(kind) if set(c.parts) <= known][:40]
    found = agreement(taught(name, screen).predict_response(asked), screen.response(asked))
    assert np.median(found) > least


def test_the_additive_engine_adds(screen: GeneNetwork) -> None:
    engine, pair = taught("additive", screen), screen.conditions("additive-pair")[0]
    both, one, two = engine.predict_response([pair, *pair.alone()])
    np.testing.assert_allclose(both, one + two)


def test_interactions_are_learnt_by_the_kernel_only(screen: GeneNetwork) -> None:
    """And only where it is told to: without the term for pairs it is additive."""
    pair = screen.conditions("gated-pair")[0]
    for interactions in (True, False):
        engine = catalogue.engine("response-kernel").make(interactions=interactions)
        engine.learn(screen.corpus(0))
        both, one, two = engine.predict_response([pair, *pair.alone()])
        assert bool(np.abs(both - one - two).max() > 1e-3) is interactions


def test_a_relative_is_predicted_from_its_pathway(screen: GeneNetwork) -> None:
    engine = taught("nearest-relative", screen)
    condition = screen.conditions("relative")[0]
    own = screen.cluster(condition)
    rows = [e.response for e in screen.corpus(0) if len(e.condition.parts) == 1 and screen.cluster(e.condition) == own
            and e.condition.context == condition.context]
    np.testing.assert_allclose(engine.predict_response([condition])[0], np.mean(rows, axis=0))


def test_inversion_tells_direct_from_indirect(screen: GeneNetwork) -> None:
    """On genes that were perturbed, edges against genes further down: better than how far they move."""
    known = sorted({screen.panel.place[c.perturbation] for c in screen.conditions("seen")})
    away = screen.distances[known]
    source, target = np.nonzero(away >= 1)
    names = np.array(screen.panel.genes)
    direct = (away[source, target] == 1)[None]
    scores = {name: separation(np.atleast_2d(taught(name, screen).rank_edges(
        names[np.array(known)[source]].tolist(), names[target].tolist())), direct)[0]
        for name in ("inverse-effects", "knockout-z")}
    assert scores["inverse-effects"] > scores["knockout-z"] + 0.1 and scores["inverse-effects"] > 0.75


def test_the_kernel_asks_for_what_it_does_not_know(screen: GeneNetwork) -> None:
    engine = taught("response-kernel", screen)
    context = screen.design.contexts[0]
    unknown = [c for c in screen.conditions("stranger") if c.context == context]
    known = [c for c in screen.conditions("seen") if c.context == context]
    worth = engine.worth([*unknown, *known, Condition("safe-1", context)])
    assert worth[: len(unknown)].mean() > 3 * worth[len(unknown) : -1].mean()
    assert worth[-1] < worth[: len(unknown)].min()


def test_metadata_knows_that_strong_perturbations_kill(screen: GeneNetwork) -> None:
    engine, asked = taught("metadata", screen), screen.conditions("seen")[:60]
    size = np.linalg.norm(engine.predict_response(asked), axis=1)
    assert np.corrcoef(np.log(size), np.log(np.linalg.norm(screen.response(asked), axis=1)))[0, 1] > 0.5
