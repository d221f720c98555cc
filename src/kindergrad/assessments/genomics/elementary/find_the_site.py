"""Where in the sequence does the motif stand? By frequency tier.

Shows: that an engine that knows a word also tells its place: scrambling it costs more than scrambling other letters.
Does not show: that the word means anything; the tiers tell how many exposures it takes to place it.
Floor: letter, pair and triplet frequencies; what is scrambled keeps its pairs of letters. A sharper floor would be
the nearest neighbour of each stretch among sites seen before.
Ceiling: exact posterior over all places and both strands, with the motifs known.
Trap: sites in the middle of every window; here the place is drawn evenly.
Source: Stormo (2000), doi:10.1093/bioinformatics/16.1.16 (sites and their information); the tiers are ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Fit, LogLikelihood, checked, log_likelihoods
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode, reverse_complement
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.shuffles import distinct_shuffles

LENGTH, CONTROLS = 100, 7
TIERS = (7, 5, 3, 1)
NEVER = -50.0


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "find-the-site", level)
    family = [motif for motif in world.motifs if motif.name.startswith(f"{level}/")]
    left, right = world.windows(streams, LENGTH)[0], world.windows(streams, LENGTH)[0]
    texts, places, concepts = [], [], []
    for i, rng in enumerate(streams):
        motif = family[i % len(family)]
        site = decode(motif.instance(rng))
        width, site = len(site), site if rng.random() < 0.5 else reverse_complement(site)
        start = int(rng.integers(LENGTH - width + 1))
        texts.append(str(left[i])[:start] + site + str(right[i])[: LENGTH - width - start])
        away = [p for p in range(LENGTH - width + 1) if abs(p - start) >= width]
        places.append([start, *rng.choice(away, CONTROLS, replace=False).tolist()])
        concepts.append(motif.name)
    at, whole = np.array(places), np.array(texts)
    ideal = np.maximum(np.take_along_axis(world.site_log_odds(whole, family), at, axis=1), NEVER)
    words = np.array([[text[p : p + width] for p in row] for text, row in zip(texts, places, strict=True)])
    broken = np.array([[_broken(text, p, width, rng) for p in row]
                       for text, row, rng in zip(texts, places, streams, strict=True)])
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(broken, words, ideal, place, cluster=np.array(concepts), concept=np.array(concepts))
    asked = {"target": whole[:, None], "broken": drawn.asked["context"], "word": drawn.asked["target"]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def _broken(text: str, place: int, width: int, rng: np.random.Generator) -> str:
    """The text with the letters at a place shuffled."""
    return text[:place] + distinct_shuffles(text[place : place + width], 2, 1, rng)[0] + text[place + width :]


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    empty = np.array("")
    return log_likelihoods(engine, empty, asked["target"]) - log_likelihoods(engine, empty, asked["broken"])


def put_fit(engine: Fit, asked: Any, train: Items) -> NDArray[np.float64]:
    """Fit the letters at the place of a site against those at other places."""
    words = train.asked["word"]
    labels = (np.arange(words.shape[1])[None, :] == train.truth["true"][:, None]).astype(np.int64)
    engine.fit([str(word) for word in words.flat], labels.ravel())
    return checked(engine.decide([str(word) for word in asked["word"].flat]), asked["word"].shape, "decide")


ASSESSMENT = Assessment(
    skill="genomics/find-the-site", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 7 other places", twin_metric="ranked first of 8", chance=0.5, needs=("windows", "motifs"),
    cluster="motif", learner="markov", levels=tuple(f"tier-{t}" for t in TIERS), frequency=lambda world,
    level: next(m.frequency for m in world.motifs if m.name.startswith(f"{level}/")),
    source="sites of the planted motifs of four tiers in 100 letters of background",
)
