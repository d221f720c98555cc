"""The web of arithmetic: right answers are right, rates are what was planned, and no item stands in the corpus."""

from __future__ import annotations

import operator
import re
from fractions import Fraction
from math import gcd
from pathlib import Path

import numpy as np
import pytest

from kindergrad.core import seeds
from kindergrad.core.errors import InputError, SequenceError, StudyError
from kindergrad.core.names import Domain
from kindergrad.exams import build, catalogue
from kindergrad.syllabus import skills
from kindergrad.worlds import _school, _web
from kindergrad.worlds.arithmetic import OPENING, Arithmetic, make

SIZE = 600_000
CASES = [(name, level) for name in _school.SKILLS for level in _school.LEVELS.get(name, ("all",))]
NEAR = {"counting": 6, "comparison": 2, "identities": 10}
_DO = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@pytest.fixture(scope="module")
def web() -> Arithmetic:
    return Arithmetic(size=SIZE)


def value(text: str) -> int:
    """A sum, difference or product of numbers, without precedence but that of ``*``."""
    parts = re.split(r"(?<=\d)([+-])", text)
    numbers = [int(np.prod([int(n) for n in part.split("*")])) for part in parts[::2]]
    total = numbers[0]
    for sign, number in zip(parts[1::2], numbers[1:], strict=True):
        total = _DO[sign](total, number)
    return total


def is_right(name: str, context: str, answer: str) -> bool:
    """Checked by working it out anew, line by line."""
    match name:
        case "counting":
            last = int(re.findall(r"\d+", context)[-1])
            return int(answer) == last + 1
        case "successor":
            return int(answer) == int(re.findall(r"\d+", context)[0]) + 1
        case "comparison":
            a, b = map(int, re.findall(r"\d", context))
            return answer == ("less" if a < b else "more" if a > b else "same")
        case "fractions":
            p, q = map(int, answer.split("/"))
            return Fraction(p, q) == Fraction(context.split()[0]) and gcd(p, q) == 1
        case "like-terms":
            a, b = map(int, re.findall(r"\d", context))
            return answer == f"{a + b}{context[1]}"
        case "many-digit-addition":
            return columns_are_right(context, answer)
    lines = (context + answer if " = " in context and ":" not in context else answer).split(", ")
    return all(line_is_right(line) for line in lines) and ends_right(name, context, answer)


def line_is_right(line: str) -> bool:
    left, right = line.split(" = ")
    if " mod " in left:
        number, divisor = left.split(" mod ")
        return int(number) % int(divisor) == int(right)
    return left.isalpha() or value(left) == int(right)


def ends_right(name: str, context: str, answer: str) -> bool:
    last = answer.split(" = ")[-1]
    match name:
        case "equations":
            unknown, known, total = context[0], *re.findall(r"\d+", context)
            return answer.endswith(f"{unknown} = {last}") and int(known) + int(last) == int(total)
        case "order-of-operations":
            return value(context.rstrip(": ")) == int(last)
        case "modular-arithmetic":
            total, divisor = context.rstrip(": ").split(" mod ")
            return value(total) % int(divisor) == int(last)
        case "identities":
            a, b, c = map(int, re.findall(r"\d", context)[:3])
            return (a + b) * c == int(last)
    return True


def columns_are_right(context: str, answer: str) -> bool:
    a, b = map(int, re.findall(r"\d+", context))
    carry, digits = 0, ""
    for left, right, told, total in re.findall(r"(\d)\+(\d)\+(\d) = (\d\d)", answer):
        if int(told) != carry or int(left) + int(right) + carry != int(total):
            return False
        carry, digits = int(total) // 10, total[1] + digits
    return int(f"{carry}{digits}") == a + b


@pytest.mark.parametrize(("name", "level"), CASES)
def test_every_answer_is_right_when_worked_out_anew(name: str, level: str) -> None:
    wrong = [p for p in _school.problems(name, level) if not is_right(name, p.context, p.answer)]
    assert wrong == []


@pytest.mark.parametrize(("name", "level"), CASES)
def test_near_misses_are_wrong_and_the_same_length(web: Arithmetic, name: str, level: str) -> None:
    drawn = web.questions(name, level, seeds.item_streams(40, 0, "near"), NEAR.get(name, 7))
    for context, (right, *wrong) in zip(drawn.context, drawn.answers.tolist(), strict=True):
        question = str(context).removeprefix(OPENING)
        assert is_right(name, question, right)
        assert len(set(wrong)) == len(wrong) and {len(w) for w in wrong} == {len(right)}
        assert not any(w == right for w in wrong)
        if name != "identities":  # whose near misses may be right in every line but those that use the wrong number
            assert not any(is_right(name, question, w) for w in wrong)


