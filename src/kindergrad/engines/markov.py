"""An interpolated context model of DNA, orders 0 to ``max_order``: a small engine that really learns.

P(x | last k letters) blends the counts of all orders, lowest first:

    p_k = (n_k(context, x) + a_k * p_{k-1}) / (n_k(context) + a_k),   p_{-1} = 1/4

The pseudo-counts ``a_k`` say how much an order is to be trusted: one value per order and per how often
the context was seen. They are fitted on text that was not counted yet (stretches of each new piece),
since a fixed small value is worse than uniform on real DNA. Inside a repeat the longest words of the last letters
were all seen before; there and elsewhere the orders deserve different trust, so the values know that too.

Shows: what can be learned from the last ``max_order`` letters alone.
Does not show: copying, pairing, or anything farther away.
Source: Salzberg et al. (1998), doi:10.1093/nar/26.2.544 (interpolated Markov models of DNA).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.engine import EngineSpec
from kindergrad.core.packed import pack
from kindergrad.core.seeds import stream

_HELD_OUT = 100_000  # letters on which the blending is fitted, at most
_SHARE = 0.25  # of a new piece, where that is less
_STRETCHES = 40  # into which the held-out letters are spread
_UNTRUSTED = 1e12
_GRID = np.append(np.geomspace(0.25, 65536, 19), _UNTRUSTED)
_SEEN = np.array([2, 4, 16, 64])  # contexts seen 1, 2-3, 4-15, 16-63, 64+ times are trusted differently
_GROUP = np.digitize(np.arange(_SEEN[-1] + 1), _SEEN)
_MARGIN = 4.0  # nats; of all values this close to the best on held-out text, the most cautious is taken
_DRIFT = 4096  # composition drifts over kilobases: a short corpus tells less of the rest than of itself
_STATES = 3  # the longest word was new; it was seen; the last _RUN of them were all seen
_RUN = 8
_BLOCK = 1 << 18  # letters scored per step: the arrays of one step stay in the cache
_LARGE_BLOCK = 1 << 22  # letters counted per step


class Markov:
    """Interpolated context model.

    Parameters
    ----------
    max_order : longest context in letters, 0 to 12; the counts take 4^(max_order + 1) * 16 / 3 bytes.
    seed : unused; the engine is deterministic.
    """

    name = "markov"
    family = "context-model"

    def __init__(self, max_order: int = 12, seed: int = 0) -> None:
        if not 0 <= max_order <= 12:
            raise ValueError(f"max_order must lie in 0 to 12; got {max_order}")
        self.max_order = max_order
        # _counts[j][word] is how often the word of j letters was read
        self._counts = [np.zeros(4**j, dtype=np.uint32) for j in range(max_order + 2)]
        self._pseudo = np.full((max_order + 1, _STATES * (len(_SEEN) + 1)), _UNTRUSTED)

    @property
    def parameters(self) -> int:
        """Three free probabilities for each context that was seen."""
        return 3 * int(sum(np.count_nonzero(counts) for counts in self._counts[:-1]))

    def learn(self, pieces: Sequence[str]) -> None:
        """Read more of the corpus; fit the blending on stretches held out of it, then count those too.

        The first ``max_order`` letters of a piece serve as context only.
        """
        head: list[NDArray[np.uint8]] = []
        held_out: list[NDArray[np.uint8]] = []
        codes = [encode(piece) for piece in pieces if len(piece) > self.max_order]
        share = min(_SHARE, _HELD_OUT / max(1, sum(map(len, codes))))
        for piece in codes:
            for bucket, part in zip((head, held_out), _interleave(piece, share, self.max_order), strict=True):
                bucket.extend(part)
        if not codes:
            return
        self._count(head)
        if held_out:
            self._fit_blend(held_out)
            self._count(held_out)

    def _count(self, pieces: Sequence[NDArray[np.uint8]]) -> None:
        longest = self.max_order + 1
        words = np.concatenate([_words(piece, longest) for piece in pieces if len(piece) >= longest])
        if len(words) < len(self._counts[longest]) // 64:  # few words: cheaper to add than to sum whole tables
            for j in range(longest, -1, -1):
                _add(self._counts[j], words & np.uint32(4**j - 1))
            return
        for start in range(0, len(words), _LARGE_BLOCK):
            _add(self._counts[longest], words[start : start + _LARGE_BLOCK])
        for j in range(longest, 0, -1):  # a shorter word: the sum over the oldest letter
            np.sum(self._counts[j].reshape(4, -1), axis=0, out=self._counts[j - 1], dtype=np.uint32)

    def _seen(self, codes: NDArray[np.uint8], place: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
        """How often the word of j letters that ends at each letter was read; 0 where it does not fit.

        ``place`` is the position of each letter in its own sequence: no word reaches across sequences.
        """
        found = [np.full(len(codes), self._counts[0][0], dtype=np.uint32)]
        words = np.zeros(len(codes) + 1, dtype=np.uint32)
        for j in range(1, self.max_order + 2):
            words = words[:-1] << 2 | codes[j - 1 :]
            seen = np.zeros(len(codes), dtype=np.uint32)
            np.take(self._counts[j], words, out=seen[j - 1 :])
            seen[place < j - 1] = 0
            found.append(seen)
        return found

    def _fit_blend(self, pieces: Sequence[NDArray[np.uint8]]) -> None:
        """Choose a_k order by order: the most cautious value that is close to the best on unseen text."""
        place = np.concatenate([np.arange(len(piece)) for piece in pieces])
        seen = self._seen(np.concatenate(pieces), place)
        scored = place >= self.max_order
        state = _state(seen[-1], place)[scored]
        p = np.full(len(state), 0.25)
        for k in range(self.max_order + 1):
            n = seen[k + 1][scored].astype(np.float64)
            total = _before(seen[k], place)[scored]
            group = state + _group(total)
            for g in range(self._pseudo.shape[1]):
                here = np.flatnonzero((group == g) & (total > 0))
                loss = np.array([-np.log((n[here] + a * p[here]) / (total[here] + a)).sum() for a in _GRID])
                loss[_DRIFT / 4**k > _GRID] = np.inf
                self._pseudo[k, g] = _GRID[np.flatnonzero(loss <= loss.min() + _MARGIN)[-1]]
            a = self._pseudo[k][group]
            p = (n + a * p) / (total + a)

    def _log_p(self, codes: NDArray[np.uint8], place: NDArray[np.int64]) -> NDArray[np.float64]:
        """Natural log probability of each letter given those before it in its sequence."""
        seen = self._seen(codes, place)
        state = _state(seen[-1], place)
        p = np.full(len(codes), 0.25)
        for k in range(self.max_order + 1):
            total = seen[0].astype(np.float64) if k == 0 else _before(seen[k], place)
            a = self._pseudo[k][state + _group(total)]
            p = (seen[k + 1] + a * p) / (total + a)
        return np.log(p)

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,).

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        out = np.zeros(len(target))
        for part in pack(context, target, _BLOCK):
            out[part.rows] = part.sum(self._log_p(part.codes, part.place))
        return out

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """Continue each text by ``length`` letters, each drawn from what the last letters make probable."""
        rng, reach = stream(seed, "markov", "generate"), self.max_order + _RUN
        texts = [text[-reach:] for text in context]
        for _ in range(length):
            last = [text[-reach:] for text in texts for _ in range(4)]
            log_p = self.log_likelihood(last, list("ACGT") * len(texts)).reshape(-1, 4)
            steps = np.exp(log_p).cumsum(axis=1)
            chosen = (steps[:, :3] < rng.random((len(texts), 1)) * steps[:, 3:]).sum(axis=1)
            texts = [text + "ACGT"[letter] for text, letter in zip(texts, chosen.tolist(), strict=True)]
        return [text[len(text) - length :] for text in texts]


def _add(counts: NDArray[np.uint32], words: NDArray[np.uint32]) -> None:
    """Count words, in order of their code, so that memory is walked once."""
    new, times = np.unique(words, return_counts=True)
    counts[new] += times.astype(np.uint32)


def _group(total: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which group of _SEEN a context belongs to."""
    return np.asarray(_GROUP[np.minimum(total, _SEEN[-1]).astype(np.int64)])


