"""Concepts of a perturbation screen (h5ad): which pathways, families, contexts and combinations it shows, how often.

The unit is a perturbation: one label in one context, controls left out. Only labels are read, never the matrix.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_exposure import CorpusFacts
from kindergrad.core.errors import InputError
from kindergrad.exposure.concepts import Numbered, settings
from kindergrad.exposure.genome import Found, Tell
from kindergrad.exposure.kinds import gene_set, screen
from kindergrad.exposure.rows import Counted, Form
from kindergrad.stats.discovery import Incidence
from kindergrad.worlds import _h5ad, _perturbation_labels
from kindergrad.worlds._perturbation_labels import ContextKind

Ints = NDArray[np.int64]

SERVES = ("gene_set", "screen")
_KINDS = {"contexts": ContextKind.CELLS, "donors": ContextKind.DONOR}
_NAMES = {ContextKind.CELLS: "types of cells", ContextKind.DONOR: "donors", ContextKind.BATCH: "batches"}
_FAMILY = re.compile(r"([A-Z]{2,}?)\d+[A-Z]?\d*$")


class Shown(NamedTuple):
    """One perturbation: the genes (or drugs) perturbed together, and the context."""

    genes: tuple[str, ...]
    context: str


class Screen(NamedTuple):
    """What the labels of a file show.

    Attributes
    ----------
    shown : every perturbation in every context, once.
    places : gene in capitals -> numbers of the perturbations of it.
    measured : names of the genes whose expression was measured.
    """

    path: Path
    shown: tuple[Shown, ...]
    places: Mapping[str, Ints]
    measured: frozenset[str]
    cells: int
    dialect: _perturbation_labels.Dialect

    def of(self, genes: Iterable[str], at_once: int = 1) -> Ints:
        """Perturbations of at least so many of some genes together."""
        own = [self.places[gene] for gene in {gene.upper() for gene in genes} if gene in self.places]
        numbers, times = np.unique(np.concatenate([*own, np.zeros(0, dtype=np.int64)]), return_counts=True)
        return numbers[times >= at_once]

    def where(self, shows: Callable[[Shown], bool]) -> Ints:
        """Perturbations of which something is true."""
        return np.array([i for i, s in enumerate(self.shown) if shows(s)], dtype=np.int64)


def count(corpus: Path, wanted: Sequence[Numbered], *, tell: Tell = lambda done, planned, what: None) -> Found:
    """Count the concepts of a screen.

    Raises
    ------
    InputError
        If the file is no h5ad, has no perturbed cells, or none of the genes of any set stands in it.
    """
    tell(0, 0, "reading labels")
    own = read(corpus)
    notes = _names(own, wanted)
    rows, missing = _rows(own, wanted)
    forms = [form for c in wanted if (form := _form(own, c)) is not None and form.incidence.concept.size]
    contexts = sorted({s.context for s in own.shown})
    place = np.array([contexts.index(s.context) for s in own.shown])
    blocks, distinct = np.zeros((len(contexts), len(rows))), np.zeros(len(rows))
    for i, (_, hits) in enumerate(rows):
        blocks[:, i] = np.bincount(place[hits], minlength=len(contexts))
        distinct[i] = len({own.shown[j].genes for j in hits})
    sizes = np.bincount(place).astype(np.float64)
    spread = [i for i, (concept, _) in enumerate(rows) if not _is_context(concept)]
    pooled = Counted(blocks.sum(axis=0), distinct, np.zeros(len(rows)), _within(blocks, sizes, spread), sizes, {})
    facts = CorpusFacts(source=str(corpus), unit="perturbations", size=len(own.shown), records=own.cells,
                        notes=(str(own.dialect), *notes))
    named = [concept._replace(number=i) for i, (concept, _) in enumerate(rows)]
    return Found(facts, named, pooled, forms, missing)


def _within(blocks: NDArray[np.float64], sizes: NDArray[np.float64], spread: Sequence[int]) -> NDArray[np.float64]:
    """Counts by context; those of a context itself as if spread evenly, since a context is no cluster of itself."""
    even = blocks.sum(axis=0)[None, :] * (sizes / sizes.sum())[:, None]
    even[:, spread] = blocks[:, spread]
    return np.asarray(even)


def _is_context(concept: Numbered) -> bool:
    return concept.kind == "screen" and settings(concept, screen.Spec).what in ("contexts", "donors")


def read(corpus: Path) -> Screen:
    """The labels of a file.

    Raises
    ------
    InputError
        If the file is no h5ad, its labels cannot be told, or every cell is a control.
    """
    with _h5ad.opened(corpus) as store:
        measured, symbols = _perturbation_labels.gene_names(corpus, store.var)
        found = _perturbation_labels.read(corpus, store.obs, _perturbation_labels.Columns(), symbols,
                                          need_control=False)
    kept = found.labels != _perturbation_labels.CONTROL
    if not kept.any():
        raise InputError(f"{corpus} holds no perturbed cell; got {len(found.labels):,} cells, all control; expected "
                         "labels of perturbations")
    pairs = sorted({(str(label), str(context)) for label, context in
                    zip(found.labels[kept], found.contexts[kept], strict=True)})
    shown = tuple(Shown(tuple(label.split("+")), context or "one context") for label, context in pairs)
    at: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(shown):
        for gene in one.genes:
            at[gene.upper()].append(i)
    places = {gene: np.array(numbers, dtype=np.int64) for gene, numbers in at.items()}
    return Screen(corpus, shown, places, frozenset(measured), int(kept.sum()), found.dialect)


def _rows(own: Screen, wanted: Iterable[Numbered]) -> tuple[list[tuple[Numbered, Ints]], dict[str, str]]:
    """Concepts with the perturbations that show each, and what this screen cannot show, with the reason."""
    rows: list[tuple[Numbered, Ints]] = []
    missing: dict[str, str] = {}
    pairs = any(len(s.genes) > 1 for s in own.shown)
    for concept in wanted:
        label = f"{concept.skill}: {concept.name}"
        if concept.kind not in SERVES:
            missing[label] = f"a screen shows no {concept.kind}"
        elif concept.kind == "gene_set":
            spec = settings(concept, gene_set.Spec)
            if spec.at_once > 1 and not pairs:
                missing[label] = "no genes were perturbed together"
            else:
                rows.append((concept, own.of(spec.genes, spec.at_once)))
        elif _KINDS.get(what := settings(concept, screen.Spec).what, own.dialect.kind) is not own.dialect.kind:
            missing[label] = f"its contexts are {_NAMES[own.dialect.kind]}"
        elif what != "targets":
            found = _WHAT[what](own) or {"": np.zeros(0, dtype=np.int64)}
            rows += [(concept._replace(name=name or concept.name), hits) for name, hits in found.items()]
    return rows, missing


def _every(own: Screen) -> dict[str, Ints]:
    return {"": np.arange(len(own.shown))}


def _measured(own: Screen) -> dict[str, Ints]:
    return {"": own.where(lambda s: own.measured.issuperset(s.genes))}


def _contexts(own: Screen) -> dict[str, Ints]:
    return {name: own.where(lambda s, name=name: s.context == name) for name in sorted({s.context for s in own.shown})}


def _families(own: Screen) -> dict[str, Ints]:
    return {stem: own.of(genes) for stem, genes in families(own.shown).items()}


def _pairs(own: Screen) -> dict[str, Ints]:
    return _combinations(own, lambda genes: len(genes) == 2)


def _more(own: Screen) -> dict[str, Ints]:
    return _combinations(own, lambda genes: len(genes) > 2)


def _combinations(own: Screen, wanted: Callable[[tuple[str, ...]], bool]) -> dict[str, Ints]:
    kept = sorted((s.genes, i) for i, s in enumerate(own.shown) if wanted(s.genes))
    return {"+".join(genes): np.array([i for _, i in found]) for genes, found in groupby(kept, lambda pair: pair[0])}


def _crosses(own: Screen) -> dict[str, Ints]:
    """Pairs of genes each of which was perturbed alone as well, in the same context."""
    alone = {(s.genes[0], s.context) for s in own.shown if len(s.genes) == 1}
    return {"": own.where(lambda s: len(s.genes) == 2 and all((gene, s.context) in alone for gene in s.genes))}


_WHAT: Mapping[str, Callable[[Screen], dict[str, Ints]]] = {
    "perturbations": _every, "measured": _measured, "contexts": _contexts, "donors": _contexts, "families": _families,
    "pairs": _pairs, "more": _more, "crosses": _crosses}
"""What a screen names -> name of each concept ("" for the name in the syllabus), and the perturbations that show it."""


def families(shown: Iterable[Shown]) -> dict[str, frozenset[str]]:
    """Stem of a symbol -> its members among the perturbed genes, where there are at least two."""
    found: dict[str, set[str]] = defaultdict(set)
    for gene in sorted({gene for s in shown for gene in s.genes}):
        if stem := _FAMILY.fullmatch(gene):
            found[stem[1]].add(gene)
    return {stem: frozenset(genes) for stem, genes in sorted(found.items()) if len(genes) > 1}


def _form(own: Screen, concept: Numbered) -> Form | None:
    """Which target or pair is met in which perturbation; None for a concept that is no family of forms."""
    what = settings(concept, screen.Spec).what if concept.kind == "screen" else ""
    if what not in ("targets", "pairs"):
        return None
    names = [s.genes if what == "targets" else ("+".join(s.genes),) if len(s.genes) == 2 else () for s in own.shown]
    forms = None if what == "targets" else len(own.places) * (len(own.places) - 1) // 2
    index = {name: i for i, name in enumerate(sorted({n for named in names for n in named}))}
    pairs = [(index[n], block) for block, named in enumerate(names) for n in named]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Form(concept.name, concept.skill, forms, 1.0, Incidence(table[:, 0], table[:, 1], np.ones(len(names))))


def naming(names: Iterable[str]) -> str:
    """Which naming of genes some names seem to use: symbol, Ensembl or Entrez."""
    listed = list(names)
    if not listed:
        return "none"
    if sum(bool(re.match(r"ENS[A-Z]*G\d", name.upper())) for name in listed) > len(listed) / 2:
        return "Ensembl"
    return "Entrez" if sum(name.isdigit() for name in listed) > len(listed) / 2 else "symbol"


def _names(own: Screen, wanted: Iterable[Numbered]) -> list[str]:
    """Refuse gene sets none of whose genes is perturbed here; notes where few are, or no target is measured."""
    asked = {gene for c in wanted if c.kind == "gene_set" for gene in settings(c, gene_set.Spec).genes}
    there = {gene for s in own.shown for gene in s.genes}
    known = sum(gene.upper() in own.places for gene in asked)
    if asked and not known:
        raise InputError(f"{own.path}: none of the {len(asked):,} genes of the sets is perturbed here; the sets seem "
                         f"to use {naming(asked)} names (such as '{min(asked)}'), the file {naming(there)} names (such "
                         f"as '{min(there)}'); expected one naming; map one to the other")
    notes = [f"{known:,} of the {len(asked):,} genes of the sets are perturbed here"] if asked else []
    if not there & own.measured:
        notes.append(f"none of the {len(there):,} targets is among the measured genes: targets seem to use "
                     f"{naming(there)} names (such as '{min(there)}'), measured genes {naming(own.measured)} names "
                     f"(such as '{min(own.measured)}')")
    return notes