@pytest.mark.parametrize(("name", "level"), CASES)
def test_no_item_stands_in_the_corpus(web: Arithmetic, name: str, level: str) -> None:
    text = "".join(web.corpus(0))
    assert OPENING.strip() not in text
    drawn = web.questions(name, level, seeds.item_streams(40, 1, "held out"), NEAR.get(name, 7))
    for context, answers in zip(drawn.context, drawn.answers, strict=True):
        assert f"{context}{answers[0]}" not in text
        if _school.SKILLS[name].reserved:
            assert f" {str(context).removeprefix(OPENING)}" not in text


def test_answers_are_asked_for_equally_often(web: Arithmetic) -> None:
    drawn = web.questions("one-digit-addition", "all", seeds.item_streams(1600, 0, "even"), 7)
    count = np.unique(drawn.answers[:, 0], return_counts=True)[1]
    assert len(count) == 8 and count.min() > 150 and count.max() < 250


@pytest.mark.parametrize("name", [name for name in _school.SKILLS if name != "identities"])
def test_skills_are_met_as_often_as_planned(web: Arithmetic, name: str) -> None:
    """Five problems of a document come together, so the spread is that of documents."""
    expected = (web.rate(name) or 0.0) * SIZE
    assert abs(web.shown(name) - expected) < 4 * np.sqrt(_web.SHOWN * expected)


def test_a_fact_is_met_as_often_as_planned(web: Arithmetic) -> None:
    text = "".join(web.corpus(0))
    counts = [len(re.findall(rf"(?<=[. \n]){re.escape(p.fact)} = {p.answer}\. ?", text))
              for p in _school.problems("one-digit-addition")]
    assert sum(counts) == pytest.approx(web.shown("one-digit-addition"), abs=5)
    planned = (web.fact_rate("one-digit-addition") or 0.0) * SIZE
    assert np.exp(np.mean(np.log(np.maximum(counts, 0.5)))) == pytest.approx(planned, rel=0.2)


def test_first_met_is_where_the_first_problem_stands(web: Arithmetic) -> None:
    text = "".join(web.corpus(0))
    at = web.first_met["arithmetic/multiplication"]
    assert at is not None and re.match(r"\d\*\d = \d\d\.", text[at:])
    assert not re.search(r"(?<=\. )[2-9]\*[2-9] = \d\d\.", text[:at])


def test_the_web_needs_what_the_syllabus_says() -> None:
    for skill in skills.syllabus(Domain.ARITHMETIC).values():
        name = skill.id.split("/")[1]
        if skill.needs_data is None:
            assert [f"arithmetic/{need}" for need in _school.SKILLS[name].needs] == list(skill.prerequisites)
            assert catalogue.assessment(skill.id).levels in (("all",), tuple(reversed(_school.LEVELS.get(name, ()))))


def test_harder_grades_are_rarer() -> None:
    """Topics fall with their rank, and the ranks of the skills rise with their grade."""
    order = [skills.skill(f"arithmetic/{name}").grade.order for name in _school.SKILLS]
    assert order == sorted(order)
    shares = _web.topic_share()
    assert shares[0] / shares[9] == pytest.approx(10.0) and shares.sum() == pytest.approx(1.0)


def test_a_text_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("one day 3+4 = 7. \r\nthen it rained.\t\n" * 60)
    world = make(0, corpus=str(path))
    assert world.size == sum(map(len, world.corpus(0))) and "\r" not in "".join(world.corpus(0))
    assert world.fact_rate("carrying") is None and "page.txt" in world.sentence
    assert world.digest != Arithmetic(size=1000).digest


@pytest.mark.parametrize(("content", "message"), [
    (b"\xff\xfe\x00\x01" * 500, "is not text; got bytes that are not UTF-8"),
    (b"text\0text" * 500, "is not text; got a zero byte"),
    ("caf\u00e9 at four. ".encode() * 200, "unknown character 'é' at position 4"),
    (b"too short", "holds too little text; got 9 characters"),
    (b"", "holds too little text; got 0 characters"),
])
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "corpus.bin"
    path.write_bytes(content)
    with pytest.raises((InputError, SequenceError), match=message) as caught:
        make(0, corpus=path)
    assert "corpus.bin" in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_text_and_a_misspelt_setting(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*nowhere\.txt: No such file"):
        make(0, corpus=tmp_path / "nowhere.txt")
    with pytest.raises(StudyError, match="has no setting 'colour'"):
        build.named("arithmetic", 0, colour=1)
