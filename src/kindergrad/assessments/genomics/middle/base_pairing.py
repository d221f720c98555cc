"""One letter of a pair has changed: is the change that restores the pair preferred?

Shows: that partners far apart in the text are read as a pair: in a hairpin, in a whole fold with several stems, and
in a pseudoknot, whose second stem begins in the loop of the first.
Does not show: the stability of a fold.
Floor: letter, pair and triplet frequencies; candidates differ in one letter, all four of which occur.
Ceiling: exact, over loop lengths, or over all folds of the text (a partition function). The engine "viennarna" (extra
"fold") answers from measured energies, apart from this world's rules.
Trap: an oracle of nested pairs cannot see pseudoknots; theirs is a sum of its own.
Source: Gutell et al. (1992), doi:10.1093/nar/20.21.5785 (compensatory changes).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds import folding

STEM, BEFORE, MISMATCH = 10, 12, 0.02
LENGTH = 50  # letters of a fold


def items(world: Any, n: int, level: str, seed: int) -> Items:
    if level == "fold":
        return _folds(n, seed)
    streams = seeds.item_streams(n, seed, "base-pairing", *([] if level == "hairpin" else [level]))
    draw, log_p = ((folding.draw, folding.log_p) if level == "hairpin" else (folding.draw_knot, folding.knot_log_p))
    drawn = draw(streams, stem=STEM, before=BEFORE, mismatch=0.0)
    changed = np.array([int(rng.integers(STEM // 2, STEM)) for rng in streams])
    arms = np.repeat(drawn.arm[:, None, :], 4, axis=1)  # the first candidate pairs; the others break one pair
    arms[np.arange(n)[:, None], np.arange(4)[None, :], changed[:, None]] += np.arange(4, dtype=np.uint8)
    arms %= 4
    context = np.repeat(drawn.context, 4, axis=0)
    ideal = log_p(context, arms.reshape(4 * n, STEM), MISMATCH).reshape(n, 4)
    place = np.array([int(rng.integers(4)) for rng in streams])
    return choice_items(decode_rows(drawn.context), decode_rows(arms.reshape(4 * n, STEM)).reshape(n, 4), ideal,
                        place, cluster=np.array([f"item-{i}" for i in range(n)]))


def _folds(n: int, seed: int) -> Items:
    """The first letter of a pair inside a stem is drawn anew; which letter of the second restores the pair?"""
    streams, rows, second = seeds.item_streams(n, seed, "base-pairing", "fold"), [], []
    for rng in streams:
        codes, left, right = _stacked(rng)
        codes[left] = rng.integers(4)
        own = np.tile(codes, (4, 1))
        own[:, right] = (3 - codes[left] + np.arange(4)) % 4
        rows.append(own)
        second.append(right)
    ideal = folding.fold_log_odds(np.concatenate(rows)).reshape(n, 4)
    texts = [decode_rows(own) for own in rows]
    context = np.array([text[0][:at] for text, at in zip(texts, second, strict=True)])
    target = np.array([[str(t)[at:] for t in text] for text, at in zip(texts, second, strict=True)])
    place = np.array([int(rng.integers(4)) for rng in streams])
    return choice_items(context, target, ideal, place, cluster=np.array([f"item-{i}" for i in range(n)]))


def _stacked(rng: np.random.Generator) -> tuple[Any, int, int]:
    """A fold, and one of its pairs that lies between two others of its stem."""
    while True:
        codes, pairs = folding.draw_fold(rng, LENGTH)
        known = set(pairs)
        inner = [(a, b) for a, b in pairs if {(a - 1, b + 1), (a + 1, b - 1), (a + 2, b - 2)} <= known]
        if inner:
            return codes, *inner[int(rng.integers(len(inner)))]


ASSESSMENT = Assessment(
    skill="genomics/base-pairing", version="2.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 broken pairs", twin_metric="ranked first of 4", chance=0.5, needs=(), cluster="item",
    learner="none-yet", levels=("fold", "pseudoknot", "hairpin"),
    source="folds of 50 letters, and pseudoknots and hairpins of 10 pairs",
)
