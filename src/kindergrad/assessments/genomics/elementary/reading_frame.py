"""Having read part of a gene, which of six continuations keeps its frame and its strand?

Shows: that codons are read in threes, on one strand.
Does not show: finding genes; the engine is told that it stands inside one.
Floor: letter, pair and triplet frequencies; the six are shifts and reverse complements of one stretch.
Ceiling: the chain of codons that wrote the gene.
Trap: composition of coding sequence alone separates it from the rest (AUROC .76 to .88 on E. coli).
Source: Fickett (1982), doi:10.1093/nar/10.17.5303 (frame from codon statistics).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import reverse_complement
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

BEFORE, LENGTH = 48, 45


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "reading-frame")
    genes = [gene for gene in world.genes() if len(gene.coding) >= BEFORE + LENGTH + 9]
    context, rows, clusters = [], [], []
    for rng in streams:
        gene = genes[int(rng.integers(len(genes)))]
        last = (len(gene.coding) - BEFORE - LENGTH - 6) // 3
        at = 3 + 3 * int(rng.integers(last)) + BEFORE
        stretch = gene.coding[at : at + LENGTH + 2]
        back = reverse_complement(stretch)
        rows.append([text[shift : shift + LENGTH] for text in (stretch, back) for shift in range(3)])
        context.append(gene.coding[at - BEFORE : at])
        clusters.append(gene.cluster)
    place = np.array([int(rng.integers(6)) for rng in streams])
    candidates = np.array(rows)
    ideal = world.coding_log_p(np.array(context), candidates) if world.exact else None
    return choice_items(np.array(context), candidates, ideal, place, cluster=np.array(clusters))


ASSESSMENT = Assessment(
    skill="genomics/reading-frame", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 5 other frames", twin_metric="ranked first of 6", chance=0.5, needs=("genes",),
    cluster="gene", learner="markov", source="stretches inside held-out genes",
)
