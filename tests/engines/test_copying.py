"""The exams on copying and pairing can be passed, though no engine learns them from data here."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.names import Readout
from kindergrad.engines.blind import Composition, LocalComposition, Uniform
from kindergrad.engines.copying import CopyPair
from kindergrad.engines.markov import Markov
from kindergrad.exams import catalogue, sit
from kindergrad.stats.scoring import normalise
from kindergrad.worlds.genome import SyntheticGenome


@pytest.mark.parametrize("name", ["copy", "reverse-complement", "base-pairing"])
def test_copying_passes_where_markov_stays_at_the_floor(name: str, genome: SyntheticGenome) -> None:
    assessment = catalogue.assessment(f"genomics/{name}")
    markov, pairs = Markov(), Composition(order=1)
    markov.learn(genome.corpus(0))
    pairs.learn(genome.corpus(0))
    for level in assessment.levels:
        items = assessment.items(genome, 200, level, 0)
        values = [np.asarray(assessment.score(sit.ask(engine, assessment, Readout.LIKELIHOOD, items), items))
                  for engine in (CopyPair(), markov, Uniform(), LocalComposition(), pairs)]
        floor = max(values[2:], key=lambda v: float(v.mean()))
        assert items.ideal is not None
        top = np.asarray(assessment.score(items.ideal, items))
        able, learner = (normalise(v, floor, top, items.truth["cluster"]) for v in values[:2])
        assert able.score is not None and able.score > 0.4
        assert learner.score is not None and learner.stderr is not None
        assert learner.score < 4 * learner.stderr


def test_pointers_do_not_depend_on_what_comes_later() -> None:
    text = "ACGTTGCAACGATCGATCCGATTA"
    engine = CopyPair()
    alone = engine.log_likelihood([text], ["ACGTTG"])
    followed = engine.log_likelihood([text], ["ACGTTG" + "ACGT" * 30])
    rest = engine.log_likelihood([text + "ACGTTG"], ["ACGT" * 30])
    assert followed[0] == pytest.approx(alone[0] + rest[0], abs=1e-9)


def test_reach_limits_how_far_back_a_copy_may_lie() -> None:
    rng = np.random.default_rng(0)
    unit, gap = ("".join(rng.choice(list("ACGT"), size)) for size in (40, 100))
    near, far = CopyPair(reach=200), CopyPair(reach=20)
    copied = [engine.log_likelihood([unit + gap], [unit])[0] / 40 / np.log(2) + 2 for engine in (near, far)]
    assert copied[0] > 1.0 and copied[1] < 0.2


@pytest.mark.parametrize("name", ["copy", "reverse-complement"])
def test_what_it_writes_passes_too(name: str, genome: SyntheticGenome) -> None:
    """Letters written near the ceiling, and as many bits as its likelihoods would promise; markov writes noise."""
    assessment, markov = catalogue.assessment(f"genomics/{name}"), Markov()
    markov.learn(genome.corpus(0))
    level = assessment.levels[-1]
    items = assessment.items(genome, 30, level, 0)
    able, learner, noise = (assessment.score(sit.ask(engine, assessment, Readout.GENERATION, items), items).mean()
                            for engine in (CopyPair(), markov, Noise()))
    assert able > 0.5 and abs(learner) < 0.2 and abs(noise) < 0.2


class Noise:
    """Writes letters at random."""

    def generate(self, context: list[str], length: int, seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        return ["".join(rng.choice(list("ACGT"), length)) for _ in context]
