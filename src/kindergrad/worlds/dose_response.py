"""A simulated screen of titrated perturbations: most experiments give a part of the dose.

The network of ``gene_network``, with dose curves of different potency at every gene. Of the experiments 7 in 10 are
titrated, so that the exams on doses come long before those on combinations.
"""

from __future__ import annotations

from kindergrad.core.names import Domain
from kindergrad.worlds.gene_network import GeneNetwork

WORLD = "dose_response"
DOMAIN = Domain.PERTURBATION

SHARES = {"single": 0.2, "dose": 0.7, "raised": 0.02, "double": 0.04, "triple": 0.0, "safe": 0.04}


def make(seed: int, *, experiments: int = 2000, pathways: int = 24, cells: int = 50, depth: float = 10_000.0
         ) -> GeneNetwork:
    """The world of a study; settings as in ``gene_network``."""
    return GeneNetwork(seed, experiments=experiments, pathways=pathways, cells=cells, depth=depth, shares=SHARES,
                       name=WORLD)
