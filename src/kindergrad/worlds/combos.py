"""A simulated screen of combinations: most experiments perturb two or three genes.

The network of ``gene_network``, with gates between pathways (and, or, saturating, suppressing). Of the experiments 6 in
10 are pairs and 1 in 10 triples, so that interactions are met often.
"""

from __future__ import annotations

from kindergrad.core.names import Domain
from kindergrad.worlds.gene_network import GeneNetwork

WORLD = "combos"
DOMAIN = Domain.PERTURBATION

SHARES = {"single": 0.22, "dose": 0.02, "raised": 0.02, "double": 0.6, "triple": 0.1, "safe": 0.04}


def make(seed: int, *, experiments: int = 2000, pathways: int = 24, cells: int = 50, depth: float = 10_000.0
         ) -> GeneNetwork:
    """The world of a study; settings as in ``gene_network``."""
    return GeneNetwork(seed, experiments=experiments, pathways=pathways, cells=cells, depth=depth, shares=SHARES,
                       name=WORLD)
