"""Backtest of long tables: the split, the scores, the invariances, and what is refused."""

import numpy as np
import pytest

from kindergrad.core.errors import TableError
from kindergrad.core.table import rows
from kindergrad.progress.backtest import OURS, backtest, split

SCALES = 10.0 ** np.linspace(4.0, 7.0, 10)


def power_table(n_curves=3, *, unit=1.0, direction="lower", noise=0.01, **extra):
    """Power laws with offset; the two largest scales are hidden."""
    out = []
    for c in range(n_curves):
        rng = np.random.default_rng(c)
        loss = (0.2 + 0.1 * c + (SCALES / 1e4) ** -0.4) * np.exp(noise * rng.standard_normal(SCALES.size))
        for i, (scale, value) in enumerate(zip(SCALES, loss, strict=True)):
            value = 3.0 - value if direction == "higher" else unit * value
            out.append({"engine": f"e{c}", "skill": "s", "axis": "examples", "scale": scale, "value": value,
                        "train": int(i < 8), "direction": direction, **extra})
    return out


@pytest.fixture(scope="module")
def plain():
    return backtest(rows(power_table()))


def test_every_method_is_scored(plain) -> None:
    answer, predictions = plain
    assert set(answer.methods) == {OURS, "last_value", "linear", "m1", "m2", "m3", "m4", "bnsl", "logistic"}
    assert answer.n_curves == 3 and answer.n_points == 6
    assert len(predictions) == 6 * 9
    assert sum(b.n_points for b in answer.bands) == 6


def test_the_true_law_does_best_and_a_wrong_one_badly(plain) -> None:
    methods = plain[0].methods
    assert methods["m2"].rmse_log < 0.05 < methods["m1"].rmse_log
    assert methods[OURS].crps < methods["last_value"].crps
    assert plain[0].differences["m1"].rmse_log_high < 0


def test_scores_can_be_recomputed_from_the_predictions(plain) -> None:
    answer, predictions = plain
    for method in (OURS, "m4"):
        mine = [p for p in predictions if p.method == method]
        curves = {p.curve for p in mine}
        rmse = np.mean([np.sqrt(np.mean([np.log(p.median / p.value) ** 2 for p in mine if p.curve == c]))
                        for c in curves])
        inside = np.mean([p.q10 <= p.value <= p.q90 for p in mine])
        assert rmse == pytest.approx(answer.methods[method].rmse_log, rel=1e-6)
        assert inside == pytest.approx(answer.methods[method].coverage80)


def test_order_of_rows_and_unit_of_the_loss_do_not_matter(plain) -> None:
    raw = power_table(unit=1000.0)
    shuffled = [raw[i] for i in np.random.default_rng(0).permutation(len(raw))]
    again, _ = backtest(rows(shuffled))
    for name, score in plain[0].methods.items():
        if name == "linear":
            continue
        assert again.methods[name].model_dump() == pytest.approx(score.model_dump(), rel=1e-3, abs=1e-6)


def test_scores_with_a_ceiling_are_losses_upside_down(plain) -> None:
    answer, predictions = backtest(rows(power_table(direction="higher", ceiling=3.0)), methods=("last_value",))
    assert answer.methods[OURS].rmse_log == pytest.approx(plain[0].methods[OURS].rmse_log, rel=1e-6)
    first = predictions[0]
    assert first.q05 < first.q25 < first.median < first.q75 < first.q95
    assert first.value == pytest.approx(3.0 - plain[1][0].value)


def test_repeated_rows_count_once_and_are_stated(plain) -> None:
    answer, _ = backtest(rows(power_table() + power_table()), methods=("last_value",))
    assert answer.methods[OURS] == plain[0].methods[OURS]
    assert any("repeat" in note for note in answer.notes)


def test_mixed_axes_are_refused_and_repeated_runs_are_stated() -> None:
    raw = power_table(1)
    with pytest.raises(TableError, match="axes are mixed; got bases, tokens"):
        split(rows([{**r, "axis": "bases" if i else "tokens"} for i, r in enumerate(raw)]))
    _, _, notes = split(rows([*raw, {**raw[0], "value": raw[0]["value"] * 1.1}]))
    assert "1 rows share scale and seed with another value: they count as repeated runs" in notes


