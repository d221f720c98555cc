"""Parameters and data together, on tables with known truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.errors import InputError, TableError
from kindergrad.core.table import Row, rows
from kindergrad.progress.two_axes import two_axes

SIZES, SCALES = (1e6, 3e6, 1e7, 3e7), (1e8, 3e8, 1e9, 3e9)


def truth(size: float, scale: float) -> float:
    return 1.0 + 60.0 * size**-0.34 + 200.0 * scale**-0.28


def table(*, higher: bool = False, sizes: tuple[float, ...] = SIZES, noise: float = 0.003) -> list[Row]:
    rng = np.random.default_rng(1)
    out = []
    for size, scale in itertools.product(sizes, SCALES):
        loss = truth(size, scale) * np.exp(noise * rng.standard_normal())
        out.append({"engine": f"lm-{size:g}", "family": "lm", "skill": "domain/skill", "axis": "tokens", "scale": scale,
                    "parameters": size, "value": 1.0 - loss / 5.0 if higher else loss,
                    "direction": "higher" if higher else "lower"})
    return rows(out)


def test_a_larger_engine_is_forecast_inside_its_interval() -> None:
    found = two_axes(table(), [3e8], [3e10]).skills[0]
    (future,) = found.at.values()
    assert list(found.at) == ["300M parameters, 30G tokens"]
    assert future.q05 is not None and future.q95 is not None
    assert future.q05 < truth(3e8, 3e10) < future.q95
    assert future.q95 - future.q05 < 0.5
    assert found.sizes == SIZES and found.n_points == 16
    assert found.exponent_parameters.q05 < 0.34 < found.exponent_parameters.q95  # type: ignore[operator]


def test_the_largest_engine_is_held_out() -> None:
    held = two_axes(table(), [], []).skills[0].largest
    assert held is not None and (held.parameters, held.n) == (3e7, 4)
    assert held.rmse_log < 0.02
    assert held.inside90 >= 0.75
    assert two_axes(table(sizes=SIZES[:3]), [], []).skills[0].largest is not None


def test_scores_are_distances_to_their_ceiling() -> None:
    (future,) = two_axes(table(higher=True), [3e8], [3e10]).skills[0].at.values()
    assert future.q05 < 1.0 - truth(3e8, 3e10) / 5.0 < future.q95  # type: ignore[operator]


def test_what_holds_an_engine_back_is_said() -> None:
    wide = [r.model_copy(update={"value": 1.0 + 3000.0 * (r.parameters or 1.0) ** -0.5 + 5.0 * r.scale**-0.4})
            for r in table()]
    assert "held back by parameters" in two_axes(wide, [], []).skills[0].sentence
    deep = [r.model_copy(update={"value": 1.0 + 3.0 * (r.parameters or 1.0) ** -0.5 + 9000.0 * r.scale**-0.4})
            for r in table()]
    assert "held back by tokens" in two_axes(deep, [], []).skills[0].sentence


def test_order_of_rows_does_not_matter() -> None:
    assert two_axes(table(), [3e8], [3e10]) == two_axes(table()[::-1], [3e8], [3e10])


def test_what_cannot_be_used_is_refused_or_named() -> None:
    with pytest.raises(TableError, match="column 'parameters'"):
        two_axes([r.model_copy(update={"parameters": None}) for r in table()], [1e8], [1e9])
    with pytest.raises(TableError, match="2 sizes, 4 scales"):
        two_axes(table(sizes=SIZES[:2]), [1e8], [1e9])
    with pytest.raises(InputError, match="positive"):
        two_axes(table(), [-1.0], [1e9])
    together = [r.model_copy(update={"parameters": r.scale}) for r in table()]
    with pytest.raises(TableError, match="rise together"):
        two_axes(together, [1e8], [1e9])
    few = [r.model_copy(update={"skill": "domain/other"}) for r in table()[:4]]
    assert list(two_axes([*table(), *few], [], []).skipped) == ["domain/other | lm"]
