"""Write the syllabus books, ``docs/syllabus``, from the syllabus and from worked items: python docs/make_syllabus.py.

The genomics book lies in that folder, that of another domain in a folder of its name below it. A test
writes the pages again and compares, so that the book never tells of another syllabus than the code.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from kindergrad.core.names import Grade
from kindergrad.exams.worked_example import worked_example
from kindergrad.report import syllabus_facts, syllabus_text
from kindergrad.report.figures import syllabus as figure
from kindergrad.report.syllabus_facts import READY, SkillEntry, SyllabusAnswer, short

FOLDER = Path(__file__).parent / "syllabus"
GRAPH = "graph.svg"
WIDTH = 110  # of the worked items

GENOMIC_STAGES = {
    Grade.KINDERGARTEN: ("letters", "What can be seen at every base, by an engine that has read very little. It needs "
                         "no biology, only order, copying and two strands."),
    Grade.ELEMENTARY: ("words", "Words with a meaning: motifs, codons, starts and splice sites, and where they "
                       "belong."),
    Grade.MIDDLE: ("sentences, up to 200 bases", "Several words must be read together: logic, distance, strength, "
                   "pairing. Composition does not help any more."),
    Grade.HIGH: ("paragraphs, one locus", "The effect of single letters, and whole elements or genes against strong "
                 "decoys. Real measurements give the ceiling: replicates."),
    Grade.COLLEGE: ("chapters: cell types, kilobases", "What most published benchmarks ask at once: chromatin, "
                    "expression, pathogenic variants. Examples are few, so that scores of small engines say little."),
    Grade.FRONTIER: ("research", "What nobody can do well yet. These are goals; the lower grades tell whether an "
                     "engine is on its way to them."),
}

GENOMICS = """# A kindergarten for genomics

What would kindergarten, middle school and high school be for an engine that learns from DNA? This is one answer:
{skills} skills in six grades, from the next letter to a new genome. Each entry says what one item looks like; where the
exam exists, one is worked. Nothing need be installed to read it.

The grade of a skill follows from three things: how often a genome shows it, how much must be known before, and how far
apart the letters stand that must be read together. **Exposure** is the most telling. The next base is seen at every
base; a start codon once per kilobase of *E. coli*, among 38 ATGs; of some 9.3 billion possible changes to the human
genome, 338 outside coding sequence are known to cause a Mendelian disease. An engine asked only for the last will look
as if it learned nothing, and then, suddenly, something. Asked for all of them, it is seen to move long before.

| grade | | skills |
|---|---|---|
{table}

![The prerequisites of all skills]({graph})

An arrow leads from a skill to what needs it. Both the grades and the arrows are hypotheses: engines that were examined
on all skills can refute them.

## How to read an entry

- **Question**: what is asked, in one sentence.
- **A worked item**: what the engine sees (a *context*, and one or several *targets*), with the answers of two engines.
  The *oracle* knows the process that wrote the item, and gives the ceiling. The *blind* engine knows only letter
  frequencies of some kind, and gives the floor. {answers} Items are drawn from a small synthetic genome, or from
  a simulated world of the exam's own, whose corpus the blind engine has not read; the one shown is typical: the oracle
  answers well, the blind engine as it usually does. "A coin" is the score of chance.
- **Floor** and **ceiling**: what can be had without the skill, and the best that can be reached. A score between them,
  0 for the floor and 1 for the ceiling, can be compared between skills; a raw AUROC cannot.
- **Trap**: how the exam could be passed without the skill. Famous benchmarks have been.
- **Exposure**: how often real genomes show it, per million bases on both strands unless said otherwise. A figure that
  was not checked against a source is marked *(unverified)*.
- **Needs**: what is thought to come before, leaving out what other prerequisites imply.

Skills marked *ready* can be examined now; the others name the public source, and the loader that is missing.
`kindergrad show genomics/start-codon` prints an entry, `kindergrad syllabus genomics --svg graph.svg` the picture.
"""


SCHOOL_STAGES = {
    Grade.KINDERGARTEN: ("numbers in their order", "Written everywhere numbers are."),
    Grade.ELEMENTARY: ("facts of two digits", "A few dozen sums and differences, each known by heart or by a rule."),
    Grade.MIDDLE: ("procedures", "Facts used several times in one answer, all of which must be right."),
    Grade.HIGH: ("several steps", "Earlier skills in the right order, in a notation that is met now and then."),
    Grade.COLLEGE: ("notations of their own", "Rarely met, however much of what they rest on is common."),
    Grade.FRONTIER: ("proofs", "The goal of the thought experiment, and nearly all of the web is about other things."),
}

SCHOOL = """# A kindergarten for arithmetic

The thought experiment behind this project: an engine reads a web that is mostly about other things, and is to know
advanced mathematics. These are {skills} skills in six grades on the way there. What was measured with them stands in
[Arithmetic at school](../../arithmetic.md); how to read an entry, in [the book of genomics](../index.md).

| grade | | skills |
|---|---|---|
{table}

![The prerequisites of all skills]({graph})

{answers} Items come from a small synthetic web; exposure is counted in problems per million of its characters.
"""


PERTURBATION_STAGES = {
    Grade.KINDERGARTEN: ("perceive a perturbation", "What a screen shows of every perturbation: that it did something, "
                         "how much, and in which direction."),
    Grade.ELEMENTARY: ("one cause, one step", "One perturbation that was seen, at another dose, by another guide, one "
                       "step away, or as programmes."),
    Grade.MIDDLE: ("compose two steps", "Two things that are known are put together: two steps, two genes, two doses, "
                   "a gene and its relative."),
    Grade.HIGH: ("generalise", "What was never perturbed, in cells that were never seen; and the network behind it."),
    Grade.COLLEGE: ("interaction and inversion", "Differences of responses, questions asked backwards, and answers "
                    "beyond what was seen."),
    Grade.FRONTIER: ("research", "Rare pathways, three genes at once, what to do and what to ask next."),
}

PERTURBATION_INTRODUCTION = """# A kindergarten for perturbation biology

