"""A textbook of DNA: pages of a synthetic genome and of every small world in turn, so that each exam can be learnt.

Most exams take their items from a small world of their own, whose words the genome does not show: an engine that read
only the genome is at the floor there, whatever it can do. The textbook writes all these worlds into one corpus. What it
asks stays the same, item for item, so that the engine of one study sits every simulated exam.

A chapter is a small world; one that is put into the folder is a chapter from then on. A round holds one page of each
chapter, and more of what lies at the ground of all others: the genome, copies, and pairs. The order of its pages is
drawn anew every round. A chapter has no beginning or end on its page: the text goes on where its last page stopped.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import discover, seeds
from kindergrad.core.dna import decode
from kindergrad.core.records import Split
from kindergrad.worlds import genome
from kindergrad.worlds._genome_layout import Draft
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds._sites import Motif

WORLD = "textbook"
PAGE = 1000
"""Letters of a page."""
PAGES = {"genome": 4, "repeats": 3, "folding": 3}
"""Pages of a chapter in a round; of all others there is one."""


@dataclass(frozen=True)
class Textbook(genome.SyntheticGenome):
    """A textbook of ``size`` letters; what is asked of the genome is asked of its genome."""

    size: int = 3_000_000

    kind: ClassVar[str] = "simulated"
    split: ClassVar[Split] = Split(train=("textbook",), scored=("fresh draws from the same processes",))

    @property
    def id(self) -> str:
        return f"textbook-{self.size / 1e6:g}Mb"

    @property
    def digest(self) -> str:
        own = [(name, world.digest) for name, world in self.chapters.items()]
        text = json.dumps([WORLD, self.size, PAGE, PAGES, self.own_genome.digest, own])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        return (f"a textbook of {self.size:,} letters (simulated, seed {self.seed}): pages of a synthetic genome "
                f"({self.share:.0%}) and of {len(self.chapters)} small worlds: {', '.join(self.chapters)}")

    @cached_property
    def chapters(self) -> dict[str, Simulator]:
        """Small worlds by name, as exams make them."""
        return {name: make(self.seed) for name, make in sorted(_simulators().items())}

    @cached_property
    def share(self) -> float:
        """Of the genome in the textbook."""
        return _pages(genome.WORLD) / self._round

    @cached_property
    def own_genome(self) -> genome.SyntheticGenome:
        """The genome, as long as its pages."""
        return genome.SyntheticGenome(size=self._rounds * _pages(genome.WORLD) * PAGE, seed=self.seed)

    @property
    def _round(self) -> int:
        """Pages of a round."""
        return _pages(genome.WORLD) + sum(map(_pages, self.chapters))

    @property
    def _rounds(self) -> int:
        return -(-self.size // (PAGE * self._round))

    # --- what the genome offers, as rare as it is in the whole textbook ------------------------------

    @cached_property
    def motifs(self) -> list[Motif]:
        return self._rarer(self.own_genome.motifs)

    @cached_property
    def exact_words(self) -> list[Motif]:
        return self._rarer(self.own_genome.exact_words)

    def _rarer(self, motifs: list[Motif]) -> list[Motif]:
        return [motif._replace(frequency=motif.frequency * self.share) for motif in motifs]

    @property
    def _training(self) -> Draft:
        return self.own_genome._training

    @property
    def _held_out(self) -> Draft:
        return self.own_genome._held_out

    # --- the corpus ----------------------------------------------------------------------------------

    @cached_property
    def codes(self) -> NDArray[np.uint8]:
        """All pages, shape (size,)."""
        rng, rounds = seeds.stream(self.seed, WORLD), self._rounds
        chapters = {genome.WORLD: self.own_genome.codes}
        chapters |= {name: world.write(rounds * _pages(name) * PAGE) for name, world in self.chapters.items()}
        book = np.concatenate([text[: rounds * _pages(name) * PAGE].reshape(rounds, _pages(name), PAGE)
                               for name, text in chapters.items()], axis=1)
        order = rng.random(book.shape[:2]).argsort(axis=1)
        return np.take_along_axis(book, order[:, :, None], axis=1).reshape(-1)[: self.size]

    def corpus(self, seed: int) -> list[str]:
        """The textbook as one piece; each seed starts reading at another place."""
        start = int(seeds.stream(self.seed, "start", seed).integers(self.size)) if seed else 0
        return [decode(np.roll(self.codes, -start))]


def _pages(chapter: str) -> int:
    return PAGES.get(chapter, 1)


def _simulators() -> dict[str, Callable[[int], Simulator]]:
    """Makers of the small worlds of this folder that can write a corpus."""
    found = {}
    for module in discover.built_in("kindergrad.worlds"):
        own = [v for v in vars(module).values() if inspect.isclass(v) and v.__module__ == module.__name__]
        if any(issubclass(made, Simulator) for made in own):
            found[module.WORLD] = module.make
    return found


def make(seed: int, size: int = 3_000_000) -> Textbook:
    """The textbook of a seed."""
    return Textbook(size=size, seed=seed)
