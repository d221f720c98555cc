"""Among the amino-acid changes of one gene, which breaks the protein?

Shows: that an engine has taken from the members of a family which sites are kept.
Does not show: effects of several changes together, or of changes that are not of amino acids.
Floor: letter, pair and triplet frequencies. All changes of an item are missense, of one letter into the same other, at
the same place of a codon, in one gene; the sharper floor is the table of amino-acid distances.
Ceiling: the site's own shares of amino acids, from which the verdicts are made: exact, 1.
Trap: mixing consequence classes, which gives much for free.
Source: Hopf et al. (2017), doi:10.1038/nbt.3769 (shares per site); Findlay et al. (2018),
doi:10.1038/s41586-018-0461-z (measured changes of one gene).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import LogLikelihood, log_likelihoods, put_fit
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

CONTROLS, BEFORE, AFTER = 3, 36, 24
MILD = {"close": 2.0, "clear": 0.5}
SEVERE = {"close": 3.0, "clear": 4.5}
"""Natural log of how much rarer the new amino acid is at its site: at most, and at least."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "missense-severity", level)
    rows, harms, clusters = [], [], []
    for i, rng in enumerate(streams):
        family = i % world.families
        gene, chosen = _draw(world, rng, family, level)
        rows.append([_window(decode(gene), change) for change in chosen])
        harms.append([change.harm for change in chosen])
        clusters.append(f"family-{family}")
    parts = np.array(rows)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(parts[..., 0], parts[..., 2], np.array(harms), place, cluster=np.array(clusters))
    originals = choice_items(parts[..., 0], parts[..., 1], None, place, cluster=np.array(clusters))
    asked = {**drawn.asked, "original": originals.asked["target"]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def _draw(world: Any, rng: np.random.Generator, family: int, level: str) -> tuple[Any, list[Any]]:
    """A gene, and changes of one kind: a severe one, then mild ones."""
    while True:
        gene = world.members(rng, family, 1)[0]
        every = [c for c in world.changes(family, gene) if BEFORE <= c.place < len(gene) - AFTER]
        severe = [c for c in every if c.harm >= SEVERE[level]]
        for at in rng.permutation(len(severe)).tolist():
            mild = [c for c in every if c.kind == severe[at].kind and c.harm <= MILD[level]]
            if len(mild) >= CONTROLS:
                return gene, [severe[at], *(mild[j] for j in rng.permutation(len(mild))[:CONTROLS].tolist())]


def _window(gene: str, change: Any) -> tuple[str, str, str]:
    """What stands before the letter, and from it on, as it was and as it is."""
    before, after = gene[change.place - BEFORE : change.place], gene[change.place : change.place + AFTER]
    return before, after, "ACGT"[change.kind[2]] + after[1:]


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood the change costs."""
    original = log_likelihoods(engine, asked["context"], asked["original"])
    return original - log_likelihoods(engine, asked["context"], asked["target"])


ASSESSMENT = Assessment(
    skill="genomics/missense-severity", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 mild changes", twin_metric="ranked first of 4", chance=0.5, needs=("families",),
    world="families", cluster="family", learner="markov", levels=tuple(MILD),
    source="20 families of the world 'families', 80 codons",
)
