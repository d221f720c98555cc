"""A study that takes a second, and what a call of the command line gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

SMALL = """
name: small
world: {size: 30_000}
engines: [{id: markov, settings: {max_order: 6}}]
scales: [1e3, 3k, 10k, 30 kb]
assessments: [genomics/next-base, genomics/exact-word, genomics/degenerate-word]
items: 30
goal: genomics/exact-word>=0.5@1e6
"""


class Said(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Said]