What would kindergarten, middle school and high school be for an engine that predicts how cells respond? This is one
answer: {skills} skills in six grades, from "nothing happened" to "which experiment next?". They are read from one kind
of answer, a predicted response, so that an engine is seen to move on the lower grades long before it can answer the
higher ones.

Where the exam exists, it can be sat in a simulated screen with exact truth: `kindergrad run --domain perturbation`.
Scores refer to the mean response of the perturbations trained on, because against controls that mean alone looks good.
[How scores of real cells are made](../../scoring-perturbations.md) says more, and
[what small engines learn of a simulated screen](../../perturbation.md) what was measured.

| grade | | skills |
|---|---|---|
{table}

![The prerequisites of all skills]({graph})

An arrow leads from a skill to what needs it. Both the grades and the arrows are hypotheses: engines that were examined
on all skills can refute them.

`kindergrad show perturbation/additive-pair` prints an entry, `kindergrad syllabus perturbation` the list.
"""


class Book(NamedTuple):
    """The pages of one domain: their folder, the text of the first one, and what the grades are."""

    folder: str
    introduction: str
    stages: dict[Grade, tuple[str, str]]


BOOKS = {"genomics": Book("", GENOMICS, GENOMIC_STAGES),
         "perturbation": Book("perturbation/", PERTURBATION_INTRODUCTION, PERTURBATION_STAGES),
         "arithmetic": Book("arithmetic/", SCHOOL, SCHOOL_STAGES)}


def pages() -> dict[str, str]:
    """File name -> text of every page of every domain."""
    found = {}
    for domain, book in BOOKS.items():
        answer = syllabus_facts.syllabus(domain, here=False)
        found[f"{book.folder}index.md"] = _index(answer, book)
        for grade, members in _by_grade(answer).items():
            every = {e.name: e for e in answer.skills}
            found[f"{book.folder}{grade.value}.md"] = _page(grade, members, every, book)
    return found


def graph(domain: str = "genomics") -> str:
    """The picture of the prerequisites."""
    return figure.svg(syllabus_facts.syllabus(domain, here=False))


def _by_grade(answer: SyllabusAnswer) -> dict[Grade, list[SkillEntry]]:
    return {grade: [e for e in answer.skills if e.grade is grade] for grade in Grade}


def _index(answer: SyllabusAnswer, book: Book) -> str:
    rows = []
    for grade, members in _by_grade(answer).items():
        named = ", ".join(_link(e) + ("" if e.status == READY else "\\*") for e in members)
        rows.append(f"| [{grade.value.capitalize()}]({grade.value}.md) | {book.stages[grade][0]} | {named} |")
    rows.append("\n\\* needs data or a loader; all others can be sat now.")
    return book.introduction.format(skills=len(answer.skills), table="\n".join(rows), graph=GRAPH,
                                    answers=syllabus_text.ANSWERS)


def _page(grade: Grade, members: list[SkillEntry], every: dict[str, SkillEntry], book: Book) -> str:
    stage, told = book.stages[grade]
    order = list(Grade)
    around = [f"[{g.value}]({g.value}.md)" for g in order if abs(g.order - grade.order) == 1]
    head = [f"# {grade.value.capitalize()}: {stage}", told, " · ".join(["[all grades](index.md)", *around])]
    return "\n\n".join([*head, *(_entry(e, every) for e in members)]) + "\n"


def _entry(s: SkillEntry, every: dict[str, SkillEntry]) -> str:
    parts = [f"## {s.name}", f"**{s.question}**", s.item]
    if example := worked_example(s.id):
        lines = syllabus_text.example_lines(example, width=WIDTH)
        level = "" if example.level == "all" else f" Level: {example.level}."
        parts += ["```text\n" + "\n".join(lines) + "\n```", syllabus_text.score_sentence(example) + level]
    facts = [("Why this grade", s.why), ("Exposure", s.exposure), ("Floor", s.floor), ("Ceiling", s.ceiling),
             ("Trap", s.trap), ("Harder by", s.dials),
             ("Needs", ", ".join(_link(every[short(n)]) for n in s.direct)),
             ("Leads to", ", ".join(_link(every[short(n)]) for n in s.feeds))]
    if s.exam:
        facts += [("A good score shows", s.exam.shows), ("It does not show", s.exam.does_not_show)]
    elif s.needs_data:
        facts += [("Status", f"needs data. Source: {s.needs_data.source}. Missing: {s.needs_data.loader}")]
    facts += [("References", ", ".join(map(_reference, s.references)))]
    parts.append("\n".join(f"- {name}: {text.rstrip('.')}." for name, text in facts if text))
    return "\n\n".join(parts)


def _link(e: SkillEntry) -> str:
    return f"[{e.name}]({e.grade.value}.md#{e.name})"


def _reference(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind == "doi":
        return f"[{name}](https://doi.org/{name})"
    return f"[{text}](https://arxiv.org/abs/{name})" if re.fullmatch(r"arXiv:\d{4}\.\d{5}", text) else text


def main() -> None:
    """Write all pages and the picture."""
    graphs = {f"{book.folder}{GRAPH}": graph(domain) for domain, book in BOOKS.items()}
    for name, text in {**pages(), **graphs}.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
