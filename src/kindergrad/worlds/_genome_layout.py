"""Lay out the synthetic genome and write its features over the background, with their exact annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import encode
from kindergrad.worlds import _coding, _sites

if TYPE_CHECKING:
    from kindergrad.worlds.genome import SyntheticGenome

CODONS = (60, 240)  # fewest and most codons of a gene
LEADER = 60
STEM, TAIL = 8, 6  # terminator: stem letters per arm, then T
INTERGENIC = (200, 850)  # shortest stretch, and the mean of the exponential part
CELL = 18  # letters that a motif has to itself
MARGIN = 20  # plain background at the start of each intergenic stretch
TANDEM_SHARE, FAMILY_SHARE = 0.5, 0.06  # of intergenic stretches that hold one
TANDEM_LENGTH = (30, 60)
TANDEM_ERROR = 0.05
UNITS = range(1, 7)
FAMILIES, FAMILY_LENGTH, OLDEST = 20, 300, 0.3
_PROMOTER = len(_sites.MINUS_35) + len(_sites.MINUS_10) + len(_sites.START_SITE)


class Annotation(NamedTuple):
    """Where everything is. Coordinates are 0-based, end exclusive; ``frequency`` is per base, on either strand."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    strand: NDArray[np.int8]
    concept: NDArray[np.int32]
    names: tuple[str, ...]
    frequency: NDArray[np.float64]
    """One value per name."""

    def of(self, concept: str) -> NDArray[np.int64]:
        """Rows of one concept."""
        return np.flatnonzero(self.concept == self.names.index(concept))


class _Page:
    """The genome being written: letters, a list of features and, where wanted, how probable each letter was.

    ``log_p`` is the natural log probability of each letter for a reader who knows the annotation.
    """

    def __init__(self, codes: NDArray[np.uint8], log_p: NDArray[np.float64] | None) -> None:
        self.codes = codes
        self.log_p = log_p
        self.features: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8], NDArray[np.int32]]] = []
        self.names: list[str] = []

    def note(self, names: list[str], which: NDArray[np.int64], start: NDArray[np.int64],
             length: NDArray[np.int64] | int, strand: NDArray[np.int64]) -> None:
        base = len(self.names)
        self.names += names
        self.features.append((start, start + length, strand.astype(np.int8), (which + base).astype(np.int32)))

    def write(self, start: NDArray[np.int64], strand: NDArray[np.int64], codes: NDArray[np.uint8],
              log_p: NDArray[np.float64]) -> None:
        """Write rows of equal length at ``start``; minus-strand rows as their reverse complement."""
        rows = np.where(strand[:, None] > 0, codes, (3 - codes)[:, ::-1])
        where = start[:, None] + np.arange(codes.shape[1])
        self.codes[where] = rows
        if self.log_p is not None:
            log_p = np.broadcast_to(log_p, codes.shape)
            self.log_p[where] = np.where(strand[:, None] > 0, log_p, log_p[:, ::-1])


