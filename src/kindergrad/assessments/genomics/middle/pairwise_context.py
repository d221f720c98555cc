"""How often is a 5' splice site used, beyond what its letters add up to one by one?

Shows: that the effect of a letter is known to depend on the others.
Does not show: other splice sites, or what happens beyond these nine letters.
Floor: one weight per letter and place, fitted on the training sites (r about 0.44); composition.
Ceiling: the square root of the correlation of two measurements, 0.89 on the scored sites.
Published on the same table: 0.44 by single letters, 0.69 by pairs, and 0.79 between the two measurements, rising to
0.85 and 0.92 where at least 50 and 200 reads stand behind both.
Trap: a saturating assay looks like interaction; some of the gain of pairs over single letters is saturation.
Source: Wong et al. (2018), doi:10.1016/j.molcel.2018.07.033; Tareen et al. (2022), doi:10.1186/s13059-022-02661-7.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.asks import put_fit_values, put_likelihood
from kindergrad.core.assessment import BLIND, Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.correlation import r_within, side_within


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Sites with their log use, drawn once each."""
    drawn: Items = world.table("sites", level).items(n, seed, "pairwise-context")
    return drawn


ASSESSMENT = Assessment(
    skill="genomics/pairwise-context", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit_values},
    score=r_within, twin=side_within, metric="correlation with measured use",
    twin_metric="on the right side of the median", chance=0.0, needs=("sites",), cluster="sequence",
    learner="kmer", floor=(*BLIND, "position"), references=("kmer", "position-pairs"), world="mpsa",
    source="5' splice sites of BRCA2 exon 17, measured in parallel, twice",
)
