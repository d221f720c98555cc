"""Properties of the graph of prerequisites, on random syllabuses, and of its drawing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.names import Grade
from kindergrad.report import syllabus_facts
from kindergrad.report.figures import syllabus as figure
from kindergrad.report.figures import syllabus_layout as drawing
from kindergrad.syllabus import graph
from kindergrad.syllabus.skills import Skill, ordered

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def syllabuses(draw: st.DrawFn) -> dict[str, Skill]:
    """Up to 14 skills whose prerequisites are drawn from those before."""
    grades = sorted(draw(st.lists(st.sampled_from(list(Grade)), min_size=1, max_size=14)), key=lambda g: g.order)
    made: list[Skill] = []
    for i, grade in enumerate(grades):
        needs = draw(st.sets(st.sampled_from([s.id for s in made]), max_size=4)) if made else set()
        made.append(Skill(id=f"genomics/s{i}", grade=grade, question="?", why="!", exposure="-",
                          prerequisites=tuple(sorted(needs))))
    return {s.id: s for s in ordered(made)}


def closure(edges: graph.Edges) -> dict[str, set[str]]:
    """Everything that can be reached, by walking."""

    def walk(name: str) -> set[str]:
        return set(edges[name]).union(*(walk(n) for n in edges[name]))

    return {name: walk(name) for name in edges}


@settings(deadline=None)
@given(syllabuses())
def test_before_is_what_walking_reaches(skills: dict[str, Skill]) -> None:
    walked = closure({name: s.prerequisites for name, s in skills.items()})
    assert {name: set(needs) for name, needs in graph.before(skills).items()} == walked


@settings(deadline=None)
@given(syllabuses())
def test_the_reduced_graph_says_the_same_with_no_edge_too_many(skills: dict[str, Skill]) -> None:
    few, walked = graph.reduced(skills), closure({name: s.prerequisites for name, s in skills.items()})
    assert closure(few) == walked
    for name, needs in few.items():
        for need in needs:
            fewer = few | {name: tuple(n for n in needs if n != need)}
            assert need not in closure(fewer)[name]


@settings(deadline=None)
@given(syllabuses())
def test_feeds_is_the_graph_turned_round(skills: dict[str, Skill]) -> None:
    feeds = graph.feeds(skills)
    assert {(a, b) for a, others in feeds.items() for b in others} == {
        (need, s.id) for s in skills.values() for need in s.prerequisites}


@settings(deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=12), st.data())
def test_spread_is_the_nearest_order_with_room(wanted: list[float], data: st.DataObject) -> None:
    from sklearn.isotonic import isotonic_regression

    sizes = data.draw(st.lists(st.floats(0.4, 1.0), min_size=len(wanted), max_size=len(wanted)))
    starts = np.concatenate([[0.0], np.cumsum((np.array(sizes[:-1]) + np.array(sizes[1:])) / 2)])
    found = np.array(drawing._spread(wanted, sizes))
    assert found == pytest.approx(isotonic_regression(np.array(wanted) - starts) + starts, abs=1e-9)


@settings(deadline=None)
@given(syllabuses())
def test_drawn_skills_never_overlap_and_routes_go_forward(skills: dict[str, Skill]) -> None:
    columns = [[s.id for s in members] for members in graph.grades(skills).values()]
    few = graph.reduced(skills)
    placed = drawing.layout(columns, few)
    for c in range(len(columns)):
        heights = sorted(h for name, h in placed.height.items() if placed.column[name] == c and "@" not in name)
        assert all(b - a >= drawing.GAP - 1e-6 for a, b in pairwise(heights))
    assert len(placed.routes) == sum(map(len, few.values()))
    for route in placed.routes:
        steps = [placed.column[b] - placed.column[a] for a, b in pairwise(route)]
        assert steps == [1] * len(steps) or steps == [0]


def test_sweeping_takes_crossings_away() -> None:
    columns = [["a", "b", "c"], ["x", "y", "z"]]
    column = {name: i for i, names in enumerate(columns) for name in names}
    near = {"a": ["z"], "b": ["y"], "c": ["x"], "x": ["c"], "y": ["b"], "z": ["a"]}
    assert drawing.crossings(columns, near, column) == 3
    assert drawing.crossings(drawing._uncrossed(columns, near, column), near, column) == 0


def test_the_genomics_graph_shows_every_skill_and_edge_once() -> None:
    answer = syllabus_facts.syllabus("genomics")
    text = figure.svg(answer)
    assert figure.svg(answer) == text and len(text) < 200_000
    root = ET.fromstring(text)
    written = ["".join(t.itertext()).strip() for t in root.iter(f"{SVG}text")]
    for e in answer.skills:
        assert written.count(e.name.replace("-", " ")) == 1
    titles = [t.text or "" for t in root.iter(f"{SVG}title")]
    assert sum("(ready)" in t for t in titles) == sum(e.status == "ready" for e in answer.skills)
    assert len(titles) == len(answer.skills)
    styles = [path.get("style") or "" for path in root.iter(f"{SVG}path")]
    heads = sum(any(f"fill: {ink}" in style for ink in figure.EDGES) for style in styles)
    assert heads == sum(len(e.direct) for e in answer.skills)
    dashed = sum("stroke-dasharray" in style for style in styles)
    assert dashed == sum(e.status != "ready" for e in answer.skills) + 1  # and one in the legend
