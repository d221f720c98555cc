"""A real genome as world: a training part that engines read, and a held-out part that the exams ask about.

The genome is cut by position: the first 15 % of its usable bases are held out, the next 5 % serve as reference (words
are chosen there), the last 80 % train. The held-out part comes first because genome files begin with the chromosome
and end with plasmids and unplaced contigs, which are a poor exam. Nothing within 1 kb of a cut is used, genes across
a cut are dropped, pieces never run over the end of a record, and a held-out stretch that shares more than half of its
32-mers with the training part, on either strand, is never offered.

*Shows* what an engine learns of this genome. *Does not show* how far it is from perfect: a real genome has no oracle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode, decode_rows, encode, reverse_complement
from kindergrad.core.errors import InputError, SequenceError, UnknownNameError
from kindergrad.core.names import Axis
from kindergrad.core.records import Split
from kindergrad.worlds import _chain, _kmers, fasta, gene_calls
from kindergrad.worlds._held_out import MOST_SHARED, HeldOut, Texts, cut, names
from kindergrad.worlds._types import Gene, Stretches, Words

_VERSION = 1
SHORTEST_PIECE = 100
SMALLEST_RUNG = 1_000
SHUFFLED_WITHIN = 100
"""Bases within which the control's letters change places, so that local composition stays."""
UPSTREAM = 60
"""Letters that a gene keeps before its start codon."""
LONGEST_WINDOW = 256
"""Bases of the longest window that exams ask for; where the held-out part has none, no windows are offered."""
FEWEST_GENES = 5
WORDS, FEWEST_OCCURRENCES, LONGEST_FLANK = 15, 5, 100
REFERENCE_FOR_WORDS = 40_000
"""Bases of reference below which words of eight letters cannot be counted."""

OFFERS = frozenset({"stretches", "windows", "genes", "starts", "words", "decoy", "random"})

Streams = Sequence[np.random.Generator]

WORLD = "annotated_genome"


def make(seed: int, genome: Path, annotation: Path | None = None, decoy: Path | None = None) -> AnnotatedGenome:
    """The world of a study; a real genome does not depend on the seed."""
    return load(genome, annotation=annotation, decoy=decoy)


def load(
    genome: Path | str, *, annotation: Path | str | None = None, decoy: Path | str | None = None
) -> AnnotatedGenome:
    """Read a genome and make a world of it.

    Parameters
    ----------
    genome : FASTA or GenBank, plain or gzip.
    annotation : GFF3 or GenBank with CDS features; a GenBank genome is its own annotation.
    decoy : FASTA of another genome, for the skill "whose genome".

    Raises
    ------
    SequenceError
        If one of the files cannot be used; the message says which, where and what to do.
    """
    path = Path(genome)
    assembly = fasta.read(path)
    if annotation is None and fasta.has_genes(fasta.read_text(path)):
        annotation = path
    return AnnotatedGenome(path, assembly, annotation=None if annotation is None else Path(annotation),
                           decoy=None if decoy is None else Path(decoy))


