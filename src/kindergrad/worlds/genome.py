"""A synthetic annotated genome with known truth: background, genes on both strands, sites, repeats.

The genome alternates gene blocks and intergenic stretches:

- background: an order-5 chain, the same on both strands, whose order-2 statistics a decoy genome shares;
- gene block: promoter (-35 box, gap, -10 box, gap, start), leader, ribosome binding site, gap, ATG, codons
  from a chain of amino acids with biased codons, stop, terminator hairpin; either strand;
- intergenic stretches: tandem repeats, old and young copies of repeat families, and motifs of eight
  frequency tiers (15 motifs of 26 bits each) and exact words, on either strand.

Everything that an exam asks is drawn from the same processes, so that an oracle knows the answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode, decode_rows, encode
from kindergrad.core.names import Axis
from kindergrad.core.records import Split
from kindergrad.worlds import _background, _chain, _coding, _sites
from kindergrad.worlds._genome_layout import TANDEM_SHARE, UNITS, Annotation, Draft, assemble
from kindergrad.worlds._types import Gene, Stretches, Words

_VERSION = 1
_HELD_OUT_GENES = 400
_HELD_OUT_SIZE = 500_000
UPSTREAM = 60  # letters that a gene keeps before its start codon

WORLD = "genome"


@dataclass(frozen=True)
class SyntheticGenome:
    """A genome of ``size`` bases and its truth, all from one seed."""

    size: int = 10_000_000
    seed: int = 0

    kind: ClassVar[str] = "synthetic"
    exact: ClassVar[bool] = True
    offers: ClassVar[frozenset[str]] = frozenset(
        {"stretches", "windows", "genes", "starts", "words", "motifs", "promoters", "tandem", "decoy", "random"}
    )
    missing: ClassVar[dict[str, str]] = {}
    axis: ClassVar[Axis] = Axis.BASES
    smallest: ClassVar[int] = 1000
    split: ClassVar[Split] = Split(train=("genome",), scored=("fresh draws from the same processes",))

    @property
    def id(self) -> str:
        return f"synthetic-{self.size / 1e6:g}Mb"

    @property
    def digest(self) -> str:
        text = json.dumps([_VERSION, self.size, self.seed])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        return (f"a synthetic annotated genome of {self.size:,} bases with known truth (seed {self.seed}): "
                f"{_sites.TIERS} frequency tiers of {_sites.PER_TIER} motifs, genes on both strands, repeats")

    # --- the processes -------------------------------------------------------------------------------

    @cached_property
    def background(self) -> _chain.Chain:
        return _chain.build(5, seeds.stream(self.seed, "background"), concentration=5.0, base=self._trinucleotides)

    @cached_property
    def decoy(self) -> _chain.Chain:
        """Another genome's background with exactly the same frequencies of words up to three letters."""
        return _chain.build(5, seeds.stream(self.seed, "decoy"), concentration=5.0, base=self._trinucleotides)

    @cached_property
    def _trinucleotides(self) -> _chain.Chain:
        return _chain.build(2, seeds.stream(self.seed, "trinucleotides"), concentration=20.0)

    @cached_property
    def coding(self) -> _coding.Coding:
        return _coding.build(seeds.stream(self.seed, "coding"))

    @cached_property
    def motifs(self) -> list[_sites.Motif]:
        return _sites.motifs(seeds.stream(self.seed, "motifs"))

    @cached_property
    def exact_words(self) -> list[_sites.Motif]:
        return _sites.words(seeds.stream(self.seed, "words"))

    # --- the corpus ----------------------------------------------------------------------------------

    @cached_property
    def _training(self) -> Draft:
        return assemble(self, "layout", self.size)

    @cached_property
    def _held_out(self) -> Draft:
        """A second genome from the same processes, of which exams take their stretches."""
        return assemble(self, "held-out layout", _HELD_OUT_SIZE, with_log_p=True)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """The genome as codes 0..3, shape (size,)."""
        return self._training.codes

    @property
    def annotation(self) -> Annotation:
        """Every feature with start, end, strand, concept and frequency."""
        return self._training.annotation

    def corpus(self, seed: int) -> list[str]:
        """The genome as one piece; each seed starts reading at another place."""
        start = int(seeds.stream(self.seed, "start", seed).integers(self.size)) if seed else 0
        return [decode(np.roll(self.codes, -start))]

    def shuffled(self, seed: int) -> list[str]:
        """The same letters with their order destroyed within every 100 bases."""
        codes = encode(self.corpus(seed)[0])
        whole = codes[: len(codes) // 100 * 100].reshape(-1, 100)
        return [decode(seeds.stream(self.seed, "shuffle", seed).permuted(whole, axis=1).ravel())]

    # --- draws for the exams -------------------------------------------------------------------------

    def stretches(self, streams: Sequence[np.random.Generator], length: int) -> Stretches:
        """One stretch of a whole genome per stream, clustered by 10 kb, for a reader who knows the annotation."""
        start = np.array([int(rng.integers(_HELD_OUT_SIZE - length)) for rng in streams])
        where = start[:, None] + np.arange(length)
        log_p = self._held_out.log_p
        clusters = np.array([f"block-{s // 10_000}" for s in start])
        return Stretches(decode_rows(self._held_out.codes[where]), clusters,
                         None if log_p is None else log_p[where].sum(axis=1))

    def windows(self, streams: Sequence[np.random.Generator], length: int) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """One stretch of background per stream, and a cluster of its own each."""
        codes = self.background.sample(np.stack([rng.random(length) for rng in streams]))
        return decode_rows(codes), np.array([f"draw-{i}" for i in range(len(streams))])

    def window_log_p(self, windows: NDArray[np.str_]) -> NDArray[np.float64]:
        """Natural log probability of background stretches of one length, any shape."""
        return self.background.log_p(_rows(windows)).sum(axis=1).reshape(windows.shape)

    def decoy_windows(self, streams: Sequence[np.random.Generator], length: int) -> NDArray[np.str_]:
        """One stretch of the decoy genome per stream."""
        return decode_rows(self.decoy.sample(np.stack([rng.random(length) for rng in streams])))

    def decoy_log_p(self, windows: NDArray[np.str_]) -> NDArray[np.float64]:
        return self.decoy.log_p(_rows(windows)).sum(axis=1).reshape(windows.shape)

    @cached_property
    def _genes(self) -> list[Gene]:
        genes = []
        for i, rng in enumerate(seeds.item_streams(_HELD_OUT_GENES, self.seed, "held-out genes")):
            codons = self.coding.sample(rng.random((1, int(rng.integers(60, 240)))))
            coding = "ATG" + decode(_coding.codes_of(codons)[0]) + _coding.STOPS[rng.integers(3)]
            genes.append(Gene(f"gene-{i}", decode(self.leader(rng, 1)[0]), coding, 1))
        return genes

    def genes(self) -> list[Gene]:
        """Fresh genes with the letters before their start codon, on the coding strand."""
        return self._genes

    def leader(self, rng: np.random.Generator, n: int) -> NDArray[np.uint8]:
        """n leaders of UPSTREAM letters: background with a ribosome binding site before the start codon."""
        codes = self.background.sample(rng.random((n, UPSTREAM)))
        gap = rng.choice(_sites.RIBOSOME_GAPS, size=n, p=_sites.RIBOSOME_GAP_SHARE)
        width = len(_sites.RIBOSOME_SITE)
        where = (UPSTREAM - gap - width)[:, None] + np.arange(width)
        codes[np.arange(n)[:, None], where] = _sites.noisy_box(_sites.RIBOSOME_SITE, rng, n)
        return codes

    def start_decoys(
        self, streams: Sequence[np.random.Generator], upstream: int, downstream: int
    ) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """Background with an ATG that starts nothing, ``upstream`` letters from the left."""
        windows, clusters = self.windows(streams, upstream + 3 + downstream)
        return np.array([w[:upstream] + "ATG" + w[upstream + 3 :] for w in windows]), clusters

    def words(self) -> Words:
        """The exact words and their frequency per base."""
        texts = tuple(decode(word.letters[:, 0]) for word in self.exact_words)
        return Words(texts, tuple(word.frequency for word in self.exact_words))

    def before_word(self, words: Sequence[str], streams: Sequence[np.random.Generator], flank: int) -> tuple[
        NDArray[np.str_], NDArray[np.str_]
    ]:
        """The ``flank`` letters before a fresh occurrence of each word."""
        return self.windows(streams, flank)

    # --- what only the truth can tell ----------------------------------------------------------------

    def tandem_frequency(self, unit: int) -> float:
        """Stretches per base that repeat one given unit of ``unit`` letters."""
        per_base = TANDEM_SHARE * len(self.annotation.of("gene")) / self.size
        return per_base / len(UNITS) / 4**unit

    def coding_log_p(self, context: NDArray[np.str_], candidates: NDArray[np.str_]) -> NDArray[np.float64]:
        """Natural log probability of each continuation read in frame after its context, (n,), (n, c) -> (n, c)."""
        n, c = candidates.shape
        before = _coding.codons_of(_rows(np.array([str(text)[-3:] for text in context])))[:, 0]
        return self.coding.log_p(_coding.codons_of(_rows(candidates)), np.repeat(before, c)).reshape(n, c)

    def amino_log_p(self, genes: Sequence[Gene], codons: Sequence[int]) -> NDArray[np.float64]:
        """Natural log probability of each amino acid at a codon of each gene (the start is codon 0), shape (n, 20)."""
        before = _coding.codons_of(_rows(np.array([g.coding[3 * i - 3 : 3 * i] for g, i in zip(genes, codons,
                                                                                            strict=True)])))[:, 0]
        amino = _coding.amino_acids()
        next_codon = np.where((np.asarray(codons) > 1)[:, None], self.coding.step[before], self.coding.first)
        return np.log(np.stack([next_codon[:, amino == a].sum(axis=1) for a in range(20)], axis=1))

    def substitution_log_odds(self, codons: str, letter: str) -> float:
        """Change in natural log probability when the last letter of the middle of three codons changes."""
        changed = codons[:5] + letter + codons[6:]
        both = self.coding.log_p(_coding.codons_of(_rows(np.array([changed, codons]))))
        return float(both[0] - both[1])

    def start_log_odds(self, windows: NDArray[np.str_], upstream: int) -> NDArray[np.float64]:
        """Log odds of a start codon: ribosome site at its gaps, and codons against background, any shape."""
        codes = _rows(windows)
        before, after = codes[:, :upstream], codes[:, upstream + 3 :]
        width = len(_sites.RIBOSOME_SITE)
        site = [np.log(share) + _sites.box_log_odds(before[:, upstream - gap - width : upstream - gap],
                                                    _sites.RIBOSOME_SITE)
                for gap, share in zip(_sites.RIBOSOME_GAPS, _sites.RIBOSOME_GAP_SHARE, strict=True)]
        frame = self.coding.log_p(_coding.codons_of(after)) - self.background.log_p(after).sum(axis=1)
        return np.asarray((np.logaddexp.reduce(site, axis=0) + frame).reshape(windows.shape))


    def site_log_odds(self, windows: NDArray[np.str_], motifs: Sequence[_sites.Motif]) -> NDArray[np.float64]:
        """Log odds that a site of one of the motifs, on either strand, begins at each place, (n,) -> (n, places)."""
        read = _background.Background(self.background).read(_rows(windows))
        each = []
        for motif in motifs:
            matrix = np.stack([(motif.letters == letter).mean(axis=1) for letter in range(4)], axis=1)
            each += [read.odds(matrix), read.odds(_background.turned(matrix))]
        return np.asarray(np.logaddexp.reduce(each, axis=0))


def _rows(windows: NDArray[np.str_]) -> NDArray[np.uint8]:
    flat = windows.ravel()
    return encode("".join(flat)).reshape(len(flat), -1)


def make(seed: int, size: int = 10_000_000) -> SyntheticGenome:
    """The world of a study."""
    return SyntheticGenome(size=size, seed=seed)
