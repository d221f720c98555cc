"""What the files of the assessments with worlds of their own say of their items is true of the items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core.dna import decode
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.engines.kmer import KmerProbe
from kindergrad.engines.markov import Markov
from kindergrad.exams import build, catalogue, sit
from kindergrad.exams.material import TRAIN_SEED, Maker
from kindergrad.worlds.families import Families
from kindergrad.worlds.genome import SyntheticGenome

N = 40
LISTS = ["affinity-to-activity", "epistasis", "translation-context"]


@cache
def made(name: str, level: str, n: int = N, seed: int = 0) -> Items:
    a = catalogue.assessment(f"genomics/{name}")
    return a.items(build.named(str(a.world), 0), n, level, seed)


def letters(text: str) -> str:
    return "".join(sorted(text))


@pytest.mark.parametrize("name", ["motif-logic", "splice-site", "decoy-resistance", "missense-severity"])
def test_the_same_letters_are_broken_in_all_candidates(name: str) -> None:
    level = catalogue.assessment(f"genomics/{name}").levels[-1]
    items = made(name, level)
    if "broken" in items.asked:
        changes = {t[:2] + b[:2] for t, b in
                   zip(items.asked["target"].ravel(), items.asked["broken"].ravel(), strict=True)}
        assert len(changes) == 1
    if "original" in items.asked:
        for before, after in zip(items.asked["original"], items.asked["target"], strict=True):
            assert len({(b[0], a[0]) for b, a in zip(before, after, strict=True)}) == 1
            assert all(b[1:] == a[1:] for b, a in zip(before, after, strict=True))
    if name == "motif-logic":  # OR: shuffles that keep triplets
        for row in items.asked["target"]:
            assert len({tuple(sorted(t[i : i + 3] for i in range(len(t) - 2))) for t in row}) == 1


@pytest.mark.parametrize("name", ["affinity-to-activity", "translation-context"])
def test_lists_hold_the_same_letters(name: str) -> None:
    for level in catalogue.assessment(f"genomics/{name}").levels:
        assert all(len({letters(text) for text in row}) == 1 for row in made(name, level).asked["target"])


@pytest.mark.parametrize("name", LISTS)
def test_lists_can_be_fitted_on_measurements(name: str) -> None:
    """A k-mer probe learns activities and loads; of interactions, which cancel what adds up, it learns nothing."""
    a = catalogue.assessment(f"genomics/{name}")
    level = a.levels[-1]
    items, train = made(name, level), made(name, level, 60, TRAIN_SEED)
    score = float(a.score(sit.ask(KmerProbe(), a, Readout.FIT, items, train), items).mean())
    assert score == 0.0 if name == "epistasis" else score > 0.15


class Reader:
    """Writes on as the gene of its corpus did whose beginning is most like the text."""

    def __init__(self, corpus: str) -> None:
        self.genes = [corpus[i : i + 246] for i in range(0, len(corpus) - 246, 276)]  # a gene, then 30 letters of noise

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        nearest = [max(self.genes, key=lambda gene: sum(map(str.__eq__, gene, text))) for text in context]
        return [gene[len(text) : len(text) + length] for gene, text in zip(nearest, context, strict=True)]


def test_members_of_a_family_are_finished_by_an_engine_that_has_read_others() -> None:
    a, world = catalogue.assessment("genomics/finish-the-gene"), Families(seed=0, size=60_000, families=4, kept=1.0)
    items = a.items(world, 60, "all", 0)
    for row, context in zip(items.asked["target"], items.asked["context"][:, 0], strict=True):
        assert len({str(Seq(codon).translate()) for codon in row}) == 20 and len(context) % 3 == 0
    engine = Markov(max_order=12)
    engine.learn(world.corpus(0))
    right = a.twin(sit.ask(Reader(world.corpus(0)[0]), a, Readout.GENERATION, items), items).mean()
    noise = a.twin(sit.ask(Markov(max_order=2), a, Readout.GENERATION, items), items).mean()
    assert right > 0.5 > 0.2 > noise
    assert a.score(sit.ask(engine, a, Readout.LIKELIHOOD, items), items).mean() > 0.65


class Perfect:
    """Writes the value that stands after the key that the context ends with."""

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        out = []
        for text in context:
            key = text[-16:]
            best = max(range(200), key=lambda i: sum(map(str.__eq__, text[i : i + 16], key)))
            out.append(text[best + 16 : best + 16 + length])
        return out


def test_values_can_be_written() -> None:
    a = catalogue.assessment("genomics/long-range-recall")
    items = made("long-range-recall", "hundredth")
    assert a.score(sit.ask(Perfect(), a, Readout.GENERATION, items), items).mean() > 0.97
    assert {len(text) for text in items.asked["context"].ravel()} == {4 * 36 + 1000 + 16}
    assert len(made("long-range-recall", "far", 100)) == 20  # long texts are few
    far = a.items(build.named("recall", 0, distance=1_000_000), 1, "far", 0)
    assert len(far.asked["context"][0, 0]) == 4 * 36 + 1_000_000 + 16 and far.ideal is not None


def test_few_examples_are_fitted_item_by_item() -> None:
    a = catalogue.assessment("genomics/few-shot-word")
    items = made("few-shot-word", "n-16", 12)
    train = made("few-shot-word", "n-16", 16, TRAIN_SEED)
    assert a.score(sit.ask(KmerProbe(), a, Readout.FIT, items, train), items).mean() > 0.55


def test_edges_of_exons_are_near_at_the_hard_level() -> None:
    world: Any = build.named("gene-structure", 0)
    inside = world.classes(world.held_out.states) == 2
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    text = decode(world.held_out.codes)
    items = made("gene-structure", "near-an-edge", 15)
    for contexts, targets, true in zip(items.asked["context"], items.asked["target"], items.truth["true"], strict=True):
        for i, (context, target) in enumerate(zip(contexts, targets, strict=True)):
            at = text.index(context + target) + len(context)
            assert np.abs(edges - at).min() <= 8 and bool(inside[at]) == (i == true)


@pytest.mark.parametrize(("level", "other"), [("against-introns", 3), ("against-between", 0),
                                              ("against-untranslated", 1)])
def test_what_is_mistaken_for_an_exon_is_of_the_class_that_the_level_names(level: str, other: int) -> None:
    world: Any = build.named("gene-structure", 0)
    classes, text = world.classes(world.held_out.states), decode(world.held_out.codes)
    items = made("gene-structure", level, 10)
    for contexts, targets, true in zip(items.asked["context"], items.asked["target"], items.truth["true"], strict=True):
        at = [text.index(c + t) + len(c) for c, t in zip(contexts, targets, strict=True)]
        assert [classes[place] for place in at] == [2 if i == true else other for i in range(4)]


def test_a_study_whose_world_offers_all_gives_the_items_itself() -> None:
    a = catalogue.assessment("genomics/motif-logic")
    genome, grammar = SyntheticGenome(size=50_000), build.named("grammar", 3, fidelity=0.8)

    def place(world: Any) -> Any:
        return Maker(world=world, n=10, seed=3, train=0, references={}).place(a)

    assert place(grammar) is grammar and place(genome).id != genome.id
    assert place(genome).digest == build.named("grammar", 3).digest
    assert place(genome) is place(genome)
