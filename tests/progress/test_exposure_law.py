"""Which curves stand under one law, and what the law says of them."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.table import Row
from kindergrad.progress import exposure_law
from kindergrad.progress.curves import curves
from kindergrad.progress.forecast import forecast
from tests.progress.progress_tables import curve_rows, tiers


def test_levels_of_one_assessment_stand_together_and_the_rest_by_itself() -> None:
    rng = np.random.default_rng(0)
    rows = tiers(rng, log_frequency=(-3, -4, -5))
    for i in range(3):
        rows += curve_rows(f"a/other-{i}", 4.0 + i, rng=rng, frequency=10.0 ** (-3 - i))
    rows += curve_rows("a/no-frequency", 4.0, rng=rng) + curve_rows("a/other-0", 4.0, rng=rng, engine="second",
                                                                  frequency=1e-3)
    found = curves(rows)
    groups = exposure_law.groups(found)
    names = [(g.name, [found[i].skill for i in g.members], g.alike) for g in groups]
    assert names == [("genomics/word", [f"genomics/word[{k}]" for k in range(3)], True),
                     ("other skills", ["a/other-0", "a/other-1", "a/other-2"], False)]
    assert all(found[i].engine == "markov" for g in groups for i in g.members)


def test_the_answer_says_which_skill_follows_no_law() -> None:
    rng = np.random.default_rng(6)
    rows = tiers(rng, log_frequency=(-2, -2.5, -3, -3.5, -4))
    rows += curve_rows("genomics/word[odd]", 5.0, rng=rng, frequency=1e-2, assessment="genomics/word")
    found = curves(rows)
    group = exposure_law.groups(found)[0]
    law = exposure_law.answer(found, {group: exposure_law.fit(found, group)})
    assert law is not None
    told = dict(zip(law.skills, law.exceptions, strict=True))
    assert told.pop("genomics/word[odd]") > 0.9
    assert max(told.values()) < 0.3


def _by_distance(n: int, *, frequency: float = 1e-3) -> list[Row]:
    """Levels of one frequency, near to far: all but the last are learnt."""
    rng = np.random.default_rng(3)
    out = []
    for k in range(n):
        out += curve_rows(f"a/pairing[{k}]", 4.0 + 0.3 * k if k < n - 1 else 99.0, rng=rng, frequency=frequency,
                          assessment="a/pairing")
    return out


def test_levels_of_one_frequency_make_no_law_and_join_no_other() -> None:
    rows, rng = _by_distance(4), np.random.default_rng(4)
    assert exposure_law.groups(curves(rows)) == []
    for i in range(3):
        rows += curve_rows(f"a/other-{i}", 4.0 + i, rng=rng, frequency=10.0 ** (-3 - i))
    found = curves(rows)
    assert [[found[i].skill for i in g.members] for g in exposure_law.groups(found)] == [
        ["a/other-0", "a/other-1", "a/other-2"]]


def test_three_skills_of_all_but_one_frequency_make_no_law() -> None:
    rng = np.random.default_rng(5)
    rows = [row for i, f in enumerate((1e-3, 1.05e-3, 1.1e-3)) for row in
            curve_rows(f"a/skill-{i}", 4.0 + i, rng=rng, frequency=f)]
    assert exposure_law.groups(curves(rows)) == []


def test_a_far_level_is_not_promised_by_near_ones_of_the_same_frequency() -> None:
    """Base pairing at a distance that the engine cannot see: near pairs say nothing of it."""
    found = forecast(_by_distance(5)).skills
    far = next(s for s in found if s.skill == "a/pairing[4]")
    assert far.threshold.p_never > 0.5
    assert far.at["100x"].median is not None and far.at["100x"].median < 0.1


def test_two_curves_make_no_law() -> None:
    found = curves(tiers(np.random.default_rng(0), log_frequency=(-3, -4)))
    assert exposure_law.groups(found) == []
    assert exposure_law.answer(found, {}) is None


def test_an_exponent_other_than_one_widens_what_is_said_of_rare_skills() -> None:
    """Onsets that follow 1.3 times the rarity: the law must not be sure of exponent 1."""
    rng = np.random.default_rng(1)
    rows = []
    for k, rarity in enumerate((2.0, 2.5, 3.0, 3.5, 4.0)):
        rows += curve_rows(f"a/word[{k}]", 0.5 + 1.3 * (rarity - 2.0) + 2.0, rng=rng, frequency=10.0**-rarity,
                           assessment="a/word", scales=10.0 ** np.arange(2.0, 5.01, 0.25))
    found = curves(rows)
    law = exposure_law.fit(found, exposure_law.groups(found)[0], seed=0)
    slope = law.phi[:, -1]
    assert np.quantile(slope, 0.5) == pytest.approx(0.25, abs=0.15)


def test_a_curve_may_be_hidden_up_to_a_scale() -> None:
    curve = curves(curve_rows("a/b", 4.0, rng=np.random.default_rng(0), frequency=1e-3))[0]
    assert exposure_law.observed(curve).x.size == 13
    assert exposure_law.observed(curve, until=4.0).x.tolist() == pytest.approx([3.0, 3.25, 3.5, 3.75, 4.0])
    assert exposure_law.observed(curve, until=-np.inf).x.size == 0
    assert exposure_law.observed(curve).offset == pytest.approx(3.0)
