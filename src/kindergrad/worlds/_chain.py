"""An order-k Markov chain over DNA with chosen lower-order statistics and exact probabilities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 200  # of Sinkhorn scaling; the marginals then agree to about 1e-12


class Chain(NamedTuple):
    """P(next letter | last k letters), in its stationary state and the same on both strands.

    Attributes
    ----------
    order : k.
    joint : probability of each word of k + 1 letters, shape (4**(k+1),), oldest letter most significant.
    """

    order: int
    joint: NDArray[np.float64]

    def conditional(self, order: int) -> NDArray[np.float64]:
        """P(x | last ``order`` letters), shape (4**order, 4), for any order up to k."""
        table = self.joint.reshape(-1, 4 ** (order + 1)).sum(axis=0).reshape(-1, 4)
        return np.asarray(table / table.sum(axis=1, keepdims=True))

    @property
    def bits(self) -> float:
        """Entropy rate in bits per letter."""
        return float(-(self.joint * np.log2(self.conditional(self.order).ravel())).sum())

    def sample(self, uniforms: NDArray[np.float64]) -> NDArray[np.uint8]:
        """One stretch per row, shape (n, length) -> codes (n, length)."""
        out = np.zeros(uniforms.shape, dtype=np.uint8)
        context = np.zeros(len(uniforms), dtype=np.int64)
        steps = [self.conditional(i).cumsum(axis=1)[:, :3] for i in range(self.order + 1)]
        for i in range(uniforms.shape[1]):
            order = min(i, self.order)
            context &= 4**order - 1
            out[:, i] = (steps[order][context] < uniforms[:, i, None]).sum(axis=1)
            context = context << 2 | out[:, i]
        return out

    def log_p(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Natural log P(letter | those before it in its row), shape (n, length)."""
        out = np.zeros(codes.shape)
        context = np.zeros(len(codes), dtype=np.int64)
        log_steps = [np.log(self.conditional(i)) for i in range(self.order + 1)]
        for i in range(codes.shape[1]):
            order = min(i, self.order)
            context &= 4**order - 1
            out[:, i] = log_steps[order][context, codes[:, i]]
            context = context << 2 | codes[:, i]
        return out


def build(order: int, rng: np.random.Generator, *, concentration: float, base: Chain | None = None) -> Chain:
    """A random chain whose shorter words keep the frequencies of ``base`` exactly.

    Each longer word is drawn at random and then scaled (Sinkhorn) until both of its shorter words have
    the frequencies chosen before; so two chains on one base cannot be told apart by shorter words.

    Parameters
    ----------
    concentration : shape of the gamma weights; small values give strong preferences.
    base : the chain to extend; None starts from equal letters.
    """
    chain = base or Chain(0, np.full(4, 0.25))
    for k in range(chain.order + 1, order + 1):
        weight = rng.gamma(concentration, size=4 ** (k + 1)) + 1e-3
        weight = (weight + weight[_reverse_complements(k + 1)]) / 2
        table = weight.reshape(4, -1, 4)  # oldest letter, middle word, newest letter
        rows = chain.joint.reshape(4, -1)
        columns = chain.joint.reshape(-1, 4)
        for _ in range(_ROUNDS):
            table = table * (rows / table.sum(axis=2))[:, :, None]
            table = table * (columns / table.sum(axis=0))[None, :, :]
        chain = Chain(k, table.ravel() / table.sum())
    return chain


def _reverse_complements(length: int) -> NDArray[np.int64]:
    """Code of the reverse complement of every word of ``length`` letters."""
    words = np.arange(4**length)
    out = np.zeros_like(words)
    for _ in range(length):
        out = out << 2 | (3 - (words & 3))
        words = words >> 2
    return out
