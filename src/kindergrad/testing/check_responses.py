"""What every engine of responses must hold: the part of ``check_engine`` for screens of perturbations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import ChooseNext, DrawCells, PredictResponse, RankEdges
from kindergrad.core.responses import MORE, Condition, Experiment, joined

Floats = NDArray[np.float64]

_ROWS, _CELLS = 24, 5


def check_responses(engine: Any, corpus: Sequence[Experiment], tolerance: float,
                    require: Callable[[bool, str], None]) -> None:
    """Let an engine read a corpus, and ask it through all its asks.

    Rules: finite float64 of the right shape; the same answer whatever else is asked and in whatever order, and the same
    when asked again; unseen genes, contexts, combinations, doses and guides without a target are answered, not refused.

    Parameters
    ----------
    require : called with a condition and the rule that it stands for.
    """
    require(bool(corpus), "an engine of responses is checked after it has read experiments; give a corpus")
    engine.learn(list(corpus))
    genes, asked = corpus[0].panel.genes, conditions(corpus)
    if isinstance(engine, PredictResponse):
        _rows(lambda rows: engine.predict_response([asked[r] for r in rows]), (len(asked), len(genes)), tolerance,
              require)
    if isinstance(engine, ChooseNext):
        _rows(lambda rows: engine.worth([asked[r] for r in rows]), (len(asked),), tolerance, require)
    if isinstance(engine, RankEdges):
        pairs = [(genes[i], genes[-1 - i]) for i in range(_ROWS)]
        _rows(lambda rows: engine.rank_edges([pairs[r][0] for r in rows], [pairs[r][1] for r in rows]), (_ROWS,),
              tolerance, require)
    if isinstance(engine, DrawCells):
        drawn = engine.draw_cells(asked[:3], _CELLS, 0)
        require(drawn.shape == (3, _CELLS, len(genes)) and bool(np.isfinite(drawn).all()),
                f"cells must be finite, of shape (conditions, cells, genes); got shape {drawn.shape}")
        require(bool(np.array_equal(drawn, engine.draw_cells(asked[:3], _CELLS, 0))), "one seed must give one draw")


def conditions(corpus: Sequence[Experiment]) -> list[Condition]:
    """Conditions that were read and others that were not."""
    genes, context = corpus[0].panel.genes, corpus[0].condition.context
    known = [e.condition for e in corpus[: _ROWS - 8]]
    return [*known, Condition("", context), Condition("safe-999", context), Condition(genes[0], "elsewhere"),
            Condition(genes[1] + MORE, context), Condition(genes[2], context, 0.3),
            Condition(genes[3], context, 1.0, "9"), Condition(joined(genes[4:6]), context),
            Condition(joined(genes[6:9]), context)]


def _rows(ask: Callable[[list[int]], Any], shape: tuple[int, ...], tolerance: float,
          require: Callable[[bool, str], None]) -> None:
    every = list(range(shape[0]))
    whole = ask(every)
    require(isinstance(whole, np.ndarray) and whole.dtype == np.float64 and whole.shape == shape,
            f"answers must be float64 of shape {shape}; got {getattr(whole, 'dtype', type(whole).__name__)} of shape "
            f"{np.shape(whole)}")
    require(bool(np.isfinite(whole).all()), "answers must be finite")
    require(bool(np.array_equal(ask(every), whole)), "the same question must get the same answer")
    turned = ask(every[::-1])[::-1]
    require(bool(np.allclose(turned, whole, rtol=tolerance, atol=tolerance)), "answers depend on the order of rows")
    parts = np.concatenate([ask(every[i : i + 7]) for i in range(0, len(every), 7)])
    require(bool(np.allclose(parts, whole, rtol=tolerance, atol=tolerance)), "answers differ in batches of 7")
