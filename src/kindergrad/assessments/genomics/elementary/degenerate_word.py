"""Is a motif, in any of its forms, preferred to words made of the same pairs of letters? By frequency tier.

Shows: how many exposures to a concept the engine needs; with equal information in every tier only frequency differs.
Does not show: what the motif does.
Floor: letter, pair and triplet frequencies; controls keep the pairs of letters. Ceiling: the motifs themselves.
Trap: a background that is not matched in pairs gives rare motifs away.
Source: D'haeseleer (2006), doi:10.1038/nbt0406-423 (degenerate motifs); the tiers are ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode, encode, reverse_complement
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.shuffles import distinct_shuffles

FLANK, CONTROLS, TIERS = 12, 7, 8
NEVER = -50.0


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "degenerate-word", level)
    family = [motif for motif in world.motifs if motif.name.startswith(f"{level}/")]
    context, _ = world.windows(streams, FLANK)
    rows, names = [], []
    for i, rng in enumerate(streams):
        motif = family[i % len(family)]
        text = decode(motif.instance(rng))
        text = text if rng.random() < 0.5 else reverse_complement(text)
        rows.append([text, *distinct_shuffles(text, 2, CONTROLS, rng)])
        names.append(motif.name)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    candidates = np.array(rows)
    return choice_items(context, candidates, _ideal(world, family, candidates), place,
                        cluster=np.array(names), concept=np.array(names))


def _ideal(world: Any, family: list[Any], candidates: NDArray[np.str_]) -> NDArray[np.float64]:
    """Log probability under the mixture of the tier's motifs, on both strands."""
    flat = candidates.ravel()
    forward = np.stack([encode(str(text)) for text in flat])
    each = [motif.log_p(codes) for motif in family for codes in (forward, (3 - forward)[:, ::-1])]
    return np.maximum(np.logaddexp.reduce(each, axis=0), NEVER).reshape(candidates.shape)


ASSESSMENT = Assessment(
    skill="genomics/degenerate-word", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 7 controls", twin_metric="ranked first of 8", chance=0.5, needs=("windows", "motifs"),
    cluster="motif", learner="markov", levels=tuple(f"tier-{t}" for t in range(TIERS, 0, -1)),
    frequency=lambda world, level: next(m.frequency for m in world.motifs if m.name.startswith(f"{level}/")),
    source="15 planted motifs of 26 bits in each of 8 tiers, 10^-3 to 10^-6.5 per base",
)
