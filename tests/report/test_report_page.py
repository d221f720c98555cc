"""The page is whole, offline, honest about what is missing, and names what failed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_factory as factory
from report_factory import Study

from kindergrad.core.answers import BeliefAnswer, ForecastAnswer, Interval, StatusAnswer
from kindergrad.core.errors import StoreError
from kindergrad.core.names import Axis, CeilingKind, Role, Status, Verdict
from kindergrad.core.table import Row
from kindergrad.progress import registry
from kindergrad.report import page, words
from kindergrad.report.figures import canvas

VOID = {"meta", "link", "br", "img", "hr", "input"}
SVG = re.compile(r"<svg.*?</svg>", re.S)


class Reader(HTMLParser):
    """Balanced tags, ids, links and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.words: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, k, v or "") for k, v in attrs]
        for k, v in attrs:
            if k == "id":
                self.ids[v or ""] += 1
            if k == "href" and (v or "").startswith("#"):
                self.targets.add((v or "")[1:])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def render(study: Study, **changes: object) -> str:
    parts = {"facts": study.facts, "rows": study.rows, "forecast": study.forecast, "belief": study.belief,
             "status": study.status} | changes
    return page.render(**parts)  # type: ignore[arg-type]


def check(text: str) -> Reader:
    """What holds for every page."""
    reader = Reader(text)
    assert not reader.open
    assert [i for i, n in reader.ids.items() if n > 1] == []
    assert reader.targets <= set(reader.ids)
    assert not {"script", "link", "iframe", "img"} & set(reader.tags)
    assert [a for a in reader.attributes if a[1] in ("src", "href", "action") and not a[2].startswith("#")] == []
    assert [a for a in reader.attributes if a[0] == "svg" and a[1] == "aria-label" and not a[2]] == []
    assert "url(http" not in text and "@import" not in text
    assert not re.search(r"#0[12]00[0-9a-f]{2}", text), "a token colour was left in a drawing"
    for name in re.findall(r"var\((--[a-z0-9-]+)\)", text):
        assert f"{name}:" in text, f"{name} has no value in the style sheet"
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b(?! of)", reader.text)
    return reader


def test_whole_page(study: Study, page_text: str) -> None:
    reader = check(page_text)
    assert len(page_text.encode()) < 1_000_000
    # two heat maps (wide, narrow), one panel a curve with a score, exposure law, belief, controls
    assert reader.tags["svg"] == 2 + len(study.forecast.skills) + 3
    assert reader.tags["h1"] == 1
    for grade in ("kindergarten", "elementary", "middle", "high", "college", "frontier"):
        assert grade in reader.text
    for forecast in study.forecast.skills:
        assert forecast.verdict.value in reader.text
    assert study.facts.command in reader.text and "seed" in reader.text.lower()
    assert words.STAMP not in page_text


def test_every_figure_has_an_alternative_and_a_table(page_text: str) -> None:
    figures = re.findall(r"<figure.*?</figure>(?:\s*<details>.*?</details>)?", page_text, re.S)
    assert len(figures) == page_text.count("<figure")
    for figure in figures:
        assert "<table" in figure
        assert 'role="img"' in figure
        assert "aria-label=" in figure


def test_every_figure_of_a_quick_run_is_stamped(small: Study) -> None:
    text = render(small, facts=factory.facts(comparable=False))
    check(text)
    drawings = SVG.findall(text)
    assert drawings
    assert [d[:80] for d in drawings if words.STAMP not in d] == []
    assert words.STAMP in text[:text.index("<h1")]


def test_same_input_same_bytes(study: Study, page_text: str) -> None:
    assert render(study) == page_text


def test_order_of_rows_does_not_matter(study: Study, page_text: str) -> None:
    by_skill = sorted(study.rows, key=lambda r: (r.seed, r.scale))  # keeps the order of levels within a skill
    assert SVG.findall(render(study, rows=by_skill))[0] == SVG.findall(page_text)[0]


