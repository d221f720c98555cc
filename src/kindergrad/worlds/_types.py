"""What worlds hand to assessments."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Stretches(NamedTuple):
    """Held-out stretches of a genome, shape (n,) each.

    ``log_p`` is the natural log probability for a reader who knows the annotation, None in a real genome.
    """

    texts: NDArray[np.str_]
    clusters: NDArray[np.str_]
    log_p: NDArray[np.float64] | None


class Gene(NamedTuple):
    """A complete gene on its coding strand."""

    cluster: str
    upstream: str
    """The 60 letters before the start codon."""
    coding: str
    """Start codon to stop codon."""
    strand: int


class Words(NamedTuple):
    """Exact words and how often each occurs per base of the training corpus, on either strand."""

    words: tuple[str, ...]
    frequency: tuple[float, ...]


class Activities(NamedTuple):
    """Lists of promoters with what was measured, shape (n, c) each.

    ``ideal`` is the expected measurement, None where nobody knows it; ``noise`` may hold a column ``error``, the
    standard errors of the values.
    """

    texts: NDArray[np.str_]
    values: NDArray[np.float64]
    ideal: NDArray[np.float64] | None
    noise: Mapping[str, NDArray[np.float64]] = MappingProxyType({})


class Bases(NamedTuple):
    """Windows around bases that are asked about, shape (n, c) each, that of an exon in column 0.

    ``ideal`` is the natural log probability that the base is part of an exon, None where nobody knows it.
    """

    texts: NDArray[np.str_]
    ideal: NDArray[np.float64] | None
    clusters: NDArray[np.str_]


class MissenseSets(NamedTuple):
    """Changes of one amino acid, shape (n, c) each, the severe one in column 0.

    All changes of a row are of one letter into the same other, at the same place of a codon. ``context`` stands before
    the letter; ``original`` and ``changed`` begin with it. ``harm`` is the true harm, None where nobody knows it;
    ``columns`` hold ``distance``, how unlike the amino acids are, and where it was measured twice ``replicate``, the
    harm in a second measurement.
    """

    context: NDArray[np.str_]
    original: NDArray[np.str_]
    changed: NDArray[np.str_]
    harm: NDArray[np.float64] | None
    clusters: NDArray[np.str_]
    columns: Mapping[str, NDArray[np.float64]]


class DoubleChanges(NamedTuple):
    """Forms without either of two changes, with the left, with the right, with both: shape (n, c, 4) in that order.

    ``value`` is what the two do beyond the sum of each as measured, (n, c); ``ideal`` the true one, None where nobody
    knows it; ``columns`` may hold ``replicate``, the same from a second measurement.
    """

    texts: NDArray[np.str_]
    measured: NDArray[np.float64]
    value: NDArray[np.float64]
    ideal: NDArray[np.float64] | None
    columns: Mapping[str, NDArray[np.float64]] = MappingProxyType({})
