"""What every assessment must hold: a conformance suite for built-in files and for those of plug-ins.

Use it on a world with known truth (``SyntheticGenome``): only there is a ceiling that an oracle reaches.
"""

from __future__ import annotations

import inspect
import io
import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import BY, Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Axis, CeilingKind, Domain, Readout
from kindergrad.core.seeds import stream
from kindergrad.core.text import CHARACTERS
from kindergrad.exams import catalogue, readouts, sit
from kindergrad.exams.material import TRAIN_SEED
from kindergrad.exams.references import Exam
from kindergrad.stats.scoring import cluster_stderr
from kindergrad.syllabus import skills
from kindergrad.testing.mock import Mock
from kindergrad.testing.mock_responses import MockResponses

Floats = NDArray[np.float64]

FIELDS = ("Shows", "Does not show", "Floor", "Ceiling", "Trap", "Source")
FEWEST_LINES, MOST_LINES = 30, 120
NONE_YET = "none-yet"
LEARNER, LENGTH = "learner", "length"
"""Keys of ``exceptions`` for the kindergarten property, and for candidates of one length; the other keys are levels."""
_SURE = 4.0  # standard errors: one false alarm in some 15,000 comparisons
_CLEAR = 3.0  # standard errors between two scores on the same items
_RARE = 1e-5  # p value below which the place of the true candidate is not uniform
_LETTERS = {Domain.GENOMICS: "ACGT", Domain.ARITHMETIC: CHARACTERS}  # that may be asked
_UNIFORM = {Domain.GENOMICS: "uniform", Domain.ARITHMETIC: "text-uniform"}
_EXAMPLES = (10, 400)  # training items of an engine that learns from labelled examples, few and many
_LITTLE = 10  # pieces of a corpus that is no text
_GUESSES = 40
_TIMID, _CURVED = 0.05, 0.005
"""Size of guesses that claim to know next to nothing, and what these may lose where sure answers lose more."""
_MOCKS = 5
_NOISE = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 16.0)  # in standard deviations of the ideal answers
_DOUBT = (0.0, 0.1, 0.3, 0.6, 0.9, 1.0)  # share of "all letters are equal" in the ideal answers


class References(NamedTuple):
    """Engines that have read the corpus of a world, to sit the exams of a check.

    Attributes
    ----------
    blind : blind engines by id, after the whole corpus.
    learner : learning engines by id, each after a little and after all of the corpus.
    mocks : engines of random opinions; empty: those of sequences.
    """

    blind: Mapping[str, Any]
    learner: Mapping[str, tuple[Any, Any]]
    mocks: tuple[Any, ...] = ()


class LevelFindings(NamedTuple):
    """Mean scores at one level, with the floor and its standard error."""

    floor: float
    floor_stderr: float
    floor_engine: str
    ceiling: float
    little: float | None
    """The reference engine after little data; None where the file names none."""
    much: float | None


class _Sat(NamedTuple):
    """Everything known of one level: items, and scores per item of all who sat it."""

    level: str
    items: Items
    blind: dict[str, Floats]
    top: Floats | None
    learner: dict[str, tuple[Floats, Floats]]
    mocks: list[Floats]
    """Answers of engines of random opinions."""

    @property
    def clusters(self) -> NDArray[np.str_]:
        return np.asarray(self.items.truth["cluster"])

    @property
    def best(self) -> str:
        return max(sorted(self.blind), key=lambda name: float(self.blind[name].mean()))

    def stderr(self, values: Floats) -> float:
        return cluster_stderr(values, self.clusters)


def references(world: Any, *, domain: Domain = Domain.GENOMICS, learners: tuple[str, ...] = ("markov",),
               little: int = 1000) -> References:
    """All blind engines of a domain after the whole corpus of a world; learners after ``little`` and after all."""
    corpus = world.corpus(0)
    blind = {name: _taught(name, corpus) for name, spec in catalogue.engines().items()
             if spec.role.value == "blind" and spec.domain is domain}
    text = not corpus or isinstance(corpus[0], str)
    beginning = [piece[:little] for piece in corpus[:1]] if text else corpus[:_LITTLE]
    mocks = () if text else tuple(MockResponses(seed) for seed in range(_MOCKS))
    for mock in mocks:
        mock.learn(beginning)
    return References(blind, {name: (_taught(name, beginning), _taught(name, corpus)) for name in learners}, mocks)


