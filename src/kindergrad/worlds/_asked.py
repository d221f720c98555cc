"""The conditions that exams ask for. All but ``seen``, ``singles`` and idle genes never stand in the corpus."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from kindergrad.core.responses import Condition, joined
from kindergrad.worlds._interventions import SECOND_GUIDE, SILENT
from kindergrad.worlds._screen import BETWEEN, kept_pairs

if TYPE_CHECKING:
    from kindergrad.worlds.gene_network import GeneNetwork

_ADDITIVE = 0.05
"""Most of the squared norm of a pair that may be interaction, where additivity is asked."""


def seen(world: GeneNetwork) -> list[Condition]:
    """Sensors and hubs at the full dose that stand in the corpus, by their first guide."""
    place, targets = world.interventions.place, {at for p in range(world.design.trained)
                                                 for at in world.network.targets(p)}
    single = {c._replace(batch="1") for c in world.trained if c.dose == 1.0 and len(c.parts) == 1
              and place.get(c.perturbation) is not None and place[c.perturbation] not in targets}
    return sorted(single)


def singles(world: GeneNetwork) -> list[Condition]:
    """All perturbations of one gene that stand in the corpus, at any dose, up or down."""
    return sorted({c for c in world.trained if len(c.parts) == 1 and not c.perturbation.startswith(SILENT)})


def nothing(world: GeneNetwork) -> list[Condition]:
    """Guides that cut nothing, under names that were never used, and as many genes that nothing depends on."""
    safe = [Condition(f"{SILENT}{i}", context) for i in range(101, 104) for context in world.design.contexts]
    alone = [c for c in singles(world) if c.batch != SECOND_GUIDE]
    idle = np.flatnonzero((world.network.edges.source[:, None] == np.arange(len(world.panel.genes))).sum(axis=0) == 0)
    return safe + [c for c in alone if world.panel.place.get(c.perturbation) in set(idle.tolist())]


def between(world: GeneNetwork) -> list[Condition]:
    """Genes whose full dose was seen, at a dose that was never given."""
    return [c._replace(dose=BETWEEN) for c in seen(world)]


def other_guide(world: GeneNetwork) -> list[Condition]:
    """Genes seen with their first guide only, by the second."""
    only = {world.network.names[world.design.sensor(p, 3)] for p in range(world.design.trained)}
    return [c._replace(batch=SECOND_GUIDE) for c in seen(world) if c.perturbation in only]


def relative(world: GeneNetwork) -> list[Condition]:
    """Genes never perturbed, of pathways that were."""
    return [Condition(world.network.names[at], context, 1.0, "1") for p in range(world.design.trained)
            for at in world.design.relatives(p) for context in world.design.contexts]


def stranger(world: GeneNetwork) -> list[Condition]:
    """Sensors and hubs of pathways that were never perturbed."""
    pathways = range(world.design.trained, int(world.network.pathway.max()))
    return [Condition(world.network.names[at], context, 1.0, "1") for p in pathways
            for at in [world.network.hub(p), *world.design.relatives(p)] for context in world.design.contexts]


def half_to_full(world: GeneNetwork) -> list[Condition]:
    """Genes seen at half dose only, at the full one."""
    return _titrated(world, odd=True)


def beyond(world: GeneNetwork) -> list[Condition]:
    """Genes seen at low doses only, at the full one."""
    return _titrated(world, odd=False)


def new_donor(world: GeneNetwork) -> list[Condition]:
    """Genes that were seen, in another donor of the same line."""
    return [Condition(name, context, 1.0, "1") for name in _names(world) for context in world.design.new_donors]


def new_line(world: GeneNetwork) -> list[Condition]:
    """Genes that were seen, in a cell line without training experiments."""
    return [Condition(name, world.design.new_line, 1.0, "1") for name in _names(world)]


def partial(world: GeneNetwork) -> list[Condition]:
    """Genes that were seen, whose guide works in a part of the cells."""
    own = {world.network.names[at] for at in world.design.partials}
    return [c for c in seen(world) if c.perturbation in own]


def compensated(world: GeneNetwork) -> list[Condition]:
    """Genes never perturbed, whose loss is made good by a paralog."""
    return [Condition(world.network.names[at], context, 1.0, "1") for at in world.network.compensated
            if world.network.pathway[at] < world.design.trained for context in world.design.contexts]


def additive_pair(world: GeneNetwork) -> list[Condition]:
    """Pairs kept back, both genes seen alone, with next to no interaction."""
    gated = {gate.pathways for gate in world.interventions.gates}
    common = range(min(8, world.design.trained))
    pathways: list[tuple[int, ...]] = [p for p in itertools.combinations(common, 2) if p not in gated]
    found = _combined(world, pathways)
    return [c for c, share in zip(found, _interaction(world, found), strict=True) if share < _ADDITIVE]


def half_seen_pair(world: GeneNetwork) -> list[Condition]:
    """Pairs of a gene that was never perturbed and one that was."""
    found = []
    for p, q in itertools.permutations(range(min(8, world.design.trained)), 2):
        new, old = world.design.relatives(p)[:1], world.design.plain(q)[:1]
        found += [Condition(joined([world.network.names[a], world.network.names[b]]), context)
                  for a in new for b in old for context in world.design.contexts[:2]]
    return found


def unseen_pair(world: GeneNetwork) -> list[Condition]:
    """Pairs of two genes that were never perturbed, of pathways that were."""
    new = [world.design.relatives(p)[:1] for p in range(min(8, world.design.trained))]
    return [Condition(joined([world.network.names[a], world.network.names[b]]), context)
            for left, right in itertools.combinations(new, 2) for a in left for b in right
            for context in world.design.contexts[:2]]


def stranger_elsewhere(world: GeneNetwork) -> list[Condition]:
    """Genes of pathways that were never perturbed, in a cell line without training experiments."""
    return sorted({c._replace(context=world.design.new_line) for c in stranger(world)})


def gated_pair(world: GeneNetwork) -> list[Condition]:
    """Pairs kept back, of pathways with epistasis."""
    return _combined(world, [gate.pathways for gate in world.interventions.gates if len(gate.pathways) == 2])


def triple(world: GeneNetwork) -> list[Condition]:
    """Triples kept back, of pathways that act at three."""
    return _combined(world, [gate.pathways for gate in world.interventions.gates if len(gate.pathways) == 3])


def _titrated(world: GeneNetwork, *, odd: bool) -> list[Condition]:
    own = {world.network.names[world.design.sensor(p, 4)] for p in range(world.design.trained) if p % 2 == odd}
    return sorted({c._replace(dose=1.0, batch="1") for c in world.trained if c.perturbation in own})


def _names(world: GeneNetwork) -> list[str]:
    return sorted({c.perturbation for c in seen(world)})


def _combined(world: GeneNetwork, pathways: list[tuple[int, ...]]) -> list[Condition]:
    known = set(_names(world))
    genes = [[world.network.names[at] for at in own] for own in kept_pairs(world.design, pathways)]
    return [Condition(joined(own), context) for own in genes if set(own) <= known
            for context in world.design.contexts[::2]]


def _interaction(world: GeneNetwork, pairs: list[Condition]) -> list[float]:
    """Share of the squared norm of each pair that is interaction."""
    both = world.response(pairs)
    sums = np.sum([world.response([c.alone()[k] for c in pairs]) for k in (0, 1)], axis=0)
    return list(((both - sums) ** 2).sum(axis=1) / (both**2).sum(axis=1))


KINDS: dict[str, Callable[[GeneNetwork], list[Condition]]] = {
    "seen": seen, "singles": singles, "nothing": nothing, "between": between, "other-guide": other_guide,
    "relative": relative, "stranger": stranger, "half-to-full": half_to_full, "beyond": beyond,
    "new-donor": new_donor, "new-line": new_line, "partial": partial, "compensated": compensated,
    "additive-pair": additive_pair, "half-seen-pair": half_seen_pair, "unseen-pair": unseen_pair,
    "stranger-elsewhere": stranger_elsewhere, "gated-pair": gated_pair, "triple": triple,
}
