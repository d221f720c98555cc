"""The folds of a text by measured energies: ViennaRNA, an oracle from outside (extra ``fold``).

It knows nothing of how a world made its texts. So where the two agree, the truth of the world is not an artefact of its
own rules; and as it sums over nested pairs only, it must fail where pairs cross.

Source: Lorenz et al. (2011), doi:10.1186/1748-7188-6-26; McCaskill (1990), doi:10.1002/bip.360290621.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.dna import decode, encode

EXTRA = "fold"


class Ensemble(NamedTuple):
    """All nested folds of one text at 37 °C, the text read as RNA.

    Attributes
    ----------
    log_z : natural log of the partition function: minus the free energy of the ensemble over RT, at least 0.
    pairs : probability that two letters pair, shape (length, length), symmetric.
    """

    log_z: float
    pairs: NDArray[np.float64]


def ensemble(text: str, where: str = "text") -> Ensemble:
    """Fold a text of A, C, G, T.

    Raises
    ------
    InputError
        If ViennaRNA is not installed.
    SequenceError
        For another letter, naming ``where`` and the position.
    """
    extras.require(EXTRA, "folding by measured energies")
    import RNA

    letters = decode(encode(text, where=where))
    if not letters:
        return Ensemble(0.0, np.zeros((0, 0)))
    fold = RNA.fold_compound(letters.replace("T", "U"))
    fold.exp_params_rescale(fold.mfe()[1])  # else long texts overflow
    energy = fold.pf()[1]
    upper = np.array(fold.bpp())[1:, 1:]
    return Ensemble(-energy * 1000 / RNA.exp_param().kT, upper + upper.T)
