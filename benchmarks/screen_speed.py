"""How long a simulated screen of a thousand perturbations by five hundred genes takes.

    python benchmarks/screen_speed.py

Times, in seconds of one core: drawing the network, exact responses of 1,000 different conditions (both kinetics), and
the whole corpus of 1,000 experiments with noisy means and cells. Writes ``screen_speed.json`` beside this file.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from kindergrad.core.responses import Condition
from kindergrad.worlds.gene_network import GeneNetwork

PATHWAYS = 37
"""With four that are never touched and the stress programme: 504 genes."""
CONDITIONS = 1000


def main() -> None:
    found = {}
    for kinetics in ("linear", "hill"):
        start = time.process_time()
        world = GeneNetwork(0, experiments=CONDITIONS, pathways=PATHWAYS, kinetics=kinetics)
        drawn = time.process_time()
        names, contexts = world.panel.genes, world.design.contexts
        asked = [Condition(names[i % len(names)], contexts[i % len(contexts)], 1.0 if i < len(names) else 0.5, "1")
                 for i in range(CONDITIONS)]
        exact = world.response(asked)
        solved = time.process_time()
        world.corpus(0)
        read = time.process_time()
        found[kinetics] = {"genes": len(names), "conditions": len(set(asked)), "responses": list(exact.shape),
                           "network": round(drawn - start, 2), "exact_responses": round(solved - drawn, 2),
                           "corpus": round(read - solved, 2)}
        print(kinetics, found[kinetics])
    found["load"] = round(os.getloadavg()[0], 1)
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
