"""Shuffles that keep the count of every word of k letters: the fairest controls for a real sequence.

Source: the Eulerian-walk method of Altschul and Erickson (1985), doi:10.1093/oxfordjournals.molbev.a040370, with
the uniform spanning tree of Wilson (1996), doi:10.1145/237814.237880, as in Kandel et al. (1996),
doi:10.1016/S0166-218X(97)81456-4.
"""

from __future__ import annotations

import itertools

import numpy as np


def shuffle(sequence: str, let: int, rng: np.random.Generator) -> str:
    """A random sequence with exactly the same words of ``let`` letters (1: letters, 2: pairs, 3: triplets)."""
    if let == 1 or len(sequence) <= let:
        return "".join(rng.permutation(list(sequence))) if let == 1 else sequence
    node = let - 1
    words = [sequence[i : i + node] for i in range(len(sequence) - node + 1)]
    following: dict[str, list[str]] = {}
    for left, right in itertools.pairwise(words):
        following.setdefault(left, []).append(right)
    last = _tree(following, words[-1], rng)
    for left, rest in following.items():
        if left in last:
            rest.remove(last[left])
        order = [rest[i] for i in rng.permutation(len(rest))]
        following[left] = [*order, last[left]] if left in last else order
    exits = {left: iter(rest) for left, rest in following.items()}
    walk, at = [words[0]], words[0]
    for _ in range(len(words) - 1):
        at = next(exits[at])
        walk.append(at[-1])
    return "".join(walk)


def _tree(following: dict[str, list[str]], root: str, rng: np.random.Generator) -> dict[str, str]:
    """A uniformly random tree of last exits that leads from every word to the root."""
    last: dict[str, str] = {}
    inside = {root}
    for start in following:
        path, at = {}, start
        while at not in inside:
            path[at] = following[at][int(rng.integers(len(following[at])))]
            at = path[at]
        at = start
        while at not in inside:
            inside.add(at)
            last[at] = path[at]
            at = path[at]
    return last


def distinct_shuffles(sequence: str, let: int, n: int, rng: np.random.Generator) -> list[str]:
    """n shuffles that differ from the sequence; where too few exist they recur, where none does ``let`` is lowered."""
    for keep in range(let, 0, -1):
        drawn = [shuffle(sequence, keep, rng) for _ in range(2 * n)]
        different = list(dict.fromkeys(text for text in drawn if text != sequence))
        if different:
            return (different * n)[:n]
    return [sequence] * n
