"""Through which readouts an engine can sit an assessment, and how the questions reach it.

Two readouts need no line in an assessment file: whatever can be fitted can be probed through frozen embeddings, and
whatever asks for likelihoods can be asked of an engine that only has pseudo-likelihoods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import ASK_OF, Embed, Fit, KnowsTruth, PseudoLikelihood, Trained
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.engines.sklearn_ import Probe

_BASIS = {Readout.PROBE: Readout.FIT, Readout.PSEUDO_LIKELIHOOD: Readout.LIKELIHOOD}
NEEDS_TRAINING = (Readout.FIT, Readout.PROBE)


def offered(assessment: Assessment) -> list[Readout]:
    """All readouts of an assessment: its own first, then those that come with them."""
    own = list(assessment.readouts)
    return own + [r for r, basis in _BASIS.items() if basis in own and r not in own]


def able(engine: Any, assessment: Assessment) -> list[Readout]:
    """Readouts through which this engine can sit this assessment."""
    if isinstance(engine, KnowsTruth):
        return list(assessment.readouts)
    decides = isinstance(engine, Trained) and isinstance(engine, Fit)  # somebody probed it elsewhere
    asks = {**ASK_OF, Readout.PROBE: Fit, Readout.FIT: KnowsTruth} if decides else ASK_OF
    return [r for r in offered(assessment) if isinstance(engine, asks[r])]


def put(engine: Any, assessment: Assessment, readout: Readout, items: Items, train: Items | None) -> NDArray[Any]:
    """Put the questions; training items go to the readouts that need them."""
    extra = (train,) if readout in NEEDS_TRAINING else ()
    if readout in assessment.readouts:
        return assessment.readouts[readout](engine, items.asked, *extra)
    return assessment.readouts[_BASIS[readout]](_as(readout, engine), items.asked, *extra)


def _as(readout: Readout, engine: Any) -> Any:
    if readout is Readout.PSEUDO_LIKELIHOOD:
        return _AsLikelihood(engine)
    return Probe(engine) if isinstance(engine, Embed) else engine


class _AsLikelihood:
    """Hands questions about likelihoods to an engine that answers with pseudo-likelihoods."""

    def __init__(self, engine: PseudoLikelihood) -> None:
        self._engine = engine

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        return self._engine.pseudo_log_likelihood(context, target)
