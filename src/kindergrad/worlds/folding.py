"""Hairpins with known truth: an arm, a loop, and the arm's reverse complement with a few mismatches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import reverse_complement_codes

LOOPS = np.arange(4, 9)
"""Loop lengths in letters, all equally likely."""

WORLD = "folding"


class Hairpins(NamedTuple):
    """Codes of n hairpins: ``context`` ends with the first arm and the loop, ``arm`` is the second arm."""

    context: NDArray[np.uint8]
    arm: NDArray[np.uint8]


def draw(streams: list[np.random.Generator], *, stem: int, before: int, mismatch: float) -> Hairpins:
    """Hairpins in noise; every context has ``before + stem + LOOPS[-1]`` letters.

    Parameters
    ----------
    stem : letters of one arm.
    before : letters of noise in front of the longest hairpin.
    mismatch : chance that a letter of the second arm does not pair.
    """
    length = before + stem + int(LOOPS[-1])
    context = np.stack([rng.integers(0, 4, length) for rng in streams]).astype(np.uint8)
    loop = np.array([rng.choice(LOOPS) for rng in streams])
    where = (length - loop - stem)[:, None] + np.arange(stem)
    arm = reverse_complement_codes(np.take_along_axis(context, where, axis=1))
    wrong = np.stack([rng.random(stem) for rng in streams]) < mismatch
    other = np.stack([rng.integers(1, 4, stem) for rng in streams])
    return Hairpins(context, np.where(wrong, (arm + other) % 4, arm).astype(np.uint8))


def log_p(context: NDArray[np.uint8], arm: NDArray[np.uint8], mismatch: float) -> NDArray[np.float64]:
    """Natural log P(second arm | context), exact: the mean over all loop lengths, shape (n,)."""
    stem, length = arm.shape[1], context.shape[1]
    match = max(1 - mismatch, 1e-12)
    other = max(mismatch / 3, 1e-12)
    each = []
    for loop in LOOPS:
        expected = reverse_complement_codes(context[:, length - loop - stem : length - loop])
        each.append(np.log(np.where(arm == expected, match, other)).sum(axis=1))
    return np.asarray(np.logaddexp.reduce(each, axis=0) - np.log(len(LOOPS)))