def test_hold_out_and_max_scale() -> None:
    raw = [{**r, "train": 1} for r in power_table(1)]
    by_share, _, _ = split(rows(raw), hold_out=0.3)
    assert by_share[0].x_hidden.size == 3
    by_scale, _, _ = split(rows(raw), max_scale=1e6)
    assert 10.0 ** by_scale[0].x.max() <= 1e6 < 10.0 ** by_scale[0].x_hidden.min()


def test_curves_that_cannot_be_used_are_named() -> None:
    short = [{**r, "engine": "short"} for r in power_table(1)[6:]]
    negative = [{**r, "engine": "negative", "value": -1.0} for r in power_table(1)]
    curves, skipped, _ = split(rows(power_table(1) + short + negative))
    assert len(curves) == 1
    assert "points seen" in skipped["short | s"] and "not positive" in skipped["negative | s"]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ([{**r, "train": 1} for r in power_table(1)], {}, "nothing is hidden"),
        ([{**r, "train": 1} for r in power_table(1)], {"hold_out": 1.5}, "between 0 and 1"),
        (power_table(1)[7:], {}, "no curve can be backtested"),
    ],
)
def test_bad_input_gives_one_clear_line(table, options, message) -> None:
    with pytest.raises(TableError, match=message):
        backtest(rows(table), **options)


def test_recalibration_learns_from_the_other_skills() -> None:
    """Curves that all stop falling where they are hidden: intervals from other skills must open."""
    raw = []
    for skill in range(12):
        for row in power_table(2, noise=0.005):
            stops = row["train"] == 0
            raw.append({**row, "skill": f"s{skill}", "value": row["value"] * (1.6 if stops else 1.0)})
        for extra in range(3):
            raw.append({**raw[-1], "scale": raw[-1]["scale"] * 1.05, "value": raw[-1]["value"] * (1 + extra / 1e3)})
    plain, _ = backtest(rows(raw), methods=("last_value",))
    again, _ = backtest(rows(raw), methods=("last_value",), recalibrate=True)
    assert plain.methods[OURS].coverage90 < 0.5 < again.methods[OURS].coverage90
    assert any("recalibrated" in note for note in again.notes)


def test_too_little_history_is_stated() -> None:
    answer, _ = backtest(rows(power_table()), methods=("last_value",), recalibrate=True)
    assert any("too little history" in note for note in answer.notes)


def test_scores_at_or_above_their_ceiling_count_as_an_error_below_it() -> None:
    points = [(10.0**k, value, int(k < 7)) for k, value in enumerate([0.2, 0.4, 0.6, 0.8, 0.95, 1.0, 1.01, 1.02, 0.99])]
    table = rows([{"engine": "e", "skill": "s", "axis": "bases", "scale": scale, "value": value, "stderr": 0.02,
                   "train": train} for scale, value, train in points])
    answer, predictions = backtest(table, methods=("last_value",))
    assert answer.n_points == 2 and not answer.skipped
    assert any("4 scores closer to their ceiling" in note for note in answer.notes)
    assert {p.value for p in predictions} == {0.98}


@pytest.mark.parametrize(("values", "floor", "ceiling", "why"), [
    ((3.2, 2.9, 2.5, 2.2, 2.1, 2.0), 0.0, 1.0, "got 3.2 with floor 0 and ceiling 1; try direction = lower"),
    ((0.1, 0.2, 0.3, 60.0, 70.0, 80.0), 0.0, 1.0, "percent and fractions seem to be mixed; got values such as 60"),
    ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 0.5, 0.2, "the ceiling 0.2 does not lie above the floor 0.5"),
])
def test_what_is_no_score_is_not_taken_for_one(values: tuple, floor: float, ceiling: float, why: str) -> None:
    raw = [{"engine": "e", "skill": "s", "axis": "tokens", "scale": 10.0**k, "value": value, "floor": floor,
            "ceiling": ceiling} for k, value in enumerate(values)]
    with pytest.raises(TableError, match=why):
        backtest(rows(raw), hold_out=0.3)
