"""Having read one arm of a hairpin and its loop, does the engine expect the reverse complement?

Shows: whether the two strands are linked for the engine.
Does not show: strand consistency, which a uniform engine has for free; it is printed as a diagnostic.
Floor: uniform letters. Ceiling: exact Bayes over loop lengths.
Trap: engines that are equivariant by construction are consistent without having learned anything.
Source: Shrikumar et al. (2017), doi:10.1101/103663 (reverse-complement parameter sharing).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Generate, LogLikelihood, log_likelihoods, put_likelihood, put_written
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows, reverse_complement
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import gained, gained_at_least
from kindergrad.worlds import folding

STEM, BEFORE, MISMATCH, CUE = 12, 20, 0.05, 4
PASS = 1.0  # bits per base


def items(world: Any, n: int, level: str, seed: int) -> Items:
    drawn = folding.draw(seeds.item_streams(n, seed, "hairpin"), stem=STEM, before=BEFORE, mismatch=MISMATCH)
    return Items(
        asked={"context": decode_rows(drawn.context), "target": decode_rows(drawn.arm)},
        truth={"cluster": np.array([f"item-{i}" for i in range(n)]), "letters": np.full(n, STEM)},
        ideal=folding.log_p(drawn.context, drawn.arm, MISMATCH),
    )


def strand_gap(engine: LogLikelihood, asked: Any) -> dict[str, float]:
    """Mean difference in bits per base between a hairpin and its reverse complement, both read from nothing."""
    whole = [str(c) + str(t) for c, t in zip(asked["context"], asked["target"], strict=True)]
    other = [reverse_complement(text) for text in whole]
    empty = np.full(len(whole), "")
    gap = log_likelihoods(engine, empty, np.array(whole)) - log_likelihoods(engine, empty, np.array(other))
    return {"strand_gap_bits": float(np.abs(gap).mean() / np.log(2) / len(whole[0]))}


def put_rest(engine: Generate, asked: Any) -> NDArray[np.float64]:
    """Let the engine write on from the first letters of the arm, which tell where the loop ended."""
    return put_written(engine, asked, CUE)


ASSESSMENT = Assessment(
    skill="genomics/reverse-complement", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_rest}, score=gained,
    twin=gained_at_least(PASS), metric="bits gained per base", twin_metric=f"arms with {PASS} bit or more", chance=0.0,
    top=2.0, needs=(), cluster="item", learner="none-yet", diagnostics=strand_gap,
    source="random hairpins of 12 pairs, loops of 4 to 8",
)
