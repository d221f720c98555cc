"""Simulated long tables with known truth, shared by the tests of ``progress``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit

from kindergrad.core.table import Row

SCALES = 10.0 ** np.arange(3.0, 6.01, 0.25)


def logistic(x: np.ndarray, location: float, width: float, plateau: float) -> np.ndarray:
    return np.asarray(plateau * expit(2.0 * np.log(9.0) * (x - location) / width))


def curve_rows(skill: str, location: float, width: float = 1.0, plateau: float = 0.9, *, rng: np.random.Generator,
               scales: Sequence[float] | np.ndarray = SCALES, stderr: float = 0.03, **more: Any) -> list[Row]:
    """Rows of one logistic curve, with sampling error ``stderr`` and a spread of 0.01 between runs."""
    seeds = more.pop("seeds", 1)
    out = []
    for scale in scales:
        for seed in range(seeds):
            latent = float(logistic(np.log10([scale]), location, width, plateau)[0])
            value = latent + rng.normal(0, np.hypot(stderr, 0.01))
            fields: dict[str, Any] = {"engine": "markov", "skill": skill, "axis": "bases", "scale": float(scale),
                                      "value": value, "stderr": stderr, "seed": seed, **more}
            out.append(Row.model_validate(fields))
    return out


def tiers(rng: np.random.Generator, *, log_frequency: Sequence[float] = (-3, -3.5, -4, -4.5, -5, -5.5, -6, -6.5),
          kappa: float = 0.3, tau: float = 0.1, **more: Any) -> list[Row]:
    """Levels of one assessment at falling frequency: onset = kappa - log10 frequency."""
    out = []
    for i, log_phi in enumerate(log_frequency):
        out += curve_rows(f"genomics/word[{i}]", kappa - log_phi + rng.normal(0, tau), rng=rng, frequency=10.0**log_phi,
                          assessment="genomics/word", grade="elementary", **more)
    return out
