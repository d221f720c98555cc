"""ViennaRNA as an engine: each text is represented by the free energy of its folds, and by nothing else.

It has read no corpus and needs no training but a probe's, of one weight. On exams of base pairing it is what a model
should come near to that knows how RNA folds (extra ``fold``).

Shows: what the energies of nested pairs tell.
Does not show: pseudoknots, for which nested pairs are not enough; anything but folding.
Source: Lorenz et al. (2011), doi:10.1186/1748-7188-6-26.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import extras
from kindergrad.core.engine import EngineSpec
from kindergrad.worlds import _thermodynamics


class ViennaRNA:
    """Free energy of all nested folds, by measured energies.

    Raises
    ------
    InputError
        If ViennaRNA is not installed.
    """

    name = "viennarna"
    family = "viennarna"

    def __init__(self, seed: int = 0) -> None:
        extras.require(_thermodynamics.EXTRA, f"engine '{self.name}'")

    def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        """Minus the free energy of the ensemble over RT, shape (n, 1).

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        return np.array([[_thermodynamics.ensemble(text, where=f"sequence {number}").log_z]
                         for number, text in enumerate(sequences, start=1)]).reshape(len(sequences), 1)


ENGINES = (EngineSpec(make=ViennaRNA, id="viennarna", extra="fold"),)