def test_fast_and_small(study: Study, tmp_path: Path) -> None:
    begin = time.process_time()
    path = page.write(tmp_path / "deep" / "report.html", study.facts, study.rows, study.forecast, study.belief,
                      study.status)
    assert time.process_time() - begin < 8.0
    assert path.stat().st_size < 1_000_000
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_words_of_others_are_escaped(small: Study) -> None:
    bad = "<script>alert(1)</script>"
    rows = [r.model_copy(update={"engine": bad, "reason": bad if r.reason else None}) for r in small.rows]
    facts = factory.facts(title=bad, world=bad, engines=(bad,), command=bad, notes=(bad,))
    text = render(small, facts=facts, rows=rows)
    check(text)
    assert "&lt;script&gt;" in text


def test_tooltips_hold_the_numbers(study: Study, page_text: str) -> None:
    row = next(r for r in study.rows if r.role is Role.LEARNER and r.skill == "genomics/start-codon"
               and r.scale == max(factory.SCALES) and r.seed == 0)
    twin = next(r for r in study.rows if r.role is Role.LEARNER and r.skill == row.skill and r.scale == row.scale
                and r.seed == 1)
    assert row.score is not None and twin.score is not None
    mean = words.number((row.score + twin.score) / 2)
    assert f"<title>start codon at 10M: {mean}±" in page_text


def test_points_that_went_through_a_logarithm_make_no_new_columns(study: Study, page_text: str) -> None:
    def shifted(f):
        points = tuple(p.model_copy(update={"scale": p.scale * (1 + 1e-13)}) for p in f.points)
        return f.model_copy(update={"points": points})

    forecast = study.forecast.model_copy(update={"skills": tuple(shifted(f) for f in study.forecast.skills)})
    assert SVG.findall(render(study, forecast=forecast))[0] == SVG.findall(page_text)[0]


def test_failed_exams_are_named_with_their_reason(small: Study) -> None:
    reader = check(render(small))
    assert "enhancer to gene markov failed 34 1k to 10M" in reader.text
    assert "markov: log_likelihood returned 3 non-finite values of 400" in reader.text
    assert "the ceiling cannot be told from the floor" in reader.text


def test_without_forecast(small: Study) -> None:
    reader = check(render(small, forecast=None, belief=None))
    assert "No curve was fitted" in reader.text
    assert "No exposure law was fitted" in reader.text
    assert "No belief was computed" in reader.text
    assert reader.tags["svg"] == 2 + len(small.forecast.skills) + 1  # heat maps, measured points, controls


def test_rows_but_nothing_from_progress(small: Study) -> None:
    reader = check(render(small, forecast=ForecastAnswer(skills=()), belief=None, status=None))
    assert "No curve was fitted" in reader.text


def test_nothing_at_all() -> None:
    text = page.render(factory.facts(goal=None, skills=(), engines=(), notes=(), versions={}, seconds=None), [], None,
                       None, None)
    reader = check(text)
    assert "No exam was sat" in reader.text
    assert "no exam has a score yet" in reader.text
    assert "No goal was declared" in reader.text
    assert reader.tags["svg"] == 0


def test_all_unscored(small: Study) -> None:
    rows = [r.model_copy(update={"status": Status.UNSCORED, "reason": "floor and ceiling meet", "score": None,
                                 "value": None}) for r in small.rows if r.role is Role.LEARNER]
    reader = check(render(small, rows=rows, forecast=None, belief=None))
    assert "no exam has a score yet" in reader.text
    assert reader.tags["svg"] == 2


@pytest.mark.parametrize("scales", [(1e6,), (1e3, 1e4)])
def test_few_scales(scales: tuple[float, ...]) -> None:
    check(render(factory.study(scales=scales, seeds=1, truths=factory.FEW)))


