"""How many new concepts will more of a corpus show, with intervals that the corpus itself has tested.

Three methods are at hand: Good and Toulmin's series with its far terms faded out, the rational function, and the
Pitman-Yor process. Which of them to believe, and by how much it errs, is measured on the corpus: from random parts of
it, the rest is predicted and counted. No independence of concepts is assumed, which real corpora do not have: words of
a genome come in genes, and one repeat carries thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats import pitman_yor, rational, unseen
from kindergrad.stats.richness import Spectrum, spectrum

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TESTED = (1.0, 3.0, 7.0)
"""Further parts, in corpora, on which the corpus tests its own extrapolation."""
REPEATS = 16
FEWEST_BLOCKS = 16
TOO_WIDE = 10.0
"""An interval whose ends lie further than this factor from the estimate tells nothing."""
NEAR = 1.5
"""Up to here, in corpora, Good and Toulmin's series may be used."""


class Discovery(NamedTuple):
    """New concepts in further parts, each array (t,); NaN where it cannot be told.

    Attributes
    ----------
    value, low, high : number of new concepts and the central 90 %.
    error : log of the factor by which the estimate is off, one standard deviation.
    method : name of the method that erred least, for each.
    """

    value: Floats
    low: Floats
    high: Floats
    error: Floats
    method: tuple[str, ...]


class Incidence(NamedTuple):
    """Which concept was met in which block.

    Attributes
    ----------
    concept, block : (p,) numbers of concepts and blocks, each pair once.
    sizes : (b,) sizes of the blocks, in any unit.
    """

    concept: Ints
    block: Ints
    sizes: Floats

    def counts(self, blocks: NDArray[np.bool_], concepts: int) -> Ints:
        """In how many of some blocks each concept was met: (concepts,)."""
        return np.bincount(self.concept[blocks[self.block]], minlength=concepts)


def _tapered(found: Spectrum, t: float, seed: int) -> float:
    return float(unseen.taper(found.times, t) @ found.concepts) if t <= NEAR else np.nan


def _rational(found: Spectrum, t: float, seed: int) -> float:
    new = rational.new_concepts(found, t)
    return np.nan if new is None else float(new[0])


def _pitman_yor(found: Spectrum, t: float, seed: int) -> float:
    return float(np.median(pitman_yor.new_concepts(found, t, seed=seed, draws=60)))


METHODS: Mapping[str, Callable[[Spectrum, float, int], float]] = {
    "tapered Good-Toulmin": _tapered, "rational": _rational, "Pitman-Yor": _pitman_yor}


def discover(found: Incidence, t: ArrayLike, *, seed: int = 0) -> Discovery:
    """New concepts in further parts of ``t`` corpora of the same kind.

    Parameters
    ----------
    found : concepts by block. Blocks are drawn at random for the test, so they should be as long as what belongs
        together (genes, operons, repeats).
    t : sizes of the further parts, in corpora.

    Notes
    -----
    The error of a method at 1, 3 and 7 further parts is the root mean square of log (counted / predicted) over random
    parts of the corpus. For each ``t`` the method that erred least at the nearest of them is taken; further out its
    error grows along a line in log(1 + t). A part is smaller than the whole, and has more left to find, so that its
    errors are others. How much so is known for concepts that come independently of each other; for one repeat that
    carries thousands they are the same in both. Errors are scaled half way between the two, which gave 90 % intervals
    that hold 90 % on parts of three genomes (``benchmarks/richness.py`` tests others). The interval is Student's, with
    as many degrees of freedom as parts were drawn. Where its ends lie more than a factor of 10 from the estimate,
    or there are fewer than 16 blocks, the answer is NaN: it cannot be told from this corpus.
    """
    x = np.atleast_1d(np.asarray(t, dtype=np.float64))
    if found.concept.shape != found.block.shape or not (found.sizes > 0).any() or (x <= 0).any():
        raise InputError("a table of concepts by block needs a block for each concept, and blocks and parts of a size")
    used = np.flatnonzero(found.sizes > 0)
    if used.size < FEWEST_BLOCKS or not found.concept.size:
        unknown = np.full(x.size, np.nan)
        return Discovery(unknown, unknown, unknown, unknown, ("none",) * x.size)
    names, concept = np.unique(found.concept, return_inverse=True)
    table = Incidence(concept, found.block, found.sizes)
    tested = np.array([_tested(table, names.size, used, ratio, seed) for ratio in TESTED])  # (ratios, methods)
    whole = spectrum(np.bincount(concept))
    picked = [_pick(whole, float(at), tested, seed) for at in x]
    value, error = np.array([p[0] for p in picked]), np.array([p[1] for p in picked])
    wide = np.exp(float(stdtrit(REPEATS - 1, 0.95)) * error)
    told = wide <= TOO_WIDE
    low, high = (value + 0.5) / wide - 0.5, (value + 0.5) * wide - 0.5
    value, low, high, error = (np.where(told, a, np.nan) for a in (value, np.maximum(low, 0.0), high, error))
    return Discovery(value, low, high, error, tuple(p[2] for p in picked))