def _before(seen: NDArray[np.uint32], place: NDArray[np.int64]) -> NDArray[np.float64]:
    """The value one letter earlier in the same sequence; 0 for its first letter."""
    shifted = np.concatenate([[0.0], seen[:-1]])
    shifted[place == 0] = 0.0
    return shifted


def _state(longest: NDArray[np.uint32], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offset into the pseudo-counts by how long the text before each letter has looked familiar."""
    seen = _before(longest, place) > 0
    run, length = seen.copy(), 1
    while length < _RUN:
        run[length:] &= run[:-length].copy()
        run[:length] = False
        length *= 2
    return (seen.astype(np.int64) + run) * (len(_SEEN) + 1)


def _words(codes: NDArray[np.uint8], length: int) -> NDArray[np.uint32]:
    """Code of the word of ``length`` letters that starts at each position."""
    words = np.zeros(len(codes) - length + 1, dtype=np.uint32)
    for j in range(length):
        words <<= 2
        words |= codes[j : j + len(words)]
    return words


def _interleave(
    piece: NDArray[np.uint8], share: float, overlap: int
) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.uint8]]]:
    """Cut a piece into stretches to count and, spread evenly, stretches to hold out.

    One stretch alone may lie in a repeat and mislead the fit. Every stretch but the first keeps the
    ``overlap`` letters before it as context.
    """
    stretch = max(20 * overlap + 20, int(len(piece) * share) // _STRETCHES)
    period = max(stretch + 1, round(stretch / share))
    head, held_out = [], []
    for start in range(0, len(piece), period):
        middle, end = min(start + period - stretch, len(piece)), min(start + period, len(piece))
        head.append(piece[max(0, start - overlap) : middle])
        if end > middle:
            held_out.append(piece[middle - min(overlap, middle) : end])
    return head, held_out


ENGINES = (EngineSpec(make=Markov, id="markov"),)
