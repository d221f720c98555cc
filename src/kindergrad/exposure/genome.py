"""Concepts of a DNA corpus, counted in one pass: every scanner sees every block once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core.answers_exposure import CorpusFacts
from kindergrad.core.errors import SequenceError
from kindergrad.exposure import concepts as naming
from kindergrad.exposure import letters
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources
from kindergrad.exposure.kinds.forms import Forms
from kindergrad.exposure.rows import Counted, Form
from kindergrad.exposure.tally import Scanner, Tally

Tell = Callable[[int, int, str], None]
SMALLEST = 1000
"""Usable bases of the smallest corpus of which anything is said."""


class Found(NamedTuple):
    """A corpus, the concepts that it can show, their counts, the families, and what it cannot show, with the reason."""

    corpus: CorpusFacts
    concepts: list[Numbered]
    counted: Counted
    forms: list[Form]
    missing: dict[str, str]


def count(corpus: letters.Corpus, wanted: Sequence[Numbered], sources: Sources, *,
          tell: Tell = lambda done, planned, what: None) -> Found:
    """Count the concepts of a corpus: a FASTA or GenBank file, gz or not, a folder of them, or texts.

    Raises
    ------
    SequenceError
        If a file cannot be used, or the corpus has fewer than 1,000 usable bases.
    InputError
        If a concept is specified wrongly.
    """
    wanted, missing = _offered(wanted, sources)
    single = [c._replace(number=i) for i, c in enumerate(c for c in wanted if c.kind != "forms")]
    scanners: list[Scanner] = [naming.matcher(kind).scanner(own, sources)
                               for kind, own in naming.by_kind(single).items()]
    tally, background, notes = Tally(len(single)), Background(), defaultdict[str, int](int)
    families = [Forms(c, tally.quadrats) for c in wanted if c.kind == "forms"]
    for block in letters.blocks(corpus, notes):
        tell(0, 0, f"{(block.offset + block.size) / 1e6:,.0f} Mb read")
        tally.begin(block)
        background.add(block)
        for scanner in scanners:
            for hits in scanner.scan(block):
                tally.add(block, hits)
        for family in families:
            family.join()
            family.scan(block)
    _check(corpus, tally, scanners)
    chance = {number: rate for scanner in scanners for number, rate in scanner.chance(background).items()}
    counted = Counted(tally.counts, np.array([d.count for d in tally.distinct]),
                      np.array([d.error for d in tally.distinct]), tally.blocks, tally.quadrats.sizes, chance)
    forms = [Form(f.name, f.skill, f.forms, f.sampled, f.incidence()) for f in families]
    facts = CorpusFacts(source=_source(corpus), unit="bases", size=int(counted.amount), records=notes["records"],
                        notes=_notes(notes, counted, single))
    return Found(facts, single, counted, forms, missing)


def _offered(wanted: Sequence[Numbered], sources: Sources) -> tuple[list[Numbered], dict[str, str]]:
    """Concepts that can be looked for with these files, and the reason for the others."""
    out: list[Numbered] = []
    missing: dict[str, str] = {}
    for kind, own in naming.by_kind(wanted).items():
        if kind != "forms" and not hasattr(naming.matcher(kind), "scanner"):
            missing |= {f"{c.skill}: {c.name}": f"a genome shows no {kind}" for c in own}
            continue
        need = getattr(naming.matcher(kind), "NEEDS", None)
        if need is not None and getattr(sources, need) is None:
            missing |= {f"{c.skill}: {c.name}": f"needs a file: --{need} FILE" for c in own}
        else:
            out += own
    return sorted(out, key=lambda c: c.number), missing


def _source(corpus: letters.Corpus) -> str:
    return str(corpus) if isinstance(corpus, Path) else f"{len(corpus):,} texts"


def _check(corpus: letters.Corpus, tally: Tally, scanners: Sequence[Any]) -> None:
    usable = int(tally.quadrats.sizes.sum())
    if usable < SMALLEST:
        raise SequenceError(f"{_source(corpus)} is too short; got {usable:,} usable bases (A, C, G, T), expected at "
                            f"least {SMALLEST:,}; try a longer sequence")
    for scanner in scanners:
        if hasattr(scanner, "check"):
            scanner.check()


def _notes(notes: dict[str, int], counted: Counted, single: Sequence[Numbered]) -> tuple[str, ...]:
    """What a reader should know of the corpus."""
    out = []
    if notes["lower"]:
        out.append(f"{notes['lower']:,} letters are lower case (soft-masked) and read as upper case")
    if notes["other"]:
        out.append(f"{notes['other']:,} letters are N or IUPAC codes; nothing is looked for across them")
    often = counted.counts > 100
    if often.any() and np.median(counted.distinct[often] / counted.counts[often]) < 0.5:
        share = float(np.median(counted.distinct[often] / counted.counts[often]))
        out.append(f"most of this corpus is repeated: of frequent concepts only {share:.0%} of the occurrences have "
                   "surroundings of their own")
    return tuple(out)
