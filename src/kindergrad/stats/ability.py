"""One vertical scale: abilities of engines and difficulties of skills, from tables with missing cells.

``score_es = lo_s + (hi_s - lo_s) / (1 + exp(-a_s (theta_e - b_s)))`` with a full posterior; the priors stand in
:mod:`kindergrad.stats.ability_model`. The unit is the logit of a skill of average slope, zero the median difficulty of
the skills, in every draw; or, with two anchors, zero and one are the abilities of two reference engines.

*Shows* which engine is able to do more, which skill is harder, and how surely. *Does not show* that one number is
enough: ask :mod:`kindergrad.stats.ability_checks`.

Rasch 1960; Lord and Novick 1968; Fox 2010, doi:10.1007/978-1-4419-0742-4. The cross-validation rule (the simplest
within one standard error of the best) is that of Breiman et al. 1984.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.ability_model import Cells, Model, build, cell_log_density, slopes, split, spreads
from kindergrad.stats.ability_sampler import Draws, effective_size, r_hat, sample

Floats = NDArray[np.float64]

SLOPE_SDS = (0.0, 0.3, 0.6)
"""Candidates for the spread of log slopes between skills; 0 is the Rasch model, one slope for all."""
GOOD_R_HAT = 1.05
MOST_DIVERGENT = 0.1
"""Share of draws; diverging steps are refused, and only hint at corners: jumps lead into them, and out again."""
_FOLDS = 4


class SlopeChoice(NamedTuple):
    """Cross-validated log score per cell of each candidate, shape (len(SLOPE_SDS),), and its error against the best."""

    slope_sd: Floats
    log_score: Floats
    stderr: Floats


class AbilityFit(NamedTuple):
    """Posterior of a vertical scale; n draws, E engines, S skills."""

    ability: Floats
    """theta, shape (n, E)."""
    difficulty: Floats
    """b, the ability that answers a skill half way between lo and hi, shape (n, S)."""
    slope: Floats
    """a, shape (n, S), logits per unit of ability."""
    spread: Floats
    """Extra spread of scores of a skill around the scale, in score units, shape (n, S)."""
    q: Floats
    """All parameters of the model, shape (D, n), for checks."""
    model: Model
    choice: SlopeChoice | None
    r_hat: float
    """Largest over abilities and difficulties; above 1.05 the posterior has not converged."""
    effective: float
    """Smallest effective number of draws."""
    divergent: int
    anchored: bool = False

    @property
    def converged(self) -> bool:
        return self.r_hat <= GOOD_R_HAT and self.divergent <= MOST_DIVERGENT * len(self.ability)


def fit_abilities(
    cells: Cells,
    shape: tuple[int, int],
    *,
    seed: int = 0,
    slope_sd: float | None = None,
    design: Floats | None = None,
    draws: int = 1000,
) -> AbilityFit:
    """Posterior of abilities and difficulties.

    Parameters
    ----------
    cells : what was observed; scores in units of lo to hi, counts as k of n.
    shape : number of engines and of skills.
    slope_sd : spread of log slopes between skills; None chooses from :data:`SLOPE_SDS` by cross-validation.
    design : shape (E, K), a regression of ability, such as log scale and one column a family; its columns are taken as
        they are, so centre them.
    draws : in all; a chain that has not converged is run again, three times as long.

    Raises
    ------
    InputError
        For cells that are not finite, out of range, or too few.
    """
    check_cells(cells, shape)
    choice = choose_slopes(cells, shape, seed=seed, design=design) if slope_sd is None else None
    if slope_sd is None:
        slope_sd = best_slope_sd(choice) if choice is not None else 0.0
    model = build(cells, shape, slope_sd, design)
    for longer in (1, 3):
        drawn = sample(model, seed, draws=max(50, draws * longer // 4), warmup=200 * longer)
        fit = _summary(model, drawn, choice, keep=draws)
        if fit.converged:
            break
    return fit


def _summary(model: Model, drawn: Draws, choice: SlopeChoice | None, keep: int) -> AbilityFit:
    n, size, chains = drawn.q.shape
    q = np.ascontiguousarray(drawn.q.transpose(1, 0, 2)).reshape(size, n * chains)
    blocks = split(model, q)
    zero = np.median(blocks.difficulty, axis=0)
    reported = np.concatenate([blocks.theta - zero, blocks.difficulty - zero]).reshape(-1, n, chains)
    by_chain = reported.transpose(1, 0, 2)
    thin = np.unique(np.linspace(0, n * chains - 1, min(keep, n * chains)).astype(int))
    q, zero = q[:, thin], zero[thin]
    blocks = split(model, q)
    return AbilityFit(
        (blocks.theta - zero).T, (blocks.difficulty - zero).T, slopes(model, blocks).T, spreads(blocks).T, q, model,
        choice, float(r_hat(by_chain).max()), float(effective_size(by_chain).min()), drawn.divergent,
    )


def choose_slopes(cells: Cells, shape: tuple[int, int], *, seed: int = 0, design: Floats | None = None) -> SlopeChoice:
    """Log score of held-out cells under each of :data:`SLOPE_SDS`, over four folds and short posteriors."""
    fold = stream(seed, "ability", "folds").permutation(len(cells.value)) % _FOLDS
    scores = np.zeros((len(SLOPE_SDS), len(cells.value)))
    for i, slope_sd in enumerate(SLOPE_SDS):
        for k in range(_FOLDS):
            drawn = sample(build(cells.take(fold != k), shape, slope_sd, design), seed, draws=40, warmup=100, chains=2)
            held = cells.take(fold == k)
            model = build(held, shape, slope_sd, design)
            density, _, _ = cell_log_density(model, split(model, np.concatenate(list(drawn.q), axis=1)))
            # build() reorders the cells alike for every slope_sd, so that columns of scores stay paired
            scores[i, fold == k] = logsumexp(density, axis=1) - np.log(density.shape[1])
    gap = scores - scores[scores.mean(axis=1).argmax()]
    stderr = gap.std(axis=1, ddof=1) / np.sqrt(gap.shape[1])
    return SlopeChoice(np.array(SLOPE_SDS), scores.mean(axis=1), stderr)


def best_slope_sd(choice: SlopeChoice) -> float:
    """The smallest spread of slopes within one standard error of the best."""
    near = choice.log_score >= choice.log_score.max() - choice.stderr
    return float(choice.slope_sd[np.argmax(near)])


def anchor(fit: AbilityFit, low: int, high: int) -> AbilityFit:
    """Put engine ``low`` at 0 and engine ``high`` at 1 in every draw, so that scales from different tables agree.

    Raises
    ------
    InputError
        Where the two engines cannot be told apart: the unit would be noise.
    """
    zero, unit = fit.ability[:, [low]], fit.ability[:, [high]] - fit.ability[:, [low]]
    if (apart := float((unit > 0).mean())) < 0.975:
        raise InputError(f"the anchors cannot be told apart; got P(upper above lower) = {apart:.2f}, expected at least "
                         "0.975; try more items for them, or report without anchors")
    keep = unit[:, 0] > 0
    zero, unit = zero[keep], unit[keep]
    return fit._replace(
        ability=(fit.ability[keep] - zero) / unit, difficulty=(fit.difficulty[keep] - zero) / unit,
        slope=fit.slope[keep] * unit, spread=fit.spread[keep], q=fit.q[:, keep], anchored=True,
    )


def half_way(fit: AbilityFit, groups: Sequence[Sequence[int]]) -> Floats:
    """P(an engine answers the median skill of a group at least half way), shape (E, number of groups)."""
    level = np.stack([np.median(fit.difficulty[:, list(g)], axis=1) for g in groups], axis=1)
    return np.asarray((fit.ability[:, :, None] >= level[:, None, :]).mean(axis=0))


def expected_scores(fit: AbilityFit, engine: int, skill: int) -> Floats:
    """Draws of the share of the way from lo to hi, also for a cell that was never observed; shape (n,)."""
    return np.asarray(expit(fit.slope[:, skill] * (fit.ability[:, engine] - fit.difficulty[:, skill])))


def linked(cells: Cells, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Which engines can be compared at all: a group number per engine, shape (E,), from shared skills."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = sum(shape)
    pairs = coo_array((np.ones(len(cells.engine)), (cells.engine, cells.skill + shape[0])), shape=(n, n))
    return np.asarray(connected_components(pairs, directed=False)[1][: shape[0]], dtype=np.int64)


def check_cells(cells: Cells, shape: tuple[int, int]) -> None:
    """Refuse cells that no scale can use; the message names the first."""
    if min(shape) < 2:
        raise InputError(f"a vertical scale needs at least 2 engines and 2 skills; got {shape[0]} and {shape[1]}")
    lengths = {len(column) for column in cells}
    if len(lengths) != 1 or 0 in lengths:
        raise InputError(f"cells need columns of one length above 0; got lengths {sorted(lengths)}")
    wrong = {
        "is not finite": ~np.isfinite(np.stack([cells.value, cells.n, cells.stderr, cells.lo, cells.hi])).all(axis=0),
        "has a negative standard error": cells.stderr < 0,
        "has hi not above lo": cells.hi <= cells.lo,
        "has more right answers than items": (cells.n > 0) & ((cells.value < 0) | (cells.value > cells.n)),
        "has counts and limits outside 0 to 1": (cells.n > 0) & ((cells.lo < 0) | (cells.hi > 1)),
        "names an engine or skill that is not there":
            (cells.engine < 0) | (cells.engine >= shape[0]) | (cells.skill < 0) | (cells.skill >= shape[1]),
    }
    for what, where in wrong.items():
        if where.any():
            at = int(np.argmax(where))
            got = ", ".join(f"{name} {column[at]:g}" for name, column in cells._asdict().items())
            raise InputError(f"cell {at} {what}; got {got}")
