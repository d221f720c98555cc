"""For every single change in one regulatory element: up or down, and by how much?

Shows: that the slope of activity is known, within an element, at elements that no probe was fitted on.
Does not show: elements other than these five; the error is that of more changes in them.
Floor: the substitution, the gain or loss of a CpG, the place in the element; composition.
Ceiling: the square root of the correlation with a second experiment, element by element (0.86 to 0.97).
Most changes do nothing: between 7 and 43 % of those scored have a p value below 1e-5, so that sign is a poor measure
and the correlation rests on the few that matter.
Trap: r pooled over elements mostly tells elements apart; here it is computed within each and averaged.
Source: Kircher et al. (2019), doi:10.1038/s41467-019-11526-w.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.asks import put_change, put_fit_changes
from kindergrad.core.assessment import BLIND, Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.correlation import r_within, side_within


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Changes with the letters around them, elements taking turns."""
    drawn: Items = world.table("changes", level).items(n, seed, "saturation-mutagenesis")
    return drawn


ASSESSMENT = Assessment(
    skill="genomics/saturation-mutagenesis", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_change, Readout.FIT: put_fit_changes},
    score=r_within, twin=side_within, metric="correlation with the measured effect within elements",
    twin_metric="on the right side of the median", chance=0.0, needs=("changes",), cluster="10 bases of an element",
    learner="none-yet", floor=(*BLIND, "by-substitution", "by-cpg", "by-place"), world="mpra_satmut",
    source="single changes of five promoters and enhancers, each measured twice",
)
