"""Everything that one learning curve tells: which law, is it learning, how abrupt, how far, what next.

``x`` is log10 of the scale; ``y`` a score between floor 0 and ceiling 1, unclipped, with known standard errors. For
each law the floor and the plateau are integrated in closed form and the rest stands on a grid
(:mod:`kindergrad.stats.curve_evidence`); the laws are then averaged by their evidence
(doi:10.1214/ss/1009212519). Deterministic given the seed.

*Shows* what these points and the priors support. *Does not show* that a law holds beyond the data: where nothing has
been learnt yet, the forecast is the prior, and says so by its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.curve_camps import CampsPosterior, fit_camps, observe, tellable
from kindergrad.stats.curve_catalogue import laws as laws_of
from kindergrad.stats.curve_evidence import Data, LawPosterior, fit_law, systematic
from kindergrad.stats.curve_resolution import resolution
from kindergrad.stats.laws._law import Design, Floats, Law

LAWS = ("flat", "line", "logistic", "power", "step", "peaked")
"""Averaged in every fit, and with enough runs at the same scales also ``mixture``."""
MEANINGFUL_RISE = 0.01
"""A rise over the observed scales smaller than this share of (ceiling - floor) does not count as learning."""
KNOWN_SPREAD = 0.03
UNKNOWN_SPREAD = 0.06
"""Median of the prior of the extra spread, where standard errors are known or missing."""
OPENING = 0.3
"""Scale of the half-normal prior of what no law foresees beyond the data: logits per square root of a decade."""


class CurvePosterior(NamedTuple):
    """Posterior of one curve, as draws of curves from the laws in proportion to their probability."""

    laws: tuple[Law, ...]
    log_evidence: dict[str, float]
    """Log marginal likelihood of each law."""
    probabilities: dict[str, float]
    """Posterior probability of each law."""
    p_learning: float
    """P(the latent score rises by more than 0.01 over the observed scales, or over a decade where they span less)."""
    width: Floats
    """Decades from 10 to 90 % of the rise, draws *given that there is a rise* (laws with a location); 0 for a step."""
    location: Floats
    """log10 of the scale where half of the rise is done, paired with ``width``; same shape (draws,)."""
    resolution: float
    """Smallest width that these scales and errors could tell from a step (95 % power); ``inf`` if none."""
    parameters: tuple[Floats, ...]
    """Per law, draws of shape (draws of this law, parameters)."""
    spread: Floats
    """Extra spread of each draw, shape (draws,)."""
    order: NDArray[np.intp]
    """Draw i of every answer is row ``order[i]`` of the stacked draws of all laws."""
    design: Design
    assumptions: tuple[str, ...]
    """What was assumed about the input, in words."""
    horizon: float = float("inf")

    @property
    def n_draws(self) -> int:
        return self.order.size

    @property
    def law_names(self) -> NDArray[np.str_]:
        """Name of the law of each draw, shape (draws,)."""
        stacked = np.repeat([law.name for law in self.laws], [len(p) for p in self.parameters])
        return np.asarray(stacked[self.order])

    def predict(
        self, x_new: ArrayLike, seed: int = 0, *, observation: bool = False, opening: bool = False
    ) -> Floats:
        """Draws of the curve at log10 scales ``x_new``, shape (draws, len(x_new)).

        The latent curve, or with ``observation`` a new score of an exam without sampling error of its own: the extra
        spread is added, the standard error of the future exam is not. With ``opening`` a random walk in logits starts
        at the largest observed scale: the laws may all be wrong out there.
        """
        x = np.atleast_1d(np.asarray(x_new, dtype=np.float64))
        stacked = [law.value(x, p) for law, p in zip(self.laws, self.parameters, strict=True) if len(p)]
        drawn: Floats = np.concatenate(stacked)[self.order]
        if observation:
            drawn = self._runs(x, drawn, seed)
        if opening:
            inside = np.clip(drawn, 0.02, 0.98)
            drawn = drawn + inside * (1.0 - inside) * self._walk(x, seed)
        if not observation:
            return drawn
        noise = stream(seed, "curve", "observation").standard_normal(drawn.shape)
        return np.asarray(drawn + self.spread[:, None] * noise)

    def _runs(self, x: Floats, latent: Floats, seed: int) -> Floats:
        """Draws of laws with two camps become single runs: one camp or the other."""
        out, start = latent.copy(), 0
        place = np.argsort(self.order)  # of each stacked draw
        for law, parameters in zip(self.laws, self.parameters, strict=True):
            if law.camps and len(parameters):
                rows = place[start : start + len(parameters)]
                out[rows] = observe(x, parameters, stream(seed, "curve", "camps"))
            start += len(parameters)
        return out

    def _walk(self, x: Floats, seed: int) -> Floats:
        """Random walks that start at the largest observed scale, each with its own speed, shape (draws, m)."""
        rng = stream(seed, "curve", "opening")
        order = np.argsort(x)
        steps = np.diff(np.maximum(x[order] - self.design.high, 0.0), prepend=0.0)
        speed = OPENING * np.abs(rng.standard_normal(self.n_draws))
        out = np.empty((self.n_draws, x.size))
        out[:, order] = np.cumsum(np.sqrt(steps) * rng.standard_normal(out.shape), axis=1) * speed[:, None]
        return out

    def crossing(self, target: float) -> Floats:
        """Draws of the first log10 scale where the curve reaches ``target``; ``inf`` = never within the horizon.

        A curve that stands there at the smallest observed scale gives that scale. One that falls through the target
        before it does not reach it: nothing smaller was observed.
        """
        stacked = [law.inverse(target, p) for law, p in zip(self.laws, self.parameters, strict=True) if len(p)]
        low = self.design.low
        already = np.where(self.predict([low])[:, 0] >= target, low, np.inf)
        at = np.concatenate(stacked)[self.order]
        at = np.where(at < low, already, at)
        return np.asarray(np.where(at > self.horizon, np.inf, at))


def fit(
    x: ArrayLike,
    y: ArrayLike,
    stderr: ArrayLike | None = None,
    *,
    laws: Sequence[str | Law] | None = None,
    seed: int = 0,
    draws: int = 2000,
    horizon: float = float("inf"),
) -> CurvePosterior:
    """Posterior of one curve under several laws.

    Parameters
    ----------
    x : log10 scales, shape (n,), any order, repeats allowed (seeds).
    y : scores between floor 0 and ceiling 1, unclipped, shape (n,).
    stderr : standard errors, shape (n,); None, or NaN for single points, where unknown.
    laws : the laws to average, by name or as laws of one's own; ``LAWS`` by default.
    seed, draws : random stream and number of posterior draws.
    horizon : log10 scale beyond which a crossing counts as never.

    Raises
    ------
    InputError
        For no point at all, different lengths, NaN or infinite scales or scores, or negative errors.
    """
    data, assumptions = checked(x, y, stderr)
    found = laws_of(laws if laws is not None else (*LAWS, "mixture") if tellable(data.x) else LAWS)
    names = [law.name for law in found]
    fitted = [fit_camps(law, data) if law.camps else fit_law(law, data) for law in found]
    log_evidence = np.array([f.log_evidence for f in fitted])
    probability = _probabilities(found, log_evidence)
    rng = stream(seed, "curve", "fit")
    counts = np.bincount(systematic(probability, draws, rng), minlength=len(found))
    parts = [f.draw(data, int(n), rng) for f, n in zip(fitted, counts, strict=True)]
    width, location = _rise(fitted, probability, data, draws, rng)
    posterior = CurvePosterior(
        laws=tuple(found),
        log_evidence=dict(zip(names, map(float, log_evidence), strict=True)),
        probabilities=dict(zip(names, map(float, probability), strict=True)),
        p_learning=0.0,
        width=width,
        location=location,
        resolution=resolution(data, parts, found),
        parameters=tuple(p for p, _ in parts),
        spread=np.empty(0),
        order=rng.permutation(draws),
        design=data.design,
        assumptions=assumptions,
        horizon=horizon,
    )
    spread = np.concatenate([s for _, s in parts])[posterior.order]
    return posterior._replace(spread=spread, p_learning=_p_learning(posterior))


def checked(x: ArrayLike, y: ArrayLike, stderr: ArrayLike | None) -> tuple[Data, tuple[str, ...]]:
    """Validated data, and the assumptions that were needed.

    Raises
    ------
    InputError
        As :func:`fit`.
    """
    scales, scores = _vector(x, "x (log10 scale)"), _vector(y, "y (score)")
    if scales.size != scores.size or not scales.size:
        raise InputError(f"x and y must have the same length, at least 1; got {scales.size} and {scores.size}")
    notes: list[str] = []
    errors = np.full(scores.size, np.nan) if stderr is None else np.atleast_1d(np.asarray(stderr, dtype=np.float64))
    if errors.shape != scores.shape:
        raise InputError(f"stderr must have one value per score; got {errors.size} for {scores.size} scores")
    if np.any(errors < 0) or np.any(np.isinf(errors)):
        raise InputError("a standard error is negative or infinite; expected values >= 0, or NaN where unknown")
    unknown = np.isnan(errors) | (not np.any(errors > 0))  # nothing but zeros: no harness measures without error
    if unknown.all():
        notes.append("no standard errors: all scatter is taken as extra spread")
    elif unknown.any():
        notes.append(f"{unknown.sum()} of {errors.size} standard errors missing: taken as the median of the others")
    errors = np.where(unknown, 0.0 if unknown.all() else np.median(errors[~unknown]), errors)
    if not unknown.all() and np.any(errors == 0):
        notes.append("standard errors of 0: such points carry the extra spread only")
    ceiling = 1.0
    if np.max(scores - 2.0 * errors) > 1.05:
        ceiling = float(np.max(scores) + 0.1 * max(np.ptp(scores), 0.1))
        notes.append(f"scores clearly above 1: the plateau may reach {ceiling:.3g}")
    spread = UNKNOWN_SPREAD if unknown.all() else KNOWN_SPREAD
    design = Design(float(scales.min()), float(scales.max()), ceiling)
    return Data(scales, scores, errors, spread, design), tuple(notes)


def _vector(values: ArrayLike, name: str) -> Floats:
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim != 1:
        raise InputError(f"{name} must be one-dimensional; got shape {array.shape}")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise InputError(f"{name} must be finite; got {array[bad[0]]} at position {bad[0]}; "
                         "leave points without a score out")
    return array


def _probabilities(found: Sequence[Law], log_evidence: Floats) -> Floats:
    log_posterior = log_evidence + np.log([law.weight for law in found])
    weight = np.exp(log_posterior - log_posterior.max())
    return np.asarray(weight / weight.sum())


def _rise(
    fitted: Sequence[LawPosterior | CampsPosterior], probability: Floats, data: Data, draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Draws of (width, location) given a law with a location; NaN of shape (draws,) if no such law was asked for."""
    rising = [i for i, f in enumerate(fitted) if "location" in f.law.parameters]
    if not rising:
        return np.full(draws, np.nan), np.full(draws, np.nan)
    counts = np.bincount(systematic(probability[rising] + 1e-300, draws, rng), minlength=len(rising))
    widths, locations = [], []
    for i, n in zip(rising, counts, strict=True):
        names = fitted[i].law.parameters
        parameters, _ = fitted[i].draw(data, int(n), rng)
        widths.append(parameters[:, names.index("width")] if "width" in names else np.zeros(n))
        locations.append(parameters[:, names.index("location")])
    order = rng.permutation(draws)
    return np.concatenate(widths)[order], np.concatenate(locations)[order]


def _p_learning(posterior: CurvePosterior) -> float:
    """Share of draws that rise over the observed scales; a window of one decade where they span less."""
    low, high, _ = posterior.design
    short = max(0.0, 1.0 - (high - low)) / 2.0
    ends = posterior.predict([low - short, high + short])
    return float(np.mean(ends[:, 1] - ends[:, 0] > MEANINGFUL_RISE))
