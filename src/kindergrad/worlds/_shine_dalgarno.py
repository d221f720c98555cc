"""How often a bacterial ribosome sits at a start codon: by what pairs with its 16S RNA, and where that stands.

The end of the 16S RNA pairs with a stretch of the leader. Every run of two or more pairs, at every place, is a way to
bind. Its free energy is that of the stacked pairs and of beginning a helix (Xia et al. 1998, doi:10.1021/bi9809425),
and that of a spring which the ribosome stretches or squeezes where the start codon is not at the best distance. With
weights w = exp(-strength * energy), a start is bound a share f sum(w) / (1 + f sum(w)) of the time, f being the free
ribosomes. The idea is that of Salis et al. (2009), doi:10.1038/nbt.1568, whose measured strength is the default; spring
and free ribosomes are ours. Folds of the messenger, wobble pairs, bulges and the start codon itself are left out.
"""

from __future__ import annotations

import numpy as np

from kindergrad.core.dna import encode
from kindergrad.worlds._background import Codes, Floats

SITE = "TAAGGAGGT"
"""What pairs with the end of the 16S RNA of E. coli (Shine and Dalgarno 1974, doi:10.1073/pnas.71.4.1342)."""
STACK = {"AA": -0.93, "TA": -1.33, "AG": -2.08, "GT": -2.24, "GA": -2.35, "GG": -3.26}
"""kcal/mol of two neighbouring pairs, by the letters of the leader."""
BEGIN = 4.09
"""kcal/mol of beginning a helix."""
SPRING = 0.25
"""kcal/mol per squared letter that the start is away from its best distance."""
FREE = -5.0
"""Natural log of free ribosomes, in units of the weight of an energy of 0."""


def bound(leaders: Codes, strength: float, spacing: float) -> Floats:
    """Share of the time that a ribosome sits at the start, shape (n, length) -> (n,), from 0 to 1; exact.

    Parameters
    ----------
    leaders : the letters before the start codon.
    strength : weight per kcal/mol, as a natural log.
    spacing : best number of letters between the last of the site and the start.
    """
    places = leaders.shape[1] - len(SITE) + 1
    away = np.arange(places)[::-1] - spacing
    total = np.zeros((len(leaders), places))
    ending = np.zeros((len(leaders), places))  # weight of all runs of pairs that end at this letter of the site
    for i, letter in enumerate(encode(SITE)):
        longer = ending * np.exp(-strength * STACK[SITE[i - 1 : i + 1]]) if i else ending
        pairs = leaders[:, i : i + places] == letter
        total += pairs * longer
        ending = pairs * (longer + np.exp(-strength * BEGIN))
    weight = (total * np.exp(-strength * SPRING * away**2)).sum(axis=1)
    return np.asarray(1 / (1 + np.exp(-FREE) / (weight + 1e-300)))
