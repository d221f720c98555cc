"""Items: what is asked (truth-free), what is true, and what an oracle would answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Items:
    """The items of one exam.

    Attributes
    ----------
    asked : arrays whose first axis is the item; all that an engine ever sees.
    truth : arrays whose first axis is the item; needs ``cluster`` (the unit of the standard error).
    ideal : what the oracle answers, in the shape that ``put`` returns, or None without an oracle.
    skipped : items that the world could not offer, with the reason and their number.
    """

    asked: Mapping[str, NDArray[Any]]
    truth: Mapping[str, NDArray[Any]]
    ideal: NDArray[np.float64] | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(column) for part in (self.asked, self.truth) for name, column in part.items()}
        if "cluster" not in self.truth:
            raise InputError("items need a truth column 'cluster', the unit of the standard error")
        if len(set(lengths.values())) != 1:
            raise InputError(f"item columns differ in length: {lengths}")
        if self.ideal is not None and len(self.ideal) != len(self):
            raise InputError(f"ideal answers: got {len(self.ideal)} rows for {len(self)} items")

    def __len__(self) -> int:
        return len(self.truth["cluster"])

    @property
    def digest(self) -> str:
        """Identity of the items: what was asked and what was true, to the letter."""
        state = hashlib.blake2b(digest_size=12)
        for part in (self.asked, self.truth):
            for name in sorted(part):
                column = np.asarray(part[name])
                state.update(f"{name}:{column.shape}".encode())
                state.update("\x1f".join(map(str, column.ravel().tolist())).encode())
        return state.hexdigest()


def choice_items(
    context: NDArray[np.str_],
    candidates: NDArray[np.str_],
    ideal: NDArray[np.float64] | None,
    place: NDArray[np.int64],
    **truth: NDArray[Any],
) -> Items:
    """Items of the kind "which of these is the real one?".

    Parameters
    ----------
    context : shape (n,) or (n, c), what stands before each candidate (may be empty strings).
    candidates : shape (n, c), the true one in column 0.
    ideal : shape (n, c), the oracle's answers in the same order, or None.
    place : shape (n,), where the true one is moved to, so that its place tells nothing.
    **truth : shape (n,) columns, ``cluster`` at least.
    """
    n, c = candidates.shape
    context = np.broadcast_to(context.reshape(n, -1), (n, c))
    order = (np.arange(c)[None, :] - place[:, None]) % c
    rows = np.arange(n)[:, None]
    return Items(
        asked={"context": context[rows, order], "target": candidates[rows, order]},
        truth={"true": place, **truth},
        ideal=None if ideal is None else ideal[rows, order],
    )
