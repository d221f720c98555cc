"""Arithmetic from kindergarten to small proofs: items with exact answers, and a "web" on which they are rare.

The corpus is plain text of many topics. Few are skills of arithmetic, and the harder a skill the fewer documents are
about it (Zipf); a document about a skill uses the notation of its prerequisites. So the rate at which every skill, and
every fact in it, is met is known before anything is learned.

Shows: when what is met is learned. Does not show: anything about real web text; its arithmetic is less regular.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.errors import InputError, SequenceError
from kindergrad.core.names import Axis, Domain
from kindergrad.core.records import Split
from kindergrad.core.text import encode
from kindergrad.worlds import _school, _web

WORLD, DOMAIN = "arithmetic", Domain.ARITHMETIC
_VERSION = 1
SIZE = 4_000_000
OPENING = "quiz. "
"""Before every question of an exam. The corpus never has this word, so no item stands in it as it is asked."""
_RESERVED = 4  # one problem of so many is kept for the exams, where a skill has problems to spare
_SURE = -40.0  # natural log of the oracle's probability of a wrong answer
_ATTEMPTS = 1000


class Questions(NamedTuple):
    """Questions with one right answer and near misses.

    Attributes
    ----------
    context : shape (n,).
    answers : shape (n, c), the right one in column 0; near misses have its length and differ in one number.
    ideal : natural log probabilities of one who knows, shape (n, c).
    place : where the right answer is to stand, shape (n,).
    fact : what must be known, shape (n,).
    """

    context: NDArray[np.str_]
    answers: NDArray[np.str_]
    ideal: NDArray[np.float64]
    place: NDArray[np.int64]
    fact: NDArray[np.str_]


class Arithmetic:
    """The web of one seed, or a text of one's own, and the questions of all skills.

    Parameters
    ----------
    size : characters of the web.
    corpus : a text file to read instead of the web.

    Raises
    ------
    InputError, SequenceError
        If the file is not plain text of printable ASCII characters.
    """

    kind: ClassVar[str] = "synthetic"
    exact: ClassVar[bool] = True
    axis: ClassVar[Axis] = Axis.CHARACTERS
    smallest: ClassVar[int] = 1000
    missing: ClassVar[dict[str, str]] = {}
    offers: ClassVar[frozenset[str]] = frozenset({"questions"})

    def __init__(self, size: int = SIZE, seed: int = 0, corpus: Path | None = None) -> None:
        self.seed = seed
        self._text = None if corpus is None else _read(corpus)
        self._name = "" if corpus is None else corpus.name
        self.size = size if self._text is None else len(self._text)
        if self.size < self.smallest:
            raise InputError(f"{corpus or 'the web'} holds too little text; got {self.size:,} characters; expected at "
                             f"least {self.smallest:,}")

    @property
    def id(self) -> str:
        return f"web-{self.size / 1e6:g}M" if self._text is None else f"text-{self._name}"

    @property
    def digest(self) -> str:
        text = json.dumps([_VERSION, self.size, self.seed, self._text])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        """What this world is."""
        if self._text is not None:
            return f"the text {self._name} of {self.size:,} characters, and questions with exact answers"
        return (f"a web of {self.size:,} characters (seed {self.seed}) about {_web.TOPICS:,} topics, of which "
                f"{len(_school.SKILLS)} are skills of arithmetic, and questions with exact answers")

    @property
    def split(self) -> Split:
        return Split(train=("documents",), scored=("questions that open with a word which no document has",))

    # --- the corpus ----------------------------------------------------------------------------------

    def corpus(self, seed: int) -> list[str]:
        """The web in pieces of some documents; another seed reads the same pieces in another order."""
        pieces = self._pieces
        order = seeds.stream(self.seed, "order", seed).permutation(len(pieces)) if seed else range(len(pieces))
        return [pieces[i] for i in order]

    def shuffled(self, seed: int) -> list[str]:
        """The same characters with their order destroyed within every 100."""
        letters = np.frombuffer("".join(self.corpus(seed)).encode("ascii"), dtype=np.uint8)
        whole = letters[: len(letters) // 100 * 100].reshape(-1, 100)
        return [seeds.stream(self.seed, "shuffle", seed).permuted(whole, axis=1).tobytes().decode("ascii")]

    @cached_property
    def _pieces(self) -> list[str]:
        if self._text is not None:
            return self._text.splitlines(keepends=True)
        writer, out, size = _web.Writer(self.seed, self.reserved), [], 0
        while size < self.size:
            out.append(writer.block(len(out))[: self.size - size])
            size += len(out[-1])
        return out

    @cached_property
    def _tally(self) -> _web.Tally:
        return _web.tally(self._pieces, self.reserved)

    # --- what is known of it -------------------------------------------------------------------------

    def reserved(self, name: str, context: str) -> bool:
        """Whether a problem is kept for the exams, and never stands in the web."""
        return _school.SKILLS[name].reserved and seeds.key("reserved", self.seed, context) % _RESERVED == 0

    def shown(self, name: str) -> int:
        """Problems of a skill in the whole corpus, counted by reading it."""
        return self._tally.shown[name]

    @property
    def first_met(self) -> dict[str, int | None]:
        """Skill -> characters read before its first problem, in the order of seed 0; None where there is none."""
        return {f"{DOMAIN.value}/{name}": at for name, at in self._tally.first.items()}

    def rate(self, name: str) -> float | None:
        """Expected problems of a skill per character; None for a text of one's own."""
        if self._text is not None:
            return None
        documents = sum(piece.count("\n") for piece in self._pieces)
        return _web.mentions(name) * documents / self.size

    def fact_rate(self, name: str) -> float | None:
        """Expected occurrences per character of one fact of a skill: the geometric mean over its facts."""
        rate = self.rate(name)
        if rate is None:
            return None
        if name in _school.LEVELS:  # every problem holds several facts, all alike
            columns = sum(_school.LEVEL_SHARE[level] * (at + 2) for at, level in enumerate(_school.LEVELS[name]))
            return rate * columns / _school.facts(name)
        share = {}
        found = _web.open_problems(name, "all", self.reserved)
        for problem, weight in zip(found, _web.weights(len(found), name).tolist(), strict=True):
            share[problem.fact] = share.get(problem.fact, 0.0) + weight
        return rate * float(np.exp(np.mean(np.log(list(share.values())))))

    # --- questions -----------------------------------------------------------------------------------

    def questions(self, name: str, level: str, streams: Sequence[np.random.Generator], near: int) -> Questions:
        """One question per stream, with ``near`` near misses.

        A near miss has another number at one place where something had to be worked out, taken from the answer to
        another problem; so what is written often, or how long it is, does not tell right from wrong.
        """
        skill = _school.SKILLS[name]
        found = [p for p in _school.problems(name, level) if not skill.reserved or self.reserved(name, p.context)]
        rows = [_question(found, skill.even, rng, near) for rng in streams]
        place = np.array([int(rng.integers(near + 1)) for rng in streams])
        ideal = np.full((len(rows), near + 1), _SURE)
        ideal[:, 0] = 0.0
        return Questions(np.array([OPENING + p.context for p, _ in rows]), np.array([a for _, a in rows]), ideal, place,
                         np.array([p.fact for p, _ in rows]))


