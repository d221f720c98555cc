"""The latent neural model of responses: the contract, the same answer again, what it learns of a simulated screen."""

from __future__ import annotations

import numpy as np
import pytest

import torch
from kindergrad.core.responses import Condition, joined
from kindergrad.exams import catalogue
from kindergrad.stats.response_exact import agreement
from kindergrad.testing import check_engine
from kindergrad.worlds.gene_network import GeneNetwork


@pytest.fixture(scope="module")
def screen() -> GeneNetwork:
    return GeneNetwork(0, experiments=700)


def test_the_contract(screen: GeneNetwork) -> None:
    check_engine(catalogue.engine("response-latent").make(epochs=20), corpus=screen.corpus(0)[:60], tolerance=1e-4)


def test_the_same_answer_again_and_no_trace_in_the_global_state(screen: GeneNetwork) -> None:
    asked = [e.condition for e in screen.corpus(0)[:5]]
    found = []
    for seed in (0, 0, 1):
        before = torch.random.get_rng_state()
        engine = catalogue.engine("response-latent").make(epochs=10, seed=seed)
        engine.learn(screen.corpus(0)[:40])
        found.append(engine.predict_response(asked))
        assert torch.equal(before, torch.random.get_rng_state())
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


def test_it_learns_along_the_data_ladder(screen: GeneNetwork) -> None:
    """On experiments that were held out, as differences from the mean response: better and better."""
    corpus, scores = screen.corpus(0), []
    held = corpus[600:]
    truth = np.stack([e.response for e in held])
    for n in (20, 120, 600):
        engine = catalogue.engine("response-latent").make(epochs=60)
        engine.learn(corpus[:n])
        mean = np.mean([e.response for e in corpus[:600]], axis=0)
        said = engine.predict_response([e.condition for e in held])
        scores.append(float(agreement(said - mean, truth - mean).mean()))
    assert scores[0] + 0.1 < scores[1] and scores[1] + 0.05 < scores[2]
    assert scores[2] > 0.35


def test_nothing_is_predicted_for_conditions_without_a_gene(screen: GeneNetwork) -> None:
    engine = catalogue.engine("response-latent").make(epochs=5)
    engine.learn(screen.corpus(0)[:40])
    context = screen.corpus(0)[0].condition.context
    genes = screen.corpus(0)[0].panel.genes
    said = engine.predict_response([Condition("safe-1", context), Condition(joined(genes[:2]), context)])
    assert not said[0].any() and said[1].any()
