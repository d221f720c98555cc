"""ViennaRNA beside our own folding truth: two ways to sum over folds that know nothing of each other."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from kindergrad.core import extras
from kindergrad.core.dna import decode
from kindergrad.core.errors import InputError, SequenceError
from kindergrad.core.names import Readout
from kindergrad.core.seeds import item_streams
from kindergrad.exams import catalogue, plan, sit
from kindergrad.worlds import _thermodynamics, folding

needs_fold = pytest.mark.skipif(not importlib.util.find_spec("RNA"), reason="ViennaRNA is not installed")
PAIRING = catalogue.assessment("genomics/base-pairing")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.EXTRAS, "fold", "no_such_module")
    with pytest.raises(InputError, match=r"pip install 'kindergrad\[fold\]'"):
        plan.make(catalogue.engine("viennarna"), _config(), 0)
    with pytest.raises(InputError, match=r"pip install 'kindergrad\[fold\]'"):
        _thermodynamics.ensemble("ACGT")
    assert {row.id: row.status for row in catalogue.listing("engines")}["viennarna"] == "needs-extra"


def _config() -> Any:
    from kindergrad.core.config import EngineConfig

    return EngineConfig(id="viennarna")


@needs_fold
def test_the_energy_is_that_of_the_library_and_a_hairpin_has_more_of_it_than_noise() -> None:
    import RNA

    text = "GGGGAAAACCCC"
    found = _thermodynamics.ensemble(text)
    energy = RNA.fold_compound(text).pf()[1]
    assert found.log_z == pytest.approx(-energy / 0.6163, rel=1e-3) and found.log_z > 7
    assert found.pairs[0, 11] > 0.8 and found.pairs[11, 0] == found.pairs[0, 11] and found.pairs[4:8].max() < 0.01
    assert _thermodynamics.ensemble("A" * 12).log_z == pytest.approx(0.0, abs=1e-6)
    assert _thermodynamics.ensemble("ggggaaaacccc").log_z == found.log_z
    with pytest.raises(SequenceError, match="sequence 2: unknown letter 'N' at position 3"):
        catalogue.engine("viennarna").make().embed(["ACGT", "ACN"])


@needs_fold
def test_planted_pairs_are_the_probable_ones_and_both_partition_functions_rank_alike() -> None:
    rng, planted, others, ours, theirs = np.random.default_rng(0), [], [], [], []
    for i in range(60):
        codes, pairs = folding.draw_fold(rng, 50)
        if i % 2:
            codes, pairs = rng.integers(0, 4, 50).astype(np.uint8), []
        found = _thermodynamics.ensemble(decode(codes))
        ours.append(folding.fold_log_odds(codes[None])[0])
        theirs.append(found.log_z)
        planted += [found.pairs[a, b] for a, b in pairs]
        others.append(found.pairs.sum() / 2 - sum(found.pairs[a, b] for a, b in pairs))
    assert np.mean(planted) > 0.65, "most of the planted pairs form"
    assert np.corrcoef(ours, theirs)[0, 1] > 0.8


@needs_fold
def test_of_two_stems_that_cross_only_one_can_be_seen() -> None:
    drawn = folding.draw_knot(item_streams(30, 0, "knot"), stem=8, before=4, mismatch=0.0)
    chance = []
    for context, arm in zip(drawn.context, drawn.arm, strict=True):
        pairs = _thermodynamics.ensemble(decode(np.concatenate([context, arm]))).pairs
        inner, last = np.arange(8), len(context) + 7 - np.arange(8)
        arms = [folding._knot_places(len(context), 8, loops) for loops in folding.KNOT_LOOPS]
        stems = [(pairs[first + inner, again + 7 - inner].mean(), pairs[second + inner, last].mean())
                 for first, second, again in arms]
        chance.append(max(stems, key=sum))
    assert max(map(sum, chance)) <= 1.0 + 1e-6
    assert np.mean([max(pair) for pair in chance]) > 3 * np.mean([min(pair) for pair in chance])


@needs_fold
@pytest.mark.parametrize(("level", "least"), [("fold", 0.75), ("hairpin", 0.9)])
def test_it_passes_the_exam_by_one_weight(level: str, least: float) -> None:
    items, train = (PAIRING.items(None, n, level, seed) for n, seed in ((24, 0), (12, 1)))
    answers = sit.ask(catalogue.engine("viennarna").make(), PAIRING, Readout.PROBE, items, train)
    score = PAIRING.score(answers, items)
    assert least < score.mean() <= PAIRING.score(items.ideal, items).mean() + 0.05