class AnnotatedGenome:
    """A real genome with a contiguous held-out part; see :func:`load`.

    Attributes
    ----------
    id, digest : name of the file without endings, and hash of content, split and gene method.
    offers, missing : what exams may ask for, and why they may not ask for the rest.
    size : bases of the training corpus.
    notes : what a reader should know: splits, genes left out, repeats.
    """

    kind, exact = "real", False
    axis, smallest = Axis.BASES, SMALLEST_RUNG

    def __init__(self, path: Path, assembly: fasta.Assembly, *, annotation: Path | None, decoy: Path | None) -> None:
        self.id = path.name.removesuffix(".gz").rsplit(".", 1)[0]
        self.assembly = assembly
        self._parts = cut(assembly)
        every = assembly.runs(*self._parts.train)
        self._pieces = every[every[:, 1] - every[:, 0] >= SHORTEST_PIECE]
        self.size = int((self._pieces[:, 1] - self._pieces[:, 0]).sum())
        if self.size < SMALLEST_RUNG:
            raise SequenceError(f"{path} is too broken for a corpus; got {self.size:,} bases in training pieces of "
                                f"{SHORTEST_PIECE} or more, expected at least {SMALLEST_RUNG:,}; try a better assembly")
        self._seen = _kmers.Seen(assembly.codes[slice(*self._parts.train)])
        self.held_out = HeldOut(assembly, *self._parts.held_out, self._seen)
        self._calls = gene_calls.find(assembly, *self._parts.held_out, annotation=annotation)
        self._genes, repeated, edge = self._offered_genes()
        self.notes = [*assembly.notes, *self._calls.notes, *self._part_notes(every, repeated, edge)]
        self._decoy = None if decoy is None else self._read_decoy(decoy)
        self.missing = self._missing()
        self.offers = OFFERS - set(self.missing)
        self.split = Split(train=names(assembly, self._parts.train), reference=names(assembly, self._parts.reference),
                           scored=names(assembly, self._parts.held_out))

    @cached_property
    def digest(self) -> str:
        state = hashlib.blake2b(digest_size=8)
        decoy = self._decoy.assembly.digest if self._decoy else ""
        for text in (_VERSION, self.assembly.digest, self._calls.method, decoy, self._parts, self._calls.genes):
            state.update(f"{text}\x1f".encode())
        return state.hexdigest()

    @property
    def sentence(self) -> str:
        """One line for the report."""
        others = f" and {len(self.assembly.names) - 1} more records" if len(self.assembly.names) > 1 else ""
        genes = "no genes to believe" if self._calls.missing else f"{len(self._genes):,} genes held out"
        return (f"{self.assembly.names[0]}{others}, {self.assembly.bases:,} bases: {self.size:,} train, "
                f"{self.held_out.bases:,} are held out; {genes} ({self._calls.method})")

    # --- the corpus ----------------------------------------------------------------------------------

    def corpus(self, seed: int) -> list[str]:
        """The training pieces, contiguous and in order; each seed starts reading at another place."""
        return [decode(codes) for codes in self._rotated(seed)]

    def shuffled(self, seed: int) -> list[str]:
        """The same letters with their order destroyed within every 100 bases."""
        rng = seeds.stream(seed, "annotated genome", "shuffle")
        out = []
        for codes in self._rotated(seed):
            whole = codes.size // SHUFFLED_WITHIN * SHUFFLED_WITHIN
            rows = rng.permuted(codes[:whole].reshape(-1, SHUFFLED_WITHIN), axis=1).ravel()
            out.append(decode(np.concatenate([rows, rng.permutation(codes[whole:])])))
        return out

    def _rotated(self, seed: int) -> list[NDArray[np.uint8]]:
        start = int(seeds.stream(seed, "annotated genome", "corpus").integers(self.size)) if seed else 0
        lengths = self._pieces[:, 1] - self._pieces[:, 0]
        first = int(np.searchsorted(np.cumsum(lengths), start, side="right"))
        at = int(self._pieces[first, 0]) + start - int(lengths[:first].sum())
        order = [(at, int(self._pieces[first, 1]))]
        order += [(int(a), int(b)) for a, b in (*self._pieces[first + 1 :], *self._pieces[:first])]
        order += [(int(self._pieces[first, 0]), at)] if at > self._pieces[first, 0] else []
        return [self.assembly.codes[a:b] for a, b in order]

    # --- draws for the exams -------------------------------------------------------------------------

    def stretches(self, streams: Streams, length: int) -> Stretches:
        """The same as :meth:`windows`, in the form of worlds that know the probability; here nobody does."""
        return Stretches(*self.windows(streams, length), None)

    def windows(self, streams: Streams, length: int) -> tuple[Texts, Texts]:
        """One held-out stretch per stream, shape (n,), and its cluster, a block of 10 kb.

        Raises
        ------
        InputError
            If the held-out part has no stretch of this length that training never saw.
        """
        places = self.held_out.places(length)
        return self.held_out.draw(streams, places, np.ones(places.size, dtype=np.int64), length)

    def repeated(self, window: str) -> bool:
        """Whether more than half of the 32-mers of a window stand in the training part, on either strand."""
        flags = self._seen.flags(encode(window))
        return bool(flags.size and flags.mean() > MOST_SHARED)

    def genes(self) -> list[Gene]:
        """Whole held-out genes with the 60 letters before their start codon, on the coding strand."""
        return self._genes

    def start_decoys(self, streams: Streams, upstream: int, downstream: int) -> tuple[Texts, Texts]:
        """Held-out stretches around an ATG, on either strand, that starts no known gene; and their clusters.

        Each has ``upstream + 3 + downstream`` letters, with the ATG after the first ``upstream``.
        """
        places, strands = self.held_out.around("ATG", upstream, downstream)
        first = np.where(strands > 0, places + upstream, places + downstream + 2) + self.held_out.start
        known = np.array([(int(p), int(s)) not in self._calls.starts for p, s in zip(first, strands, strict=True)],
                         dtype=bool)
        return self.held_out.draw(streams, places[known], strands[known], upstream + 3 + downstream)

    def decoy_windows(self, streams: Streams, length: int) -> Texts:
        """One stretch per stream of the decoy genome.

        Without a decoy file this is an imaginary genome, an order-5 chain whose words of up to three letters are as
        frequent as those of the training part, so that composition does not tell the two apart.
        """
        if self._decoy:
            places = self._decoy.places(length)
            return self._decoy.draw(streams, places, np.ones(places.size, dtype=np.int64), length)[0]
        return decode_rows(self._imaginary.sample(np.stack([rng.random(length) for rng in streams])))

    @cached_property
    def _imaginary(self) -> _chain.Chain:
        codes = np.concatenate(self._rotated(0))
        ring = np.concatenate([codes, codes[:2]])  # closed, so that prefixes and suffixes are equally frequent
        counts = _kmers.both_strands(ring, 3) + 1.0
        base = _chain.Chain(2, counts / counts.sum())
        return _chain.build(5, seeds.stream(0, "annotated genome", "decoy"), concentration=5.0, base=base)

    def words(self) -> Words:
        """Words of eight letters that stand out in the reference part, the most surprising first."""
        return self._words

    @cached_property
    def _words(self) -> Words:
        chosen: list[str] = []
        start, end = self._parts.reference
        if np.count_nonzero(self.assembly.codes[start:end] != fasta.BREAK) < REFERENCE_FOR_WORDS:
            return Words((), ())
        for found in _kmers.standouts(self.assembly.codes[start:end]):
            near = [found.word, reverse_complement(found.word)]
            if not any(_kmers.overlap(word, other, shortest=6) for word in chosen for other in near) and (
                    self.held_out.around(found.word, LONGEST_FLANK, 0)[0].size >= FEWEST_OCCURRENCES):
                chosen.append(found.word)
            if len(chosen) == WORDS:
                break
        counts = sum((_kmers.both_strands(self.assembly.codes[a:b], _kmers.WORD) for a, b in self._pieces),
                     start=np.zeros(4**_kmers.WORD))
        own = [2.0 if word == reverse_complement(word) else 1.0 for word in chosen]
        return Words(tuple(chosen), tuple(float(counts[_kmers.word_code(word)] / o / self.size)
                                          for word, o in zip(chosen, own, strict=True)))

    def before_word(self, words: Sequence[str], streams: Streams, flank: int) -> tuple[Texts, Texts]:
        """The ``flank`` letters before a held-out occurrence of each word, on its strand; and the clusters.

        Parameters
        ----------
        words : one of :meth:`words` for each stream.
        """
        found = {word: self._before(word, flank) for word in sorted(set(words))}
        one = [self.held_out.draw([rng], *found[word], flank + len(word))
               for word, rng in zip(words, streams, strict=True)]
        return (np.array([texts[0][:flank] for texts, _ in one], dtype=f"U{max(1, flank)}"),
                np.array([clusters[0] for _, clusters in one], dtype=np.str_))

    def _before(self, word: str, flank: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if word not in self._words.words:
            raise UnknownNameError("word", word, self._words.words)
        return self.held_out.around(word, flank, 0)

    # --- making it -----------------------------------------------------------------------------------

    def _offered_genes(self) -> tuple[list[Gene], int, int]:
        """Genes that training never saw, and the numbers left out as repeats and for want of 60 letters."""
        genes, repeated, edge = [], 0, 0
        for call in self._calls.genes:
            low = call.start - (UPSTREAM if call.strand > 0 else 0)
            high = call.end + (UPSTREAM if call.strand < 0 else 0)
            inside = self.held_out.start <= low and high <= self.held_out.end
            if not inside or (self.assembly.codes[low:high] == fasta.BREAK).any():
                edge += 1
                continue
            texts = self.assembly.text(low, high), gene_calls.coding(self.assembly, call)
            if self.repeated(texts[0]) or self.repeated(texts[1]):
                repeated += 1
                continue
            leader = texts[0][:UPSTREAM] if call.strand > 0 else reverse_complement(texts[0][-UPSTREAM:])
            name, at = self.assembly.where(call.start)
            strand = "+" if call.strand > 0 else "-"
            genes.append(Gene(f"{name}:{at + 1}-{at + call.end - call.start}{strand}", leader, texts[1], call.strand))
        return genes, repeated, edge

    def _part_notes(self, every: NDArray[np.int64], repeated: int, edge: int) -> list[str]:
        notes, seen = [], self.held_out.seen_bases(SHUFFLED_WITHIN)
        if short := len(every) - len(self._pieces):
            notes.append(f"{short:,} training pieces shorter than {SHORTEST_PIECE} bases left out")
        if seen:
            notes.append(f"held-out windows of 100 bases that repeat the training part, not offered: "
                         f"{seen / max(1, self.held_out.bases):.1%}; genes: {repeated}")
        if edge:
            notes.append(f"genes left out, fewer than {UPSTREAM} plain bases before the start codon: {edge}")
        return notes

    def _read_decoy(self, path: Path) -> HeldOut:
        other = fasta.read(path)
        flags = self._seen.flags(other.codes[:1_000_000])
        if flags.mean() > 0.5:
            raise InputError(f"{path} is no decoy: {flags.mean():.0%} of its 32-mers stand in the genome; expected "
                             "another organism; give another file")
        return HeldOut(other, 0, other.codes.size, self._seen)

    def _missing(self) -> dict[str, str]:
        """What this world does not offer, why, and what would add it."""
        out = {"motifs": "a real genome has no motifs of known frequency; run the synthetic genome for them",
               "promoters": "a real genome has no promoter annotation here; run the synthetic genome for them",
               "tandem": "a real genome has no repeats of known unit and age; run the synthetic genome for them"}
        if not self.held_out.places(LONGEST_WINDOW).size:
            why = (f"the held-out part ({self.held_out.bases:,} bases) has no {LONGEST_WINDOW} plain bases in a "
                   "row that training never saw; give a larger genome")
            out["windows"] = out["stretches"] = why
        if len(self._genes) < FEWEST_GENES:
            out["genes"] = self._calls.missing or (f"{len(self._genes)} usable genes in the held-out part "
                                                   f"({self._calls.method}); {FEWEST_GENES} are needed; give a larger "
                                                   "genome or an annotation")
        if "genes" in out or not self._calls.knows_starts:
            out["starts"] = out.get("genes") or ("open reading frames do not say where a gene begins; "
                                                 "pip install 'kindergrad[genes]', or give an annotation")
        if not self._words.words:
            start, end = self._parts.reference
            out["words"] = (f"no word of {_kmers.WORD} letters stands out in the reference part of {end - start:,} "
                            f"bases; {REFERENCE_FOR_WORDS:,} are needed; give a larger genome")
        return out
