"""Pages of scored predictions and audited measurements: one file, nothing loaded, nothing left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kindergrad.core.answers_response import (
    MeanBaseline,
    NotScored,
    ResponseAudit,
    ResponseReliability,
    ScoreAnswer,
    SkillScore,
)
from kindergrad.report import response_page


def skill(name: str, score: float | None, stderr: float | None = 0.1, **more: object) -> SkillScore:
    return SkillScore(skill=f"perturbation/{name}", score=score, stderr=stderr, value=0.5, metric="a metric",
                      floors={"no change": 0.1, "other labels": 0.2}, ceiling=0.9, reliability=0.8, n_items=7,
                      n_unanswerable=1, unanswerable=("<b>KLF1</b>",), twins={"top_20_overlap": 0.25, "r_art": None},
                      **more)  # type: ignore[arg-type]  # fields by name


ANSWER = ScoreAnswer(
    skills=(skill("on-target", 0.81), skill("recognise", None, None, reason="floor and ceiling are one"),
            skill("stranger", -3.4), skill("epistasis", 0.1)),
    r_art=0.41, mode_collapse=None, dialect="plain", read={"truth": "plain: counts", "prediction": "plain: log1p"},
    field={"pearson_delta": 0.92}, n_scored=8, n_predicted=7, n_training=3,
    not_scored=(NotScored(skill="perturbation/spread", reason="predictions hold no cells"),),
    notes=("1 of 8 scored perturbations have no prediction",))


def test_the_page_of_a_score_says_everything(tmp_path: Path) -> None:
    path = response_page.write_score(ANSWER, tmp_path / "page.html", prediction="a<b>.h5ad", truth="real.h5ad")
    page = path.read_text("utf-8")
    assert "One skill lies above the floor by two errors, of 3 that these files can score." in page
    for said in ("0.81±.10", "−3.40±.10", "floor and ceiling are one", "predictions hold no cells", "other labels",
                 "top 20 overlap", "1 of 8 scored", "0.92", "0.41", "Kindergarten", "College"):
        assert said in page, said
    assert "<b>KLF1</b>" not in page and "&lt;b&gt;KLF1" in page and "a<b>.h5ad" not in page
    assert not re.search(r"<script|https?://|<link|@import|url\(", page)
    assert len(page) < 100_000


@pytest.mark.parametrize(("scores", "said"), [
    ((), "can score no skill"), ((None,), "can score no skill"), ((0.05,), "No skill lies"),
    ((0.9, 0.8), "2 skills lie")])
def test_headline(scores: tuple[float | None, ...], said: str) -> None:
    assert said in response_page.score_headline(tuple(skill("stranger", s, None if s is None else 0.1) for s in scores))


def test_the_page_of_an_audit(tmp_path: Path) -> None:
    items = tuple(ResponseReliability(perturbation=name, context="A172", n_cells=9, n_controls=100, reliability=r,
                                      ceiling=None if r is None or r < 0 else r**0.5, answerable=(r or 0) >= 0.2)
                  for name, r in (("LOUD", 0.9), ("QUIET", -0.8), ("FEW", None)))
    base = MeanBaseline(context="A172", n_perturbations=3, n_controls=100, n_cells=9, shared_controls=0.77, r_art=0.76,
                        cross_fitted_controls=-0.01, shared_all_controls=0.64, r_art_all_controls=0.63)
    answer = ResponseAudit(perturbations=items, below=("QUIET", "FEW"), share_below=2 / 3, mean_baseline=(base,),
                           r_art=0.63, dialect="plain", read="plain: counts", notes=("float16",))
    page = response_page.write_audit(answer, tmp_path / "audit.html", truth="real.h5ad").read_text("utf-8")
    assert "1 of 3 perturbations can rank models; 2 are mostly noise." in page
    assert page.index(">FEW<") < page.index(">QUIET<") < page.index(">LOUD<")
    for said in ("0.77", "−0.01", "float16", "−0.80", "<svg"):
        assert said in page, said
    alone = answer.model_copy(update={"mean_baseline": (), "r_art": None})
    assert "No context has two perturbations" in response_page.audit(alone, "real.h5ad")
