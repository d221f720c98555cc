"""How fit is a protein with these changes?

Shows: that variants of one protein are ranked as its assay ranks them.
Does not show: proteins at large; there are three, of 42 to 84 amino acids, written with the commonest codons.
Floor: the number of changes, and which amino acid comes in; composition.
Ceiling: the square root of 1 minus the noise of the values, from the errors of the source; nominal for protein G.
Both ends of the fit are shown beside the score: weights by place reach 0.87 and 0.93 where the variants that train hold
the same positions (amyloid, TDP-43), and nothing where the scored positions were never seen (protein G).
Trap: more parameters are not better; stops, which are left out, would give a good score for the codon table alone.
Source: Seuma et al. (2021), doi:10.7554/eLife.63364; Bolognesi et al. (2019), doi:10.1038/s41467-019-12101-z; Nisthal
et al. (2019), doi:10.1073/pnas.1903888116.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.asks import put_fit_values, put_likelihood
from kindergrad.core.assessment import BLIND, Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.correlation import r_within, side_within


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Variants of the protein that the level names, drawn once each."""
    drawn: Items = world.table("proteins", level).items(n, seed, "protein-fitness", level)
    return drawn


ASSESSMENT = Assessment(
    skill="genomics/protein-fitness", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit_values},
    score=r_within, twin=side_within, metric="correlation with measured fitness within a protein",
    twin_metric="on the right side of the median", chance=0.0, needs=("proteins",), cluster="first changed position",
    learner="kmer", levels=("gb1", "amyloid", "tdp43"), floor=(*BLIND, "by-changes", "by-amino"),
    world="protein_scans", source="scans of amyloid beta, TDP-43 and protein G",
)