class _Blocks(NamedTuple):
    """Gene blocks: where they start, how long each part is."""

    start: NDArray[np.int64]
    strand: NDArray[np.int64]
    spacer: NDArray[np.int64]
    discriminator: NDArray[np.int64]
    codons: NDArray[np.int64]
    loop: NDArray[np.int64]

    @property
    def length(self) -> NDArray[np.int64]:
        coding = 3 * (self.codons + 2)
        return _PROMOTER + self.spacer + self.discriminator + LEADER + coding + 2 * STEM + self.loop + TAIL

    def place(self, offset: NDArray[np.int64], length: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Left end on the genome of a part that begins ``offset`` letters into the block."""
        return np.where(self.strand > 0, self.start + offset, self.start + self.length - offset - length)


class Draft(NamedTuple):
    """A finished genome."""

    codes: NDArray[np.uint8]
    annotation: Annotation
    log_p: NDArray[np.float64] | None
    """Natural log probability of each letter for a reader who knows the annotation, where it was asked for."""


def assemble(world: SyntheticGenome, name: str, size: int, *, with_log_p: bool = False) -> Draft:
    """Write a genome of ``size`` bases; ``name`` names its random stream."""
    rng = seeds.stream(world.seed, name)
    blocks, gap_start, gap_length = _lay_out(size, rng)
    total = int(blocks.start[-1] + blocks.length[-1])
    codes = world.background.sample(rng.random((-(-total // 4096), 4096), dtype=np.float32))
    log_p = world.background.log_p(codes).ravel()[:total] if with_log_p else None
    page = _Page(codes.ravel()[:total], log_p)
    _write_genes(page, blocks, world, rng)
    used = _write_long_repeats(page, gap_start, gap_length, world, rng)
    _write_sites(page, gap_start + used, gap_length - used, world, rng)
    return Draft(page.codes[:size], _annotation(page, size), None if log_p is None else log_p[:size])


def _lay_out(size: int, rng: np.random.Generator) -> tuple[_Blocks, NDArray[np.int64], NDArray[np.int64]]:
    n = size // 700 + 2  # more than fit: the shortest period is longer than this on average
    shape = _Blocks(
        start=np.zeros(n, dtype=np.int64),
        strand=rng.choice([-1, 1], n),
        spacer=rng.choice(_sites.SPACERS, n, p=_sites.SPACER_SHARE),
        discriminator=rng.choice(_sites.DISCRIMINATORS, n, p=_sites.DISCRIMINATOR_SHARE),
        codons=rng.integers(*CODONS, n),
        loop=rng.integers(4, 7, n),
    )
    gaps = INTERGENIC[0] + rng.exponential(INTERGENIC[1], n).astype(np.int64)
    period = gaps + shape.length
    start = np.cumsum(period) - period
    keep = start < size
    blocks = _Blocks(*(part[keep] for part in shape._replace(start=start + gaps)))
    return blocks, start[keep], gaps[keep]


def _write_genes(page: _Page, blocks: _Blocks, world: SyntheticGenome, rng: np.random.Generator) -> None:
    n, zero = len(blocks.start), np.zeros(len(blocks.start), dtype=np.int64)
    certain, noise = np.zeros(1), np.full(1, np.log(0.25))

    def write(offset: NDArray[np.int64], codes: NDArray[np.uint8], log_p: NDArray[np.float64]) -> NDArray[np.int64]:
        page.write(blocks.place(offset, codes.shape[1]), blocks.strand, codes, log_p)
        return offset + codes.shape[1]

    def box(offset: NDArray[np.int64], consensus: str) -> NDArray[np.int64]:
        codes = _sites.noisy_box(consensus, rng, n)
        return write(offset, codes, _sites.box_log_p(codes, consensus))

    gaps = 6 + _sites.SPACERS.max() + 6 + _sites.DISCRIMINATORS.max()
    write(zero, rng.integers(0, 4, (n, gaps)).astype(np.uint8), noise)  # the gaps of a promoter are plain noise
    at = box(zero, _sites.MINUS_35) + blocks.spacer
    at = box(at, _sites.MINUS_10) + blocks.discriminator
    at = write(at, np.repeat(encode(_sites.START_SITE)[None], n, axis=0), certain)
    page.note(["promoter"], zero, blocks.place(zero, at), at, blocks.strand)
    start = at + LEADER
    gap = rng.choice(_sites.RIBOSOME_GAPS, n, p=_sites.RIBOSOME_GAP_SHARE)
    box(start - gap - len(_sites.RIBOSOME_SITE), _sites.RIBOSOME_SITE)
    at = write(start, np.repeat(encode("ATG")[None], n, axis=0), certain)
    _write_codons(page, blocks, at, world.coding, rng)
    at = at + 3 * blocks.codons
    stops = np.stack([encode(stop) for stop in _coding.STOPS])
    at = write(at, stops[rng.integers(0, 3, n)], np.full(1, np.log(1 / 3) / 3))
    page.note(["gene"], zero, blocks.place(start, at - start), at - start, blocks.strand)
    stem = rng.choice(np.array([0, 1, 1, 2, 2, 3], dtype=np.uint8), (n, STEM))
    end = write(at, stem, np.log(np.where((stem == 1) | (stem == 2), 1 / 3, 1 / 6))) + blocks.loop
    end = write(end, (3 - stem)[:, ::-1], certain)
    end = write(end, np.full((n, TAIL), 3, dtype=np.uint8), certain)
    page.note(["terminator"], zero, blocks.place(at, end - at), end - at, blocks.strand)


def _write_codons(page: _Page, blocks: _Blocks, at: NDArray[np.int64], coding: _coding.Coding,
                  rng: np.random.Generator) -> None:
    """The reading frames; genes of one length are written together."""
    codons = coding.sample(rng.random((len(at), CODONS[1])))
    for length in np.unique(blocks.codons):
        own = np.flatnonzero(blocks.codons == length)
        part = _Blocks(*(p[own] for p in blocks))
        chosen = codons[own, :length]
        per_letter = np.zeros(1) if page.log_p is None else np.repeat(coding.log_steps(chosen) / 3, 3, axis=1)
        page.write(part.place(at[own], 3 * length), part.strand, _coding.codes_of(chosen), per_letter)


def _write_long_repeats(page: _Page, start: NDArray[np.int64], length: NDArray[np.int64],
                        world: SyntheticGenome, rng: np.random.Generator) -> NDArray[np.int64]:
    """Tandem repeats and copies of repeat families; returns the letters used of each stretch."""
    used = np.full(len(start), MARGIN, dtype=np.int64)
    kind = rng.random(len(start))
    tandem = np.flatnonzero(kind < TANDEM_SHARE)
    size = rng.integers(*TANDEM_LENGTH, len(tandem))
    unit = rng.integers(UNITS.start, UNITS.stop, len(tandem))
    template = rng.integers(0, 4, (len(tandem), UNITS.stop - 1)).astype(np.uint8)
    columns = np.arange(TANDEM_LENGTH[1])
    codes, log_p = _copy(np.take_along_axis(template, columns % unit[:, None], axis=1), np.array(TANDEM_ERROR), rng)
    log_p = np.where(columns < unit[:, None], np.log(0.25), log_p)
    inside = columns < size[:, None]
    where = (start[tandem, None] + MARGIN + columns)[inside]
    page.codes[where] = codes[inside]
    if page.log_p is not None:
        page.log_p[where] = log_p[inside]
    page.note([f"tandem-{u}" for u in UNITS], unit - 1, start[tandem] + MARGIN, size, np.ones(len(tandem), dtype=int))
    used[tandem] += size
    copy = np.flatnonzero((kind > 1 - FAMILY_SHARE) & (length > MARGIN + FAMILY_LENGTH))
    family = rng.integers(0, FAMILIES, len(copy))
    ancestors = world.background.sample(seeds.stream(world.seed, "families").random((FAMILIES, FAMILY_LENGTH)))
    codes, log_p = _copy(ancestors[family], (OLDEST * family / (FAMILIES - 1))[:, None], rng)
    strand = rng.choice([-1, 1], len(copy))
    page.write(start[copy] + MARGIN, strand, codes, log_p)
    page.note([f"repeat-{f + 1:02d}" for f in range(FAMILIES)], family, start[copy] + MARGIN, FAMILY_LENGTH, strand)
    used[copy] += FAMILY_LENGTH
    return used


def _copy(codes: NDArray[np.uint8], error: NDArray[np.float64],
          rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A copy with errors, and how probable each of its letters is for a reader of the original."""
    wrong = rng.random(codes.shape) < error
    copy = np.where(wrong, (codes + rng.integers(1, 4, codes.shape)) % 4, codes).astype(np.uint8)
    return copy, np.log(np.where(wrong, np.maximum(error, 1e-12) / 3, 1 - error))


def _write_sites(page: _Page, start: NDArray[np.int64], length: NDArray[np.int64],
                 world: SyntheticGenome, rng: np.random.Generator) -> None:
    """Fill the cells of the intergenic stretches with motifs and words, each at its own frequency."""
    per_stretch = np.maximum(length, 0) // CELL
    cells = np.repeat(start, per_stretch) + CELL * _ragged(per_stretch)
    sites = [*world.motifs, *world.exact_words]
    share = np.array([site.frequency for site in sites]) * len(page.codes) / max(1, len(cells))
    which = np.searchsorted(share.cumsum(), rng.random(len(cells)), side="right")
    strand = rng.choice([-1, 1], len(cells))
    names = [site.name for site in sites]
    base = len(page.names)
    page.names += names
    for group, width in ((range(len(world.motifs)), _sites.MOTIF_LENGTH),
                         (range(len(world.motifs), len(sites)), _sites.WORD_LENGTH)):
        own = np.flatnonzero((which >= group.start) & (which < group.stop))
        letters = np.stack([sites[i].letters for i in group])[which[own] - group.start]
        form = rng.integers(0, 2, letters.shape[:2])
        codes = np.take_along_axis(letters, form[..., None], axis=2)[..., 0]
        at = cells[own] + rng.integers(0, CELL - width + 1, len(own))
        page.write(at, strand[own], codes, np.log(np.where(letters[..., 0] == letters[..., 1], 1.0, 0.5)))
        page.features.append((at, at + width, strand[own].astype(np.int8), (which[own] + base).astype(np.int32)))


def _ragged(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 .. lengths[0] - 1, 0 .. lengths[1] - 1, ..."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _annotation(page: _Page, size: int) -> Annotation:
    start, end, strand, concept = (np.concatenate(parts) for parts in zip(*page.features, strict=True))
    keep = np.flatnonzero(end <= size)
    order = keep[np.argsort(start[keep], kind="stable")]
    frequency = np.bincount(concept[order], minlength=len(page.names)) / size
    return Annotation(start[order], end[order], strand[order], concept[order], tuple(page.names), frequency)