def check_assessment(
    assessment: Assessment,
    world: Any,
    *,
    n: int = 150,
    seed: int = 0,
    references: References | None = None,
    exceptions: Mapping[str, str] | None = None,
) -> dict[str, LevelFindings]:
    """Raise AssertionError, with the rule that is broken, if an assessment is not what it has to be.

    Rules: the file says what it shows and what not, and is 30 to 120 lines long; the same seed gives the same
    items, and the first ones never change when more are asked; what is asked is text, can be kept without
    pickles, and tells nothing of the truth; guessing lands on the chance value; the oracle lies clearly above
    the floor; noisier answers never score higher; blind engines stay at chance where the controls are matched;
    levels go from hard to easy; and the learner that the file names improves with data.

    Parameters
    ----------
    n : items per level.
    references : engines that sit the exam; made with :func:`references` where None.
    exceptions : level -> reason why a blind engine may tell it; ``"learner"`` -> reason why the learner is not
        expected to improve on this corpus; ``"length"`` -> reason why candidates differ in length. A level that is
        listed without need is an error: the list may only shrink.

    Returns
    -------
    Level -> floor, ceiling and scores of the learner, so that they can be shown.
    """
    told = dict(exceptions or {})
    known = {*assessment.levels, LEARNER, LENGTH}
    _require(assessment, set(told) <= known, f"exceptions name no level: {sorted(set(told) - known)}")
    _declared(assessment)
    engines = references or _references(world, assessment)
    for level in assessment.levels:
        _truth_free(assessment, assessment.items(world, n, level, seed), told.get(LENGTH))
    sat = [_sit(assessment, world, level, (n, seed), engines) for level in assessment.levels]
    for one in sat:
        _same_items(assessment, world, one, seed)
        _guessing(assessment, one)
        _oracle(assessment, one)
        _noisier(assessment, one)
        _blind(assessment, one, told.get(one.level))
    _ordered(assessment, world, sat)
    _improves(assessment, sat, told.get(LEARNER))
    return {one.level: _findings(assessment, one) for one in sat}


def _references(world: Any, assessment: Assessment) -> References:
    known = assessment.learner != NONE_YET and catalogue.engine(assessment.learner).axis is not Axis.EXAMPLES
    return references(world, domain=assessment.domain, learners=(assessment.learner,) if known else ())


def _taught(name: str, corpus: list[Any]) -> Any:
    spec = catalogue.engine(name)
    engine = spec.make(**spec.settings)
    if hasattr(engine, "learn"):
        engine.learn(corpus)
    return engine


def _sit(assessment: Assessment, world: Any, level: str, size: tuple[int, int], engines: References) -> _Sat:
    items = assessment.items(world, size[0], level, size[1])

    def scores(engine: Any, train: Items | None = None) -> Floats:
        readout = next(iter(assessment.readouts)) if train is None else Readout.FIT
        return np.asarray(assessment.score(sit.ask(engine, assessment, readout, items, train), items))

    absent = sorted(n for n in set(assessment.floor) - set(catalogue.engines()) if not n.startswith(BY))
    _require(assessment, not absent, f"floor names blind engines that do not exist: {absent}")
    examples = None
    if Readout.FIT in assessment.readouts:
        examples = assessment.items(getattr(world, "training", world), _EXAMPLES[1], level, size[1] + TRAIN_SEED)
    fresh = {name: _taught(name, []) for name in set(assessment.floor) & set(catalogue.engines()) - set(engines.blind)}
    beside = Exam(assessment, items, examples, {**engines.blind, **fresh})
    blind = {name: beside.both(name)[0] for name in assessment.floor}
    top = None if items.ideal is None else np.asarray(assessment.score(items.ideal, items))
    learner = {k: (scores(a), scores(b)) for k, (a, b) in engines.learner.items() if readouts.able(b, assessment)}
    if examples and assessment.learner != NONE_YET and catalogue.engine(assessment.learner).axis is Axis.EXAMPLES:
        few, many = (scores(_taught(assessment.learner, []), sit.first(examples, k)) for k in _EXAMPLES)
        learner |= {assessment.learner: (few, many)}
    mocks = engines.mocks or [Mock(seed, domain=assessment.domain) for seed in range(_MOCKS)]
    return _Sat(level, items, blind, top, learner,
                [sit.ask(mock, assessment, next(iter(assessment.readouts)), items) for mock in mocks])


