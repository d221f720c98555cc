"""How many new concepts will the next part of the corpus show? Good and Toulmin's series, and its smoothed form.

After a corpus in which f_k concepts were met k times, another part of t times its size is expected to show
``sum -(-t)^k f_k`` concepts that are new. Up to t = 1 this holds without any assumption about how frequent concepts
are. Beyond it the series explodes and is cut off smoothly, at random (Efron and Thisted 1976,
doi:10.1093/biomet/63.3.435; Orlitsky, Suresh and Wu 2016, doi:10.1073/pnas.1607774113), which cannot reach further than
t of about log n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from kindergrad.core.errors import InputError
from kindergrad.stats.richness import Spectrum

Floats = NDArray[np.float64]

Z90 = 1.6449
TAPER = 24


class Unseen(NamedTuple):
    """New concepts in a further part of a corpus: expected number, and the bounds of the central 90 %.

    The interval is of the number itself, not of its expectation: it holds the noise of the part to come as well.
    """

    value: float
    low: float
    high: float


def weights(times: NDArray[np.int64], t: float, n: float) -> Floats:
    """What each concept met k times adds to the expected number of new ones: (m,).

    ``-(-t)^k`` for t up to 1; beyond, times P(Binomial(K, 2 / (2 + t)) >= k) with K of about log3(n t^2 / (t - 1)) / 2,
    the choice of Orlitsky, Suresh and Wu.
    """
    if not t > 0:
        raise InputError(f"the further part must have a size; got {t:g} times the corpus")
    k = times.astype(np.float64)
    if t <= 1:
        return np.asarray(-((-t) ** k))
    cut = max(1, int(np.floor(0.5 * np.log(n * t**2 / (t - 1)) / np.log(3))))
    tail = np.where(k <= cut, bdtrc(np.minimum(k, cut) - 1, cut, 2 / (2 + t)), 0.0)
    magnitude = np.exp(np.minimum(k, cut) * np.log(t))  # k beyond the cut weighs nothing: do not let it overflow
    return np.asarray(np.where(k % 2 == 1, 1.0, -1.0) * magnitude * tail)


def taper(times: NDArray[np.int64], t: float) -> Floats:
    """Weights of Good and Toulmin's series with its far terms faded out, for ``t`` up to about 1: (m,).

    Concepts that were met often say nothing of those not met, yet each adds its noise to the series. The term of k is
    weighed by P(Binomial(24, 1/2) >= k): what matters up to k = 6 is kept, what comes after 18 is gone.
    """
    k = np.minimum(times, TAPER + 1).astype(np.float64)
    return np.asarray(-((-t) ** k) * np.where(k <= TAPER, bdtrc(np.minimum(k, TAPER) - 1, TAPER, 0.5), 0.0))


def good_toulmin(found: Spectrum, t: float, *, inflation: float = 1.0, most: int | None = None) -> Unseen:
    """New concepts expected in a further part of ``t`` times the corpus.

    Parameters
    ----------
    found : what was met how often.
    t : size of the further part, in corpora.
    inflation : of the variance, where concepts do not come independently of each other.
    most : leave out concepts met more often than this (Efron and Thisted used 100).

    Notes
    -----
    For independent concepts the variance of (number - estimate) is ``sum w_k^2 f_k`` + the number itself: the first is
    the error of the estimate, the second the noise of the part to come.
    """
    keep = slice(None) if most is None else found.times <= most
    w, f = weights(found.times[keep], t, max(found.occurrences, 2.0)), found.concepts[keep]
    value = float(w @ f)
    sd = float(np.sqrt(inflation * (w**2 @ f + max(value, 0.0))))
    return Unseen(max(value, 0.0), max(value - Z90 * sd, 0.0), max(value + Z90 * sd, 0.0))
