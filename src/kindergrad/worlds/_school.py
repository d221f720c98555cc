"""Arithmetic as it is written on the "web" of the arithmetic world: what each skill looks like on the page.

A problem has a context, an answer, and the numbers in the answer that must be worked out. Worked answers use the
notation of the skills that come before: a proof is written in sums and products, so whoever knows those has a start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

LETTERS = "abxyz"
LONGEST = 4
"""Most digits of the numbers in many-digit addition."""
_POOL = 6000  # pairs of long numbers of each length that may be asked or written


class Problem(NamedTuple):
    """One problem.

    Attributes
    ----------
    context : what is given.
    form : the answer, with a name in braces for every number that must be worked out: ``{product}``. A number that is
        used again has the same name; all else is notation, or copied from the context.
    numbers : the numbers by name.
    fact : what must be known for it, such as ``7+8``.
    """

    context: str
    form: str
    numbers: dict[str, str]
    fact: str

    @property
    def answer(self) -> str:
        return self.form.format(**self.numbers)

    def with_number(self, name: str, number: str) -> str:
        """The answer of one who takes another number for ``name``, and goes on with it."""
        return self.form.format(**{**self.numbers, name: number})


@dataclass(frozen=True)
class Skill:
    """One skill on the web.

    Attributes
    ----------
    rank : place of the skill among all topics of the web, most written about first.
    needs : skills whose notation its documents use: its prerequisites in the syllabus.
    make : all problems of the skill, by level.
    reserved : whether a quarter of the problems is kept out of the corpus, for the exams. A skill that consists of
        facts that must be met (what is 7*8?) has none to spare.
    even : whether an exam asks for all answers equally often (one number to work out), or for all problems.
    """

    name: str
    rank: int
    needs: tuple[str, ...]
    make: Callable[[str], list[Problem]]
    reserved: bool = False
    even: bool = True


def _one(context: str, form: str, number: object, fact: str) -> Problem:
    """A problem with one number to work out."""
    return Problem(context, form, {"it": str(number)}, fact)


def _counting(level: str) -> list[Problem]:
    return [_one(f"count {a}, {a + 1}, {a + 2}, ", "{it}", a + 3, f"{a + 2}, {a + 3}") for a in range(7)]


def _successor(level: str) -> list[Problem]:
    return [_one(f"after {n} is ", f"{(n + 1) // 10}{{it}}", (n + 1) % 10, f"after {n}") for n in range(10, 99)]


def _comparison(level: str) -> list[Problem]:
    say = {-1: "less", 0: "same", 1: "more"}
    return [_one(f"{a} vs {b} is ", "{it}", say[(a > b) - (a < b)], f"{a} vs {b}")
            for a in range(10) for b in range(10)]


def _addition(level: str) -> list[Problem]:
    return [_one(f"{a}+{b} = ", "{it}", a + b, f"{a}+{b}") for a in range(1, 9) for b in range(1, 10 - a)]


def _subtraction(level: str) -> list[Problem]:
    return [_one(f"{a}-{b} = ", "{it}", a - b, f"{a}-{b}") for a in range(2, 10) for b in range(1, a)]


def _carrying(level: str) -> list[Problem]:
    return [_one(f"{a}+{b} = ", "1{it}", a + b - 10, f"{a}+{b}") for a in range(1, 10) for b in range(10 - a, 10)]


def _multiplication(level: str) -> list[Problem]:
    return [_one(f"{a}*{b} = ", "{it}", a * b, f"{a}*{b}") for a in range(2, 10) for b in range(2, 10) if a * b > 9]


def _many_digit_addition(level: str) -> list[Problem]:
    """Column by column from the right; each column adds the carry of the one before."""
    digits = {"two-digits": 2, "three-digits": 3, "four-digits": LONGEST}[level]
    pairs = np.random.Generator(np.random.Philox(key=digits)).integers(10 ** (digits - 1), 10**digits, (_POOL, 2))
    return [_columns(a, b) for a, b in pairs.tolist()]


def _columns(a: int, b: int) -> Problem:
    carry, parts, left, right = 0, [], a, b
    numbers: dict[str, str] = {}
    while left or right:
        at, total = len(parts), left % 10 + right % 10 + carry
        if at:
            numbers[f"carry_{at}"] = str(carry)
        numbers[f"sum_{at}"] = f"{total:02d}"
        parts.append(f"{left % 10}+{right % 10}+{f'{{carry_{at}}}' if at else 0} = {{sum_{at}}}")
        carry, left, right = total // 10, left // 10, right // 10
    return Problem(f"{a}+{b}: ", " ".join(parts), numbers, f"{a}+{b}")


def _order_of_operations(level: str) -> list[Problem]:
    return [Problem(f"{a}+{b}*{c}: ", f"{b}*{c} = {{product}}, {a}+{{product}} = {{sum}}",
                    {"product": str(b * c), "sum": str(a + b * c)}, f"{a}+{b * c}")
            for a in range(1, 10) for b in range(2, 10) for c in range(2, 10) if b * c > 9]


def _fractions(level: str) -> list[Problem]:
    lowest = [(p, q) for q in range(2, 10) for p in range(1, q) if np.gcd(p, q) == 1]
    return [_one(f"{p * k}/{q * k} is ", "{it}", f"{p}/{q}", f"{p * k}/{q * k}") for p, q in lowest for k in (2, 3, 4)]


def _equations(level: str) -> list[Problem]:
    return [_one(f"{v}+{a} = {x + a}: ", f"{x + a}-{a} = {{it}}, {v} = {{it}}", x, f"{x + a}-{a}")
            for x in range(1, 10) for a in range(1, 10) for v in LETTERS]


def _modular_arithmetic(level: str) -> list[Problem]:
    return [Problem(f"{a}+{b} mod {m}: ", f"{a}+{b} = {{sum}}, {{sum}} mod {m} = {{rest}}",
                    {"sum": str(a + b), "rest": str((a + b) % m)}, f"{a + b} mod {m}")
            for a in range(2, 10) for b in range(2, 10) for m in range(2, 10)]


def _like_terms(level: str) -> list[Problem]:
    return [_one(f"{a}{v}+{b}{v} = ", f"{{it}}{v}", a + b, f"{a}{v}+{b}{v}")
            for v in LETTERS for a in range(1, 9) for b in range(1, 10 - a)]


def _identities(level: str) -> list[Problem]:
    """That a product over a sum is the sum of the products, shown on numbers."""
    found = []
    for a in range(2, 8):
        for b in range(2, 10 - a):
            for c in range(2, 10):
                form = f"{a}+{b} = {{sum}}, {{sum}}*{c} = {{all}}, {a}*{c} = {{left}}, {b}*{c} = {{right}}, " \
                    "{left}+{right} = {all}"
                numbers = {"sum": a + b, "all": (a + b) * c, "left": a * c, "right": b * c}
                found.append(Problem(f"({a}+{b})*{c} = {a}*{c}+{b}*{c}: ", form,
                                     {name: str(number) for name, number in numbers.items()}, f"{a * c}+{b * c}"))
    return found


SKILLS = {skill.name: skill for skill in (
    Skill("counting", 1, (), _counting),
    Skill("successor", 2, ("counting",), _successor),
    Skill("comparison", 3, ("counting",), _comparison),
    Skill("one-digit-addition", 4, ("successor",), _addition),
    Skill("subtraction", 6, ("one-digit-addition",), _subtraction),
    Skill("carrying", 8, ("one-digit-addition",), _carrying),
    Skill("many-digit-addition", 12, ("carrying",), _many_digit_addition, reserved=True, even=False),
    Skill("multiplication", 16, ("one-digit-addition",), _multiplication),
    Skill("order-of-operations", 20, ("multiplication", "many-digit-addition"), _order_of_operations,
          reserved=True, even=False),
    Skill("fractions", 25, ("multiplication",), _fractions),
    Skill("equations", 30, ("subtraction",), _equations, reserved=True, even=False),
    Skill("modular-arithmetic", 60, ("carrying", "subtraction"), _modular_arithmetic, reserved=True, even=False),
    Skill("like-terms", 80, ("one-digit-addition", "equations"), _like_terms),
    Skill("identities", 2000, ("order-of-operations", "multiplication"), _identities, reserved=True, even=False),
)}

LEVELS = {"many-digit-addition": ("two-digits", "three-digits", "four-digits")}
"""Levels of a skill, most often written first; all other skills have one, called ``all``."""
LEVEL_SHARE = {"two-digits": 0.5, "three-digits": 0.3, "four-digits": 0.2, "all": 1.0}

COLUMNS = 200
"""Facts that many-digit addition rests on: two digits and a carry."""


@cache
def facts(name: str) -> int:
    """How many different facts of its own a skill rests on."""
    if name == "many-digit-addition":
        return COLUMNS
    return len({problem.fact for problem in problems(name)})


@cache
def problems(name: str, level: str = "all") -> Sequence[Problem]:
    """All problems of a skill at a level, small numbers first."""
    return SKILLS[name].make(level)
