"""World: where items come from, and what engines read. A simulator with known truth, or real data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kindergrad.core.names import Axis
from kindergrad.core.records import Split


class World(Protocol):
    """What a study needs of its world. A world file defines ``WORLD``, its name, and ``make(seed, **settings)``.

    A small world of one assessment (``Assessment.world``) is not read by engines: it needs neither ``axis``, ``size``,
    ``smallest`` nor ``corpus``.

    Attributes
    ----------
    id, sentence : its name in records, and what it is in one sentence.
    digest : identity of its content; another seed or setting gives another digest.
    exact : whether the process behind the items is known, so that an oracle can answer.
    offers : what assessments may need of it (``windows``, ``genes``, ``responses`` ...).
    missing : what it does not offer -> why, and what would add it.
    axis, size, smallest : unit of the corpus, how much there is of it, and the smallest part worth reading.
    split : which clusters train, serve as reference, and are scored.
    """

    id: str
    sentence: str
    digest: str
    exact: bool
    offers: frozenset[str]
    missing: Mapping[str, str]
    axis: Axis
    size: int
    smallest: int
    split: Split

    def corpus(self, seed: int) -> Sequence[Any]:
        """Pieces that an engine learns from, in the order of reading.

        Texts on the axes bases and characters, whose letters are counted; else pieces that count one each.
        """
        ...
