"""The page of a corpus, and the same in the report card: every number of the answer, and nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_factory import Study

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.seeds import stream
from kindergrad.exposure import measure
from kindergrad.report import exposure_page, page


@pytest.fixture(scope="module")
def found() -> ExposureAnswer:
    letters = stream(0, "page").choice(list("ACGT"), size=120_000)
    skills = [f"genomics/{name}" for name in ("exact-word", "right-place", "find-the-site", "codon-table")]
    return measure.exposure(["".join(letters)], measure.wanted("genomics", skills))


def test_the_page_says_what_the_answer_says(found: ExposureAnswer) -> None:
    text = exposure_page.render(found)
    cells = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', text)
    told = {name: met for name, met in cells if name in {r.concept for r in found.rows}}
    assert told == {r.concept: f"{r.occurrences:,}" for r in found.rows}
    assert "codon-table: coding sequence" in text, "what was not looked for is named"
    assert not re.search(r"<script|https?://(?!www.w3.org)", text)
    assert 'aria-label="' in text and not re.search(r"#0[12]00[0-9a-f]{2}", text)


def test_a_dot_for_every_concept(found: ExposureAnswer) -> None:
    svg = exposure_page.part(found)["svg"]
    beyond = sum((r.met_kappa_at.median or 1e99) > found.corpus.size for r in found.rows)
    assert 0 < beyond < len(found.rows)
    assert f"{len(found.rows)} concepts of {len(found.skills)} skills; {beyond} of them are not met 10 times" in svg


def test_the_report_card_shows_the_corpus(small: Study, found: ExposureAnswer) -> None:
    rest = (small.rows, small.forecast, small.belief, small.status)
    with_it = page.render(replace(small.facts, exposure=found), *rest)
    without = page.render(small.facts, *rest)
    assert "All concepts as a table" in with_it and "TATAAT" in with_it
    assert "All concepts as a table" not in without
    assert "What the corpus shows" in without and "once per" in without, "frequencies that the exams know"


def test_names_of_others_are_escaped(found: ExposureAnswer) -> None:
    hostile = found.model_copy(update={"corpus": found.corpus.model_copy(update={"source": "<b>x</b>"})})
    assert "<b>x" not in exposure_page.render(hostile)
