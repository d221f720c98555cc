"""Screens whose response is one number, the growth of cells under one gene or two: a corpus and what is asked.

A condition has one measured column; the genes that were perturbed stand beside it as columns that were not. Engines
read the mean of all replicates of single genes and of most pairs. Pairs that are kept back are scored in the first
replicate, and the second one gives the ceiling. An item is a list of pairs that share a gene, so that agreement has
something to agree on. Single genes come from other cells than pairs, but from the same replicates: what a replicate as
a whole adds is in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.responses import Condition, Experiment, Panel, joined
from kindergrad.core.seeds import key
from kindergrad.worlds._real_screen import RealScreen, Twice

Floats = NDArray[np.float64]

READOUT = "growth"
EVERY = 6
"""Where guides are told, one pair in so many is read by its first guides only, and asked by its second ones."""


class Fitness(NamedTuple):
    """Growth in one context, natural logs relative to unperturbed cells; NaN where it was not measured.

    Attributes
    ----------
    single : shape (genes, replicates). pair : shape (genes, genes, replicates), symmetric.
    guides : pairs by the first guides of both genes, and by the second ones, in the shape of ``pair``; or None.
    """

    single: Floats
    pair: Floats
    guides: tuple[Floats, Floats] | None = None


class Plan(NamedTuple):
    """What is kept back.

    Attributes
    ----------
    every : one pair in so many is kept back in all contexts. listed : pairs of an item.
    new_genes : none of whose conditions are read. new_context : none of whose conditions are read.
    """

    every: int
    listed: int
    new_genes: tuple[str, ...] = ()
    new_context: str = ""


def screen(name: str, genes: tuple[str, ...], contexts: Mapping[str, Fitness], plan: Plan) -> RealScreen:
    """The screen of some genes in some contexts."""
    panel = Panel((READOUT, *genes), ("",) * (len(genes) + 1), len(genes))
    values = {c: v for context, found in contexts.items() for c, v in _values(genes, found, context).items()}
    new = set(plan.new_genes)

    def read(c: Condition) -> bool:
        back = len(c.parts) == 2 and key("kept-back", *c.parts) % plan.every == 0
        return not (back or new & set(c.parts) or c.context == plan.new_context)

    other: dict[Condition, Floats] = {}
    for context, found in contexts.items():
        first, second = _by_guide(genes, found, context, [c for c in values if read(c)])
        values = {c: v for c, v in values.items() if c._replace(batch="1") not in first} | first
        other |= second
    corpus = tuple(_experiment(c, v, panel) for c, v in values.items() if read(c))
    known = {e.condition for e in corpus}
    pairs = [c for c in values if len(c.parts) == 2 and c not in known and c.context != plan.new_context]
    both = [c for c in pairs if set(c.alone()) <= known]
    read_elsewhere = {c.perturbation for c in known}
    asked = {
        "additive-pair": both, "gated-pair": both,
        "half-seen-pair": [c for c in pairs if len(set(c.alone()) & known) == 1],
        "unseen-pair": [c for c in pairs if set(c.parts) <= new],
        "other-guide": list(other),
        "new-line": [c for c in values if c.context == plan.new_context and c.perturbation in read_elsewhere
                     and len(c.parts) == 2],
    }
    sentence = (f"growth under {len(genes)} genes and their pairs in {', '.join(contexts)}: {len(corpus):,} conditions "
                f"read, {len(both):,} pairs of known genes kept back")
    return RealScreen(id=name, sentence=sentence, panel=panel, experiments=corpus, readout=READOUT, listed=plan.listed,
                      asked={kind: tuple(own) for kind, own in asked.items()},
                      twice={c: _twice(v, panel) for c, v in (values | other).items()},
                      missing={"seen": "what was read was not measured again"})


def _values(genes: tuple[str, ...], found: Fitness, context: str) -> dict[Condition, Floats]:
    """Replicates of each condition that was measured in all of them."""
    out = {Condition(gene, context): found.single[i] for i, gene in enumerate(genes)}
    out |= {Condition(joined((genes[i], genes[j])), context): found.pair[i, j]
            for i, j in combinations(range(len(genes)), 2)}
    return {c: v for c, v in out.items() if np.isfinite(v).all()}


def _by_guide(genes: tuple[str, ...], found: Fitness, context: str, read: list[Condition]
              ) -> tuple[dict[Condition, Floats], dict[Condition, Floats]]:
    """Of some pairs that are read: by the first guides, which engines then read alone, and by the second ones."""
    if found.guides is None:
        return {}, {}
    first, second = (_values(genes, found._replace(pair=pair), context) for pair in found.guides)
    some = [c for c in read if len(c.parts) == 2 and key("other-guide", *c.parts) % EVERY == 0
            and c in first and c in second]
    return {c._replace(batch="1"): first[c] for c in some}, {c._replace(batch="2"): second[c] for c in some}


def _experiment(condition: Condition, values: Floats, panel: Panel) -> Experiment:
    """The mean of all replicates; each replicate stands for a cell, and their differences for the noise of controls."""
    sample = np.stack([_column(v, panel) for v in values]).astype(np.float32)
    return Experiment(condition, _column(float(values.mean()), panel), len(values), sample,
                      sample - sample.mean(axis=0), panel)


def _twice(values: Floats, panel: Panel) -> Twice:
    first, again = (_column(v, panel) for v in values[:2])
    return Twice(first, again, first, again)


def _column(value: float, panel: Panel) -> Floats:
    out = np.zeros(len(panel.genes))
    out[0] = value
    return out
