"""One item of an exam, worked: what the engine sees, what is right, and what an oracle and a blind engine answer.

Shows: what is asked, to a reader who runs nothing. Of the items drawn, one is taken that the oracle answers at least as
well as on average and the blind engine about as badly as on average; the means are over all of them.
Does not show: how hard the exam is for an engine that learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import Learn
from kindergrad.core.assessment import BY, Assessment
from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import KindergradError
from kindergrad.core.items import Items
from kindergrad.core.names import Domain, Readout, Role
from kindergrad.core.records import Contract, Finite
from kindergrad.exams import build, catalogue, sit

ITEMS, SIZE, SEED = 60, 300_000, 0
ALIKE = 0.75
"""Share of letters that must agree before a hint says so; by chance a quarter do."""
LONGEST = 600
"""Letters of a text that are kept; the middle of a longer one is left out."""

Floats = NDArray[np.float64]


class Option(Contract):
    """One thing that the engine is asked about: a candidate, or the only one.

    Attributes
    ----------
    asked : name of the part -> its text, as the engine sees it.
    right : whether it is the true one; None where the exam offers no choice.
    oracle, blind : the answers of the two, in the unit of the readout (natural log of a probability, or a difference
        of two); None where there is none.
    measured : what was measured of it, where the exam asks to rank; else None.
    """

    asked: dict[str, str]
    right: bool | None
    oracle: Finite | None
    blind: Finite | None
    measured: Finite | None = None


class Sitter(Contract):
    """How one engine did: on the item shown, and on average over all items drawn."""

    engine: str
    score: Finite
    mean: Finite


class WorkedExample(Contract):
    """One item with its answers.

    Attributes
    ----------
    level : level of the exam it was drawn from (the hardest, unless another was asked for).
    truth : further facts of the item that the engine does not see.
    hint : where the right answer stands in the context already, or its reverse complement; empty where it does not.
    metric, chance, top : the score, that of a coin, and the end of its scale.
    item, items : place of the item shown (from 1), and how many were drawn.
    """

    skill: str
    level: str
    world: str
    options: tuple[Option, ...]
    truth: dict[str, str]
    hint: str
    metric: str
    chance: Finite
    top: Finite
    oracle: Sitter | None
    blind: Sitter | None
    item: int
    items: int


def worked_example(skill: str, level: str | None = None) -> WorkedExample | None:
    """An item of the assessment of a skill, from a small synthetic genome or a world of its own; always the same one.

    Parameters
    ----------
    skill : id of the skill.
    level : level of the assessment; None for the hardest.

    Returns
    -------
    WorkedExample, or None where there is no assessment, or where it needs data that no simulated world holds.
    """
    assessment = catalogue.assessments().get(skill)
    world = None if assessment is None else place(assessment)
    if assessment is None or world is None:
        return None
    level = assessment.levels[0] if level is None else level
    try:
        items = assessment.items(world, ITEMS, level, SEED)
    except KindergradError:  # an exam that brings its own data, which is not here
        return None
    return _worked(assessment, level, items, world.sentence)


def place(assessment: Assessment) -> Any:
    """The world that the item comes from: the small one of its domain, a simulated world of its own, or None."""
    home = _world(assessment.domain)
    if home is not None and set(assessment.needs) <= home.offers:
        return home
    if assessment.world is None or catalogue.data_set(assessment):
        return None  # public data are quoted nowhere
    return build.named(assessment.world, SEED)


def _worked(assessment: Assessment, level: str, items: Items, world: str) -> WorkedExample:
    """The most typical item with both answers."""
    name, blind = _best_blind(assessment, items)
    ideal = items.ideal
    low = None if blind is None else assessment.score(blind, items)
    high = None if ideal is None else assessment.score(ideal, items)
    at = _typical(high, low, _distinct(items))
    hidden = {key: str(column[at]) for key, column in items.truth.items()
              if key not in ("cluster", "true", "letters") and np.ndim(column) == 1}
    options = _options(items, at, ideal, blind)
    return WorkedExample(
        skill=assessment.skill, level=level, world=world, options=options, truth=hidden,
        hint=_hint(options), metric=assessment.metric, chance=assessment.chance, top=assessment.top,
        oracle=_sitter("oracle", high, at), blind=_sitter(name, low, at), item=at + 1, items=len(items),
    )


def _distinct(items: Items) -> NDArray[np.bool_]:
    """Items with as many different options as any, shape (n,); shuffles of a short word may be all the same."""
    many = [column for column in items.asked.values() if column.ndim > 1]
    tables = np.broadcast_arrays(*many) if many else ()
    options = np.array([len(set(zip(*(t[i].tolist() for t in tables), strict=True))) for i in range(len(items))])
    return np.asarray(options == options.max())


def _typical(oracle: Floats | None, blind: Floats | None, among: NDArray[np.bool_]) -> int:
    """An item that the oracle answers well and the blind engine as it usually does; the first of several."""
    if blind is None:
        return int(np.argmax(among))
    far = np.where(among, np.abs(blind - blind.mean()), np.inf)
    if oracle is not None and (well := among & (oracle >= oracle.mean()) & (oracle > blind)).any():
        far = np.where(well, far, np.inf)
    return int(np.argmin(np.round(far, 6)))


def _best_blind(assessment: Assessment, items: Items) -> tuple[str, Floats | None]:
    """The blind engine that gives the floor on these items, and its answers; none of those that must be fitted."""
    if Readout.LIKELIHOOD not in assessment.readouts:
        return "", None
    answers = {name: sit.ask(_taught(name, assessment.domain), assessment, Readout.LIKELIHOOD, items)
               for name in assessment.floor if not name.startswith(BY) and catalogue.engine(name).role is Role.BLIND}
    best = max(sorted(answers), key=lambda name: float(assessment.score(answers[name], items).mean()))
    return best, answers[best]


def _options(items: Items, at: int, oracle: Floats | None, blind: Floats | None) -> tuple[Option, ...]:
    """The candidates of an item, or the one thing that it asks."""
    asked = {name: np.atleast_1d(column[at]) for name, column in items.asked.items()}
    count = max(len(texts) for texts in asked.values())
    true, value = items.truth.get("true"), items.truth.get("value")
    found = []
    for i in range(count):
        texts = {name: _cut(str(column[i] if len(column) > 1 else column[0])) for name, column in asked.items()}
        right = None if true is None or count == 1 else i == int(true[at])
        found.append(Option(asked=texts, right=right, oracle=_answer(oracle, at, i), blind=_answer(blind, at, i),
                            measured=_answer(value, at, i)))
    return tuple(found)


def _hint(options: Sequence[Option]) -> str:
    """Says where the right answer, or its reverse complement, stands in the context, if most letters agree."""
    right = next((o for o in options if o.right in (True, None)), None)
    if right is None or not {"context", "target"} <= set(right.asked):
        return ""
    context, target = right.asked["context"], right.asked["target"]
    found = []
    for what, text in (("the same letters stand", target),
                       ("its reverse complement stands", reverse_complement(target))):
        for at in range(len(context) - len(text) + 1):
            found.append((sum(map(str.__eq__, context[at:], text)), what, at))
    alike, what, at = max(found, default=(0, "", 0), key=lambda one: one[0])
    if alike < max(1.0, ALIKE * len(target)):
        return ""
    end = at + len(target)
    return f"{what} at letters {at + 1} to {end} of the context: {context[at:end]} ({alike} of {len(target)} agree)"


def _answer(answers: Floats | None, at: int, option: int) -> float | None:
    if answers is None:
        return None
    own: Sequence[float] = np.atleast_1d(answers[at]).tolist()
    return own[option] if option < len(own) else None


def _sitter(name: str, scores: Floats | None, at: int) -> Sitter | None:
    return None if scores is None else Sitter(engine=name, score=float(scores[at]), mean=float(scores.mean()))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}[{len(text) - 2 * half:,} letters]{text[-half:]}"


_WORLDS = {Domain.GENOMICS: "genome", Domain.ARITHMETIC: "arithmetic"}
"""The world of a domain from which the examples come."""


@cache
def _world(domain: Domain) -> Any:
    return build.named(_WORLDS[domain], SEED, size=SIZE) if domain in _WORLDS else None


@cache
def _taught(name: str, domain: Domain) -> Any:
    """A blind engine that has read the whole small world of its domain."""
    spec = catalogue.engine(name)
    engine = spec.make(**spec.settings)
    if isinstance(engine, Learn):
        engine.learn(_world(domain).corpus(0))
    return engine
