"""Against false thresholds: how often would a smooth curve of the same design look as abrupt as this one?

And for open verdicts: how many items, seeds or scales would decide them? Both by simulating the user's own design.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.names import ABRUPT_WIDTH, VERDICT_PROBABILITY
from kindergrad.core.seeds import stream
from kindergrad.progress.posterior import SkillPosterior
from kindergrad.stats import curve as one_curve
from kindergrad.stats.hierarchy_atoms import rise

Floats = NDArray[np.float64]

ALLOWED = 0.05
DRAWS = 39
"""Simulated curves: with none as abrupt as the real one, p = 1/40; with one, p = 2/40."""
CLEARLY_SMOOTH = 1.5 * ABRUPT_WIDTH
"""Width of the smooth curve that stands in where no draw of the posterior is smooth: the hardest to tell apart."""

_TRIES = 5
_DESIGNS = (
    ("4 times the items", 4.0, 1),
    ("twice the scales", 1.0, 2),
    ("4 times the scales", 1.0, 4),
    ("4 times the scales and 4 times the items", 4.0, 4),
    ("4 times the scales and 16 times the items", 16.0, 4),
)


def false_alarm(posterior: SkillPosterior, p_abrupt: float, *, seed: int = 0) -> float:
    """Parametric bootstrap p-value: share of smooth curves whose P(abrupt) is as large; stops early once it is lost."""
    curve, rng = posterior.curve, stream(seed, "threshold", "false alarm", posterior.curve.skill)
    stderr, hits = np.nan_to_num(curve.stderr), 0
    paths = smooth_paths(posterior, DRAWS, rng)
    spread = rng.choice(posterior.alone.spread, DRAWS)
    for done, (path, extra) in enumerate(zip(paths, spread, strict=True), start=1):
        y = path + rng.normal(0.0, np.hypot(stderr, extra))
        hits += _p_abrupt(posterior, y, seed) >= p_abrupt
        if hits > ALLOWED * (DRAWS + 1):
            return float((hits + 1) / (done + 1))
    return float((hits + 1) / (DRAWS + 1))


def smooth_paths(posterior: SkillPosterior, n: int, rng: np.random.Generator) -> Floats:
    """(n, points) smooth curves that fit the data best: draws wider than 0.3 decades, or abrupt draws made smooth."""
    alone, x = posterior.alone, posterior.curve.x
    for law, draws in zip(alone.laws, alone.parameters, strict=True):
        if law.name == "logistic" and len(draws):
            width = draws[:, law.parameters.index("width")]
            smooth = draws[width > ABRUPT_WIDTH]
            if len(smooth) >= 20:
                return np.asarray(law.value(x, smooth[rng.integers(len(smooth), size=n)]))
    starts = [(law, draws) for law, draws in zip(alone.laws, alone.parameters, strict=True)
              if "location" in law.parameters and len(draws)]
    law, draws = max(starts, key=lambda item: len(item[1]))
    pick = draws[rng.integers(len(draws), size=n)]
    floor, plateau, place = (pick[:, law.parameters.index(name)] for name in ("floor", "plateau", "location"))
    g = rise(x[None, :], place[:, None], np.full((n, 1), CLEARLY_SMOOTH))
    return np.asarray(floor[:, None] + (plateau - floor)[:, None] * g)


def _p_abrupt(posterior: SkillPosterior, y: Floats, seed: int) -> float:
    curve = posterior.curve
    alone = one_curve.fit(curve.x, y, curve.stderr, seed=seed, draws=1000)
    return SkillPosterior(curve, alone).shapes()["abrupt"]


def advice(posterior: SkillPosterior, *, seed: int = 0) -> str:
    """What would decide an open verdict: the first design under which most simulated repeats reach 0.9."""
    curve, shapes = posterior.curve, posterior.shapes()
    if shapes["flat"] > 0.3:
        return f"a rise, if there is one, hardly shows yet: larger scales than {10.0**curve.now:.3g} decide it"
    rng = stream(seed, "threshold", "advice", curve.skill)
    levels = np.unique(curve.x)
    if levels.size < 2:
        return "one scale cannot show a shape: at least 6 scales over 2 decades are needed"
    known = curve.stderr[np.isfinite(curve.stderr)]
    stderr = float(np.median(known)) if known.size else 0.0
    repeats = max(1, round(curve.x.size / levels.size))
    for words, items, times in _DESIGNS:
        x = np.repeat(np.linspace(levels[0], levels[-1], (levels.size - 1) * times + 1), repeats)
        if np.mean([_decided(posterior, x, stderr / np.sqrt(items), rng, seed + k) for k in range(_TRIES)]) > 0.5:
            return f"{words} over the same range would decide it"
    return "no design up to 4 times the scales and 16 times the items decides it; more seeds near the rise may"


def _decided(posterior: SkillPosterior, x: Floats, stderr: float, rng: np.random.Generator, seed: int) -> bool:
    one = posterior.alone.predict(x)[rng.integers(posterior.alone.n_draws)]
    extra = float(np.median(posterior.alone.spread))
    alone = one_curve.fit(x, one + rng.normal(0.0, np.hypot(stderr, extra), x.size), np.full(x.size, stderr), seed=seed,
                          draws=1000)
    return max(_shapes(posterior, alone, x).values()) >= VERDICT_PROBABILITY


def _shapes(posterior: SkillPosterior, alone: one_curve.CurvePosterior, x: Floats) -> dict[str, float]:
    curve = posterior.curve
    fields = {name: np.zeros(x.size) for name in ("y", "stderr", "twin", "twin_stderr")}
    longer = type(curve)(**{**curve.__dict__, "x": x, "seed": np.zeros(x.size, dtype=np.int64), **fields})
    return SkillPosterior(longer, alone).shapes()