def _declared(a: Assessment) -> None:
    """The constant and the file say everything that a reader needs."""
    skills.skill(a.skill)
    _require(a, re.fullmatch(r"\d+\.\d+", a.version) is not None, f"version must be X.Y; got {a.version}")
    _require(a, len(set(a.levels)) == len(a.levels) > 0, "levels must be different and at least one")
    _require(a, bool(a.readouts) and a.chance < a.top, "needs a readout, and chance below the top of the scale")
    _require(a, all((a.metric, a.twin_metric, a.cluster, a.source)), "metric, twin, cluster and source must be named")
    _require(a, a.learner == NONE_YET or a.learner in catalogue.engines(), f"unknown learner '{a.learner}'")
    told = catalogue.told(a)
    silent = [field for field in FIELDS if not told.get(field)]
    _require(a, not silent, f"the docstring of the file does not say: {', '.join(silent)}")
    file = inspect.getsourcefile(a.items)
    lines = len(Path(file).read_text(encoding="utf-8").splitlines()) if file else 0
    _require(a, FEWEST_LINES <= lines <= MOST_LINES,
             f"the file has {lines} lines; expected {FEWEST_LINES} to {MOST_LINES}")


def _same_items(a: Assessment, world: Any, one: _Sat, seed: int) -> None:
    n, part = len(one.items), len(one.items) // 2
    again = a.items(world, n, one.level, seed)
    _require(a, again.digest == one.items.digest, "the same seed must give the same items")
    _require(a, a.items(world, n, one.level, seed + 1).digest != again.digest, "another seed must give other items")
    fewer = a.items(world, part, one.level, seed)
    same = fewer.digest == sit.first(one.items, part).digest
    if fewer.ideal is not None and one.items.ideal is not None:
        same = same and bool(np.allclose(fewer.ideal, one.items.ideal[:part], rtol=1e-12, atol=1e-12))
    _require(a, same, f"level {one.level}: the first items change when more are asked; use one stream per item")


def _truth_free(a: Assessment, items: Items, uneven_lengths: str | None) -> None:
    """Nothing that is asked tells what is true: not a column, not a place, not a length."""
    _require(a, not set(items.asked) & set(items.truth), "asked and truth must not share columns")
    for name, column in items.asked.items():
        if a.domain not in _LETTERS:  # names and numbers
            _require(a, column.dtype.kind in "Uif", f"asked column '{name}' must hold text or numbers")
            continue
        _require(a, column.dtype.kind == "U", f"asked column '{name}' must hold text; got {column.dtype}")
        odd = set("".join(map(str, column.ravel()))) - set(_LETTERS[a.domain])
        _require(a, not odd, f"asked column '{name}' holds other letters than are asked in {a.domain.value}: {odd}")
    buffer = io.BytesIO()
    np.savez(buffer, **dict(items.asked))  # type: ignore[arg-type]
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as kept:
        same = all(np.array_equal(kept[name], column) for name, column in items.asked.items())
    _require(a, same and set(kept.files) == set(items.asked), "what is asked must be kept and read without pickles")
    if "true" not in items.truth:
        return
    count = np.bincount(items.truth["true"], minlength=_candidates(items))
    _require(a, len(count) == _candidates(items), "the place of the true candidate lies outside the candidates")
    expected = len(items) / len(count)
    _require(a, _chi_square(float(((count - expected) ** 2 / expected).sum()), len(count) - 1) > _RARE,
             f"the place of the true candidate is not uniform: {count.tolist()}")
    if a.domain not in _LETTERS:
        return
    lengths = np.stack(np.broadcast_arrays(*[np.char.str_len(column) for column in items.asked.values()
                                             if column.ndim == 2]))
    uneven = sorted(np.flatnonzero((lengths != lengths[:, :, :1]).any(axis=(0, 2))))
    first = f"first in item {uneven[0]}" if uneven else "as was said, do not: take it off the list"
    _require(a, bool(uneven) is bool(uneven_lengths), f"candidates differ in length, {first}")


