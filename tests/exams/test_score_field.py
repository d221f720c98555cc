"""The field's metrics by hand, and the same numbers as cell-eval where that is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.exams.score_response_field import discrimination, metrics


def made(seed: int = 0, n: int = 9, genes: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = 1.0 + rng.normal(size=(n, genes))
    return truth + rng.normal(size=(n, genes)), truth, rng.normal(size=genes)


@pytest.mark.parametrize("metric", ["l1", "l2", "cosine"])
def test_discrimination_by_hand(metric: str) -> None:
    said, true, _ = made()
    targets = np.array([-1, 3, 5, 3, -1, 0, 29, 1, 2])
    found = discrimination(said, true, targets, metric)
    for p in range(9):
        keep = np.arange(30) != targets[p]
        x, y = said[p, keep], true[:, keep]
        far = {"l1": np.abs(y - x).sum(1), "l2": ((y - x) ** 2).sum(1),
               "cosine": 1 - y @ x / np.linalg.norm(y, axis=1) / np.linalg.norm(x)}[metric]
        assert found[p] == pytest.approx(1.0 - (far < far[p]).sum() / 9)


def test_metrics_by_hand() -> None:
    said, true, control = made()
    found = metrics(said, true, control, own_controls=control + 0.5)
    assert found["mse"] == pytest.approx(((said - true) ** 2).mean(axis=1))
    assert found["mae_delta"] == pytest.approx(np.abs(said - true - 0.5).mean(axis=1))
    assert found["pearson_delta"][0] == pytest.approx(np.corrcoef(said[0] - control - 0.5, true[0] - control)[0, 1])


@pytest.mark.filterwarnings("ignore:the string cache:DeprecationWarning")  # of polars, by cell-eval
def test_same_numbers_as_cell_eval(tmp_path: Path) -> None:
    """All metrics that both have, per perturbation, on cells with controls of their own."""
    cell_eval = pytest.importorskip("cell_eval", reason="extra 'cells'")
    import anndata as ad
    import pandas as pd

    rng = np.random.default_rng(0)
    names = np.repeat(["control", *[f"G{i}" for i in range(8)]], 20)
    var = pd.DataFrame(index=[f"G{i}" for i in range(50)])
    tables = [ad.AnnData(np.log1p(rng.gamma(1.0, 2.0, (len(names), 50))).astype(np.float64),
                         obs=pd.DataFrame({"target": names}, index=[f"c{i}" for i in range(len(names))]), var=var)
              for _ in range(2)]
    evaluator = cell_eval.MetricsEvaluator(*tables, control_pert="control", pert_col="target", num_threads=1,
                                           skip_de=True, outdir=str(tmp_path))
    theirs, _ = evaluator.compute(profile="anndata", write_csv=False,
                                  skip_metrics=["clustering_agreement", "pearson_edistance"])
    labels = theirs["perturbation"].to_list()
    said, true = (np.stack([table.X[names == label].mean(axis=0) for label in labels]) for table in tables)
    own, control = (table.X[names == "control"].mean(axis=0) for table in tables)
    ours = metrics(said, true, control, own_controls=own, targets=np.array([int(label[1:]) for label in labels]))
    assert len(ours) == 8
    for name, values in ours.items():
        assert values == pytest.approx(theirs[name].to_numpy(), abs=1e-6), name


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("counts", [False, True])
def test_the_command_shows_the_numbers_of_cell_eval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counts: bool,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    """Differential expression and energy distance too, on the same files; counts are given the scale of the rest."""
    cell_eval = pytest.importorskip("cell_eval", reason="extra 'cells'")
    import json
    import sys

    import anndata as ad
    import pandas as pd

    from kindergrad import cli

    rng = np.random.default_rng(0)
    labels = [f"G{i}" for i in range(8)]
    names = np.repeat(["control", *labels], 30)
    level = {name: 1.5 + (name != "control") * rng.normal(size=50) for name in ("control", *labels)}
    obs = pd.DataFrame({"target": names}, index=[f"c{i}" for i in range(len(names))])
    drawn = [rng.poisson(np.exp(np.stack([level[name] for name in names]))).astype(np.float32) for _ in range(2)]
    logs = [np.log1p(x * 1e4 / x.sum(axis=1, keepdims=True)).astype(np.float32) for x in drawn]
    tables = [ad.AnnData(x, obs=obs, var=pd.DataFrame(index=[f"G{i}" for i in range(50)])) for x in logs]
    tables[1].write_h5ad(tmp_path / "pred.h5ad")
    ad.AnnData(drawn[0] if counts else logs[0], obs=obs, var=tables[0].var).write_h5ad(tmp_path / "real.h5ad")
    evaluator = cell_eval.MetricsEvaluator(tables[1], tables[0], control_pert="control", pert_col="target",
                                           num_threads=1, outdir=str(tmp_path))
    _, means = evaluator.compute(profile="full", write_csv=False)
    (theirs,) = [row for row in means.iter_rows(named=True) if row["statistic"] == "mean"]
    monkeypatch.setattr(sys, "argv", ["kindergrad", "score", str(tmp_path / "pred.h5ad"), "--truth",
                                      str(tmp_path / "real.h5ad"), "--cell-eval", "--json"])
    capsys.readouterr()
    with pytest.raises(SystemExit) as done:
        raise SystemExit(cli.main())
    assert not done.value.code
    answer = json.loads(capsys.readouterr().out)
    found = answer["field"]
    assert {"overlap_at_N", "de_direction_match", "de_spearman_sig", "pearson_edistance"} <= set(theirs)
    for name, value in theirs.items():
        if name != "statistic" and value is not None and np.isfinite(value):
            assert found[f"cell_eval/{name}"] == pytest.approx(value, abs=1e-6), name
    twins = {one["skill"]: one["twins"] for one in answer["skills"]}
    assert twins["perturbation/up-or-down"]["cell_eval/de_direction_match"] == found["cell_eval/de_direction_match"]
    assert "cell_eval/overlap_at_N" in twins["perturbation/which-genes-first"]
