"""The syllabus in words: one skill, one worked item, and the whole list by grade."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from kindergrad.core.names import Grade
from kindergrad.exams.worked_example import Option, WorkedExample
from kindergrad.report import words
from kindergrad.report.syllabus_facts import READY, SkillAnswer, SkillEntry, SyllabusAnswer, short

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

ANSWERS = ("Answers are log probabilities or log odds in nats, or what is to be ranked: the larger is preferred; the "
           "arrow marks the true one.")

_LEAST = 24
"""Letters below which a sequence is not put beside its answers, but on lines of its own."""


def skill_lines(s: SkillEntry) -> list[tuple[str, str]]:
    """What is said of a skill, as pairs of name and text; empty ones are left out."""
    exam = s.exam
    lines = [
        ("skill", s.id), ("grade", s.grade.value), ("status", s.status), ("question", s.question),
        ("one item", s.item), ("why this grade", s.why), ("exposure", s.exposure), ("floor", s.floor),
        ("ceiling", s.ceiling), ("trap", s.trap), ("harder by", s.dials), ("needs", _names(s.direct)),
        ("leads to", _names(s.feeds)), ("references", ", ".join(s.references)),
    ]
    if exam:
        lines += [("exam", f"{exam.id} {exam.version} by {', '.join(exam.readouts)}"),
                  ("levels", "" if exam.levels == ("all",) else f"{', '.join(exam.levels)} (hard to easy)"),
                  ("shows", exam.shows), ("does not show", exam.does_not_show), ("source", exam.source),
                  ("beside", ", ".join(exam.beside)), ("data set", exam.data), ("missing", s.needs)]
    elif s.needs_data:
        lines += [("data", s.needs_data.source), ("missing", s.needs_data.loader)]
    return [(name, text) for name, text in lines if text]


def skill_text(answer: SkillAnswer) -> Group:
    """The lines of ``kindergrad show SKILL``, with its worked item."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(ratio=1)
    for name, text in skill_lines(answer):
        table.add_row(name, Text(text))
    if answer.example is None:
        return Group(table)
    example = answer.example
    return Group(table, Text(""), Text(f"Worked item ({origin(example)})", style="bold"),
                 Text("\n".join(example_lines(example, width=78)), no_wrap=True), Text(score_sentence(example)),
                 Text(ANSWERS, style="dim"))


def origin(example: WorkedExample) -> str:
    """Which item it is."""
    level = "" if example.level == "all" else f"level {example.level}, "
    return f"{level}item {example.item} of {example.items}, simulated"


def example_lines(example: WorkedExample, *, width: int) -> list[str]:
    """The item in plain text: what the engine sees, with the answers of the oracle and of the blind engine.

    Parameters
    ----------
    width : longest line; where a sequence does not fit beside its answers, it goes on lines of its own.
    """
    same, differ = _parts(example.options)
    lines = []
    for name, text in same.items():
        lines += _wrapped(name, text, width)
    if not differ and len(example.options) == 1:
        lines += [f"{name:<9}{value}" for name, value in _answers(example, example.options[0])]
    else:
        lines += _side_by_side(example, differ, width) or _stacked(example, differ, width)
    lines += [f"{name:<9}{text}" for name, text in example.truth.items()]
    if example.hint:
        lines += textwrap.wrap(f"hint     {example.hint}", width, subsequent_indent=" " * 9)
    return lines


def score_sentence(example: WorkedExample) -> str:
    """What the answers are worth, on this item and on average."""
    sitters = [s for s in (example.oracle, example.blind) if s]
    if not sitters:
        return f"Scored by {example.metric}; no engine without training can sit it."
    here = ", ".join(f"{_called(s.engine)} {words.number(s.score)}" for s in sitters)
    mean = " and ".join(words.number(s.mean) for s in sitters)
    return (f"Score ({example.metric}): {here}; over {example.items} items {mean}. A coin has "
            f"{words.number(example.chance)}.")


