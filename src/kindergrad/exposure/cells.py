"""Concepts of a perturbation screen (h5ad): which pathways, families, contexts and combinations it shows, how often.

The unit is a perturbation: one label in one context, controls left out. Only labels are read, never the matrix.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
from kindergrad.syllabus.skills import Concept
from kindergrad.worlds import _h5ad, _perturbation_labels

SERVES = ("gene_set", "screen")
GENERAL = tuple(
    (f"perturbation/{skill}", Concept(name=what, kind="screen", settings={"what": what}))
    for skill, what in (("unseen-gene", "targets"), ("relative-in-the-family", "families"),
                        ("new-cell-type", "contexts"), ("adding", "combinations")))
"""What is looked for in a screen where the syllabus says nothing."""
_FAMILY = re.compile(r"([A-Z]{2,}?)\d+[A-Z]?\d*$")


class Shown(NamedTuple):
    """One perturbation: the genes (or drugs) perturbed together, and the context."""

    genes: tuple[str, ...]
    context: str


def count(corpus: Path, wanted: Sequence[Numbered], *, tell: Tell = lambda done, planned, what: None) -> Found:
    """Count the concepts of a screen.

    Raises
    ------
    InputError
        If the file is no h5ad, has no perturbed cells, or none of the genes of any set stands in it.
    """
    tell(0, 0, "reading labels")
    shown, cells, dialect = _read(corpus)
    rows, forms, missing = _rows(shown, wanted)
    _check_names(corpus, shown, wanted)
    contexts = sorted({s.context for s in shown})
    place = np.array([contexts.index(s.context) for s in shown])
    blocks = np.zeros((len(contexts), len(rows)))
    distinct = np.zeros(len(rows))
    for i, (_, shows) in enumerate(rows):
        hit = np.array([shows(s) for s in shown])
        blocks[:, i] = np.bincount(place[hit], minlength=len(contexts))
        distinct[i] = len({s.genes for s, own in zip(shown, hit, strict=True) if own})
    sizes = np.bincount(place).astype(np.float64)
    spread = [i for i, (concept, _) in enumerate(rows) if not _is_context(concept)]
    pooled = Counted(blocks.sum(axis=0), distinct, np.zeros(len(rows)), _within(blocks, sizes, spread), sizes, {})
    facts = CorpusFacts(source=str(corpus), unit="perturbations", size=len(shown), records=cells, notes=(dialect,))
    named = [concept._replace(number=i) for i, (concept, _) in enumerate(rows)]
    return Found(facts, named, pooled, forms, missing)


def _within(blocks: NDArray[np.float64], sizes: NDArray[np.float64], spread: Sequence[int]) -> NDArray[np.float64]:
    """Counts by context; those of a context itself as if spread evenly, since a context is no cluster of itself."""
    even = blocks.sum(axis=0)[None, :] * (sizes / sizes.sum())[:, None]
    even[:, spread] = blocks[:, spread]
    return np.asarray(even)


def _is_context(concept: Numbered) -> bool:
    return concept.kind == "screen" and settings(concept, screen.Spec).what == "contexts"


def _read(corpus: Path) -> tuple[list[Shown], int, str]:
    """All perturbations, the number of perturbed cells, and how the file was read."""
    with _h5ad.opened(corpus) as store:
        _, symbols = _perturbation_labels.gene_names(corpus, store.var)
        found = _perturbation_labels.read(corpus, store.obs, _perturbation_labels.Columns(), symbols,
                                          need_control=False)
    kept = found.labels != _perturbation_labels.CONTROL
    if not kept.any():
        raise InputError(f"{corpus} holds no perturbed cell; got {len(found.labels):,} cells, all control; expected "
                         "labels of perturbations")
    pairs = sorted({(str(label), str(context)) for label, context in
                    zip(found.labels[kept], found.contexts[kept], strict=True)})
    return [Shown(tuple(label.split("+")), context or "one context") for label, context in pairs], int(
        kept.sum()), str(found.dialect)


Shows = Callable[[Shown], bool]


def _rows(shown: Sequence[Shown], wanted: Iterable[Numbered]
          ) -> tuple[list[tuple[Numbered, Shows]], list[Form], dict[str, str]]:
    """Concepts with the test for each, families of forms, and what a screen cannot show."""
    rows: list[tuple[Numbered, Shows]] = []
    forms: list[Form] = []
    missing = {f"{c.skill}: {c.name}": f"a screen shows no {c.kind}" for c in wanted if c.kind not in SERVES}
    for concept in (c for c in wanted if c.kind in SERVES):
        if concept.kind == "gene_set":
            rows.append((concept, _set_test(concept)))
            continue
        what = settings(concept, screen.Spec).what
        if what == "targets":
            forms.append(_form(concept, [s.genes for s in shown], None))
        elif what == "contexts":
            rows += [(concept._replace(name=name), _context_test(name)) for name in sorted({s.context for s in shown})]
        elif what == "families":
            rows += [(concept._replace(name=name), _any_test(genes)) for name, genes in families(shown).items()]
        else:
            pairs = sorted({s.genes for s in shown if len(s.genes) > 1})
            rows += [(concept._replace(name="+".join(genes)), _all_test(genes)) for genes in pairs]
            genes = len({gene for s in shown for gene in s.genes})
            forms.append(_form(concept, [("+".join(s.genes),) if len(s.genes) > 1 else () for s in shown],
                               genes * (genes - 1) // 2))
    return rows, [form for form in forms if form.incidence.concept.size], missing


def families(shown: Iterable[Shown]) -> dict[str, frozenset[str]]:
    """Stem of a symbol -> its members among the perturbed genes, where there are at least two."""
    found: dict[str, set[str]] = defaultdict(set)
    for gene in sorted({gene for s in shown for gene in s.genes}):
        if stem := _FAMILY.fullmatch(gene):
            found[stem[1]].add(gene)
    return {stem: frozenset(genes) for stem, genes in sorted(found.items()) if len(genes) > 1}


def _form(concept: Numbered, names: Sequence[Sequence[str]], forms: int | None) -> Form:
    """Which name is met in which perturbation."""
    index = {name: i for i, name in enumerate(sorted({n for own in names for n in own}))}
    pairs = [(index[n], block) for block, own in enumerate(names) for n in own]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Form(concept.name, concept.skill, forms, 1.0, Incidence(table[:, 0], table[:, 1], np.ones(len(names))))


def _set_test(concept: Numbered) -> Shows:
    spec = settings(concept, gene_set.Spec)
    genes = frozenset(gene.upper() for gene in spec.genes)
    return lambda s: sum(gene.upper() in genes for gene in s.genes) >= spec.at_once


def _context_test(name: str) -> Shows:
    return lambda s: s.context == name


def _any_test(genes: frozenset[str]) -> Shows:
    return lambda s: not genes.isdisjoint(s.genes)


def _all_test(genes: tuple[str, ...]) -> Shows:
    return lambda s: s.genes == genes


def naming(names: Iterable[str]) -> str:
    """Which naming of genes some names seem to use: symbol, Ensembl or Entrez."""
    listed = list(names)
    if not listed:
        return "none"
    if sum(bool(re.match(r"ENS[A-Z]*G\d", name.upper())) for name in listed) > len(listed) / 2:
        return "Ensembl"
    return "Entrez" if sum(name.isdigit() for name in listed) > len(listed) / 2 else "symbol"


def _check_names(corpus: Path, shown: Sequence[Shown], wanted: Iterable[Numbered]) -> None:
    """Refuse gene sets none of whose genes is perturbed here, and say which naming either side seems to use."""
    asked = {gene for c in wanted if c.kind == "gene_set" for gene in settings(c, gene_set.Spec).genes}
    there = {gene for s in shown for gene in s.genes}
    if asked and not {gene.upper() for gene in asked} & {gene.upper() for gene in there}:
        raise InputError(f"{corpus}: none of the {len(asked):,} genes of the sets is perturbed here; the sets seem to "
                         f"use {naming(asked)} names (such as '{min(asked)}'), the file {naming(there)} names (such as "
                         f"'{min(there)}'); expected one naming; map one to the other")
