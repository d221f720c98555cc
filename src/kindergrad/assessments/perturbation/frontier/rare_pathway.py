"""How much must be screened before a rare pathway is understood?

Shows: how soon related genes are known, by how often their pathway is met.
Does not show: anything that pathways share; the reference takes the mean response out.
Floor: the mean response, no change, and the usual fall of the target.
Ceiling: the exact response.
Trap: a pathway that was not met yet cannot be known: that is a matter of sampling, not of the engine.
Source: simulated pathways with Zipf frequencies; Replogle et al. (2022), doi:10.1016/j.cell.2022.05.013, for real ones.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, correlates, profile_items, top_twenty

TIERS = {"tier-4": 12, "tier-3": 6, "tier-2": 2, "tier-1": 0}
"""Rank of the most frequent pathway of each tier; it ends where the next more frequent one begins."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes never perturbed, of pathways of one tier of frequency."""
    names = {f"P{rank + 1:02d}" for rank in ranks(world, level)}
    own = [c for c in world.conditions("relative") if world.cluster(c) in names]
    return profile_items(world, own, n, seed, f"rare-pathway-{level}")


def ranks(world: Any, level: str) -> range:
    """Ranks of the pathways of a tier."""
    ends = [world.design.trained, *TIERS.values()]
    return range(TIERS[level], ends[list(TIERS).index(level)])


ASSESSMENT = Assessment(
    skill="perturbation/rare-pathway", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=correlates, twin=top_twenty, metric="correlation with the response", twin_metric="top 20 named", chance=0.0,
    needs=("relative", "pathways"), cluster="pathway", learner="response-kernel", floor=RESPONSES,
    levels=tuple(TIERS), frequency=lambda world, level: world.exposure(ranks(world, level)),
    source="genes never perturbed, by the frequency of their pathway",
)