def test_without_controls_law_and_oracle(small: Study) -> None:
    rows = [r.model_copy(update={"ceiling_kind": CeilingKind.NOMINAL}) for r in small.rows if r.role is Role.LEARNER]
    forecast = small.forecast.model_copy(update={"exposure": None})
    reader = check(render(small, rows=rows, forecast=forecast))
    assert "No control was run" in reader.text
    assert "No exposure law was fitted" in reader.text
    assert "nominal" in reader.text
    assert reader.tags["svg"] == 2 + len(small.forecast.skills) + 1


def test_sparse_forecasts(small: Study) -> None:
    """Every optional field missing; one skill has no forecast; a law without a fit."""
    bare = tuple(f.model_copy(update={"band": None, "points": (), "threshold": None, "width": None, "at": {},
                                      "width_interval": None, "location": None, "p_learning": None,
                                      "score_now": None, "score_now_stderr": None, "verdict": Verdict.CANNOT_TELL,
                                      "grade": None, "reason": "two points only"})
                 for f in small.forecast.skills[:-1])
    law = small.forecast.exposure
    assert law is not None
    empty = law.model_copy(update={"log10_kappa": Interval(), "tau": Interval(), "share_never": Interval(),
                                   "onset": tuple(Interval() for _ in law.skills)})
    reader = check(render(small, forecast=ForecastAnswer(skills=bare, exposure=empty)))
    assert "two points only" in reader.text
    assert "no forecast" in reader.text


def test_futures_are_drawn_where_no_band_covers_them(small: Study) -> None:
    forecast = small.forecast.skills[0].model_copy(update={"band": None})
    text = render(small, forecast=ForecastAnswer(skills=(forecast,)))
    check(text)
    panel = SVG.findall(text)[2]
    assert panel.count("var(--ahead)") > 2


def test_several_engines_and_readouts_stay_apart(small: Study) -> None:
    rows = [*small.rows, *(r.model_copy(update={"engine": "copyist"}) for r in small.rows
                           if r.skill == "genomics/copy" and r.role is Role.LEARNER)]
    reader = check(render(small, rows=rows, facts=factory.facts(engines=("markov", "copyist"))))
    assert "copy (markov)" in reader.text and "copy (copyist)" in reader.text
    assert "The engines markov and copyist have learnt" in reader.text


def test_foreign_table_without_grades_and_errors() -> None:
    rows = [Row(engine="theirs", skill=f"task-{k}", axis=Axis.FLOP, scale=10.0**x, value=v)
            for k in range(2) for x, v in ((18, -0.4), (20, 1.7), (22, 0.5))]
    facts = factory.facts(engines=("theirs",), skills=(), goal=None)
    reader = check(page.render(facts, rows, None, None, None))
    assert "ungraded" in reader.text
    assert "training compute (FLOP)" in reader.text
    assert "1.70" in reader.text and "−0.40" in reader.text


def test_each_axis_has_a_ladder_of_its_own(small: Study) -> None:
    other = [r.model_copy(update={"axis": Axis.EXAMPLES, "scale": r.scale / 100, "skill": "genomics/few-shot"})
             for r in small.rows if r.skill == "genomics/next-base" and r.role is Role.LEARNER]
    text = render(small, rows=[*small.rows, *other])
    reader = check(text)
    wide = [d for d in SVG.findall(text) if "Heat map" in d and "<title>" in d]
    assert [("few shot at" in d, "next base at" in d) for d in wide] == [(False, True), (True, False)]
    assert "training examples" in reader.text
    assert "has learnt 3 of 8 skills:" in reader.text  # no single amount was read


def test_belief_without_history(small: Study) -> None:
    belief = BeliefAnswer(goal=factory.GOAL, belief=0.5, stderr=0.0, history=())
    reader = check(render(small, belief=belief))
    assert "There is no history of belief" in reader.text


