"""What does another guide against the same gene do?

Shows: that the gene, not the guide, is what was learnt.
Does not show: the guide's efficacy; the score does not see the size.
Floor: the mean response, and the usual fall of the target.
Ceiling: the exact response, off-target gene included; no engine can know that gene.
Trap: guides of one gene share plates in real screens.
Source: simulated; two guides per gene in Norman et al. (2019), doi:10.1126/science.aax4438.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, correlates, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes of which only the first guide was seen, by the second."""
    return profile_items(world, world.conditions("other-guide"), n, seed, "another-guide")


ASSESSMENT = Assessment(
    skill="perturbation/another-guide", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=correlates, twin=top_twenty, metric="correlation with the response", twin_metric="top 20 named", chance=0.0,
    needs=("other-guide",), cluster="pathway", learner="additive", floor=RESPONSES,
    source="the second guide of genes seen by the first",
)
