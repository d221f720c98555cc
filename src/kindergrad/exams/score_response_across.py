"""Contexts with too few items of their own, put together: one drug in several donors has no other labels in any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kindergrad.exams.score_response_items import Context


def joined(contexts: Sequence[Context], fewest: int) -> list[Context]:
    """Contexts with so many items as they are, and all others as one, if they come to as many.

    Every context that is put together is moved such that its controls lie where the mean of all controls lies. What
    differs between contexts without any perturbation is gone, and the control keeps its noise. The reference stays that
    of each context, or there is none.
    """
    large = [c for c in contexts if len(c.labels) >= fewest]
    small = [c for c in contexts if len(c.labels) < fewest]
    total = sum(len(c.labels) for c in small)
    return large if total < fewest or len(small) < 2 else [*large, _together(small)]


def _together(contexts: Sequence[Context]) -> Context:
    middle = np.mean([c.control for c in contexts], axis=0)
    moves = [middle - c.control for c in contexts]
    sizes = [len(c.labels) for c in contexts]
    references = [None if c.reference is None else np.broadcast_to(c.reference + move, c.prediction.shape)
                  for c, move in zip(contexts, moves, strict=True)]
    known = [r for r in references if r is not None]
    controls = [np.broadcast_to(c.controls + move, c.folds.shape) for c, move in zip(contexts, moves, strict=True)]
    return replace(
        contexts[0], name="several contexts", labels=tuple(label for c in contexts for label in c.labels),
        groups=tuple(group for c in contexts for group in c.groups),
        prediction=np.concatenate([c.prediction + move for c, move in zip(contexts, moves, strict=True)]),
        folds=np.concatenate([c.folds + move for c, move in zip(contexts, moves, strict=True)], axis=1),
        cells=np.concatenate([c.cells for c in contexts]), depth=np.concatenate([c.depth for c in contexts]),
        controls=np.concatenate(controls, axis=1),
        n_controls=int(np.average([c.n_controls for c in contexts], weights=sizes)),
        weights=np.mean([c.weights for c in contexts], axis=0), training={}, known=contexts[0].known[:0],
        known_cells=contexts[0].known_cells[:0],
        reference=np.concatenate(known) if len(known) == len(contexts) else None,
        home=all(c.home for c in contexts), elsewhere=np.concatenate([c.elsewhere for c in contexts]), spread=None,
        seen_elsewhere=frozenset.union(*(c.seen_elsewhere for c in contexts)))
