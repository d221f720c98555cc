"""The textbook holds every small world and the genome, and asks what they ask."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.core.seeds import item_streams
from kindergrad.testing import check_world
from kindergrad.worlds import genome, grammar, recall, textbook

SMALL = 40_000


@pytest.fixture(scope="module")
def book() -> textbook.Textbook:
    return textbook.make(0, size=SMALL)


def test_it_is_a_world(book: textbook.Textbook) -> None:
    check_world(book, again=textbook.make(0, size=SMALL))


def test_every_small_world_with_a_corpus_is_a_chapter(book: textbook.Textbook) -> None:
    assert {"repeats", "folding", "promoters", "grammar", "splicing", "few-shot"} <= set(book.chapters)
    assert not {"genome", "textbook", "arithmetic", "gene-network"} & set(book.chapters)
    assert book.chapters["grammar"].digest == grammar.make(0).digest  # whose items are asked


def test_pages_of_all_chapters_stand_in_every_round(book: textbook.Textbook) -> None:
    length = book._round * textbook.PAGE
    first = decode(book.codes[:length])
    pages = {first[at : at + textbook.PAGE] for at in range(0, length, textbook.PAGE)}
    assert len(pages) == book._round
    own = decode(book.own_genome.codes)
    assert sum(page in own for page in pages) == textbook.PAGES["genome"]
    keys = decode(recall.make(0).write(book._rounds * textbook.PAGE))
    assert sum(page in keys for page in pages) == 1


def test_motifs_of_the_genome_are_as_much_rarer_as_it_is_small(book: textbook.Textbook) -> None:
    own = genome.SyntheticGenome(size=SMALL)
    rarer = [motif.frequency for motif in book.motifs]
    assert rarer == pytest.approx([motif.frequency * book.share for motif in own.motifs])
    assert book.words().words == own.words().words
    assert all((a.letters == b.letters).all() for a, b in zip(book.motifs, own.motifs, strict=True))


def test_what_is_asked_is_that_of_the_genome(book: textbook.Textbook) -> None:
    own = genome.SyntheticGenome(size=SMALL)
    asked = [world.stretches(item_streams(3, 0, "t"), 50) for world in (book, own)]
    assert (asked[0].texts == asked[1].texts).all() and np.allclose(asked[0].log_p, asked[1].log_p)


def test_another_size_or_seed_is_another_book() -> None:
    assert len({textbook.make(seed, size=size).digest for seed in (0, 1) for size in (SMALL, 2 * SMALL)}) == 4