def _guessing(a: Assessment, one: _Sat) -> None:
    """Random answers land on the chance value, and a random engine does not do better than chance."""
    if {"true", "value"} & set(one.items.truth):
        shape = one.mocks[0].shape
        for size in (_TIMID, 1.0):
            draws = [a.score(size * stream(i, "guess").standard_normal(shape), one.items) for i in range(_GUESSES)]
            mean = np.mean(draws, axis=0)
            off, most = float(mean.mean()) - a.chance, _SURE * max(one.stderr(mean), 1e-12) + _CURVED
            # Where chance is 0, answers that are sure and wrong lose bits: only timid ones land on chance from below.
            wild = off if a.chance == 0 and size == 1.0 else abs(off)
            _require(a, wild <= most, f"level {one.level}: guessing scores {a.chance + off:.3f}; expected "
                     f"{a.chance} ± {most:.3f}")
    # One engine alone may be right by luck, about all items at once.
    mocks = np.array([a.score(answers, one.items) for answers in one.mocks])
    error = float(np.hypot(one.stderr(mocks.mean(axis=0)), mocks.mean(axis=1).std() / np.sqrt(_MOCKS)))
    _require(a, float(mocks.mean()) <= a.chance + _SURE * error,
             f"level {one.level}: engines of random opinions score {mocks.mean():.3f}; expected at most {a.chance} + "
             f"{_SURE * error:.3f}")
    if (uniform := _UNIFORM.get(a.domain)) in one.blind:
        _require(a, abs(float(one.blind[uniform].mean()) - a.chance) < 1e-9,
                 f"level {one.level}: an engine that holds all letters equal must score exactly {a.chance}")


def _oracle(a: Assessment, one: _Sat) -> None:
    """The ceiling is reached, lies within the scale, and clearly above the floor and every engine."""
    if one.top is None or one.items.ideal is None:
        return
    _require(a, bool(np.isfinite(one.items.ideal).all()), "ideal answers must be finite")
    _require(a, one.mocks[0].shape == one.items.ideal.shape, "ideal answers must have the shape that put returns")
    top, floor = float(one.top.mean()), one.blind[one.best]
    _require(a, top <= a.top + 1e-9, f"the oracle scores {top:.3f}, above the top of the scale {a.top}")
    apart = _SURE * one.stderr(one.top - floor)
    _require(a, top - float(floor.mean()) > apart, f"level {one.level}: ceiling {top:.3f} and floor "
             f"{floor.mean():.3f} of {one.best} cannot be told apart")
    for name, (_, much) in one.learner.items():
        over = float((much - one.top).mean())
        _require(a, a.ceiling is not CeilingKind.EXACT or over <= _CLEAR * one.stderr(much - one.top),
                 f"level {one.level}: {name} beats the exact ceiling by {over:.3f}")


def _noisier(a: Assessment, one: _Sat) -> None:
    """Ideal answers with more and more noise, or doubt, never score higher."""
    if one.top is None or one.items.ideal is None:
        return
    for measure in (a.score, a.twin):
        steps = [np.asarray(measure(answers, one.items)) if answers.ndim == one.items.ideal.ndim else
                 np.mean([measure(draw, one.items) for draw in answers], axis=0)
                 for answers in _worse(one.items)]
        for better, worse in itertools.pairwise(steps):
            rise = float((worse - better).mean())
            _require(a, rise <= _SURE * one.stderr(worse - better) + 1e-9,
                     f"level {one.level}: noisier answers score {rise:.3f} higher")


