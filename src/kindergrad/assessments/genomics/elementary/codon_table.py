"""Is a synonymous change preferred to one that changes the amino acid, or to a stop?

Shows: that codons stand for something, in frame.
Does not show: how bad a change of the protein is.
Floor: letter, pair and triplet frequencies; every control changes the same letter into the same letter, at the
third place of its codon too, and gains or loses as much in triplet frequencies. Ceiling: the chain of codons that
wrote the genes.
Trap: frequent codons; in E. coli the usual synonymous change leads to a rarer triplet than the usual missense one.
Source: Miyata et al. (1979), doi:10.1007/BF01732340 (synonymous against replacing changes).
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Fit, LogLikelihood, checked, log_likelihoods, texts
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

BEFORE, AFTER, CONTROLS = 18, 18, 3
POOL = 40  # sites among which the controls closest in triplet frequencies are taken


class _Site(NamedTuple):
    gene: int
    third: int
    """Place of the third letter of the codon."""
    gain: float
    """Change in the log frequency of the three triplets that hold it."""


@lru_cache(maxsize=4)
def _sites(world: Any) -> dict[tuple[str, str], dict[str, list[_Site]]]:
    """(old letter, new letter) -> kind of change -> sites, over all genes."""
    from Bio.Data import CodonTable

    table = CodonTable.unambiguous_dna_by_id[1]
    found: dict[tuple[str, str], dict[str, list[_Site]]] = {}
    log_frequency = _triplets(world)
    for g, gene in enumerate(world.genes()):
        for third in range(BEFORE + 2 + (-BEFORE) % 3, len(gene.coding) - AFTER - 3, 3):
            codon = gene.coding[third - 2 : third + 1]
            for new in "ACGT".replace(codon[2], ""):
                other = codon[:2] + new
                same = table.forward_table.get(other) == table.forward_table.get(codon)
                kind = "nonsense" if other in table.stop_codons else "synonymous" if same else "missense"
                around = gene.coding[third - 2 : third + 3]
                gain = sum(log_frequency[(around[:2] + new + around[3:])[i : i + 3]] - log_frequency[around[i : i + 3]]
                           for i in range(3))
                found.setdefault((codon[2], new), {}).setdefault(kind, []).append(_Site(g, third, gain))
    return found


def _triplets(world: Any) -> dict[str, float]:
    """Log frequency of every triplet in the genes, in any frame."""
    counts = Counter(text[i : i + 3] for text in (gene.coding for gene in world.genes()) for i in range(len(text) - 2))
    total = counts.total()
    return {a + b + c: math.log((counts[a + b + c] + 1) / (total + 64)) for a in "ACGT" for b in "ACGT" for c in "ACGT"}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    sites = _sites(world)
    changes = [c for c in sorted(sites) if "synonymous" in sites[c] and len(sites[c].get(level, [])) > CONTROLS]
    weight = np.array([len(sites[c][level]) for c in changes], dtype=float)
    genes = world.genes()
    context, new, old, cluster, place, codons = [], [], [], [], [], []
    for rng in seeds.item_streams(n, seed, "codon-table", level):
        change = changes[int(rng.choice(len(changes), p=weight / weight.sum()))]
        true = sites[change]["synonymous"][int(rng.integers(len(sites[change]["synonymous"])))]
        pool = sites[change][level]
        drawn = [pool[j] for j in rng.choice(len(pool), min(POOL, len(pool)), replace=False)]
        others = sorted(drawn, key=lambda site: abs(site.gain - true.gain))[:CONTROLS]
        at = int(rng.integers(CONTROLS + 1))
        row = [*others[:at], true, *others[at:]]
        around = [(genes[site.gene].coding, site.third) for site in row]
        context.append([text[third - BEFORE : third] for text, third in around])
        new.append([change[1] + text[third + 1 : third + 1 + AFTER] for text, third in around])
        old.append([text[third : third + 1 + AFTER] for text, third in around])
        codons.append([(text[third - 5 : third + 4], change[1]) for text, third in around])
        cluster.append(genes[true.gene].cluster)
        place.append(at)
    ideal = np.array([[world.substitution_log_odds(nine, letter) for nine, letter in row] for row in codons]
                     ) if world.exact else None
    return Items(asked={"context": np.array(context), "changed": np.array(new), "original": np.array(old)},
                 truth={"cluster": np.array(cluster), "true": np.array(place)}, ideal=ideal)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    changed = log_likelihoods(engine, asked["context"], asked["changed"])
    return changed - log_likelihoods(engine, asked["context"], asked["original"])


def put_fit(engine: Fit, asked: Any, train: Items) -> NDArray[np.float64]:
    """Fit originals and synonymous changes against changes that replace; the answer is what the change adds."""
    def both(part: Any) -> list[str]:
        return texts({**part, "target": part["changed"]}) + texts({**part, "target": part["original"]})

    shape = train.asked["changed"].shape
    silent = np.arange(shape[1])[None, :] == train.truth["true"][:, None]
    engine.fit(both(train.asked), np.concatenate([silent.ravel(), np.ones(silent.size)]).astype(np.int64))
    changed, original = checked(engine.decide(both(asked)), (2, *asked["changed"].shape), "decide")
    return np.asarray(changed - original)


ASSESSMENT = Assessment(
    skill="genomics/codon-table", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit},
    score=placed, twin=placed_first, metric="placement among 3 controls", twin_metric="ranked first of 4", chance=0.5,
    needs=("genes",), cluster="gene", learner="markov", levels=("missense", "nonsense"),
    source="single-letter changes at third codon places of held-out genes",
)