def _pick(found: Spectrum, t: float, tested: Floats, seed: int) -> tuple[float, float, str]:
    """Value, error and name of the method that erred least at the tested size nearest to ``t``."""
    near = int(np.argmin(np.abs(np.log(t / np.array(TESTED)))))
    names = list(METHODS)
    for best in np.argsort(tested[near], kind="stable"):
        value = METHODS[names[best]](found, t, seed)
        errors = tested[:, best]
        known = np.isfinite(errors)
        if not np.isfinite(value) or not known[near]:
            continue
        slope = np.polyfit(np.log1p(np.array(TESTED)[known]), errors[known], 1)[0] if known.sum() > 1 else 0.0
        beyond = max(np.log1p(t) - np.log1p(TESTED[near]), 0.0)
        return max(value, 0.0), float(errors[near] + max(slope, 0.0) * beyond), names[best]
    return np.nan, np.inf, "none"


def _tested(found: Incidence, concepts: int, used: Ints, ratio: float, seed: int) -> Floats:
    """Root mean square of log (counted / predicted), from random parts of the corpus to ``ratio`` times as much.

    (methods,); NaN for a method that gives no answer for more than a quarter of the parts.
    """
    rng = stream(seed, "discovery", int(ratio * 1000), used.size)
    every = found.counts(found.sizes > 0, concepts)
    off, alone = np.full((REPEATS, len(METHODS)), np.nan), []
    for row in off:
        part = np.zeros(found.sizes.size, dtype=bool)
        part[rng.permutation(used)[: max(2, round(used.size / (1 + ratio)))]] = True
        known = found.counts(part, concepts)
        more = float(found.sizes.sum() / found.sizes[part].sum()) - 1.0
        counted = int(np.count_nonzero((known == 0) & (every > 0)))
        seen = spectrum(known)
        alone.append(_independent(seen))
        if not seen.met:  # nothing to learn from: counts as an answer that no method gave
            continue
        predicted = np.array([method(seen, more, seed) for method in METHODS.values()])
        row[:] = np.log((counted + 0.5) / (np.maximum(predicted, 0.0) + 0.5))
    enough = np.isfinite(off).sum(axis=0) >= 0.75 * REPEATS
    out = np.full(len(METHODS), np.nan)
    out[enough] = np.sqrt(np.nanmean(np.square(off[:, enough]), axis=0))
    return np.asarray(out * np.sqrt(_independent(spectrum(every)) / np.mean(alone)))


def _independent(found: Spectrum) -> float:
    """Relative error of one further corpus if concepts came independently of each other."""
    weights = unseen.taper(found.times, 1.0)
    new = max(float(weights @ found.concepts), 1.0)
    return float(np.sqrt(weights**2 @ found.concepts + new)) / new