def test_unwritable_folder_is_one_clear_error(study: Study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        page.write(tmp_path / "file" / "report.html", study.facts, [], None, None, None)


def test_status_without_failures_has_no_section_for_them(small: Study) -> None:
    rows = [r for r in small.rows if r.status is Status.OK]
    status = StatusAnswer(planned=10, ok=10, failed=0, not_applicable=0, unscored=0, reused=0, seconds=1.0)
    reader = check(render(small, rows=rows, status=status))
    assert "failed" not in reader.ids
    lost = status.model_copy(update={"failed": 3})  # counted, yet no row of theirs is at hand
    assert "3 failed" in check(render(small, rows=rows, status=lost)).text


def test_matplotlib_waits_until_a_figure_is_drawn() -> None:
    code = ("import sys, kindergrad.report.page, kindergrad.report.text; "
            "sys.exit(any(m in sys.modules for m in ('matplotlib', 'jinja2', 'rich', 'scipy.stats', 'pandas')))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_shades_rise_with_the_score_and_end_at_floor_and_ceiling() -> None:
    assert canvas.shade(-3.0) == canvas.shade(0.0)
    assert canvas.shade(7.0) == canvas.shade(1.0)
    steps = [int(canvas.shade(s / 100)[5:], 16) for s in range(101)]
    assert steps == sorted(steps) and len(set(steps)) == canvas.SHADES


def test_page_of_the_real_forecast(study: Study) -> None:
    """What progress says of the same rows fits the page, and finds the truth that was simulated."""
    from kindergrad.progress.forecast import forecast

    answer = forecast(study.rows)
    reader = check(render(study, forecast=answer))
    assert "5 of 7 learnt" in reader.text  # all but copy and reverse complement, which never rise


def test_forecasts_that_met_their_result_are_shown_with_what_chance_would_do(small: Study) -> None:
    told = registry.Calibration(
        n_forecasts=50, crps=0.05, log_score=1.0, coverage80=0.78, coverage90=0.92, pit=(5, 4, 6, 5, 5, 5, 5, 5, 6, 4),
        n_beliefs=12, brier=0.1, brier_log=-0.3, reliability=((0.2, 0.25, 8), (0.9, 1.0, 4)))
    text = render(small, facts=replace(small.facts, calibration=told))
    assert "How earlier forecasts came out" in text and "50 registered forecasts and 12 beliefs" in text
    assert "80 % intervals held 78%" in text
    assert "How earlier forecasts came out" not in render(small)
    none = told.model_copy(update={"n_beliefs": 0, "reliability": ()})
    assert "no belief resolved yet" in render(small, facts=replace(small.facts, calibration=none))


def test_paths_are_told_in_steps_that_do_not_drift() -> None:
    """Each place is rounded to a tenth of a pixel by itself, however long the line."""
    import re

    from kindergrad.report.figures.canvas import Sheet

    xs, ys = [10.04 + 0.17 * i for i in range(200)], [20.0 + (i % 7) * 0.333 for i in range(200)]
    sheet = Sheet(100, 100)
    sheet.line(xs, ys, "ink")
    (path,) = re.findall(r' d="([^"]*)"', sheet.svg("p", "a line"))
    here, places = [0.0, 0.0], []
    for word, numbers in re.findall(r"([MLlhv])([^MLlhv]*)", path):
        told = [float(n) for n in re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+)", numbers)]
        steps = [(x, 0.0) for x in told] if word == "h" else [(0.0, y) for y in told] if word == "v" else \
            list(zip(told[::2], told[1::2], strict=True))
        for x, y in steps:
            here = [x, y] if word == "M" else [here[0] + x, here[1] + y]
            places.append(tuple(here))
    assert len(places) > 50  # points on a straight line are left out
    assert places[0] == pytest.approx((xs[0], ys[0]), abs=0.051)
    assert places[-1] == pytest.approx((xs[-1], ys[-1]), abs=0.051)
    assert len(path) < 8 * len(places)
