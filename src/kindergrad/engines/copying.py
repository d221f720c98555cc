"""Copy-and-pair engine: looks back for a stretch to copy, forward or as reverse complement.

It reads no corpus; what it can do is built in. It is here as the proof that the exams on copying and
pairing can be passed, and as an example of a threshold that comes from architecture, not from data.

Every letter is predicted by a mixture of pointers: "as ``d`` letters ago", "pairs with the letter opposite a
centre", or "no pointer". Weights follow a hidden Markov model (fixed share): Herbster and Warmuth (1998),
doi:10.1023/A:1007424614876; on DNA: expert model of Cao et al. (2007), doi:10.1109/DCC.2007.7.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import LETTERS, encode
from kindergrad.core.engine import EngineSpec

_FAITHFUL = 0.95  # chance that a pointer names the right letter
_SWITCH = 0.02  # chance per letter that the pointer changes
_NO_POINTER = 0.5
_AHEAD = 10  # letters of loop within which the centre of a hairpin may still lie ahead


class CopyPair:
    """Pointers to earlier letters, in both directions.

    Parameters
    ----------
    reach : how many letters back a pointer may lie.
    """

    name = "copying"
    family = "copy-and-pair"

    def __init__(self, reach: int = 2000, seed: int = 0) -> None:
        self.reach = reach

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,)."""
        out = np.zeros(len(target))
        sizes = np.array([(len(c), len(t)) for c, t in zip(context, target, strict=True)]).reshape(-1, 2)
        for before, length in np.unique(sizes[sizes.sum(axis=1) > 0], axis=0):
            rows = np.flatnonzero((sizes == (before, length)).all(axis=1))
            codes = np.stack([encode(context[r] + target[r], where=f"sequence {r + 1}") for r in rows])
            out[rows] = self._steps(codes)[:, before:].sum(axis=1)
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """The most probable letter, again and again; ``seed`` changes nothing."""
        texts = list(context)
        for _ in range(length):
            log_p = self.log_likelihood([text for text in texts for _ in LETTERS], list(LETTERS) * len(texts))
            chosen = log_p.reshape(-1, len(LETTERS)).argmax(axis=1).tolist()
            texts = [text + LETTERS[letter] for text, letter in zip(texts, chosen, strict=True)]
        return [text[len(text) - length :] for text in texts]

    def _steps(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Natural log probability of each letter, shape (n, length)."""
        n, length = codes.shape
        copies, pairs = min(self.reach, length), 2 * length + _AHEAD  # letter i pairs with letter centre - i
        back, centre = np.arange(1, copies + 1), np.arange(pairs)
        weight = np.zeros((n, 1 + copies + pairs))
        weight[:, 0] = 1.0
        out = np.zeros((n, length))
        for i in range(length):
            weight = (1 - _SWITCH) * weight + _SWITCH * self._prior(i, copies, pairs)
            source = np.concatenate([i - back, centre - i])
            usable = (source >= 0) & (source < i)
            letters = codes[:, np.where(usable, source, 0)]
            letters[:, copies:] = 3 - letters[:, copies:]
            hit = np.where(letters == codes[:, i, None], _FAITHFUL, (1 - _FAITHFUL) / 3)
            chance = np.concatenate([np.full((n, 1), 0.25), np.where(usable, hit, 0.25)], axis=1)
            joint = weight * chance
            total = joint.sum(axis=1)
            out[:, i] = np.log(total)
            weight = joint / total[:, None]
        return out

    def _prior(self, i: int, copies: int, pairs: int) -> NDArray[np.float64]:
        """Where a new pointer may lead after i letters; what comes later must not matter, nor how long it is."""
        prior = np.zeros(1 + copies + pairs)
        earlier = min(i, self.reach)
        prior[1 : 1 + earlier] = (1 - _NO_POINTER) / 2 / max(1, earlier)
        prior[1 + copies + i : 1 + copies + 2 * i + _AHEAD] = (1 - _NO_POINTER) / 2 / (i + _AHEAD)
        prior[0] = 1 - prior[1:].sum()
        return prior


ENGINES = (EngineSpec(make=CopyPair, id="copying"),)
