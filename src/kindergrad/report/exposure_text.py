"""What the terminal shows of exposure: the table of concepts, the families, the comparison of two corpora."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kindergrad.report import words
from kindergrad.report.bare_table import add, table
from kindergrad.report.ladder import plain

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table

    from kindergrad.core.answers_exposure import (
        ContaminationAnswer,
        CorpusFacts,
        ExposureAnswer,
        ExposureComparison,
        ExposureRow,
        Spread,
    )

PER = {"bases": (1e6, "Mb"), "characters": (1e6, "M characters"), "perturbations": (100, "100 perturbations")}

SHOWN = ("10x", "100x")
_RECORDS = {"bases": "records", "characters": "lines", "perturbations": "cells"}


def exposure(found: ExposureAnswer, *, wide: bool = True) -> Group:
    """Concepts by skill, families of forms, and what could not be looked for; fewer columns where not ``wide``."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [Text(corpus(found.corpus)), Text(""), _wide(found) if wide else _narrow(found)]
    if found.families:
        show = spread if wide else _middle
        forms = table("forms", "there are", "met", "at least", *(f"new at {m}" for m in SHOWN))
        for family in found.families:
            many = "unknown" if family.forms is None else f"{family.forms:,}"
            add(forms, family.family, many, f"{family.met:,}", show(family.at_least),
                *(show(family.new_at[m]) for m in SHOWN))
        parts += [Text(""), forms]
    if found.not_looked_for:
        named = ", ".join(found.not_looked_for)
        parts += [Text(""), Text(f"not looked for: {named} ({'; '.join(sorted(set(found.not_looked_for.values())))})",
                                 style="dim")]
    parts += [Text(note, style="dim") for note in found.corpus.notes]
    return Group(*parts, Text(caption(found), style="dim"))


def _wide(found: ExposureAnswer) -> Table:
    per, unit = PER[found.corpus.unit]
    shown = table("skill", "concept", "met", "contexts", f"per {unit}", "90 %", "by chance", "first met at",
                  f"{found.kappa:g} times at")
    last = ""
    for row in found.rows:
        name = row.skill.partition("/")[2]
        add(shown, name if name != last else "", row.concept, f"{row.occurrences:,}", contexts(row),
            short(row.rate * per), f"{short(row.rate_low * per)}…{short(row.rate_high * per)}",
            "–" if row.by_chance is None else short(row.by_chance * per), spread(row.first_met_at),
            spread(row.met_kappa_at))
        last = name
    return shown


def _narrow(found: ExposureAnswer) -> Table:
    per, unit = PER[found.corpus.unit]
    shown = table("concept", "met", "contexts", f"per {unit}", "first met", f"{found.kappa:g} times")
    last = ""
    for row in found.rows:
        if row.skill != last:
            add(shown, row.skill.partition("/")[2])
        add(shown, f"  {row.concept}", f"{row.occurrences:,}", contexts(row), short(row.rate * per),
            _middle(row.first_met_at), _middle(row.met_kappa_at))
        last = row.skill
    return shown


def comparison(found: ExposureComparison) -> Group:
    """Rates of two corpora, skill by skill."""
    from rich.console import Group
    from rich.text import Text

    per, unit = PER[found.a.unit]
    shown = table("skill", "grade", "concepts", f"A per {unit}", f"B per {unit}", "A / B", "90 %", "sooner")
    for s in found.skills:
        add(shown, s.skill.partition("/")[2], s.grade or "–", str(s.concepts), short(s.rate_a * per),
                 short(s.rate_b * per), short(s.ratio.median), f"{short(s.ratio.q05)}…{short(s.ratio.q95)}",
                 s.sooner)
    return Group(Text(f"A: {corpus(found.a)}"), Text(f"B: {corpus(found.b)}"), Text(""), shown, Text(
        f"Rates of different contexts per {unit}, median over the concepts of a skill; sooner: which corpus "
        "shows them more often per unit, where the 90 % interval leaves out 1.", style="dim"))


def contamination(found: ContaminationAnswer) -> Group:
    """Items in the corpus by skill, and the scores that change without them."""
    from rich.console import Group
    from rich.text import Text

    items = table("skill", "items", "looked for", "copies", "near copies", "share")
    for s in found.skills:
        add(items, plain(s.skill), f"{s.items:,}", f"{s.asked:,}", f"{s.copies:,}", f"{s.near_copies:,}",
            "–" if s.share is None else f"{s.share:.1%}")
    parts: list[RenderableType] = [Text(f"{found.source}, items in {corpus(found.corpus)}"), Text(""), items]
    hit = {s.skill for s in found.skills if s.near_copies}
    scores = [s for s in found.scores if s.skill in hit]
    if scores:
        shown = table("skill", "engine", "scale", "score", "without copies", "clean items")
        for one in scores:
            add(shown, plain(one.skill), one.engine, words.scale(one.scale),
                words.with_error((one.score, one.score_stderr)),
                "–" if one.score_clean is None else words.with_error((one.score_clean, one.score_clean_stderr)),
                f"{one.n_clean:,}")
        parts += [Text(""), shown]
    parts += [Text(""), Text.assemble("verdict: ", (found.verdict, "bold red" if found.verdict == "leak" else "green"))]
    return Group(*parts, Text(f"copies: all words of {found.word} letters of the item stand in the corpus, on either "
                              "strand; near copies: at least half of them.", style="dim"))


def caption(found: ExposureAnswer) -> str:
    """What the columns mean."""
    unit = found.corpus.unit
    return (f"met: occurrences, both strands; contexts: with surroundings not met before; 90 %: of the rate; first met "
            f"at: {unit} of such a corpus until the concept is met, and until it is met {found.kappa:g} times "
            "(90 %); ?: cannot be told from this corpus.")


def corpus(facts: CorpusFacts) -> str:
    """What was read, in a line."""
    return f"{facts.source}: {facts.size:,} usable {facts.unit} in {facts.records:,} {_RECORDS[facts.unit]}"


def contexts(row: ExposureRow) -> str:
    """Their number, marked where it is estimated."""
    return f"{row.distinct_contexts:,}" if row.distinct_error == 0 else f"~{short(row.distinct_contexts)}"


def spread(found: Spread) -> str:
    """Median and interval, a lower bound, or a question mark."""
    if found.median is None:
        return "?" if found.q05 is None else f"> {short(found.q05)}"
    return f"{short(found.median)} ({short(found.q05)}…{short(found.q95)})"


def _middle(found: Spread) -> str:
    return "?" if found.median is None else short(found.median)


def short(value: float | None) -> str:
    """Three digits, with k, M, G for thousands; small numbers as they are."""
    from kindergrad.core.scale import pretty

    if value is None:
        return "∞"
    return pretty(value) if value else "0"