def _worse(items: Items) -> list[Floats]:
    """Answers from ideal to worthless; candidates get noise (draws on the first axis), letters get doubt."""
    ideal = np.asarray(items.ideal)
    if "letters" in items.truth:
        uniform = items.truth["letters"] * np.log(0.25)
        with np.errstate(divide="ignore"):
            return [np.logaddexp(np.log(1 - d) + ideal, np.log(d) + uniform) for d in _DOUBT]
    noise = np.stack([stream(i, "noise").standard_normal(ideal.shape) for i in range(8)])
    return [ideal + amount * ideal.std() * noise for amount in _NOISE]


def _blind(a: Assessment, one: _Sat, reason: str | None) -> None:
    """Where controls are matched, no blind engine does better than chance, but for reasons that are listed."""
    if not {"true", "value"} & set(one.items.truth):
        return
    best = one.blind[one.best]
    off, error = float(best.mean()) - a.chance, one.stderr(best)
    if reason is None:
        _require(a, off <= _SURE * error + 1e-9, f"level {one.level}: the blind engine {one.best} scores "
                 f"{a.chance + off:.3f} ± {error:.3f}; match the controls, or list the level with its reason")
    else:
        _require(a, off > _CLEAR * error, f"level {one.level} is listed as told by blind engines ({reason}), but "
                 f"{one.best} scores {a.chance + off:.3f} ± {error:.3f}; take it off the list")


def _ordered(a: Assessment, world: Any, sat: list[_Sat]) -> None:
    """Levels go from hard to easy: by frequency, else by the learner's score, else by the ceiling."""
    frequency = [a.frequency(world, level) for level in a.levels]
    known = [f for f in frequency if f is not None]
    if len(known) == len(frequency) and len(set(known)) == len(known):
        _require(a, known == sorted(known), f"levels must go from hard to easy; frequencies are {known}")
        return
    for hard, easy in itertools.pairwise(sat):
        left, right = (s.learner[a.learner][1] if a.learner in s.learner else s.top for s in (hard, easy))
        if left is None or right is None:
            continue
        error = float(np.hypot(hard.stderr(left), easy.stderr(right)))
        _require(a, float(left.mean() - right.mean()) <= _CLEAR * error,
                 f"levels must go from hard to easy; {hard.level} scores {left.mean():.3f}, {easy.level} "
                 f"{right.mean():.3f} ± {error:.3f}")


def _improves(a: Assessment, sat: list[_Sat], reason: str | None) -> None:
    """The kindergarten property: the learner that the file names improves with data at some level."""
    if a.learner == NONE_YET:
        able = [f"{name} at level {s.level}" for s in sat for name, (_, much) in s.learner.items()
                if float((much - s.blind[s.best]).mean()) > _SURE * s.stderr(much - s.blind[s.best])]
        _require(a, not able, f"the file says that no engine learns it yet, but this does: {', '.join(able)}")
        return
    pairs = [s.learner[a.learner] for s in sat if a.learner in s.learner]
    gains = [float((much - little).mean()) / max(s.stderr(much - little), 1e-12)
             for s, (little, much) in zip(sat, pairs, strict=False)]
    if reason is None:
        _require(a, bool(gains) and max(gains) > _CLEAR, f"{a.learner} does not improve with data: gains of "
                 f"{[round(g, 1) for g in gains]} standard errors; give a larger corpus, or say learner '{NONE_YET}'")


def _findings(a: Assessment, one: _Sat) -> LevelFindings:
    floor = one.blind[one.best]
    little, much = one.learner.get(a.learner, (None, None))
    return LevelFindings(float(floor.mean()), one.stderr(floor), one.best,
                         a.top if one.top is None else float(one.top.mean()),
                         None if little is None else float(little.mean()),
                         None if much is None else float(much.mean()))


def _candidates(items: Items) -> int:
    return max(int(c.shape[1]) for c in items.asked.values() if c.ndim == 2 and c.dtype.kind == "U")


def _chi_square(statistic: float, degrees: int) -> float:
    """Upper tail."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


def _require(assessment: Assessment, condition: bool, rule: str) -> None:
    if not condition:
        raise AssertionError(f"assessment '{assessment.id}': {rule}")