def _question(found: Sequence[_school.Problem], even: bool, rng: np.random.Generator, near: int
              ) -> tuple[_school.Problem, list[str]]:
    """A problem, with its answer and the near misses."""
    for _ in range(_ATTEMPTS):
        problem = _draw_evenly(found, rng) if even else found[int(rng.integers(len(found)))]
        wrong = _even_misses(found, problem, rng, near) if even else _misses(found, problem, rng, near)
        if len(wrong) == near:
            return problem, [problem.answer, *wrong]
    raise InputError(f"no question with {near} near misses can be asked; got {len(found)} problems; ask fewer")


def _draw_evenly(found: Sequence[_school.Problem], rng: np.random.Generator) -> _school.Problem:
    """All answers equally often, then all problems with that answer."""
    answers = sorted({p.answer for p in found})
    answer = answers[int(rng.integers(len(answers)))]
    alike = [p for p in found if p.answer == answer]
    return alike[int(rng.integers(len(alike)))]


def _even_misses(found: Sequence[_school.Problem], problem: _school.Problem, rng: np.random.Generator, near: int
                 ) -> list[str]:
    """Other answers that are written alike but for the number."""
    ((name, own),) = problem.numbers.items()
    first = problem.form.partition("{")[0]
    numbers = sorted({p.numbers[name] for p in found if p.form.startswith(first)
                      and len(p.numbers[name]) == len(own)} - {own})
    return [problem.with_number(name, numbers[i]) for i in rng.permutation(len(numbers))[:near]]


def _misses(found: Sequence[_school.Problem], problem: _school.Problem, rng: np.random.Generator, near: int
            ) -> list[str]:
    """Near misses at every number in turn, from the answers to other problems.

    Where the other problem has the same number there, the question is given up, and another one drawn: right and wrong
    numbers are then exchangeable, and common ones are not more often right.
    """
    out: list[str] = []
    names = list(problem.numbers)
    for turn in range(_ATTEMPTS):
        if len(out) == near:
            return out
        name = names[turn % len(names)]
        number = found[int(rng.integers(len(found)))].numbers.get(name, "")
        if len(number) != len(problem.numbers[name]):
            continue
        if number == problem.numbers[name]:
            if len(number) > 1 or number not in "01":
                return []
            continue
        wrong = problem.with_number(name, number)
        if wrong not in out:
            out.append(wrong)
    return []


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; got bytes that are not UTF-8; expected a plain text file") from None
    text = text.replace("\r\n", "\n").replace("\t", " ")
    if "\0" in text:
        raise InputError(f"{path} is not text; got a zero byte; expected a plain text file")
    try:
        encode(text, where=str(path))
    except SequenceError as error:
        raise SequenceError(str(error)) from None
    return text


def make(seed: int, size: int | None = None, corpus: Path | str | None = None) -> Arithmetic:
    """A web of ``size`` characters, or the text of a file."""
    return Arithmetic(size or SIZE, seed, None if corpus is None else Path(corpus))
