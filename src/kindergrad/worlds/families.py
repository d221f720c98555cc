"""Families of proteins: each site has its own shares of amino acids, and every member is a fresh draw from them.

Some sites are kept, others vary. How much a change harms is what it costs in share: the site's own frequencies are the
truth that an alignment of many members would show (as in the site-independent model of Hopf et al. 2017,
doi:10.1038/nbt.3769). Codons are drawn with one bias for all families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.dna import decode, encode
from kindergrad.worlds import _coding
from kindergrad.worlds._amino import unlikeness
from kindergrad.worlds._background import Codes, Floats
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds._types import Gene, MissenseSets

WORLD = "families"
SPACER = 30
"""Letters of noise between two genes of the corpus."""
HELD_OUT = 20
"""Members of each family that no engine reads."""
BEFORE, AFTER = 36, 24
"""Letters shown before a change, and from it on."""
AMINO = _coding.amino_acids()
"""Amino acid of each codon, 0 to 19, -1 for a stop."""
CODONS_OF = [np.flatnonzero(np.equal(AMINO, amino)) for amino in range(20)]
"""Codons of each amino acid."""


class Change(NamedTuple):
    """A change of one letter that changes an amino acid.

    Attributes
    ----------
    place : of the letter in the gene.
    kind : place in the codon, letter before, letter after: what an engine that knows only letters can see.
    harm : natural log of how much rarer the new amino acid is at this site than the old.
    """

    place: int
    kind: tuple[int, int, int]
    harm: float


@dataclass(frozen=True, kw_only=True)
class Families(Simulator):
    """Families of genes.

    Attributes
    ----------
    families, codons : how many, and codons of a gene between its start and its stop.
    kept : share of sites that are kept.
    """

    families: int = 20
    codons: int = 80
    kept: float = 0.5

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"families", "genes"})

    @property
    def told(self) -> str:
        return (f"{self.families} families of genes of {self.codons} codons, with shares of amino acids of their own "
                "at every site")

    @cached_property
    def profiles(self) -> Floats:
        """Share of each amino acid at each site, shape (families, codons, 20)."""
        rng = seeds.stream(self.seed, WORLD, "profiles")
        kept = rng.random((self.families, self.codons)) < self.kept
        narrow, wide = (rng.dirichlet(np.full(20, a), kept.shape) for a in (0.02, 0.5))
        return np.asarray(0.98 * np.where(kept[..., None], narrow, wide) + 0.02 / 20)

    @cached_property
    def usage(self) -> Floats:
        """P(codon | its amino acid), shape (64,); 0 for stops."""
        rng, out = seeds.stream(self.seed, WORLD, "usage"), np.zeros(64)
        for amino in range(20):
            own = CODONS_OF[amino]
            out[own] = rng.dirichlet(np.full(len(own), 2.0))
        return out

    def members(self, rng: np.random.Generator, family: int, n: int) -> Codes:
        """n genes of a family, ATG to stop, shape (n, 3 * codons + 6)."""
        steps = self.profiles[family].cumsum(axis=1)[:, :-1]
        amino = (steps[None] < rng.random((n, self.codons, 1))).sum(axis=2)
        by_amino = np.where(np.equal.outer(np.arange(20), AMINO), self.usage[None, :], 0.0).cumsum(axis=1)
        codon = (by_amino[amino][..., :-1] < rng.random((n, self.codons, 1))).sum(axis=2)
        ends = [np.tile(encode(text), (n, 1)) for text in ("ATG", "TAA")]
        return np.concatenate([ends[0], _coding.codes_of(codon), ends[1]], axis=1)

    @cached_property
    def _genes(self) -> list[Gene]:
        found = []
        for family in range(self.families):
            own = self.members(seeds.stream(self.seed, WORLD, "held out", family), family, HELD_OUT)
            found += [Gene(f"family-{family}", "", decode(row), 1) for row in own]
        return found

    def genes(self) -> list[Gene]:
        """Members that no engine has read, all families in turn."""
        return self._genes

    def amino_log_p(self, genes: Sequence[Gene], codons: Sequence[int]) -> Floats:
        """Natural log probability of each amino acid at a codon of each gene (the start is codon 0), shape (n, 20)."""
        family = [int(gene.cluster.split("-")[1]) for gene in genes]
        return np.log(self.profiles[family, np.asarray(codons) - 1])

    def changes(self, family: int, gene: Codes) -> list[Change]:
        """Every change of one letter that changes an amino acid."""
        codons = _coding.codons_of(gene[None])[0]
        log_share, out = np.log(self.profiles[family]), []
        for site in range(self.codons):
            codon = int(codons[site + 1])
            for inside in range(3):
                size = 4 ** (2 - inside)
                old = codon // size % 4
                for new in range(4):
                    amino = AMINO[codon + (new - old) * size]
                    if amino >= 0 and amino != AMINO[codon]:
                        harm = float(log_share[site, AMINO[codon]] - log_share[site, amino])
                        out.append(Change(3 * (site + 1) + inside, (inside, old, new), harm))
        return out

    def missense(self, streams: Sequence[np.random.Generator], controls: int, limits: tuple[float, float]
                 ) -> MissenseSets:
        """A severe change and mild ones of the same kind per stream, in a fresh member of a family.

        Parameters
        ----------
        limits : harm of mild changes at most, of severe ones at least.
        """
        rows, harms, distances, clusters = [], [], [], []
        for i, rng in enumerate(streams):
            family = i % self.families
            gene, chosen = self._chosen(rng, family, controls, limits)
            text = decode(gene)
            rows.append([_window(text, change) for change in chosen])
            harms.append([change.harm for change in chosen])
            distances.append([_distance(text, change) for change in chosen])
            clusters.append(f"family-{family}")
        parts = np.array(rows)
        return MissenseSets(parts[..., 0], parts[..., 1], parts[..., 2], np.array(harms), np.array(clusters),
                            {"distance": np.array(distances)})

    def _chosen(self, rng: np.random.Generator, family: int, controls: int, limits: tuple[float, float]
                ) -> tuple[Codes, list[Change]]:
        while True:
            gene = self.members(rng, family, 1)[0]
            every = [c for c in self.changes(family, gene) if BEFORE <= c.place < len(gene) - AFTER]
            severe = [c for c in every if c.harm >= limits[1]]
            for at in rng.permutation(len(severe)).tolist():
                mild = [c for c in every if c.kind == severe[at].kind and c.harm <= limits[0]]
                if len(mild) >= controls:
                    return gene, [severe[at], *(mild[j] for j in rng.permutation(len(mild))[:controls].tolist())]

    def write(self, letters: int) -> Codes:
        """Members of all families in random order, with noise between them."""
        rng = seeds.stream(self.seed, WORLD, "corpus")
        each = letters // (self.families * (3 * self.codons + 6 + SPACER)) + 1
        genes = np.concatenate([self.members(rng, family, each) for family in range(self.families)])
        noise = rng.integers(0, 4, (len(genes), SPACER)).astype(np.uint8)
        rows = np.concatenate([genes, noise], axis=1)
        return np.asarray(rows[rng.permutation(len(rows))].ravel())


def _window(gene: str, change: Change) -> tuple[str, str, str]:
    """What stands before the letter, and from it on, as it was and as it is."""
    before, after = gene[change.place - BEFORE : change.place], gene[change.place : change.place + AFTER]
    return before, after, "ACGT"[change.kind[2]] + after[1:]


def _distance(gene: str, change: Change) -> float:
    """How unlike the two amino acids are."""
    start = change.place - change.kind[0]
    codon = gene[start : start + 3]
    return unlikeness(codon, codon[: change.kind[0]] + "ACGT"[change.kind[2]] + codon[change.kind[0] + 1 :])


def make(seed: int, size: int = 1_000_000, families: int = 20, codons: int = 80, kept: float = 0.5) -> Families:
    """Families of one seed; see :class:`Families` for the dials."""
    return Families(seed=seed, size=size, families=families, codons=codons, kept=kept)