def syllabus_text(answer: SyllabusAnswer) -> Group:
    """All skills by grade with status and prerequisites (those that others do not imply)."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Table | Text] = []
    for grade in Grade:
        members = [e for e in answer.skills if e.grade is grade]
        if members:
            parts += [_grade_table(grade, members), Text("")]
    ready = sum(e.status == READY for e in answer.skills)
    told = (f"{len(answer.skills)} skills, {len(answer.edges)} prerequisites; {ready} ready to be sat, "
            f"{len(answer.skills) - ready} need data or a loader: see 'kindergrad show {answer.domain}/SKILL'. "
            "'needs' leaves out what other prerequisites imply.")
    return Group(*parts, Text(told, style="dim"))


def _grade_table(grade: Grade, members: list[SkillEntry]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(Text(grade.value.capitalize(), style="bold not dim"), min_width=22, no_wrap=True)
    table.add_column("status", min_width=10, no_wrap=True)
    table.add_column("needs", ratio=1)
    for e in members:
        table.add_row(Text(f" {e.name}"), Text(e.status, style="" if e.status == READY else "dim"),
                      Text(_names(e.direct) or "–"))
    return table


def _names(ids: tuple[str, ...]) -> str:
    return ", ".join(map(short, ids))


def _called(engine: str) -> str:
    return engine if engine == "oracle" else f"blind engine ({engine})"


def _parts(options: tuple[Option, ...]) -> tuple[dict[str, str], list[str]]:
    """Texts that all options share, and the names of those in which they differ; empty ones are left out."""
    first = options[0].asked
    shared = {name: text for name, text in first.items() if all(o.asked[name] == text for o in options)}
    return {name: text for name, text in shared.items() if text}, [name for name in first if name not in shared]


def _answers(example: WorkedExample, option: Option) -> list[tuple[str, str]]:
    """What was measured, and the name of each sitter with its answer."""
    found = [] if option.measured is None else [("measured", words.number(option.measured))]
    if option.oracle is not None:
        found.append(("oracle", words.number(option.oracle)))
    if option.blind is not None and example.blind:
        found.append(("blind", f"{words.number(option.blind)} ({example.blind.engine})"))
    return found


def _side_by_side(example: WorkedExample, differ: list[str], width: int) -> list[str]:
    """A line per option; nothing where the lines would be too long."""
    widths = [max(len(name), *(len(o.asked[name]) for o in example.options)) for name in differ]
    measured = any(option.measured is not None for option in example.options)
    head = ("   measured " if measured else "    ") + "   oracle      blind  " + "  ".join(
        f"{n:<{w}}" for n, w in zip(differ, widths, strict=True))
    lines = [head.rstrip()]
    for number, option in enumerate(example.options, start=1):
        numbers = (option.measured, option.oracle, option.blind) if measured else (option.oracle, option.blind)
        values = "  ".join(f"{words.number(v):>9}" for v in numbers)
        texts = "  ".join(f"{option.asked[n]:<{w}}" for n, w in zip(differ, widths, strict=True))
        lines.append(f"{_mark(option)} {number} {values}  {texts}".rstrip())
    return lines if max(map(len, lines)) <= width else []


def _stacked(example: WorkedExample, differ: list[str], width: int) -> list[str]:
    """Answers first, then the texts on lines of their own."""
    lines = []
    for number, option in enumerate(example.options, start=1):
        told = ", ".join(f"{name} {value}" for name, value in _answers(example, option))
        lines.append(f"{_mark(option)} {number} {told}")
        for name in differ:
            lines += [f"    {line}" for line in _wrapped(name, option.asked[name], width - 4)]
    return lines


def _mark(option: Option) -> str:
    return "→" if option.right else " "


def _wrapped(name: str, text: str, width: int) -> list[str]:
    """A sequence after its name, cut to the width."""
    room = max(width - 9, _LEAST)
    pieces = [text[i : i + room] for i in range(0, len(text), room)] or [""]
    return [f"{name if i == 0 else '':<9}{piece}" for i, piece in enumerate(pieces)]
