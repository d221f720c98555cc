"""Given the first 30 % of a gene, is the rest written right?

Shows: codons, frame and, where a genome holds relatives, memory of them: which of the 20 amino acids comes next.
Does not show: a gene of a kind that the corpus does not hold; a synthetic genome has no relatives, only the habits of
its proteins (the world "families" has both).
Floor: letter, pair and triplet frequencies; one codon stands for each amino acid, the one most used. The sharper floor
is copying from the nearest gene that was read.
Ceiling: exact shares of the amino acids in a simulated world; unknown in a real genome.
Trap: famous genes are remembered; only genes of the held-out part are asked.
Source: Brixi et al. (2025), doi:10.1101/2025.02.18.638918 (gene completion; 30 % of the gene as prompt).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Generate, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds import _coding

CODONS = 40
"""Of a gene, with its start; the first 30 % are the prompt."""
PROMPT = 12
AMINO = dict(zip(_coding.CODONS, _coding.amino_acids().tolist(), strict=True))


def items(world: Any, n: int, level: str, seed: int) -> Items:
    genes = [g for g in world.genes() if len(g.coding) >= 3 * CODONS + 3]
    streams = seeds.item_streams(n, seed, "finish-the-gene")
    chosen = [genes[int(rng.integers(len(genes)))] for rng in streams]
    codons = [int(rng.integers(PROMPT, CODONS)) for rng in streams]
    true = [AMINO[g.coding[3 * i : 3 * i + 3]] for g, i in zip(chosen, codons, strict=True)]
    order = np.stack([rng.permutation(20) for rng in streams])
    ideal = np.take_along_axis(world.amino_log_p(chosen, codons), order, axis=1) if world.exact else None
    context = np.array([g.coding[: 3 * i] for g, i in zip(chosen, codons, strict=True)])
    return Items(
        asked={"context": context[:, None], "target": np.array(_spelling([g.coding for g in genes]))[order]},
        truth={"true": np.argmax(order == np.array(true)[:, None], axis=1),
               "cluster": np.array([g.cluster for g in chosen])},
        ideal=ideal,
    )


def _spelling(genes: Sequence[str]) -> list[str]:
    """The codon that genes use most for each amino acid."""
    used = Counter(gene[i : i + 3] for gene in genes for i in range(3, len(gene) - 3, 3))
    return [max((c for c in AMINO if AMINO[c] == amino), key=lambda c: used[c]) for amino in range(20)]


def put_generation(engine: Generate, asked: Any) -> NDArray[np.float64]:
    """Let the engine write on from the prompt, and see which amino acid stands at the codon asked for."""
    context = [str(text) for text in asked["context"][:, 0]]
    written = engine.generate([text[: 3 * PROMPT] for text in context], 3 * (CODONS - PROMPT), 0)
    found = [text[len(before) - 3 * PROMPT :][:3] for text, before in zip(written, context, strict=True)]
    return np.array([[AMINO[str(codon)] == AMINO[own] for codon in row]
                     for own, row in zip(found, asked["target"], strict=True)], dtype=np.float64)


ASSESSMENT = Assessment(
    skill="genomics/finish-the-gene", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation}, score=placed,
    twin=placed_first, metric="placement among 20 amino acids", twin_metric="share of amino acids right", chance=0.5,
    needs=("genes",), cluster="gene", learner="markov", reference="markov",
    source="genes that no engine has read, codons 13 to 40",
)
